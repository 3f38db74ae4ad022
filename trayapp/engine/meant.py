"""What a person means: the words of a face (a model's name in short, "this project", a kind) become a rule.

Everything that turns the arguments of ``use`` and ``add_rule`` into a ``Rule`` lives here.

Rules: nothing is changed here; what could mean two things is asked back, never guessed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from trayapp.control import ControlError
from trayapp.dialects.adapt.levels import ORDER
from trayapp.engine.projects import Projects
from trayapp.engine.router import Router
from trayapp.engine.running import Pulse
from trayapp.pricing import Book
from trayapp.routing.kinds import LABELS
from trayapp.routing.ladders import below
from trayapp.routing.proposals import NAMES
from trayapp.routing.rules import NEVER, Rule
from trayapp.said import begun, say
from trayapp.trouble import Trouble

_SELLERS: Final = ("anthropic", "openai", "gemini")
"""Where a model's name is looked up when nothing is in use."""
_SCOPES: Final = ("always", "session", "project", "kind", "task", "subagents")


class Meant:
    """Understands what a face asks for."""

    def __init__(
        self, router: Router, projects: Projects, now_us: Callable[[], int] = lambda: time.time_ns() // 1000
    ) -> None:
        self._router = router
        self._projects = projects
        self._now_us = now_us

    def pulse(self, arguments: Mapping[str, Any]) -> Pulse | None:
        """The conversation that a choice is about: of the model or session that was named, else the newest."""
        session, asked = arguments.get("session"), self._asked(arguments)
        for pulse in self.running():
            if session not in (None, "", pulse.session) or asked not in (None, pulse.asked):
                continue
            return pulse
        return None

    def of(self, vendor: str, pulse: Pulse | None) -> Pulse | None:
        """That conversation if it is with this seller, else the newest that is."""
        if pulse is None or pulse.vendor == vendor:
            return pulse
        return next((each for each in self.running() if each.vendor == vendor), None)

    def running(self) -> list[Pulse]:
        """The conversations of the last day, the newest first."""
        return self._router.after.running.now(self._now_us())

    def _asked(self, arguments: Mapping[str, Any]) -> str | None:
        """The full name of the model that a rule is for; a person may have named one that is in use in short."""
        asked = str(arguments.get("asked") or "")
        used = dict.fromkeys(pulse.asked for pulse in self.running())
        if not asked or asked in used:
            return asked or None
        near = [model for model in used if asked.lower() in model.lower()]
        if len(near) == 1:
            return near[0]
        vendor = arguments.get("vendor")
        book = self._router.tariff().book
        if vendor or any(book.find(seller, asked) is not None for seller in _SELLERS):
            return asked
        raise _which(asked, near)

    def rule(self, arguments: Mapping[str, Any], scope: str, pulse: Pulse | None, *, now: bool) -> Rule:
        """The rule that is meant.

        Args:
            arguments: as the verbs ``use`` and ``add_rule`` take them.
            scope: what it is for; one that ``Rule`` knows.
            pulse: the conversation in question.
            now: whether it takes effect at the next human turn.

        Raises:
            ControlError: it is none, or several models could be meant.
        """
        model, effort = arguments.get("model") or None, arguments.get("effort") or None
        if model is None and effort is None:
            raise wrong(say("Name a model, or an effort."))
        if effort is not None and str(effort).lower() not in ORDER:
            raise wrong(say("An effort is one of: {order}.", order=", ".join(ORDER)))
        vendor, name = (
            self._model(str(model), arguments, pulse) if model is not None else self._vendor(arguments, pulse)
        )
        lasts = arguments.get("seconds")
        value, label = self._value(scope, arguments, self.of(vendor, pulse))
        try:
            return Rule(
                id="",
                vendor=vendor,
                model=name,
                effort=None if effort is None else str(effort).lower(),
                asked=self._asked(arguments),
                scope=scope,  # type: ignore[arg-type]  # checked by who calls
                value=value,
                label=label,
                now=now,
                until_us=None if lasts is None else self._now_us() + seconds(lasts) * 10**6,
            )
        except ValueError as error:
            raise wrong(say("{what}.", what=begun(str(error)))) from None

    def standing(self, arguments: Mapping[str, Any]) -> Rule:
        """A rule that takes effect where a conversation begins; errors as of ``rule``."""
        scope = str(arguments.get("scope") or "always")
        if scope not in _SCOPES:
            raise wrong(say("A rule can be for: {scopes}.", scopes=", ".join(_SCOPES)))
        return replace(self.rule(arguments, scope, self.pulse(arguments), now=False), created_us=self._now_us())

    def _value(self, scope: str, arguments: Mapping[str, Any], pulse: Pulse | None) -> tuple[str, str]:
        given = str(arguments.get("value") or "")
        if scope == "session":
            value = str(arguments.get("session") or given or (pulse.session if pulse is not None else "") or "")
            if not value:
                raise wrong(say("No session is known: no tool with one has called today."))
            return value, ""
        if scope == "project":
            folder = arguments.get("project")
            if folder:
                return self._projects.identify(str(folder))
            if pulse is None or pulse.project is None:
                raise wrong(say("No project is known: name its folder."))
            return pulse.project, pulse.project_name or ""
        if scope == "kind":
            kinds = [label for kind, label in LABELS.items() if kind not in NEVER]
            found = [label for label in kinds if given in (label, label.rpartition(":")[2])]
            if len(found) != 1:
                raise wrong(say("A kind of call is one of: {kinds}.", kinds=", ".join(kinds)))
            return found[0], ""
        if scope == "task":
            if given not in NAMES or ":" in given:
                raise wrong(
                    say("A task type is one of: {types}.", types=", ".join(name for name in NAMES if ":" not in name))
                )
            return given, ""
        return "", ""

    def _model(self, wanted: str, arguments: Mapping[str, Any], pulse: Pulse | None) -> tuple[str, str]:
        """The seller and the full name of a model that a person named, perhaps in short."""
        running = self.running()
        vendor = arguments.get("vendor")
        book = self._router.tariff().book
        sellers = [str(vendor)] if vendor else list(dict.fromkeys((*(each.vendor for each in running), *_SELLERS)))
        known = [seller for seller in sellers if book.find(seller, wanted) is not None]
        for seller in [seller for seller in known if _its_own(book, seller, wanted)] or known:
            return seller, wanted
        # What is meant is first looked for where the person is working.
        near: list[tuple[str, str]] = []
        for pulses in ([] if pulse is None else [pulse], running):
            near = near or _near(wanted, [each for each in pulses if not vendor or each.vendor == vendor])
        if len(near) == 1:
            return near[0]
        if vendor and not near:
            return str(vendor), wanted  # a model without a price; its rows will say so
        raise _which(wanted, [name for _, name in near])

    def _vendor(self, arguments: Mapping[str, Any], pulse: Pulse | None) -> tuple[str, None]:
        vendor = arguments.get("vendor") or (pulse.vendor if pulse is not None else None)
        if not vendor:
            raise wrong(say("Name the vendor: nothing has been called today."))
        return str(vendor), None


def _its_own(book: Book, seller: str, model: str) -> bool:
    """Whether a seller is the one whose requests may name a model.

    The book prices Claude for whoever resells it, Google among them; a request to Gemini that names it is refused.
    """
    found = book.find(seller, model)
    if found is None or found.resold:
        return False
    others = (book.find(other, model) for other in found.provider.also)
    return not any(other is not None and not other.resold for other in others)


def _near(wanted: str, pulses: list[Pulse]) -> list[tuple[str, str]]:
    """The models on the ladders of those in use that a short name may mean, with their sellers."""
    found: dict[tuple[str, str], None] = {}
    for each in pulses:
        for model in (each.asked, *below(each.asked)):
            if wanted.lower() in model.lower():
                found[each.vendor, model] = None
    return list(found)


def seconds(value: object) -> int:
    """How long something lasts.

    Raises:
        ControlError: not a second to a year.
    """
    found = int(value) if isinstance(value, int | str) else 0
    if not 1 <= found <= 366 * 86_400:
        raise wrong(say("A rule lasts a second to a year."))
    return found


def wrong(message: str) -> ControlError:
    """What was said makes no rule."""
    return ControlError(
        Trouble(
            title=say("That is no rule"),
            message=message,
            fix=say("`spendlight rules --help` says more."),
            code="bad_rule",
        )
    )


def _which(wanted: str, near: list[str]) -> ControlError:
    message = (
        say("{wanted!r} could be: {models}.", wanted=wanted, models=", ".join(near))
        if near
        else say("Nothing like {wanted!r} goes with the models in use today.", wanted=wanted)
    )
    return ControlError(
        Trouble(
            title=say("Which model is meant?"),
            message=message,
            fix=say("Give its full name, with --vendor if Spendlight does not know its price."),
            code="which_model",
        )
    )
