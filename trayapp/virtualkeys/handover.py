"""The keys as the payload of a frame (``trayapp.virtualkeys.frames``), from the engine to the guard's relay.

Rules: standard library only; nothing of it is logged, shown or written to any disk.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from trayapp.virtualkeys.register import from_json
from trayapp.virtualkeys.swap import Known, Table


def encode(table: Table | None) -> bytes:
    """The keys as bytes."""
    if table is None:
        return b""
    known = [{**asdict(each.key), "real": each.real, "why": each.why} for each in table.known.values()]
    return json.dumps({"install_key": table.install_key, "keys": known}).encode()


def decode(payload: bytes) -> Table | None:
    """The keys again; ``None`` for an empty payload, or one that is none of ours."""
    if not payload:
        return None
    try:
        document = json.loads(payload)
        known = [Known(from_json(each), each["real"], str(each["why"])) for each in document["keys"]]
        return Table(str(document["install_key"]), {each.key.fingerprint: each for each in known})
    except (ValueError, KeyError, TypeError):
        return None
