"""The price book in use, found in one place for the engine and for the commands alike.

It is the shipped book, or the stored one (the shipped book with what was fetched since), and over it the user's own
prices and deployments. ``trayapp.engine.bookkeeper`` writes the stored one; everything that reads it comes here.

Rules:

* a stored book that is damaged is not used and is said to be damaged; the shipped one then counts;
* after an update of Spendlight the two are joined anew (``trayapp.pricing.merge.rebased``), in memory until the
  bookkeeper writes it down;
* nothing is written and nothing is fetched here. ``find`` takes as long as two parses, so engines keep a ``Shelf``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from trayapp.platform.paths import Paths
from trayapp.platform.resources import resource
from trayapp.pricing import Book, BookError, load
from trayapp.pricing.own import laid_over
from trayapp.said import begun, say
from trayapp.trouble import Trouble

SHIPPED: Final = "shipped with Spendlight"
_STORED_LIMIT: Final = 16 * 1024 * 1024


class Move(msgspec.Struct, frozen=True):
    """A rate that differs from the one in force, pico-USD for one token or search."""

    component: str
    old: int
    new: int
    variant: str = ""
    from_tokens: int = 0


class Waiting(msgspec.Struct, frozen=True):
    """A model that the book and the list differ on: held back, or kept as the book says."""

    provider: str
    id: str
    moves: tuple[Move, ...] = ()
    since: str = ""
    row: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """``provider/model``."""
        return f"{self.provider}/{self.id}"


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the fetching."""

    url: str = ""
    etag: str = ""
    modified: str = ""
    checked_us: int = 0
    """When it was last tried, UTC epoch microseconds."""
    reached_us: int = 0
    """When the address last answered as it should."""
    taken_us: int = 0
    """When something of a list was last taken."""
    result: str = "never"
    """``never``, ``taken``, ``unchanged``, ``refused`` or ``failed``."""
    message: str = ""
    """Why, in words."""
    failures: int = 0
    """In a row."""
    base: str = ""
    """Version of the shipped book that the stored one was joined to."""
    version: str = ""
    """Version of the book that resulted."""
    kind: str = ""
    """``feed`` (genai-prices' data) or ``book`` (one in our own format)."""
    received: str = ""
    """The version that a book in our own format gave itself."""
    key: str = ""
    """The key that it was signed with."""
    held: tuple[Waiting, ...] = ()
    differences: tuple[Waiting, ...] = ()


class _Version(msgspec.Struct):
    version: str


@dataclass(frozen=True, slots=True)
class Found:
    """The book in use, without the user's own word."""

    book: Book
    source: str
    """Where it comes from, for people."""
    trouble: Trouble | None = None


def read_status(paths: Paths) -> Status:
    """The status; one that cannot be read is an empty one."""
    try:
        return msgspec.json.decode(paths.pricebook_status.read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Status()


def shipped_bytes() -> bytes:
    """The shipped book's file.

    Raises:
        OSError: the installation is damaged.
    """
    return resource("pricebook.json").read_bytes()


def version_of(data: bytes) -> str:
    """A book's version, without reading the rest of it; empty when it is no book."""
    try:
        return msgspec.json.decode(data, type=_Version).version
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def find(paths: Paths) -> Found:
    """The book in use, without the user's own prices.

    Raises:
        BookError, OSError: not even the shipped book can be read.
    """
    shipped = shipped_bytes()
    stored = _stored(paths)
    if stored is None:
        return Found(load(shipped), SHIPPED)
    status = read_status(paths)
    try:
        if status.base != version_of(shipped):
            from trayapp.pricing import merge

            document = joined(msgspec.json.decode(shipped), msgspec.json.decode(stored), status)
            stored = merge.text_of(document).encode()
        return Found(load(stored), status.url or SHIPPED)
    except (BookError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError) as error:
        what = error.message if isinstance(error, BookError) else "It is not written as a price book is."
        return Found(load(shipped), SHIPPED, _damaged(what))


def joined(shipped: dict[str, Any], stored: dict[str, Any], status: Status) -> dict[str, Any]:
    """The shipped book of this release and the stored one, which was joined to that of another."""
    from trayapp.pricing import merge

    try:
        if shipped["version"][:10] < status.base[:10]:
            return stored  # an older Spendlight was put back: the stored book is the newer word
        if status.kind == "book" and status.received[:10] >= shipped["version"][:10]:
            return merge.merge_book(stored, shipped, stored, stored["version"][:10]).document
        return merge.rebased(shipped, stored)
    except merge.RefusedError:
        return shipped


def _stored(paths: Paths) -> bytes | None:
    try:
        data = paths.pricebook.read_bytes()
    except OSError:
        return None
    return data if len(data) <= _STORED_LIMIT else b""


def trouble(error: BookError, code: str) -> Trouble:
    """A book's or an agreement's error for a face."""
    return Trouble(title=error.title, message=begun(error.message), fix=error.fix, code=code)


def _damaged(what: str) -> Trouble:
    return Trouble(
        title=say("The fetched price book is damaged"),
        message=say("The one that Spendlight brought along is used instead. {what}", what=what),
        fix=say("It is fetched again by itself; `spendlight prices update --now` does it at once."),
        code="price_book",
    )


class Shelf:
    """The book of a running engine: read again when it was written anew, laid over anew when the settings change."""

    def __init__(self, paths: Paths) -> None:
        """Read the book.

        Raises:
            BookError, OSError: not even the shipped book can be read.
        """
        self._paths = paths
        self.found = find(paths)

    def reread(self) -> None:
        """The stored book was written anew."""
        self.found = find(self._paths)

    def public(self, vendor: str, model: str) -> str | None:
        """What the book itself calls a model, whatever its user calls it; ``None``: it does not know it."""
        found = self.found.book.find(vendor, model)
        return None if found is None else found.model.id

    def laid_over(self, sections: Mapping[str, Any]) -> tuple[Book, tuple[Trouble, ...]]:
        """The book with the user's own prices, and what they have to know about it.

        Raises:
            BookError: an entry of the settings is malformed.
        """
        book, lost = laid_over(self.found.book, sections)
        troubles = [] if self.found.trouble is None else [self.found.trouble]
        if lost:
            troubles.append(
                Trouble(
                    title=say("A deployment is mapped to a model that nobody knows"),
                    message=say("Calls of {models} and others stay unpriced.", models=", ".join(lost[:3]))
                    if len(lost) > 3
                    else say("Calls of {models} stay unpriced.", models=", ".join(lost)),
                    fix=say(
                        "Map it again with `spendlight prices map`, or set the price with `spendlight prices set`."
                    ),
                    code="unknown_deployment",
                )
            )
        return book, tuple(troubles)


def in_use(paths: Paths) -> Book:
    """The book that a call is priced with now, for commands: what is stored, with the user's own prices over it.

    Raises:
        BookError: the user's prices are malformed, or no book can be read.
        SettingsError: the settings file is damaged.
    """
    from trayapp import settings

    return Shelf(paths).laid_over(settings.load(paths.settings).sections)[0]
