"""Where commands get rows and prices from: the running engine, or the files themselves when no engine runs.

The ledger is opened directly only when nobody else has it; its lock is the judge. The price book is read by the same
code as the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trayapp import settings
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client, ControlError
from trayapp.platform import paths as places
from trayapp.trouble import Trouble

if TYPE_CHECKING:
    from trayapp.engine.wasteledger import Counted
    from trayapp.ledger import Ledger
    from trayapp.pricing import Book

_PAGE = 2000
_PATIENCE = 600
"""Seconds that the engine may take to count a long range."""


def price_book() -> Book:
    """The price book in use, with the user's own prices over it.

    Raises:
        CommandError, SettingsError: it cannot be read, or an own price is malformed.
    """
    from trayapp.engine.pricebook import in_use, trouble
    from trayapp.pricing import BookError

    try:
        return in_use(places.find())
    except BookError as error:
        raise CommandError(trouble(error, "bad_price")) from None


def rows(since_us: int | None, until_us: int | None, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Rows oldest first, as ``spendlight calls`` prints them.

    Raises:
        CommandError: there is neither an engine nor a ledger that can be read.
    """
    paths = places.find()
    try:
        client = Client(Address(paths.control), timeout=60)
    except ControlError as error:
        if not paths.ledger.exists():
            raise CommandError(error.trouble) from None
        yield from _from_ledger(since_us, until_us, limit)
        return
    with client:
        after: int | None = None
        left = limit
        while left is None or left > 0:
            want = _PAGE if left is None else min(left, _PAGE)
            page = client.ask("calls", since_us=since_us, until_us=until_us, after_id=after, limit=want)
            yield from page["rows"]
            if not page["more"] or not page["rows"]:
                return
            after = int(page["rows"][-1]["id"])
            left = None if left is None else left - len(page["rows"])


def waste(since_us: int, until_us: int, repositories: tuple[str, ...]) -> list[dict[str, Any]]:
    """The lines of the waste ledger, as in ``trayapp.reports``, ready for JSON.

    Raises:
        CommandError, SettingsError: as for ``rows`` and ``price_book``.
    """
    client = _engine()
    if client is not None:
        with client:
            asked = {"since_us": since_us, "until_us": until_us, "repositories": list(repositories)}
            found: list[dict[str, Any]] = client.ask("waste", **asked)["lines"]
            return found
    from trayapp.snapshot import to_json

    with own_ledger() as ledger:
        return [to_json(line) for line in _counted(ledger, since_us, until_us, repositories).lines]


def waste_rows(
    kind: str, since_us: int, until_us: int, repositories: tuple[str, ...], limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The rows that a line counts, oldest first, as ``spendlight calls`` prints them.

    Raises:
        CommandError, SettingsError: as for ``rows`` and ``price_book``.
    """
    client = _engine()
    left = limit
    after: int | None = None
    if client is not None:
        with client:
            while left is None or left > 0:
                want = _PAGE if left is None else min(left, _PAGE)
                asked = {"since_us": since_us, "until_us": until_us, "repositories": list(repositories)}
                answer = client.ask("waste_rows", kind=kind, after=after, limit=want, **asked)
                yield from answer["rows"]
                if not answer["more"] or not answer["rows"]:
                    return
                after = int(answer["rows"][-1]["id"])
                left = None if left is None else left - len(answer["rows"])
        return
    from trayapp.engine.rows import as_json

    with own_ledger() as ledger:
        ids = _counted(ledger, since_us, until_us, repositories).rows[kind][:limit]
        for start in range(0, len(ids), _PAGE):
            for row in ledger.rows_of(ids[start : start + _PAGE]).result():
                yield as_json(row)


def _engine() -> Client | None:
    """The running engine; ``None``: only the files are there."""
    paths = places.find()
    try:
        return Client(Address(paths.control), timeout=_PATIENCE)
    except ControlError as error:
        if not paths.ledger.exists():
            raise CommandError(error.trouble) from None
        return None


def _counted(ledger: Ledger, since_us: int, until_us: int, repositories: tuple[str, ...]) -> Counted:
    from trayapp.engine.projects import Projects
    from trayapp.engine.wasteledger import WasteLedger

    paths = places.find()
    book = price_book()
    folders = (*settings.load(paths.settings).repositories, *repositories)
    mark = Projects(places.read_or_make_secret(paths.install_key)).mark
    return WasteLedger(ledger, lambda: book, mark).counted(since_us, until_us, tuple(dict.fromkeys(folders)))


@contextmanager
def own_ledger() -> Iterator[Ledger]:
    """The ledger, opened by this command itself.

    Raises:
        CommandError: an engine has it, or it cannot be opened.
    """
    from trayapp.ledger import Ledger, LedgerError

    try:
        ledger = Ledger.open(places.find().ledger)
    except LedgerError as error:
        raise CommandError(Trouble(title=error.title, message=error.message, fix=error.fix, code="ledger")) from None
    try:
        yield ledger
    finally:
        ledger.close()


def _from_ledger(since_us: int | None, until_us: int | None, limit: int | None) -> Iterator[dict[str, Any]]:
    from trayapp.engine.rows import as_json

    with own_ledger() as ledger:
        after: int | None = None
        left = limit
        while left is None or left > 0:
            want = _PAGE if left is None else min(left, _PAGE)
            found = ledger.rows(since_us=since_us, until_us=until_us, after_id=after, limit=want).result()
            yield from (as_json(row) for row in found)
            if len(found) < want:
                return
            after = found[-1].id
            left = None if left is None else left - len(found)
