"""What a decision was worth: the prices behind "dearer", and each row's twin as it would have been.

Everything in the engine that compares what was served with what was asked for lives here; ``routing.savings`` knows
the caches, ``routing.inflation`` the doubt. Rules: list prices; what the book does not say is ``None``, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from trayapp.pricing import Book
from trayapp.routing.booked import NoRateError, booked, caching
from trayapp.routing.inflation import ONE_CALL, Inflation, interval, of_kind
from trayapp.routing.savings import Caching, Twins
from trayapp.routing.session import Change
from trayapp.values import Cost, Kind, Usage

Told = tuple[int | None, int | None, int | None]
"""What a row would have cost as asked, and the two ends of the saving; pico-USD."""
UNKNOWN: Told = (None, None, None)
_MOST = 512


class Worth:
    """Compares. Use it on one event loop."""

    def __init__(self) -> None:
        self._twins = Twins()
        self._dearer: dict[tuple[str, str, str, str], bool | None] = {}
        self._caching: dict[tuple[str, str, str, str], Caching] = {}

    def dearer(self, book: Book, vendor: str, asked: str, served: str, at_us: int) -> bool | None:
        """Whether the second model costs more than the first for the same tokens; ``None``: nobody knows."""
        key = (book.version, vendor, asked, served)
        if key not in self._dearer:
            if len(self._dearer) >= _MOST:
                self._dearer.clear()
            self._dearer[key] = _dearer(book, vendor, asked, served, at_us)
        return self._dearer[key]

    def caching(self, book: Book, vendor: str, asked: str, served: str, at_us: int) -> Caching:
        """How the two models' caches work."""
        key = (book.version, vendor, asked, served)
        if key not in self._caching:
            if len(self._caching) >= _MOST:
                self._caching.clear()
            self._caching[key] = caching(book, vendor, asked, served, at_us)
        return self._caching[key]

    def payer(self, key: str, shared: str, at_us: int, caching: Caching, *, begins: bool) -> str | None:
        """The rule that a request pays for although it goes out as asked."""
        return self._twins.payer(key, at_us, shared=shared, caching=caching, begins=begins)

    def of(
        self,
        key: str,
        shared: str,
        usage: Usage,
        cost: Cost | None,
        price: Callable[[Usage], Cost],
        *,
        at_us: int,
        kind: Kind,
        caching: Caching,
        change: Change,
        begins: bool,
        redone: bool,
        rule: str,
        changed: bool,
        refused: bool,
    ) -> Told:
        """What a finished row would have cost as asked. To be called once for each row, in the order of their ends.

        Args:
            key: the conversation.
            shared: what its beginning has in common with others'.
            usage: what the vendor counted.
            cost: the row's list price.
            price: the list price of a usage of the model that was asked for.
            at_us: when the call began.
            kind: what it was for.
            caching: see ``caching``.
            change: how the model that served differs from the one asked for.
            begins: nobody had answered in the conversation before.
            redone: it repeats what a cheaper model failed at.
            rule: the rule that the row names; empty: none, then nothing is told.
            changed: the request did not go out as asked.
            refused: the vendor did not take what was changed.
        """
        twin = self._twins.asked(
            key,
            at_us,
            usage,
            shared=shared,
            caching=caching,
            served_as_asked=not changed,
            change=change,
            begins=begins,
            redone=redone or refused,
            rule=rule if changed else "",
        )
        if not rule or cost is None or cost.pico is None:
            return UNKNOWN
        if twin is None:
            # Nothing was counted. An attempt that is not billed (a dead connection) would not have been as asked, too.
            return UNKNOWN if cost.pico else (0, 0, 0)
        asked = cost if twin is usage else price(twin)
        if asked.pico is None:
            return UNKNOWN
        output = sum(pico for name, pico in asked.components if name.startswith("output"))
        low, high = interval(
            asked.pico,
            cost.pico,
            _doubt(kind, change) if changed and not refused else ONE_CALL,
            output_pico=min(max(output, 0), asked.pico),
        )
        return asked.pico, low, high

    def kept(self) -> bytes:
        """What has to outlive a restart, as JSON."""
        return self._twins.encoded()

    def restore(self, data: object) -> None:
        """Take what was kept, if it is that."""
        try:
            self._twins.load(data)
        except ValueError:
            pass


def _doubt(kind: Kind, change: Change) -> Inflation:
    """What nobody can see: extra turns and longer answers; of another effort, that it changed anything at all."""
    if change.output == 1:
        return of_kind(kind)
    longer = 1 / change.output
    return Inflation(output=(min(Fraction(1), 1 / longer), max(Fraction(1), longer)))


def _dearer(book: Book, vendor: str, asked: str, served: str, at_us: int) -> bool | None:
    try:
        a = booked(book, vendor, asked, at_us).cost.prices[0].steps[0].rates
        b = booked(book, vendor, served, at_us).cost.prices[0].steps[0].rates
    except NoRateError:
        return None
    return b.output > a.output or b.write > a.write
