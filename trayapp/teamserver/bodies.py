"""Reading what a request carries: bounded, unpacked within bounds, understood as one type or refused.

Rules: nothing is read beyond its bound, packed or unpacked, whatever the length says; a gzip that unpacks to more, is
cut off or has something after its end is refused; a refusal says where, and never what stood there.
"""

from __future__ import annotations

import re
import zlib
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request

from trayapp.teamserver import problems

PACKED: Final = 512 * 1024
UNPACKED: Final = 2 * 1024 * 1024
SMALL: Final = 64 * 1024
T = TypeVar("T")
_PLACE = re.compile(r" - at `([^`]*)`\Z")


async def read(request: Request, kind: type[T], *, packed: int = SMALL, unpacked: int = SMALL) -> T:
    """The body as a value.

    Raises:
        Refused: it is too large, not JSON, or not what is expected.
    """
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content != problems.JSON:
        raise problems.Refused(
            415, "not_json", "Not JSON", "The body's type has to be application/json.", "Set Content-Type."
        )
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise problems.Refused(
            415, "unknown_coding", "Unknown coding", "A body may be gzip or plain.", "Set Content-Encoding: gzip."
        )
    body = await raw(request, packed)
    if coding == "gzip":
        body = _unpacked(body, unpacked)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        found = _PLACE.search(str(error))
        raise problems.malformed(f"The value at {found[1]} is not of its type." if found else "Not its type.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise problems.Refused(400, "bad_json", "Not JSON", "The body is no JSON text.", "Send JSON.") from None


async def raw(request: Request, most: int) -> bytes:
    """The body's bytes.

    Raises:
        Refused: there are more than ``most``.
    """
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        raise _too_large(most)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        chunks.append(chunk)
    return b"".join(chunks)


def _unpacked(body: bytes, most: int) -> bytes:
    worker = zlib.decompressobj(wbits=31)
    try:
        done = worker.decompress(body, most + 1)
    except zlib.error:
        raise _bad_gzip() from None
    if len(done) > most:
        raise _too_large(most)
    if not worker.eof or worker.unused_data:
        raise _bad_gzip()
    return done


def _bad_gzip() -> problems.Refused:
    return problems.Refused(400, "bad_gzip", "Not gzip", "The body is damaged or cut off.", "Send it again.")


def _too_large(most: int) -> problems.Refused:
    return problems.Refused(
        413, "too_large", "Too large", f"A body of this request has {most} bytes at most.", "Send it in parts."
    )
