"""What faces are told about cheaper models, and the one suggestion: made from rules, rows and running conversations.

Everything that puts ``trayapp.choices`` together lives here; ``routing_verbs`` changes things.

Rules: what a glance needs is read again only when it has changed; a week of rows is looked through now and then, in a
thread; one suggestion at a time, none in let-it-rip or while everything goes out as requested.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from trayapp import choices
from trayapp.dialects.adapt import capability
from trayapp.engine import chosenwords, pastcalls
from trayapp.engine.router import Router
from trayapp.engine.running import Pulse
from trayapp.insight.periods import begins, local, span
from trayapp.ledger import Ledger, RuleSaved, Saved
from trayapp.moments import FIRST_US, LAST_US
from trayapp.money import count
from trayapp.routing import moments
from trayapp.routing.booked import Cache, NoRateError, booked
from trayapp.routing.evidence import Pair, Standing, State
from trayapp.routing.ladders import below
from trayapp.routing.proposals import Past, Proposal, proposals, repriced, words_of
from trayapp.routing.rules import Asked, Rule, concerns
from trayapp.said import say
from trayapp.settings import LET_IT_RIP
from trayapp.values import Kind

log = logging.getLogger(__name__)

DAYS: Final = 7
EVERY_S: Final = (20.0, 600.0)
"""Seconds between two looks at a week of rows, at the least and at the most; within these so many that looking takes
half a percent of the time."""
_SHARE: Final = 200.0
MOST_ROWS: Final = 20_000
UNDO_US: Final = 10 * 10**6
_MENU: Final = 8
_MENU_S: Final = 5.0
_METERS: Final = say("Let it rip only meters. Choose Balanced or Frugal first.")


class Choosing:
    """Makes ``Choices``. Use it on one event loop."""

    def __init__(self, router: Router, ledger: Ledger, now_us: Callable[[], int] = lambda: time.time_ns() // 1000):
        self.router = router
        self._ledger = ledger
        self._now_us = now_us
        self._saved: tuple[str, list[Saved], dict[str, RuleSaved]] = ("", [], {})
        self._proposals: list[Proposal] = []
        self._look_at = float("-inf")
        """When last week's rows are due to be looked through again, monotonic seconds."""
        self._looking: asyncio.Task[None] | None = None
        self._menu: tuple[float, list[choices.Choice]] = (float("-inf"), [])
        self.undo: choices.Undo | None = None
        self.removed: dict[str, Rule] = {}
        """Rules that were removed in this engine's life, for taking that back."""

    async def made(self, *, afresh: bool = False) -> choices.Choices:
        """All that a glance shows about cheaper models; ``afresh``: somebody asks for it, and waits."""
        await self.read()
        if afresh:
            self._menu = (float("-inf"), [])
        router, now = self.router, self._now_us()
        week, today = self._saved[1]
        undo = self.undo if self.undo is not None and self.undo.until_us > now else None
        if time.monotonic() >= self._look_at and (self._looking is None or self._looking.done()):
            self._looking = asyncio.get_running_loop().create_task(self._look())
        offered = self.suggestions()
        return choices.Choices(
            mode=router.mode,
            mode_by=self._mode_by(),
            asis=router.rulebook.asis,
            asis_until_us=router.rulebook.asis_until_us,
            rules=tuple(self.view(rule) for rule in reversed(router.rules_shown)),
            suggestion=offered[0] if offered else None,
            menu=tuple(self._fresh_menu()),
            undo=undo,
            pico_saved_today=today.saved if today.rows else None,
            pico_saved_week=week.saved + today.saved if week.rows + today.rows else None,
            pico_low_week=week.low + today.low,
            pico_high_week=week.high + today.high,
            unknown_week=week.unknown + today.unknown,
        )

    async def close(self) -> None:
        """The engine ends."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    # what was saved

    async def read(self) -> None:
        """Read what was saved again, if that has changed."""
        now_us = self._now_us()
        day, week = span("day", now_us, None), span("week", now_us, None)
        if not self.router.after.stale and self._saved[0] == day.name:
            return
        self.router.after.stale = False
        edges = [week.since_us, day.since_us, LAST_US]
        try:
            days = await asyncio.wrap_future(self._ledger.savings(edges))
            by_rule = await asyncio.wrap_future(self._ledger.savings_by_rule(FIRST_US, LAST_US))
        except BaseException:
            self.router.after.stale = True
            raise
        self._saved = (day.name, days, {each.rule: each for each in by_rule})

    async def by_day(self, days: int) -> list[dict[str, object]]:
        """What was saved on each of the last local days, oldest first; amounts are decimal strings of pico-USD."""
        today = local(self._now_us(), None).date()
        dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
        edges = [*(begins(date, None) for date in dates), LAST_US]
        found = await asyncio.wrap_future(self._ledger.savings(edges))
        return [
            {
                "day": date.isoformat(),
                "rows": saved.rows,
                "unknown": saved.unknown,
                "pico_asked": str(saved.pico_asked),
                "pico_list": str(saved.pico_list),
                "pico_saved": str(saved.saved),
                "pico_low": str(saved.low),
                "pico_high": str(saved.high),
            }
            for date, saved in zip(dates, found, strict=True)
        ]

    def view(self, rule: Rule) -> choices.RuleView:
        """A rule, as people see it."""
        return chosenwords.rule_view(rule, self._saved[2].get(rule.id), self.standing(rule), self._now_us())

    def standing(self, rule: Rule) -> Standing | None:
        """What a person's own outcomes say of a rule."""
        if rule.scope not in ("kind", "task") or rule.asked is None or rule.model is None:
            return None
        return self.router.after.witness.standing(Pair(rule.value, rule.asked, rule.model), None, None, self._now_us())

    # what could be chosen

    def _fresh_menu(self) -> list[choices.Choice]:
        """The menu, reckoned anew when something was chosen, else every few seconds."""
        if time.monotonic() - self._menu[0] > _MENU_S:
            self._menu = (time.monotonic(), self.menu())
        return self._menu[1]

    def changed(self) -> None:
        """A rule was made or taken back: what is shown is reckoned anew."""
        self._menu = (float("-inf"), [])
        self.router.after.stale = True
        self.router.changed()

    def menu(self) -> list[choices.Choice]:
        """The models in use today and what may stand in for them, most money first."""
        found: dict[tuple[str, str], list[Pulse]] = {}
        for pulse in self.router.after.running.now(self._now_us()):
            found.setdefault((pulse.vendor, pulse.asked), []).append(pulse)
        ranked = sorted(found.items(), key=lambda item: -sum(pulse.pico for pulse in item[1]))
        made = []
        for (vendor, asked), pulses in ranked:
            models = below(asked)
            if not models:
                continue
            newest = pulses[0]
            chosen = self.serving(newest)
            options = [choices.Option(model=asked, words="as requested", chosen=chosen == asked, means="asked")]
            options += [dataclasses.replace(self.option(newest, model), chosen=chosen == model) for model in models]
            why_not = self.why_not(newest)
            made.append(
                choices.Choice(
                    vendor=vendor,
                    asked=asked,
                    tool=newest.tool,
                    options=() if why_not else tuple(options),
                    why_not=why_not,
                    bar="" if not why_not else "meter_only" if why_not == _METERS else "plan",
                )
            )
        return made[:_MENU]

    def why_not(self, pulse: Pulse) -> str:
        """Why nothing may be chosen for a conversation; empty: it may."""
        if pulse.account == "subscription" and not self.router.subscriptions:
            return say(
                "This login's plan pays for it. Another model would save window, not money, and the vendor's terms may"
                " not want it; `routing.subscriptions` turns it on."
            )
        if self.router.mode == LET_IT_RIP:
            return _METERS
        return ""

    def serving(self, pulse: Pulse) -> str:
        """The model that a conversation's next turn would get."""
        if self.router.rulebook.asis or self.why_not(pulse):
            return pulse.asked
        asked = Asked(
            vendor=pulse.vendor, model=pulse.asked, kind=Kind.MAIN, session=pulse.session, project=pulse.project
        )
        rule = self.router.chosen(asked)
        return pulse.asked if rule is None or not rule.now or rule.model is None else rule.model

    def advice(self, pulse: Pulse, model: str) -> moments.Advice | None:
        """When a running conversation should go to another model; ``None``: there is no price."""
        now, book = self._now_us(), self.router.tariff().book
        cache = Cache.HOUR if pulse.hour else Cache.DEFAULT
        try:
            a = booked(book, pulse.route, pulse.asked, now, cache).cost
            b = booked(book, pulse.route, model, now, cache).cost
        except NoRateError:
            return None
        known = self.router.listings.of(pulse.vendor, pulse.wire, model) or capability(pulse.wire, model)
        if b.window is None and known is not None:
            b = dataclasses.replace(b, window=known.window)
        return moments.advise(pulse.situation(now), a, b)

    def option(self, pulse: Pulse, model: str) -> choices.Option:
        """What choosing a model means for a conversation now."""
        return chosenwords.option(model, self.advice(pulse, model), plan=pulse.account == "subscription")

    # what is suggested

    def suggestions(self) -> list[choices.Suggestion]:
        """What could be suggested now, the best first."""
        router = self.router
        if router.mode == LET_IT_RIP or router.rulebook.asis:
            return []
        made = self._from_team()
        for each in self._proposals:
            if router.rulebook.declined(each.id) or self._covered(each):
                continue
            if router.team is not None and not router.team.terms.allows(each.model):
                continue
            standing = router.after.witness.standing(
                Pair(each.value, each.asked, each.model),
                each.pico_now // each.calls,
                each.pico_then // each.calls,
                self._now_us(),
            )
            if standing.state is State.WITHDRAWN:
                continue
            made.append(self._suggestion(each, standing))
        return made

    def _mode_by(self) -> str:
        terms = None if self.router.team is None else self.router.team.terms
        return terms.team if terms is not None and terms.mode and terms.mode == self.router.mode else ""

    def _from_team(self) -> list[choices.Suggestion]:
        router = self.router
        if router.team is None:
            return []
        found = router.team.suggestions(router.used, self._covered)
        return [each for each in found if not router.rulebook.declined(each.id)]

    def proposal(self, suggestion: str) -> Proposal | None:
        """The proposal behind a suggestion."""
        return next((each for each in self._proposals if each.id == suggestion), None)

    def _suggestion(self, each: Proposal, standing: Standing) -> choices.Suggestion:
        # What a call is for is recognised from its structure; it needs no personal evidence.
        proven = each.scope == "kind" or standing.state is State.PROVEN
        lines = [each.proof(DAYS)]
        if each.scope == "kind":
            lines.append("They are recognised by how the request is made, not by its words. Your main model stays.")
        else:
            lines.append("A session that begins with one goes there, until you ask for something else.")
        if standing.words and (standing.tried or not proven):
            lines.append(f"{standing.words[:1].upper()}{standing.words[1:]}.")
        return choices.Suggestion(
            id=each.id,
            title=each.title,
            lines=tuple(line for line in lines if line),
            action="Switch" if proven else "Try for 1 hour",
            trial=not proven,
            model=each.model,
            pico_saved=0 if each.plan else each.pico_saved,
            scope=each.scope,
            value=each.value,
            asked=each.asked,
            calls=each.calls,
            days=DAYS,
            pico_now=each.pico_now,
            pico_then=each.pico_then,
            plan=each.plan,
            record=chosenwords.record(standing),
        )

    def _covered(self, each: Proposal | Rule) -> bool:
        return any(
            rule.scope == each.scope and rule.value == each.value and rule.asked in (None, each.asked)
            for rule in self.router.rules_shown
        )

    @property
    def looked(self) -> bool:
        """Whether last week's rows were looked through at all."""
        return self._look_at > float("-inf") and (self._looking is None or self._looking.done())

    async def look(self) -> None:
        """Look through the last week's rows for what may be suggested; who asks meanwhile waits for the same look."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        began = time.monotonic()
        self._look_at = began + EVERY_S[1]
        if self.router.mode == LET_IT_RIP:
            self._proposals = []
            return
        try:
            pasts = await self.pasts()
            tariff, rulebook = self.router.tariff(), self.router.rulebook
            # What was declined is left out when it is shown: the smaller step may be wanted later.
            found = await asyncio.to_thread(proposals, pasts, pastcalls.pricing(tariff))
        except Exception as error:  # noqa: BLE001  a face without a suggestion is still a face
            log.warning("last week's calls could not be looked through: %s", type(error).__name__)
            return
        took = time.monotonic() - began
        self._look_at = began + min(max(took * _SHARE, EVERY_S[0]), EVERY_S[1])
        before = [each.id for each in self._proposals if not rulebook.declined(each.id)]
        self._proposals = found
        if before != [each.id for each in found if not rulebook.declined(each.id)]:
            self.router.changed()

    async def pasts(self) -> list[Past]:
        """The last week's calls that a rule could have concerned."""
        now, tariff, subscriptions = self._now_us(), self.router.tariff(), self.router.subscriptions
        rows = await asyncio.wrap_future(self._ledger.reroutable(now - DAYS * 86_400 * 10**6, now, MOST_ROWS))
        # Twenty thousand rows take longer than a call may wait for the loop.
        return await asyncio.to_thread(
            pastcalls.pasts, rows, by_list=tariff.agreements.none, subscriptions=subscriptions
        )

    async def preview(self, rule: Rule) -> Mapping[str, object]:
        """What a rule would have touched in the last week."""
        pasts = await self.pasts()

        def reckon() -> tuple[int, int, int]:
            touched = [past for past in pasts if concerns(rule, pastcalls.asked_of(past), self.router.dearer)]
            if rule.model is None:
                return len(touched), sum(past.pico for past in touched), sum(past.pico for past in touched)
            return repriced(touched, rule.model, pastcalls.pricing(self.router.tariff()))

        calls, now, then = await asyncio.to_thread(reckon)
        if rule.model is None:
            lines = [f"It would have touched {count(calls)} of the last {DAYS} days' calls."]
        else:
            lines = [words_of(calls, now, then, rule.model, DAYS)]
        return {"calls": calls, "days": DAYS, "pico_now": str(now), "pico_then": str(then), "lines": lines}
