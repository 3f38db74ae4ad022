"""What the engine does when a face asks about cheaper models: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``: arguments are checked here, a change is written before it takes effect; what a
person can do by a click in the tray is one verb here and one command there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from trayapp import choices, settings_edit
from trayapp.control import ControlError
from trayapp.engine import chosenwords
from trayapp.engine.choosing import UNDO_US, Choosing
from trayapp.engine.configure import Configuration
from trayapp.engine.control_server import Verb
from trayapp.engine.meant import Meant, seconds, wrong
from trayapp.engine.running import Pulse
from trayapp.engine.teamrules import PREFIX, TeamRules
from trayapp.platform.paths import Paths
from trayapp.routing.efforts import keeps_cache
from trayapp.routing.evidence import Pair
from trayapp.routing.rules import Rule
from trayapp.said import say
from trayapp.settings import LET_IT_RIP
from trayapp.snapshot import to_json
from trayapp.teamviews import decided
from trayapp.trouble import Trouble

_HOUR_US: Final = 3600 * 10**6
_DAY_US: Final = 24 * _HOUR_US
_DECLINED_DAYS: Final = 30
_DAYS: Final = 14
_MOST_DAYS: Final = 400


@dataclass(slots=True)
class RoutingVerbs:
    """The engine's answers about cheaper models."""

    paths: Paths
    choosing: Choosing
    configuration: Configuration
    meant: Meant
    now_us: Callable[[], int] = lambda: time.time_ns() // 1000

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {
            "choices": self.choices,
            "use": self.use,
            "asis": self.asis,
            "set_mode": self.set_mode,
            "accept_suggestion": self.accept,
            "decline_suggestion": self.decline,
            "add_rule": self.add,
            "preview_rule": self.preview,
            "remove_rule": self.remove,
            "restore_rule": self.restore,
            "pause_rule": self.pause,
            "resume_rule": self.resume,
            "savings": self.savings,
            "feedback": self.feedback,
            "advice": self.advice,
            "evidence": self.evidence,
        }

    async def choices(self, _: Mapping[str, Any]) -> Any:
        """All there is, and every suggestion."""
        await self.choosing.look()
        return {
            **to_json(await self.choosing.made(afresh=True)),
            "suggestions": [to_json(each) for each in self.choosing.suggestions()],
        }

    async def use(self, arguments: Mapping[str, Any]) -> Any:
        """Serve a model from the next human turn on."""
        scope = str(arguments.get("scope") or "always")
        if scope not in ("always", "session", "project"):
            raise wrong(say("A model can be used for everything, one session or one project."))
        pulse = self.meant.pulse(arguments)
        # Another effort costs most models their cache: then it begins with the next session.
        lever = not arguments.get("model")
        keeps = pulse is not None and keeps_cache(pulse.asked)
        rule = self.meant.rule(arguments, scope, pulse, now=not lever or keeps)
        pulse = self.meant.of(rule.vendor, pulse)
        if pulse is not None and (why := self.choosing.why_not(pulse)):
            raise ControlError(
                Trouble(
                    title=say("That cannot be switched"),
                    message=why,
                    fix=(
                        say("`spendlight config set routing.subscriptions true` turns it on.")
                        if pulse.account == "subscription"
                        else say("`spendlight rules mode balanced` allows it.")
                    ),
                    code="not_switchable",
                )
            )
        if self.choosing.router.mode == LET_IT_RIP:
            raise ControlError(_METER_ONLY)
        if pulse is not None and rule.asked is None and self._steps_up(rule, pulse):
            rule = replace(rule, asked=pulse.asked)
        book = self.choosing.router.rulebook
        # One choice at a time: what was chosen before for the same requests gives way.
        replaced = [
            old
            for old in book.rules
            if old.now
            and rule.now
            and (old.vendor, old.scope, old.value) == (rule.vendor, rule.scope, rule.value)
            and rule.asked in (None, old.asked)
        ]
        lines = [f"It replaces {old.id} ({chosenwords.text_of(old)})." for old in replaced]
        lines += self._meaning(rule)
        if lever and not keeps:
            lines.append(
                "It begins with the next session, or where a cache is cold: inside a session another effort would have"
                " the conversation written anew."
            )
        made = book.add(rule, instead_of=[old.id for old in replaced])
        self.choosing.removed |= {old.id: old for old in replaced}
        if book.asis:
            book.set_asis(False)
        return self._made(made, lines)

    async def asis(self, arguments: Mapping[str, Any]) -> Any:
        """As requested, now; or by the rules again."""
        on = bool(arguments.get("on", True))
        lasts = arguments.get("seconds")
        book = self.choosing.router.rulebook
        book.set_asis(on, None if lasts is None else self.now_us() + seconds(lasts) * 10**6)
        if on:
            for rule in book.rules:
                if rule.now:
                    self.choosing.removed[rule.id] = book.drop(rule.id)
        return await self._changed()

    async def set_mode(self, arguments: Mapping[str, Any]) -> Any:
        """Let it rip, balanced or frugal; kept in the settings."""
        team = self._team
        if team is not None and team.terms.mode and not team.terms.override:
            raise ControlError(decided(team.terms.team))
        await asyncio.to_thread(settings_edit.set_value, self.paths.settings, "routing.mode", str(arguments["mode"]))
        self.configuration.reload()
        return await self._changed()

    async def accept(self, arguments: Mapping[str, Any]) -> Any:
        """Make a suggestion a rule; an unproven one for one hour."""
        name = str(arguments["suggestion"])
        by_team = None if self._team is None else self._team.accepted(name)
        if by_team is not None:
            return self._made(self.choosing.router.rulebook.add(by_team), [])
        proposal = self.choosing.proposal(name)
        shown = next((each for each in self.choosing.suggestions() if each.id == name), None)
        if proposal is None or shown is None:
            raise ControlError(
                Trouble(
                    title=say("That suggestion is over"),
                    message=say("It is no longer made, or a rule does it already."),
                    fix=say("`spendlight suggest` shows what is suggested now."),
                    code="no_suggestion",
                )
            )
        rule = Rule(
            id="",
            vendor=proposal.vendor,
            model=proposal.model,
            asked=proposal.asked,
            scope="kind" if proposal.scope == "kind" else "task",
            value=proposal.value,
            until_us=self.now_us() + _HOUR_US if shown.trial else None,
            origin="suggestion",
        )
        made = self._made(self.choosing.router.rulebook.add(rule), [])
        self.choosing.router.after.witness.answered(accepted=1)
        return made

    async def decline(self, arguments: Mapping[str, Any]) -> Any:
        """Do not suggest that for a while."""
        days = int(arguments.get("days") or _DECLINED_DAYS)
        self.choosing.router.rulebook.decline(
            str(arguments["suggestion"]), self.now_us() + max(1, min(days, 3650)) * _DAY_US
        )
        self.choosing.changed()
        self.choosing.router.after.witness.answered(declined=1)
        return {}

    async def add(self, arguments: Mapping[str, Any]) -> Any:
        """A standing rule."""
        rule = self.meant.standing(arguments)
        preview = await self.choosing.preview(rule)
        made = self._made(self.choosing.router.rulebook.add(rule), [])
        return {**made, "preview": preview}

    async def preview(self, arguments: Mapping[str, Any]) -> Any:
        """What a rule would have touched last week."""
        return await self.choosing.preview(self.meant.standing(arguments))

    async def remove(self, arguments: Mapping[str, Any]) -> Any:
        """Take a rule back; what it has switched returns at the next human turn."""
        name = str(arguments["rule"])
        if name.startswith("mode:"):
            raise wrong(say("That comes with the mode. Pause it, or choose the mode balanced."))
        if name.startswith(PREFIX):
            raise wrong(say("That comes from your team. Pause it, where the team allows that."))
        rule = self.choosing.router.rulebook.drop(name)
        self.choosing.removed[rule.id] = rule
        self.choosing.router.after.witness.undone(rule.id)
        if rule.origin == "suggestion":
            self.choosing.router.after.witness.answered(taken_back=1)
        self.choosing.undo = None
        return await self._shown(rule)

    async def restore(self, arguments: Mapping[str, Any]) -> Any:
        """Take a removal back."""
        name = str(arguments["rule"])
        rule = self.choosing.removed.pop(name, None)
        if rule is None:
            raise ControlError(
                Trouble(
                    title=say("That rule cannot be brought back"),
                    message=say("It was not removed since Spendlight started."),
                    fix=say("Make it anew."),
                    code="no_rule",
                )
            )
        self.choosing.router.rulebook.put_back(rule)
        if rule.origin == "suggestion":
            self.choosing.router.after.witness.answered(taken_back=-1)
        return await self._shown(rule)

    async def pause(self, arguments: Mapping[str, Any]) -> Any:
        """Let a rule rest."""
        name, book = str(arguments["rule"]), self.choosing.router.rulebook
        if name.startswith(("mode:", PREFIX)):
            self._mode_rule(name)
            if name.startswith(PREFIX) and self._team is not None and not self._team.terms.override:
                raise ControlError(decided(self._team.terms.team))
            book.rest(name, "user", 2**62)
            return await self._shown(self._mode_rule(name))
        return await self._shown(book.pause(name, "user"))

    async def resume(self, arguments: Mapping[str, Any]) -> Any:
        """Let it go on. One that went wrong too often begins anew."""
        name, book = str(arguments["rule"]), self.choosing.router.rulebook
        if name.startswith(("mode:", PREFIX)):
            book.rest(name, "", 0)
            return await self._shown(self._mode_rule(name))
        rule = book.find(name)
        if rule.paused == "evidence" and rule.asked is not None and rule.model is not None:
            self.choosing.router.after.witness.taken_up(Pair(rule.value, rule.asked, rule.model))
        return await self._shown(book.resume(name))

    async def savings(self, arguments: Mapping[str, Any]) -> Any:
        """What the rules have saved on each of the last days, oldest first; a loss is negative."""
        days = int(arguments.get("days") or _DAYS)
        if not 1 <= days <= _MOST_DAYS:
            raise wrong(say("Savings are told for 1 to {most} days.", most=_MOST_DAYS))
        return {"days": await self.choosing.by_day(days)}

    async def feedback(self, arguments: Mapping[str, Any]) -> Any:
        """A person's own word on the latest turn that a rule has changed."""
        good = bool(arguments["good"])
        said = self.choosing.router.after.witness.say(good, self.now_us())
        if said is None:
            raise ControlError(
                Trouble(
                    title=say("There is nothing to judge"),
                    message=say("No turn of the last hours was served by another model than was asked for."),
                    code="nothing_switched",
                )
            )
        return {"text": f"Noted: {said.what} on {said.served} {'worked' if good else 'did not work'}."}

    async def advice(self, _: Mapping[str, Any]) -> Any:
        """What the models cost for a finished task here."""
        pairs = self.choosing.router.after.witness.advise()
        held = self.choosing.router.after.witness.compared()
        lines = [pair.words for pair in pairs] or [
            "Nothing can be said yet: it takes eight finished sessions of two models with the same tool."
        ]
        return {"lines": lines, "pairs": [asdict(pair) for pair in pairs], "hold_back": held.words}

    async def evidence(self, arguments: Mapping[str, Any]) -> Any:
        """Counts by task type, models and week; nothing else is kept."""
        witness = self.choosing.router.after.witness
        if arguments.get("reset"):
            witness.reset()
        return {
            "counts": [
                {"type": c.what, "from": c.asked, "to": c.served, "good": c.good, "bad": c.bad, "week": c.week}
                for c in witness.book.export()
            ],
            "suggestions": msgspec.structs.asdict(witness.answers),
        }

    def _steps_up(self, rule: Rule, pulse: Pulse) -> bool:
        """Whether a choice is for a dearer model than the one in use; then it is for that one alone."""
        return (
            rule.model is not None
            and rule.vendor == pulse.vendor
            and self.choosing.router.dearer(rule.vendor, pulse.asked, rule.model) is True
        )

    # saying what was done

    def _meaning(self, rule: Rule) -> list[str]:
        """What a choice means for the conversations that run."""
        lines: list[str] = []
        for pulse in self.meant.running():
            if rule.model is None or pulse.vendor != rule.vendor or pulse.asked == rule.model:
                continue
            if (rule.scope == "session" and pulse.session != rule.value) or (
                rule.scope == "project" and pulse.project != rule.value
            ):
                continue
            advice = self.choosing.advice(pulse, rule.model)
            if advice is not None and pulse.calls:
                who = f"{pulse.tool or 'A tool'}{f' in {pulse.project_name}' if pulse.project_name else ''}"
                now = advice.options[0]
                figures = now.economics if pulse.account == "subscription" else None
                why = now.why if figures is None else chosenwords.window_words(figures)
                line = f"{who} on {pulse.asked}: {why}."
                lines += [] if line in lines else [line]
            if len(lines) == 3:
                break
        return lines

    def _made(self, rule: Rule, lines: list[str]) -> dict[str, Any]:
        text = chosenwords.text_of(rule)
        self.choosing.undo = choices.Undo(rule=rule.id, text=text, until_us=self.now_us() + UNDO_US)
        self.choosing.changed()
        return {"rule": to_json(self.choosing.view(rule)), "lines": lines}

    async def _shown(self, rule: Rule) -> dict[str, Any]:
        self.choosing.changed()
        await self.choosing.read()
        return {"rule": to_json(self.choosing.view(rule))}

    @property
    def _team(self) -> TeamRules | None:
        return self.choosing.router.team

    def _mode_rule(self, name: str) -> Rule:
        for rule in self.choosing.router.rules_shown:
            if rule.id == name:
                return rule
        raise ControlError(
            Trouble(
                title=say("There is no such rule"),
                message=say("No rule is called {name!r} now.", name=name),
                code="no_rule",
            )
        )

    async def _changed(self) -> Any:
        self.choosing.changed()
        return to_json(await self.choosing.made())


_METER_ONLY: Final = Trouble(
    title=say("Spendlight only meters now"),
    message=say("The mode is let-it-rip: nothing is changed in it."),
    fix=say("`spendlight rules mode balanced` allows it."),
    code="meter_only",
)
