"""Changes to requests that their user agreed to, put together for the relay.

Everything that turns a dialect's new body into a ``Rewrite`` lives here.

Rules: pure; a request that cannot be changed exactly as agreed goes out as it came (``None``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trayapp.dialects.ask_usage import UsageSieve, asking
from trayapp.proxy import Rewrite, Sieve

Pairs = Sequence[tuple[bytes, bytes]]
_OF_THE_BODY: Final = frozenset(
    (b"content-md5", b"digest", b"content-digest", b"repr-digest", b"x-amz-content-sha256", b"signature")
)
"""Fields that speak of the body's bytes: whoever checks them would refuse another body."""
_SIGNATURE: Final = b"AWS4-"


def usage_asked(headers: Pairs, body: bytes) -> Rewrite | None:
    """The chat stream's request asking for its usage, and the sieve that keeps the extra chunk from the tool.

    The answer is wanted uncoded, so that the chunk can be taken out while the stream runs.
    """
    if any(name.lower() in _OF_THE_BODY or value.startswith(_SIGNATURE) for name, value in headers):
        return None
    coding = b",".join(value for name, value in headers if name.lower() == b"content-encoding")
    changed = asking(body, coding.decode("latin-1"))
    if changed is None:
        return None
    return Rewrite(body=changed, headers=((b"accept-encoding", b"identity"),), sieve=_sieve)


def hides_the_chunk(status: int, headers: Pairs) -> bool:
    """Whether the extra chunk of such an answer is kept from the tool: not from one of a stated length."""
    stated = any(name.lower() == b"content-length" for name, _ in headers)
    return not stated and _sieve(status, headers) is not None


def _sieve(status: int, headers: Pairs) -> Sieve | None:
    kinds = [value.lower() for name, value in headers if name.lower() == b"content-type"]
    codings = [value.lower() for name, value in headers if name.lower() == b"content-encoding"]
    plain = all(coding in (b"", b"identity") for coding in codings)
    return UsageSieve() if status == 200 and plain and any(b"event-stream" in kind for kind in kinds) else None
