"""Where commands get rows and prices from: the running engine, or the files themselves when no engine runs.

The ledger is opened directly only when nobody else has it; its lock is the judge. The price book is read by the same
code as the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client, ControlError
from trayapp.platform import paths as places
from trayapp.trouble import Trouble

if TYPE_CHECKING:
    from trayapp.ledger import Ledger
    from trayapp.pricing import Book

_PAGE = 2000


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
