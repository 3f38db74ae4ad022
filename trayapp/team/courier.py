"""``python -m trayapp.team.courier``: goes to the team's server once, with what it is given, and says what came of it.

Everything that speaks to a team's server, and all cryptography of the team, lives here, in a process of its own that
lives for a second: neither the engine's memory nor its event loop pays for an HTTP client, and a server that does not
answer holds up nothing. One JSON document on standard input (``errand.Errand``), one on standard output
(``errand.Report``).

Rules:

* https only; http only to this machine. The system's trust, the company's proxies, never through ourselves; no
  redirects: a token goes to the address that its owner has joined and to no other;
* bounded in every direction: time, bytes, retries. 401 gets a new token once; 429 and 5xx are told with what the
  server says of the time;
* only the server itself can refuse something or let a device in no more, and it says so in a ``Problem``. Whatever else
  answers on the way (a company's proxy, a page of a hotel's network, a server that is being set up) is tried again;
* what was acknowledged before something went wrong is reported all the same;
* no body, no token and no key is ever logged or repeated in a message.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import secrets
import signal
import ssl
import sys
import time
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from trayapp import __version__
from trayapp.platform import egress
from trayapp.settings import is_loopback
from trayapp.team import judging
from trayapp.team.errand import LIMIT_S, Errand, Judging, Leased, Report, Result, Verdict
from trayapp.team.wire import (
    Acks,
    Enrolled,
    Lease,
    Pools,
    Problem,
    Signed,
    Supersede,
    Token,
    TokenAsk,
    console_proof,
    proof,
)

STEP_S: Final = 20.0
"""For a connection to open, or for more bytes to come."""
MOST_BYTES: Final = 32 << 20
_EXPORT_BYTES: Final = 256 << 20
EARLY_S: Final = 60
"""A token that ends within this time is not used any more."""
_MOST_WAIT_S: Final = 24 * 3600
_REVOKED: Final = (403, 410)
_UNTAKEN: Final = (400, 413, 422)
"""What the server says of a batch that it will never take as it is."""
_MOST_OTHERS: Final = 100
_BUSY: Final = (408, 425, 429)
_PARTLY: Final = (409, 422)
"""Some buckets were not taken; the answer says of each why."""

T = TypeVar("T")


class EndedError(Exception):
    """The errand ends here."""

    def __init__(self, result: Result, message: str, retry_after: int = 0, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.result = result
        self.message = message
        self.retry_after = retry_after
        self.status = status
        self.code = code
        """Of the server's ``Problem``; empty: it is not the server's own word."""


class Courier:
    """One errand."""

    def __init__(self, errand: Errand, client: httpx.Client) -> None:
        self._errand = errand
        self._client = client
        self._until = time.monotonic() + LIMIT_S - 5
        self.done: dict[str, Any] = {"token": errand.token, "token_expires": errand.token_expires}
        """What is reported, whatever happens afterwards."""

    def run(self) -> Report:
        """Do it."""
        try:
            {"enrol": self._enrol, "sync": self._sync, "export": self._export, "delete": self._delete}[
                self._errand.do
            ]()
        except EndedError as ended:
            return Report(
                result=ended.result,
                message=ended.message,
                retry_after=ended.retry_after,
                code=ended.code[:40],
                **self.done,
            )
        return Report(result="ok", **self.done)

    # what is done

    def _enrol(self) -> None:
        enrol = self._errand.enrol
        assert enrol is not None  # noqa: S101  who asks for it gives it
        once = hashlib.sha256(enrol.public_key.encode()).hexdigest()[:32]
        try:
            answer = self._ask("POST", "/v1/enrol", body=enrol, headers={"Idempotency-Key": once})
        except UnauthorizedError as error:
            if not error.own:
                raise EndedError("later", "Something before the team's server wants to know who asks.") from None
            raise EndedError("refused", "The invitation does not hold (any more). Ask for another one.") from None
        self.done["enrolled"] = _read(answer, Enrolled)

    def _sync(self) -> None:
        errand = self._errand
        if errand.judging is not None:
            self._policy(errand.judging)
        for former in errand.supersedes:
            self._with_token("POST", self._of_epoch("supersedes"), body=Supersede(epoch=former))
            self.done["superseded"] = (*self.done.get("superseded", ()), former)
        for batch in errand.batches:
            packed = gzip.compress(batch.body.encode(), 6, mtime=0)
            head = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
            try:
                answer = self._with_token("PUT", self._of_epoch("buckets"), content=packed, headers=head, also=_PARTLY)
            except EndedError as ended:
                if ended.status == 413 or (ended.code and ended.status in _UNTAKEN):
                    self.done["untaken"] = "batch" if not ended.code else "buckets"
                raise
            acks = _read(answer, Acks)
            self.done["acks"] = (*self.done.get("acks", ()), acks.acks)
            self.done["befores"] = (*self.done.get("befores", ()), acks.before)
            self.done["others"] = acks.others[:_MOST_OTHERS]
        if errand.pools:
            self.done["pools"] = _read(self._with_token("GET", "/v1/pools"), Pools).pools
        # A pool may be gone, or be a soft one by now: its lease is not asked for, and a refusal ends nothing.
        hard = {pool.name for pool in self.done.get("pools", ()) if pool.kind == "hard"}
        for lease in errand.leases:
            if errand.pools and lease.pool not in hard:
                continue
            way = f"/v1/pools/{_segment(lease.pool)}/leases"
            try:
                answer = self._with_token("POST", way, body=lease.ask, headers={"Idempotency-Key": lease.once})
            except EndedError as ended:
                if ended.result == "refused":
                    continue
                raise
            leased = Leased(pool=lease.pool, lease=_read(answer, Lease))
            self.done["leased"] = (*self.done.get("leased", ()), leased)

    def _policy(self, by: Judging) -> None:
        tag = self._errand.etag
        try:
            answer = self._with_token("GET", "/v1/policy", headers={"If-None-Match": tag} if tag else {})
        except EndedError as ended:
            if ended.result == "refused":
                return  # there is none yet
            raise
        if answer.status_code == 304:
            return
        verdict = judged(_read(answer, Signed), by)
        told = answer.headers.get("etag", "")
        etag = told if len(told) <= 200 and told.isascii() and told.isprintable() else ""
        self.done["verdict"] = msgspec.structs.replace(verdict, etag=etag)

    def _export(self) -> None:
        self.done["document"] = self._with_token("GET", "/v1/me/export", limit=_EXPORT_BYTES).text

    def _delete(self) -> None:
        self._with_token("DELETE", "/v1/me")

    # how it is asked

    def _of_epoch(self, what: str) -> str:
        return f"/v1/devices/{_segment(self._errand.device)}/epochs/{_segment(self._errand.epoch)}/{what}"

    def _with_token(self, method: str, way: str, **more: Any) -> httpx.Response:
        """Ask as the device; a token that is not taken any more is replaced once."""
        fresh = self._token()
        for again in (False, True):
            headers = {**more.get("headers", {}), "Authorization": f"Bearer {self.done['token']}"}
            try:
                return self._ask(method, way, **{**more, "headers": headers})
            except UnauthorizedError:
                if again or fresh:
                    raise EndedError("unknown", "The server does not know this device.") from None
                self.done["token"] = ""
                fresh = self._token()
        raise AssertionError

    def _token(self) -> bool:
        """Have a token that holds; whether it was made just now."""
        if self.done["token"] and self.done["token_expires"] > time.time() + EARLY_S:
            return False
        errand = self._errand
        at, nonce = int(time.time()), secrets.token_hex(16)
        ask = TokenAsk(
            device=errand.device, at=at, nonce=nonce, signature=_sign(errand.key, proof(errand.device, at, nonce))
        )
        try:
            answer = self._ask("POST", "/v1/token", body=ask)
        except UnauthorizedError:
            # It may be our clock: a signature of five minutes ago is none.
            raise EndedError(
                "unknown", "The server does not know this device, or this machine's clock is off."
            ) from None
        token = _read(answer, Token)
        if not token.token.isascii() or not token.token.isprintable() or len(token.token) > 8192:
            raise EndedError("failed", "The server's token cannot be used.")
        self.done["token"], self.done["token_expires"] = token.token, token.expires
        return True

    def _ask(
        self,
        method: str,
        way: str,
        *,
        body: msgspec.Struct | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        limit: int = MOST_BYTES,
        also: tuple[int, ...] = (),
    ) -> httpx.Response:
        left = self._until - time.monotonic()
        if left <= 0:
            raise EndedError("offline", "There was not enough time.")
        sent = {"User-Agent": f"spendlight/{__version__}", "Accept": "application/json", "Accept-Encoding": "identity"}
        if body is not None:
            content, sent["Content-Type"] = msgspec.json.encode(body), "application/json"
        try:
            with self._client.stream(
                method,
                self._errand.server.rstrip("/") + way,
                content=content,
                headers={**sent, **(headers or {})},
                timeout=httpx.Timeout(min(STEP_S, left)),
            ) as answer:
                data = self._body(answer, limit)
                answer = httpx.Response(answer.status_code, headers=answer.headers, content=data)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
            why = "its certificate is not trusted" if "CERTIFICATE" in str(error).upper() else type(error).__name__
            raise EndedError("offline", f"The team's server could not be reached ({why}).") from None
        if answer.status_code in also and _is(answer, Acks):
            return answer
        return self._judged(answer)

    def _body(self, answer: httpx.Response, limit: int) -> bytes:
        if answer.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            raise EndedError("failed", "The server's answer is packed in a way that was not asked for.")
        data = bytearray()
        for piece in answer.iter_raw():
            data += piece
            if len(data) > limit:
                raise EndedError("failed", "The server's answer is too large.")
            if time.monotonic() > self._until:
                raise EndedError("offline", "The server's answer took too long.")
        return bytes(data)

    def _judged(self, answer: httpx.Response) -> httpx.Response:
        status = answer.status_code
        if status < 300 or status == 304:
            return answer
        problem = _problem(answer)
        if status == 401:
            raise UnauthorizedError(own=problem is not None)
        if problem is None or status < 400 or status in _BUSY or status >= 500:
            where = (
                "The team's server" if problem is not None or status >= 500 else "Something before the team's server"
            )
            raise EndedError("later", f"{where} answered with status {status}.", _wait(answer), status)
        words = _words(problem)
        if status in _REVOKED and problem.code != "not_allowed":
            raise EndedError("revoked", words or "This device is not let in any more.", 0, status, problem.code)
        raise EndedError(
            "refused", words or f"The team's server answered with status {status}.", 0, status, problem.code
        )


class UnauthorizedError(Exception):
    """401."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.own = own
        """The server itself has said it."""


def judged(signed: Signed, by: Judging) -> Verdict:
    """A policy and what becomes of it."""
    try:
        policy, payload, digest = judging.judge(signed, by)
    except judging.RefusedError as error:
        return Verdict(signed=signed, why=f"{error}")
    return Verdict(signed=signed, payload=payload, digest=digest, version=policy.version)


def usable(server: str) -> bool:
    """Whether an address may be spoken to: https, or http on this machine."""
    try:
        url = httpx.URL(server)
    except (httpx.InvalidURL, ValueError):
        return False
    private = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))
    return private and bool(url.host) and not url.userinfo and not url.query and not url.fragment


def run(errand: Errand) -> Report:
    """Do one errand."""
    if errand.do == "keys":
        private_key, public_key = _keys()
        return Report(result="ok", private_key=private_key, public_key=public_key)
    if errand.do == "verify":
        if errand.signed is None or errand.judging is None:
            return Report(result="failed")
        return Report(result="ok", verdict=judged(errand.signed, errand.judging))
    if not usable(errand.server):
        return Report(result="failed", message="The server's address is not an https address.")
    if errand.do == "console":
        return console(errand)
    egress.spare_ourselves(os.environ, errand.port)
    with httpx.Client(verify=egress.trust(), follow_redirects=False) as client:
        return Courier(errand, client).run()


def console(errand: Errand) -> Report:
    """A link that lets its owner's browser into the console, once. Making it asks nobody."""
    at, nonce = int(time.time()), secrets.token_hex(16)
    try:
        signature = base64.b64decode(_sign(errand.key, console_proof(errand.device, at, nonce)))
    except EndedError as ended:
        return Report(result=ended.result, message=ended.message)
    signed = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    asked = urlencode({"device": errand.device, "at": at, "nonce": nonce, "signature": signed})
    return Report(result="ok", document=f"{errand.server.rstrip('/')}/console/enter?{asked}")


def _keys() -> tuple[str, str]:
    """A new device's private and public key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    both = (made.private_bytes_raw(), made.public_key().public_bytes_raw())
    private, public = (base64.b64encode(each).decode() for each in both)
    return private, public


def _sign(key: str, message: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key))
    except ValueError:
        raise EndedError("failed", "The device's key cannot be used.") from None
    return base64.b64encode(private.sign(message)).decode()


def _read(answer: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EndedError("failed", "The server's answer cannot be understood.") from None


def _is(answer: httpx.Response, kind: type[Any]) -> bool:
    try:
        _read(answer, kind)
    except EndedError:
        return False
    return True


def _problem(answer: httpx.Response) -> Problem | None:
    """The server's own word on why it was not done; ``None``: it is not the server's."""
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return problem if problem.code and problem.title else None


def _words(problem: Problem) -> str:
    """The server's sentence, for people; short and on one line."""
    text = " ".join(
        filter(None, (f"{problem.title}:" if problem.message else f"{problem.title}.", problem.message, problem.fix))
    )
    return "".join(each if each.isprintable() else " " for each in text)[:400]


def _wait(answer: httpx.Response) -> int:
    text = answer.headers.get("retry-after", "")
    return min(int(text), _MOST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _segment(name: str) -> str:
    """A name as one step of a path."""
    return quote(name, safe="")


def main() -> int:
    """The command."""
    if sys.platform != "win32":
        signal.alarm(int(LIMIT_S))
        os.nice(5)
    try:
        report = run(msgspec.json.decode(sys.stdin.buffer.read(), type=Errand))
    except msgspec.MsgspecError:
        report = Report(result="failed", message="The errand cannot be read.")
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
