"""What frugal does by itself: the rules that come with it, and who may want it beside the mode.

Everything about frugal's own rules lives here; ``router`` asks for them. Rules: they are made anew each time and kept
nowhere but for their rests; their names are the same for the same kind and model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

import msgspec

from trayapp.routing.kinds import LABELS
from trayapp.routing.ladders import below
from trayapp.routing.rules import Rule
from trayapp.values import Kind

STANDING: Final = (Kind.TITLE, Kind.SUMMARY, Kind.EXPLORE)
"""What frugal sends to the smallest model of the ladder without being asked: conversations of their own, that a small
model does as well. Compaction is none of them: it has to read the whole conversation again."""


class Thrift(Protocol):
    """Who may want calls served as in frugal: a budget that is nearly used up (``budgetkeeper``)."""

    @property
    def frugal(self) -> bool:
        """Whether that is so for any call now."""

    def frugal_for(self, *, vendor: str, tool: str | None, project: str | None, account: str | None) -> bool:
        """Whether it is so for such a call."""


class Spend:
    """There is no budget."""

    frugal = False

    def frugal_for(self, *, vendor: str, tool: str | None, project: str | None, account: str | None) -> bool:
        """Never."""
        return False


def standing(used: Iterable[tuple[str, str]], resting: Callable[[str], tuple[str, int] | None]) -> tuple[Rule, ...]:
    """The rules that come with frugal.

    Args:
        used: sellers and the models that are asked of them.
        resting: why and until when a rule of that name rests; ``None``: it does not.
    """
    made = []
    for vendor, model in used:
        smaller = below(model)
        for kind in STANDING if smaller else ():
            name = f"mode:{LABELS[kind]}:{model}"
            rule = Rule(
                id=name,
                vendor=vendor,
                model=smaller[-1],
                asked=model,
                scope="kind",
                value=LABELS[kind],
                origin="mode",
            )
            until = resting(name)
            made.append(
                rule if until is None else msgspec.structs.replace(rule, paused=until[0], paused_until_us=until[1])
            )
    return tuple(made)
