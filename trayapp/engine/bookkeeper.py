"""``python -m trayapp.engine.bookkeeper``: fetches the price list, judges it, writes the book in use, and ends.

Everything that changes the stored price book lives here, in a process of its own that lives for a second: neither the
engine's memory nor its event loop pays for an HTTP client, for the list's JSON or for the joining.

* ``update [--port N] [--anew]`` fetches; ``accept MODEL`` takes a price that was held back.
* It answers with one line of JSON on standard output (``Answer``). The exit code is 0 unless it could not work at all.

Rules: one bookkeeper at a time (a lock); files are replaced whole, mode 0600, the book before its status, so that a
kill leaves either the old or the new; whatever is refused or cannot be reached leaves the last good book in use.
"""

from __future__ import annotations

import argparse
import base64
import os
import signal
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from trayapp import settings
from trayapp.engine import pricebook
from trayapp.engine.bookkeeper_answer import Answer
from trayapp.engine.pricebook import Move, Status, Waiting
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths, write_private
from trayapp.platform.single import HeldError, Single
from trayapp.pricing import BookError, load, merge
from trayapp.pricing.merge import Held, Merged, RefusedError

_LIMIT_S: Final = 150
"""A list that takes longer to fetch and to judge than this is not worth waiting for."""


class Books:
    """The shipped and the stored book, and the status, while the lock is held."""

    def __init__(self, paths: Paths) -> None:
        """Read them.

        Raises:
            BookError, OSError: the shipped book cannot be read.
        """
        self.paths = paths
        data = pricebook.shipped_bytes()
        self.shipped: dict[str, Any] = msgspec.json.decode(data)
        self.status = pricebook.read_status(paths)
        self.stored = self._stored()
        known = self.status.version if self.stored is None else self.status.base
        self.rejoined = known != self.shipped["version"]
        """The validators are of no use: what came with them is not in the book."""
        if self.stored is None:
            self.current = self.shipped
        elif self.rejoined:
            self.current = pricebook.joined(self.shipped, self.stored, self.status)
        else:
            self.current = self.stored

    def _stored(self) -> dict[str, Any] | None:
        try:
            data = self.paths.pricebook.read_bytes()
            load(data)
            document: dict[str, Any] = msgspec.json.decode(data)
        except (OSError, BookError, msgspec.DecodeError):
            return None
        return document

    def note(self, status: Status) -> bool:
        """Write down that nothing was taken. A stored book is written if it had to be joined to another release."""
        if self.stored is not None and self.rejoined:
            return self.write(self.current, status)
        write_private(self.paths.pricebook_status, msgspec.json.encode(status))
        return False

    def write(self, document: dict[str, Any], status: Status) -> bool:
        """Write the book, if it is another, and the status; returns whether it was another."""
        status = replace(status, base=self.shipped["version"], version=document["version"])
        another = document is not self.stored and not (document is self.shipped and not self.paths.pricebook.exists())
        if another:
            write_private(self.paths.pricebook, merge.text_of(document).encode())
        write_private(self.paths.pricebook_status, msgspec.json.encode(status))
        return another


def update(paths: Paths, *, port: int | None = None, anew: bool = False, now_us: int | None = None) -> Answer:
    """Fetch, judge, join, write.

    Args:
        paths: the profile.
        port: our own port, which must not be our proxy.
        anew: ask for the whole list, even if it is known.
        now_us: the time, UTC epoch microseconds.
    """
    from trayapp.engine import fetch
    from trayapp.platform import egress

    now_us = time.time_ns() // 1000 if now_us is None else now_us
    chosen = settings.load(paths.settings)
    books = Books(paths)
    status, url, key = books.status, chosen.pricebook_url, chosen.pricebook_key
    tried = replace(status, url=url, checked_us=now_us)
    same = status.url == url and status.key == key and not books.rejoined and not anew
    egress.spare_ourselves(os.environ, port)
    try:
        got = fetch.fetch(
            url, etag=status.etag if same else "", modified=status.modified if same else "", signed=bool(key)
        )
        if got.body is None:
            done = replace(tried, result="unchanged", message="", failures=0, reached_us=now_us)
            return _answer(books, done)
        day = datetime.fromtimestamp(now_us / 1e6, UTC).date().isoformat()
        merged, kind, received = _judge(books, got.body, got.signature, key, day)
    except (fetch.FetchError, RefusedError) as error:
        refused = isinstance(error, RefusedError)
        message = f"What {url} sent was not taken: {error}." if refused else f"{error}"
        # An address that answers is not offline, so it is asked again in a day, not sooner.
        failures = 0 if refused else status.failures + 1
        done = replace(tried, result="refused" if refused else "failed", message=message, failures=failures)
        return _answer(books, done)
    before = {waiting.name for waiting in status.held}
    held = tuple(map(_waiting, merged.held))
    another = merged.document is not books.current
    done = replace(
        tried,
        etag=got.etag,
        modified=got.modified,
        result="taken" if another else "unchanged",
        message="",
        failures=0,
        reached_us=now_us,
        taken_us=now_us if another else status.taken_us,
        kind=kind,
        received=received,
        key=key,
        held=held,
        differences=tuple(
            Waiting(each.provider, each.id, tuple(Move(*_plain(m)) for m in each.moves)) for each in merged.differences
        ),
    )
    rewritten = books.write(merged.document, done)
    return Answer(
        result=done.result,
        version=merged.document["version"],
        added=merged.added,
        changed=merged.changed,
        held=tuple(waiting.name for waiting in held if waiting.name not in before),
        rewritten=rewritten,
    )


def accept(paths: Paths, name: str, now_us: int | None = None) -> Answer:
    """Take a price that was held back, from today on."""
    now_us = time.time_ns() // 1000 if now_us is None else now_us
    books = Books(paths)
    wanted = [w for w in books.status.held if name.lower() in (w.name.lower(), w.id.lower())]
    if len(wanted) != 1:
        names = ", ".join(w.name for w in wanted or books.status.held)
        message = f"{name!r} is more than one: {names}." if wanted else f"Held back are: {names or 'none'}."
        return Answer(result="unknown", message=message, version=books.current["version"])
    (waiting,) = wanted
    held = Held(waiting.provider, waiting.id, waiting.since, (), waiting.row)
    day = datetime.fromtimestamp(now_us / 1e6, UTC).date().isoformat()
    try:
        document = merge.accepted(books.current, held, day)
    except RefusedError as error:
        return Answer(result="refused", message=f"It cannot be taken: {error}.", version=books.current["version"])
    rest = tuple(w for w in books.status.held if w is not waiting)
    rewritten = books.write(document, replace(books.status, held=rest))
    return Answer(result="accepted", version=document["version"], changed=(waiting.name,), rewritten=rewritten)


def _judge(books: Books, body: bytes, signature: bytes | None, key: str, day: str) -> tuple[Merged, str, str]:
    """The outcome, the kind of list, and the version that it gave itself.

    Raises:
        RefusedError: nothing of it may be taken.
    """
    if key:
        _verify(key, signature, body)
    waiting = [Held(w.provider, w.id, w.since, (), w.row) for w in books.status.held]
    if body.lstrip()[:1] != b"{":
        if key:
            raise RefusedError("a signed book has to be in Spendlight's own format, or an older one could not be told")
        current = books.current
        if books.status.kind == "book":
            # Another source from now on: what the last one alone knew stays, its word on the rest does not.
            unseen = [{**row, "seen": ""} for row in books.current["models"]]
            current = merge.rebased(books.shipped, {**books.current, "models": unseen})
        return merge.merge_feed(current, merge.read_feed(body, current), day, waiting), "feed", ""
    try:
        load(body)
    except BookError as error:
        raise RefusedError(error.message.rstrip(".")) from None
    theirs: dict[str, Any] = msgspec.json.decode(body)
    if key:
        _not_older(books, theirs["version"], key)
    return merge.merge_book(books.current, books.shipped, theirs, day, waiting), "book", theirs["version"]


def _verify(key: str, signature: bytes | None, body: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if signature is None:
        raise RefusedError("it is not signed")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, body)
    except (InvalidSignature, ValueError):
        raise RefusedError("its signature is not by the key in `pricebook.key`") from None


def _not_older(books: Books, version: str, key: str) -> None:
    status = books.status
    signed_before = status.kind == "book" and status.key == key
    in_use = status.received if signed_before else books.current["version"]
    theirs, ours = merge.order(version), merge.order(in_use)
    if theirs is None:
        raise RefusedError(f"its version {version!r} does not begin with a date, so an older one could not be told")
    if ours is not None and theirs < ours:
        raise RefusedError(f"its version {version} is older than {in_use}, which is in use")


def _waiting(held: Held) -> Waiting:
    row = {k: sorted(v) if isinstance(v, set) else v for k, v in held.row.items()}
    return Waiting(held.provider, held.id, tuple(Move(*_plain(move)) for move in held.moves), held.since, row)


def _plain(move: Any) -> tuple[str, int, int, str, int]:
    return move.component, move.old, move.new, move.variant, move.from_tokens


def _answer(books: Books, status: Status) -> Answer:
    rewritten = books.note(status)
    return Answer(result=status.result, message=status.message, version=books.current["version"], rewritten=rewritten)


def main(argv: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m trayapp.engine.bookkeeper", description="Keeps the price book.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    updating = verbs.add_parser("update")
    updating.add_argument("--port", type=int)
    updating.add_argument("--anew", action="store_true")
    verbs.add_parser("accept").add_argument("model")
    options = parser.parse_args(argv)
    if sys.platform != "win32":
        signal.alarm(_LIMIT_S)
        os.nice(10)
    paths = places.find()
    paths.make()
    try:
        lock = Single.take(paths.pricebook_lock)
    except HeldError:
        answer = Answer(result="busy", message="The price book is being brought up to date already.")
    else:
        try:
            if options.verb == "update":
                answer = update(paths, port=options.port, anew=options.anew)
            else:
                answer = accept(paths, options.model)
        except settings.SettingsError as error:
            answer = Answer(result="failed", message=error.trouble.message)
        except (OSError, BookError) as error:
            answer = Answer(result="failed", message=f"{error}")
        finally:
            lock.release()
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
