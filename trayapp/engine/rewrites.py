"""Changes to requests that their user agreed to, put together for the relay.

Everything that turns a dialect's new body into a ``Rewrite`` lives here.

Rules: pure; a request that cannot be changed exactly as agreed goes out as it came (``None``).
"""

from __future__ import annotations

from collections.abc import Sequence

from trayapp.dialects.ask_usage import UsageSieve, asking
from trayapp.proxy import Rewrite, Sieve

Pairs = Sequence[tuple[bytes, bytes]]


def usage_asked(headers: Pairs, body: bytes) -> Rewrite | None:
    """The chat stream's request asking for its usage, and the sieve that keeps the extra chunk from the tool.

    The answer is wanted uncoded, so that the chunk can be taken out while the stream runs.
    """
    coding = b",".join(value for name, value in headers if name.lower() == b"content-encoding")
    changed = asking(body, coding.decode("latin-1"))
    if changed is None:
        return None
    return Rewrite(body=changed, headers=((b"accept-encoding", b"identity"),), sieve=_sieve)


def _sieve(status: int, headers: Pairs) -> Sieve | None:
    kinds = [value.lower() for name, value in headers if name.lower() == b"content-type"]
    codings = [value.lower() for name, value in headers if name.lower() == b"content-encoding"]
    plain = all(coding in (b"", b"identity") for coding in codings)
    return UsageSieve() if status == 200 and plain and any(b"event-stream" in kind for kind in kinds) else None
