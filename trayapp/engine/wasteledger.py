"""The waste ledger of a range: the ledger's rows, the price book's word and git's put together.

Everything that joins them lives here; what the lines mean stands in ``trayapp.insight.waste``. For the engine and for
the command line alone.

Rules: it blocks (on the ledger's own thread and on git), so never call it on the event loop; a few results are kept,
for as long as no row of their range changes and, where folders were looked at, for some seconds only, since a
repository changes without telling; folders are looked at and forgotten. What is read again says ``wastebegun``.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from trayapp.engine.gitdiff import NoGitError, Span, changed
from trayapp.engine.repositories import Repository, projects
from trayapp.engine.wastebegun import Begun
from trayapp.insight.waste import AROUND_US, KINDS, Knows, Session
from trayapp.ledger import Ledger, Totals
from trayapp.pricing import Book
from trayapp.reports import Waste
from trayapp.routing.booked import LIVES
from trayapp.routing.frontier import frontier
from trayapp.routing.savings import BOUGHT
from trayapp.spent import Spent
from trayapp.tongue import mark

KEPT: Final = 6
LASTS_SECONDS: Final = 20.0
"""How long a look at repositories is believed."""
_SECOND_US: Final = 10**6
_DAY_S: Final = 86_400
_NO_FOLDER: Final = mark(
    "report",
    "No folder was given where your repositories lie: `spendlight config set report.repositories '[\"~/src\"]'`.",
)
_NOTHING_THERE: Final = mark("report", "No git repository was found in the folders of report.repositories.")
_NO_MATCH: Final = mark("report", "No session of this time was in one of the repositories that were found.")
_NO_GIT: Final = mark("report", "git is not installed, or not in the PATH.")
_UNREADABLE: Final = mark("report", "git could not read the repositories of these sessions.")


@dataclass(frozen=True, slots=True)
class Counted:
    """The eight lines, and the rows of each in the order of their start."""

    lines: tuple[Waste, ...]
    rows: Mapping[str, array[int]]


@dataclass(frozen=True, slots=True)
class _Kept:
    counted: Counted
    state: Totals
    """The sums over the range when it was counted: any row that ends or gets a price there changes them."""
    until: float | None
    """On the monotonic clock; ``None``: no repository was looked at."""


class WasteLedger:
    """Counts ranges, and remembers the last few."""

    def __init__(
        self,
        ledger: Ledger,
        book: Callable[[], Book],
        mark: Callable[[str], str],
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Nothing is counted yet.

        Args:
            ledger: the rows.
            book: the price book in use.
            mark: the HMAC by which the ledger knows a folder.
            now_us: the clock.
        """
        self._ledger = ledger
        self._book = book
        self._mark = mark
        self._now_us = now_us
        self._kept: OrderedDict[tuple[int, int, str, tuple[str, ...]], _Kept] = OrderedDict()
        self._begun = Begun(ledger, now_us, self._go_on)
        self._counting = threading.Lock()
        self._over = False

    def close(self) -> None:
        """The engine ends: what is being counted is given up."""
        self._over = True

    def counted(self, since_us: int, until_us: int, folders: tuple[str, ...] = ()) -> Counted:
        """The lines of ``[since_us, until_us)``.

        Args:
            since_us: start of the range.
            until_us: its end.
            folders: where to look for the sessions' repositories.
        """
        book = self._book()
        key = (since_us, until_us, book.version, folders)
        with self._counting:
            state = self._ledger.totals(since_us - AROUND_US, until_us + AROUND_US).result()
            kept = self._kept.get(key)
            if kept is not None and kept.state == state and (kept.until is None or time.monotonic() < kept.until):
                self._kept.move_to_end(key)
                return kept.counted
            found = self._count(since_us, until_us, book, folders)
            until = time.monotonic() + LASTS_SECONDS if folders else None
            self._kept[key] = _Kept(found, state, until)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found

    def ahead(self, since_us: int, until_us: int, folders: tuple[str, ...] = ()) -> None:
        """Count what of ``[since_us, until_us)`` has settled, slowly, so that asking for the lines takes no time."""
        book = self._book()
        with self._counting:
            known = projects(folders, self._mark) if folders else {}
            self._begun.settled(
                (since_us, until_us, book.version, frozenset(known)), lambda: knowing(book), slowly=True
            )

    def rest(self) -> None:
        """Let go of what was counted for questions that nobody asks any more."""
        with self._counting:
            self._begun.rest()

    def _count(self, since_us: int, until_us: int, book: Book, folders: tuple[str, ...]) -> Counted:
        known = projects(folders, self._mark) if folders else {}
        counting = self._begun.whole((since_us, until_us, book.version, frozenset(known)), lambda: knowing(book))
        if not folders:
            counting.no_diff((), _NO_FOLDER)
        elif not known:
            counting.no_diff((), _NOTHING_THERE)
        else:
            counting.no_diff(*self._judged(counting.sessions(), known))
        lines = counting.lines()
        return Counted(tuple(line for line, _ in lines), dict(zip(KINDS, (ids for _, ids in lines), strict=True)))

    def _judged(self, sessions: list[Session], known: Mapping[str, Repository]) -> tuple[list[Session], str]:
        """The sessions that are over and left nothing, or why that cannot be told."""
        if not sessions:
            return [], _NO_MATCH
        now_s = self._now_us() // _SECOND_US
        asked: dict[Repository, list[Session]] = defaultdict(list)
        for session in sessions:
            for repository in {known[each] for each in session.projects}:
                asked[repository].append(session)
        left: dict[str, list[bool | None]] = defaultdict(list)
        readable = False
        try:
            for repository, of_it in asked.items():
                self._go_on()
                found = changed(repository, [_span(session) for session in of_it])
                readable |= found is not None
                for at, session in enumerate(of_it):
                    left[session.name].append(None if found is None else found[at])
        except NoGitError:
            return [], _NO_GIT
        if not readable:
            return [], _UNREADABLE
        nothing = [
            session
            for session in sessions
            if not any(said is not False for said in left[session.name]) and _span(session)[1] < now_s
        ]
        return nothing, ""

    def _go_on(self) -> None:
        if self._over:
            raise RuntimeError("the engine ends")


def _span(session: Session) -> Span:
    """From a session's first call to a day after its last, in whole seconds."""
    return session.first_us // _SECOND_US, -(-session.last_us // _SECOND_US) + _DAY_S


def knowing(book: Book) -> Knows:
    """What the lines have to know, from a price book."""
    lives: dict[tuple[str, str], int | None] = {}
    large: dict[tuple[str, str, int], bool] = {}

    def life(vendor: str, model: str) -> int | None:
        key = (vendor, model)
        if key not in lives:
            price = book.match(vendor, model)
            lives[key] = None if price is None else LIVES.get(price.provider)
        return lives[key]

    def is_frontier(vendor: str, model: str, at_us: int) -> bool:
        # Lists change on dates, never within an hour.
        key = (vendor, model, at_us // (3600 * _SECOND_US))
        if key not in large:
            large[key] = frontier(book, vendor, model, at_us)
        return large[key]

    def reading(row: Spent, component: str) -> Fraction | None:
        price = None if row.model is None else book.match(row.vendor, row.model)
        quote = None if price is None else price.quote(row.started_us, row.prompt)
        read = None if quote is None else quote.rates.get("cache_read")
        write = None if quote is None else quote.rates.get(component)
        return None if read is None or not write else Fraction(read, write)

    return Knows(life=life, bought=BOUGHT, reading=reading, frontier=is_frontier)
