"""The weekly summary finds its reader: told to faces, laid into a folder, mailed; each week once.

Everything that decides when and whereto a summary goes lives here; ``insight.mondays`` says which week is due,
``reporting`` makes the report, ``postman`` mails it.

Rules:

* looked at every few minutes and after the settings changed, so that sleep, a clock that was set and a start on another
  day only delay it; what went out is written down for each way apart, as a Monday's date, and survives restarts;
* a way that is new begins with the next Monday; a week without a call goes nowhere;
* a mail is never sent twice: that it is about to leave is written down first. Should the engine die in that moment,
  nobody knows whether it left: that is said, and ``spendlight mail send`` sends it again;
* a way that fails is tried again, ever more rarely, and holds up no other; its trouble is told until it works.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import time as time_of_day
from datetime import tzinfo
from pathlib import Path
from typing import Final

from trayapp.insight import mondays
from trayapp.insight.periods import Span
from trayapp.platform.paths import write_private
from trayapp.reports import Report
from trayapp.said import say
from trayapp.snapshot import Week
from trayapp.trouble import Trouble

log = logging.getLogger(__name__)

EVERY_S: Final = 300.0
"""Seconds between two looks."""
_ONCE: Final = ("mail",)
"""Ways of which a second delivery would be a second copy."""
_PAUSES_S: Final = (600.0, 1800.0, 3600.0, 4 * 3600.0)
"""How long a way that failed rests, by how often it has."""


class UndeliveredError(Exception):
    """A way did not take it; the text is a sentence that says why."""

    def __init__(self, why: str, *, unknown: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.unknown = unknown
        """Nobody knows whether it did after all, so it is not tried again."""


Way = Callable[[Report], Awaitable[None]]
"""Delivers one report.

Raises:
    UndeliveredError: it did not arrive; it is tried again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user has set."""

    weekly: bool = True
    at: time_of_day = time_of_day(9)
    ways: tuple[str, ...] = ()
    """``file``, ``mail``."""


class Delivery:
    """Delivers. Use it on one event loop."""

    def __init__(
        self,
        path: Path,
        make: Callable[[Span], Awaitable[Report]],
        ways: dict[str, Way],
        troubles: MutableMapping[str, Trouble],
        changed: Callable[[], None],
        state: Callable[[Span], Awaitable[object]] | None = None,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        zone: Callable[[], tzinfo | None] = lambda: None,
    ) -> None:
        """Wire it up.

        Args:
            path: where it is written down what went out.
            make: makes the report of a week.
            ways: by name.
            troubles: what the user has to know; the entries ``report_…`` are ours.
            changed: called when faces see something else now.
            state: what a week's amounts are of at this moment; when it is another, the week is made anew.
            now_us: the clock.
            zone: the zone of the wall's clock; ``None`` is the machine's own.
        """
        self._path = path
        self._make = make
        self._ways = ways
        self._troubles = troubles
        self._changed = changed
        self._state = state
        self._now_us = now_us
        self._zone = zone
        self._wanted: Wanted | None = None
        """``None``: nobody has said it yet, or the settings cannot be read; nothing is delivered, nothing forgotten."""
        self._done = _read(path)
        self._failed: dict[str, tuple[int, float]] = {}
        self._week: Week | None = None
        self._made: tuple[str, object] = ("", None)
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._soon = asyncio.Event()

    @property
    def week(self) -> Week | None:
        """The last week in short, from its moment on; ``None``: it had no call, or none is wanted."""
        return self._week

    def take(self, wanted: Wanted) -> None:
        """Deliver so from now on."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._failed.clear()
            self._soon.set()

    def begin(self) -> None:
        """Start to look."""
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """The engine ends; what is on its way may not arrive."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            self._soon.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  the next look may succeed
                log.warning("the weekly summary could not be made: %s", type(error).__name__)
            at = Wanted().at if self._wanted is None else self._wanted.at
            ahead = (mondays.next_us(self._now_us(), self._zone(), at) - self._now_us()) / 1e6
            try:
                await asyncio.wait_for(self._soon.wait(), max(1.0, min(EVERY_S, ahead + 1)))
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Deliver what is due.

        Raises:
            Exception: what making the report raised; nothing is written down.
        """
        async with self._looking:
            if sys.platform != "win32":
                time.tzset()  # the machine may have moved to another zone since
            wanted, now, zone = self._wanted, self._now_us(), self._zone()
            if wanted is None:
                return
            await self._forget_ways(wanted, now, zone)
            if not wanted.weekly:
                self._made = ("", None)
                self._show(None)
                return
            week = mondays.due(now, zone, wanted.at, "")
            if week is None:
                return
            open_ways = [way for way in wanted.ways if week.first.isoformat() > self._done.get(way, "")]
            open_ways = [way for way in open_ways if time.monotonic() >= self._failed.get(way, (0, 0.0))[1]]
            made = (week.name, await self._state(week) if self._state is not None else None)
            if made == self._made and not open_ways:
                return
            report = await self._make(week)
            self._made = made
            self._show(in_short(report))
            for way in open_ways:
                await self._go(way, week, report)

    async def _go(self, way: str, week: Span, report: Report) -> None:
        times, _ = self._failed.get(way, (0, 0.0))
        monday = week.first.isoformat()
        if not report.sum.calls:
            await self._write_down(way, monday)
            return
        if way in _ONCE and self._done.get(f"{way}_leaving", "") == monday and not times:
            await self._write_down(way, monday)
            self._tell(way, _unknown(say("Spendlight ended while it was on its way.")))
            return
        await self._write_down(f"{way}_leaving", monday)
        try:
            await self._ways[way](report)
        except UndeliveredError as error:
            if error.unknown and way in _ONCE:
                await self._arrived(way, monday)
                self._tell(way, _unknown(error.why))
                return
            await self._rest(way, times, error.why)
            return
        except Exception as error:  # noqa: BLE001  one way's mistake holds up no other
            log.warning("a weekly summary could not be delivered by %s: %s", way, type(error).__name__)
            why = say("Something went wrong in Spendlight ({kind}).", kind=type(error).__name__)
            await self._rest(way, times, why)
            return
        await self._arrived(way, monday)

    async def send(self, way: str) -> str:
        """Deliver the last whole week's summary by one way now, because a person asks; the week's name.

        Raises:
            UndeliveredError: it did not arrive.
        """
        async with self._looking:
            week = mondays.last(self._now_us(), self._zone())
            await self._ways[way](await self._make(week))
            # What arrived by hand need not go once more by itself.
            if self._wanted is not None and way in self._wanted.ways:
                await self._arrived(way, max(week.first.isoformat(), self._done.get(way, "")))
            return week.name

    async def _rest(self, way: str, times: int, why: str) -> None:
        self._failed[way] = (times + 1, time.monotonic() + _PAUSES_S[min(times, len(_PAUSES_S) - 1)])
        await self._write_down(f"{way}_leaving", "")
        self._tell(way, why)

    async def _arrived(self, way: str, monday: str) -> None:
        self._failed.pop(way, None)
        await self._write_down(way, monday)
        if self._troubles.pop(f"report_{way}", None) is not None:
            self._changed()

    async def _forget_ways(self, wanted: Wanted, now: int, zone: tzinfo | None) -> None:
        """A way that is new begins with the next Monday; one that is gone is forgotten."""
        for way in [name for name in self._ways if name not in wanted.ways]:
            self._failed.pop(way, None)
            if self._done.pop(way, None) is not None:
                self._done.pop(f"{way}_leaving", None)
                await self._write()
            if self._troubles.pop(f"report_{way}", None) is not None:
                self._changed()
        for way in wanted.ways:
            if way not in self._done:
                await self._write_down(way, mondays.last(now, zone).first.isoformat())

    def _tell(self, way: str, why: str) -> None:
        fix = {
            "mail": say("`spendlight mail send` sends it now; `spendlight mail` shows what is set."),
            "file": say("Make the folder writable, or set another with `spendlight config set report.folder DIR`."),
        }
        self._troubles[f"report_{way}"] = Trouble(
            title=say("The weekly summary was not mailed")
            if way == "mail"
            else say("The weekly summary could not be written"),
            message=why,
            fix=fix.get(way, ""),
            code=f"report_{way}",
        )
        self._changed()

    def _show(self, week: Week | None) -> None:
        if week != self._week:
            self._week = week
            self._changed()

    async def _write_down(self, name: str, monday: str) -> None:
        self._done[name] = monday
        await self._write()

    async def _write(self) -> None:
        data = json.dumps(self._done, sort_keys=True).encode()
        try:
            await asyncio.to_thread(write_private, self._path, data)
        except OSError as error:
            log.warning("what was delivered could not be written down: %s", error.strerror)


def _unknown(why: str) -> str:
    return say("It is not known whether it arrived: {why}", why=why)


def in_short(report: Report) -> Week | None:
    """What faces show of a week beside everything else; ``None``: it had no call."""
    if not report.sum.calls:
        return None
    return Week(
        name=report.period.name,
        first=report.period.first,
        last=report.period.last,
        pico=report.sum.pico_list,
        pico_before=None if report.before is None else report.before.pico_list,
        pico_saved=report.saving.pico,
        calls=report.sum.calls,
        unpriced=report.sum.unpriced,
        unmetered=report.sum.unmetered,
        errors=report.sum.errors,
        estimated=bool(report.sum.pico_estimated),
        unusual=len(report.anomalies),
    )


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}
