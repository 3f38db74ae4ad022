"""One conditional download over https, bounded in every direction. Used by the bookkeeper's process alone.

Rules:

* nothing is sent that tells one user from another: a fixed User-Agent, no cookies, no credentials, no parameters of
  ours; the validators that the same address gave are sent back to it alone;
* https only, also behind redirects (at most ``MAX_REDIRECTS``); http only on this machine, when the address itself is;
* at most ``MAX_BYTES`` after decompression and ``DEADLINE_S`` in all; a body that ends early is no body;
* the environment's proxies are honoured, but never one that is ourselves, and never for this machine.
"""

from __future__ import annotations

import base64
import binascii
import ssl
import time
import zlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from trayapp.platform.egress import trust
from trayapp.settings import is_loopback

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_REDIRECTS: Final = 5
DEADLINE_S: Final = 60.0
STEP_S: Final = 15.0
"""For a connection to open, or for more bytes to come."""
SIGNATURE: Final = "X-Spendlight-Signature"
_SIGNATURE_LIMIT: Final = 1024


class FetchError(Exception):
    """Nothing usable came. The text says why, as a sentence for people."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer."""

    body: bytes | None
    """``None``: it is still what was known."""
    etag: str = ""
    modified: str = ""
    signature: bytes | None = None


def fetch(
    url: str, *, etag: str = "", modified: str = "", signed: bool = False, deadline: float = DEADLINE_S
) -> Fetched:
    """Ask an address for what is newer than what is known.

    Args:
        url: where.
        etag: the address's last ``ETag``.
        modified: the address's last ``Last-Modified``.
        signed: fetch the detached signature too.
        deadline: seconds for all of it.

    Raises:
        FetchError: nothing usable came.
    """
    until = time.monotonic() + deadline
    headers = {}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    answer = _get(url, headers, MAX_BYTES, until)
    if answer.status_code == 304 and headers:
        return Fetched(None, etag, modified)
    if answer.status_code != 200:
        raise FetchError(f"{_host(url)} answered with status {answer.status_code}.")
    told = answer.headers
    signature = None
    if signed:
        text = told.get(SIGNATURE)
        signature = _signature(text.encode() if text else _get_signature(url, until))
    return Fetched(answer.content, _validator(told.get("ETag")), _validator(told.get("Last-Modified")), signature)


def _get(url: str, headers: dict[str, str], limit: int, until: float) -> httpx.Response:
    """Follow redirects by hand: each step is checked, and none carries what the one before it set."""
    local = is_loopback(urlsplit(url).hostname or "")
    for _ in range(MAX_REDIRECTS + 1):
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and local and is_loopback(parts.hostname or "")):
            raise FetchError("The address leads to one that is not https.")
        answer = _once(url, headers, limit, until)
        if not answer.has_redirect_location:
            return answer
        headers = {}
        try:
            url = str(httpx.URL(url).join(answer.headers["location"]))
        except (httpx.InvalidURL, KeyError, ValueError):
            raise FetchError("The address redirects to something that is no address.") from None
    raise FetchError("The address redirects too often.")


def _once(url: str, headers: dict[str, str], limit: int, until: float) -> httpx.Response:
    timeout = httpx.Timeout(min(STEP_S, max(until - time.monotonic(), 0.001)))
    sent = {"User-Agent": "spendlight", "Accept": "application/json", "Accept-Encoding": "gzip", **headers}
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, verify=trust()) as client,
            client.stream("GET", url, headers=sent) as answer,
        ):
            body = _read(answer, limit, until) if answer.status_code == 200 else b""
            # What was decoded here must not be decoded again.
            told = [(k, v) for k, v in answer.headers.multi_items() if k.lower() != "content-encoding"]
            return httpx.Response(answer.status_code, headers=told, content=body)
    except httpx.TimeoutException:
        raise FetchError(f"{_host(url)} did not answer in time.") from None
    except httpx.RemoteProtocolError:
        raise FetchError(f"{_host(url)} ended its answer early.") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        why = "its certificate is not trusted" if "CERTIFICATE" in str(error).upper() else type(error).__name__
        raise FetchError(f"{_host(url)} could not be reached ({why}).") from None


def _read(answer: httpx.Response, limit: int, until: float) -> bytes:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise FetchError("The answer is compressed in a way that was not asked for.")
    inflater = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    for piece in answer.iter_raw():
        if time.monotonic() > until:
            raise FetchError("The answer took too long.")
        try:
            # One byte beyond the limit is enough to know; no bomb is ever unpacked whole.
            body += piece if inflater is None else inflater.decompress(piece, limit + 1 - len(body))
        except zlib.error:
            raise FetchError("The answer is damaged.") from None
        if len(body) > limit:
            raise FetchError(f"The answer is larger than {limit // 2**20 or 1} MiB.")
    if inflater is not None and not inflater.eof:
        raise FetchError("The answer ended early.")
    return bytes(body)


def _get_signature(url: str, until: float) -> bytes:
    parts = urlsplit(url)
    answer = _get(urlunsplit(parts._replace(path=parts.path + ".sig")), {}, _SIGNATURE_LIMIT, until)
    return answer.content if answer.status_code == 200 else b""


def _signature(text: bytes) -> bytes | None:
    if len(text) == 64:
        return text
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == 64 else None


def _validator(text: str | None) -> str:
    """A validator to send back; one that is long enough to carry something else is not kept."""
    return text if text is not None and len(text) <= 200 and text.isascii() and text.isprintable() else ""


def _host(url: str) -> str:
    return urlsplit(url).hostname or "The address"
