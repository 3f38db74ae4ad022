"""What a glance shows: running calls from memory, the day's totals from the ledger.

Everything that the faces see of the present lives here. The day's numbers are *read* from the ledger's rollups
whenever something was closed, never kept beside it, so the meter and the export cannot disagree.

Rules: at most four snapshots a second, none while nothing happens and nobody listens; a running call's amount is an
estimate and is shown apart from the day's total until its row is closed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from trayapp import __version__, currency
from trayapp.budgetviews import Budgets
from trayapp.choices import Choices
from trayapp.display import Display
from trayapp.engine.today import Day, DayReader, with_running
from trayapp.engine.windows import Shown
from trayapp.ledger import Ledger
from trayapp.moments import local_midnight
from trayapp.snapshot import LiveCall, Notice, Snapshot, Today, Week
from trayapp.teamviews import TeamView
from trayapp.trouble import Trouble
from trayapp.values import Cost, Opening, State, Usage

log = logging.getLogger(__name__)

PUSH_SECONDS: Final = 0.25
SHOW_ENDED_SECONDS: Final = 10.0
LIVE_LIMIT: Final = 20
_NO_AMOUNT: Final = 2**63
"""The ledger takes no such amount: it is a slip of the vendor's, and no spending."""
RATE_MINUTES: Final = 10


class Running(Protocol):
    """A running call, as the glance needs it."""

    opening: Opening

    @property
    def state(self) -> State:
        """Where it stands."""

    def tokens_so_far(self) -> tuple[int, int, bool]:
        """(input, output, whether either is an estimate)."""

    def cost_so_far(self) -> int | None:
        """Pico-USD at what was seen, or ``None`` without a price."""


class _Ended(msgspec.Struct):
    """A call that ended; drawn only when somebody looks."""

    opening: Opening
    state: State
    usage: Usage
    cost: Cost | None
    ended_us: int

    def shown(self) -> LiveCall:
        opening, usage = self.opening, self.usage
        return LiveCall(
            id=opening.id,
            tool=opening.tool or "",
            vendor=opening.vendor,
            model=usage.model or opening.model_asked or "",
            project=opening.project_name or "",
            started_us=opening.started_us,
            ended_us=self.ended_us,
            state=self.state.value,
            tokens_in=sum(leg.prompt for leg in usage.legs),
            tokens_out=usage.total("output"),
            estimated=not usage.complete,
            pico=None if self.cost is None else self.cost.pico,
        )


@dataclass(slots=True)
class _Minute:
    number: int
    pico: int = 0


@dataclass(slots=True)
class Facts:
    """What other parts of the engine know and the glance repeats."""

    port: int = 0
    demo: bool = False
    budget_day_pico: int | None = None
    book: str = ""
    paused_until_us: int = 0
    rates: currency.Rates = field(default_factory=currency.Rates)
    knows: Callable[[str, str], bool] = lambda _vendor, _model: False
    """Whether the price book knows a vendor's model."""
    troubles: Callable[[], tuple[Trouble, ...]] = field(default=tuple)
    notices: Callable[[], tuple[Notice, ...]] = field(default=tuple)
    choices: Callable[[], Awaitable[Choices]] | None = None
    """Makes what is shown about cheaper models."""
    plan: Callable[[int], Shown] = lambda _now_s: Shown()
    """Plan windows and rate limits at a moment."""
    icon: str = "auto"
    month: Callable[[], Awaitable[int | None]] | None = None
    """Tells what this month will have cost, pico-USD; asked only when the icon wants it."""
    display: Display = field(default_factory=Display)
    notify: str = "all"
    quiet: str = ""
    week: Callable[[], Week | None] = lambda: None
    """The last whole week in short, once it is due."""
    budgets: Callable[[], Awaitable[Budgets]] | None = None
    """Makes what is shown about budgets."""
    team: Callable[[], TeamView | None] = lambda: None
    """How it stands with the team."""
    settled: Callable[[], None] = lambda: None
    """Told when totals have changed."""


class Glance:
    """Keeps the running calls, makes snapshots, tells subscribers."""

    def __init__(self, ledger: Ledger, facts: Facts) -> None:
        self.facts = facts
        self._running: dict[int, Running] = {}
        self._ended: deque[_Ended] = deque(maxlen=LIVE_LIMIT)
        self._minutes: deque[_Minute] = deque(maxlen=RATE_MINUTES + 1)
        self._reader = DayReader(ledger)
        self._day = Day()
        self._stale = True
        self._listeners: set[Callable[[Snapshot], None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._last_push = 0.0
        self._choices = Choices()
        self._budgets = Budgets()
        self._month: int | None = None

    def started(self, call: Running) -> None:
        """A call has its row."""
        self._running[call.opening.id] = call
        self.changed()

    def ended(self, call: Running, usage: Usage, cost: Cost | None) -> None:
        """A call's row is about to be closed."""
        self._running.pop(call.opening.id, None)
        self._ended.appendleft(_Ended(call.opening, call.state, usage, cost, time.time_ns() // 1000))
        if cost is not None and cost.pico and cost.pico < _NO_AMOUNT:
            minute = int(time.monotonic() // 60)
            if not self._minutes or self._minutes[-1].number != minute:
                self._minutes.append(_Minute(minute))
            self._minutes[-1].pico += cost.pico

    def settled(self) -> None:
        """A close has been committed: the day's totals have changed."""
        self._stale = True
        self.facts.settled()
        self.changed()

    def changed(self) -> None:
        """Something that a face shows is different now; the next push is scheduled."""
        if not self._listeners:
            return
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._last_push + PUSH_SECONDS)
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._push)

    def listen(self, listener: Callable[[Snapshot], None]) -> None:
        """Add a subscriber; it gets a first snapshot soon."""
        self._listeners.add(listener)
        self.changed()

    def unlisten(self, listener: Callable[[Snapshot], None]) -> None:
        """Remove a subscriber."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """End pushes."""
        self._listeners.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()

    async def snapshot(self) -> Snapshot:
        """The state of things now.

        Raises:
            Exception: whatever reading the ledger raised; the caller says so to the face.
        """
        now = datetime.now().astimezone()
        if self._stale or self._day.day != now.date().isoformat() or self._reader.wait == 0:
            self._stale = False
            running = {call.opening.session for call in self._running.values() if call.opening.session}
            try:
                self._day = await self._reader.read(now, self._day, self.facts.knows, running)
            except BaseException:
                self._stale = True
                raise
        if self.facts.choices is not None:
            self._choices = await self.facts.choices()
        month = self.facts.month if self.facts.icon == "month" else None
        self._month = None if month is None else await month()
        if self.facts.budgets is not None:
            self._budgets = await self.facts.budgets()
        return self._make(now)

    def _push(self) -> None:
        self._timer = None
        if self._task is not None and not self._task.done():
            # The ledger is slow just now; do not queue up behind it.
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PUSH_SECONDS, self._push)
            return
        self._task = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        loop = asyncio.get_running_loop()
        self._last_push = loop.time()
        try:
            snapshot = await self.snapshot()
        except Exception as error:  # noqa: BLE001  a failing read must not end the meter
            log.warning("the day's totals could not be read: %s", type(error).__name__)
            snapshot = self._make(datetime.now().astimezone())
        for listener in tuple(self._listeners):
            listener(snapshot)
        wait = self._next_change(snapshot)
        if self._timer is None and self._listeners:
            self._timer = loop.call_later(wait, self._push)

    def _next_change(self, snapshot: Snapshot) -> float:
        """Seconds until the picture changes by itself."""
        wait = self._next_change_of_calls(snapshot)
        if (behind := self._reader.wait) is not None:
            wait = min(wait, max(behind, PUSH_SECONDS))
        now_s = snapshot.at_us / 1_000_000
        resets = [window.resets_at for window in snapshot.windows] + [limit.resets_at for limit in snapshot.limits]
        ends = [each.overridden_until_us / 1e6 for each in snapshot.budgets.budgets]
        ends += [each.until_us / 1e6 for each in snapshot.budgets.budgets]
        return min([wait, *(max(1.0, at - now_s) for at in (*resets, *ends) if at is not None and at > now_s)])

    def _next_change_of_calls(self, snapshot: Snapshot) -> float:
        """The same, for calls and the day."""
        if any(call.ended_us == 0 for call in snapshot.live):
            return 1.0
        if snapshot.live:
            return SHOW_ENDED_SECONDS / 2
        if snapshot.paused_until_us:
            return 30.0
        if snapshot.rate_pico_hour:
            return 60.0
        now = datetime.now().astimezone()
        midnight = local_midnight(now + timedelta(days=1))
        return max(1.0, (midnight - now).total_seconds() + 0.5)

    def _make(self, now: datetime) -> Snapshot:
        at_us = int(now.timestamp() * 1_000_000)
        facts = self.facts
        shown = facts.rates.at(at_us)
        paused = facts.paused_until_us if facts.paused_until_us > at_us else 0
        live, running_pico = self._live()
        plan = facts.plan(at_us // 1_000_000)
        seconds = (now - local_midnight(now)).total_seconds()
        day = local_midnight(now + timedelta(days=1)) - local_midnight(now)
        return Snapshot(
            at_us=at_us,
            version=__version__,
            port=facts.port,
            demo=facts.demo,
            mode="paused" if paused else "metering",
            paused_until_us=paused,
            today=self._today(),
            running_pico=running_pico,
            rate_pico_hour=self._rate(),
            budget_day_pico=facts.budget_day_pico,
            pace=None if facts.budget_day_pico is None else self._pace(seconds / day.total_seconds()),
            by_tool=self._day.by_tool,
            by_model=self._day.by_model,
            by_project=self._day.by_project,
            by_session=with_running(self._day.by_session, [call.opening for call in self._running.values()]),
            live=live,
            book=facts.book,
            currency=facts.rates.code,
            currency_rate=shown.rate if shown.since else "",
            currency_since=shown.since,
            troubles=facts.troubles(),
            notices=facts.notices(),
            unpriced=self._day.unpriced,
            windows=plan.windows,
            limits=plan.limits,
            credits=plan.credits,
            icon=facts.icon,
            month_point_pico=self._month,
            display=facts.display,
            notify=facts.notify,
            quiet=facts.quiet,
            choices=self._choices,
            budgets=self._budgets,
            team=facts.team(),
            week=facts.week(),
        )

    def _pace(self, even: float) -> float:
        """Where the day's budget would stand by now: by the learned day shape, as soon as there is one."""
        view = self._budgets.of_today(self.facts.budget_day_pico)
        return even if view is None or view.pace is None else view.pace

    def _today(self) -> Today:
        totals = self._day.totals
        if totals is None:
            return Today(day=self._day.day)
        return Today(
            pico=totals.pico_list,
            pico_estimated=totals.pico_estimated,
            pico_contract=totals.pico_contract,
            pico_marginal=totals.pico_marginal,
            unagreed=max(totals.priced + self._day.decided - min(totals.contract_known, totals.marginal_known), 0),
            calls=totals.calls,
            errors=totals.errors,
            unpriced=totals.unpriced,
            unmetered=totals.unmetered,
            input=totals.input,
            cache_read=totals.cache_read,
            cache_write=totals.cache_write + totals.cache_write_1h + totals.cache_write_12h,
            output=totals.output,
            day=self._day.day,
        )

    def _live(self) -> tuple[tuple[LiveCall, ...], int]:
        running_pico = 0
        shown: list[LiveCall] = []
        for call in reversed(tuple(self._running.values())):
            pico = call.cost_so_far()
            running_pico += pico or 0
            if len(shown) < LIVE_LIMIT:
                opening = call.opening
                tokens_in, tokens_out, estimated = call.tokens_so_far()
                shown.append(
                    LiveCall(
                        id=opening.id,
                        tool=opening.tool or "",
                        vendor=opening.vendor,
                        model=opening.model_sent or opening.model_asked or "",
                        project=opening.project_name or "",
                        started_us=opening.started_us,
                        state=call.state.value,
                        tokens_in=tokens_in,
                        tokens_out=tokens_out,
                        estimated=estimated,
                        pico=pico,
                    )
                )
        limit = time.time_ns() // 1000 - round(SHOW_ENDED_SECONDS * 1e6)
        shown.extend(ended.shown() for ended in self._ended if ended.ended_us >= limit)
        return tuple(shown[:LIVE_LIMIT]), running_pico

    def _rate(self) -> int:
        oldest = int(time.monotonic() // 60) - RATE_MINUTES
        return sum(m.pico for m in self._minutes if m.number > oldest) * (60 // RATE_MINUTES)


def is_demo() -> bool:
    """Whether this engine belongs to `spendlight demo`."""
    return os.environ.get("SPENDLIGHT_DEMO") == "1"
