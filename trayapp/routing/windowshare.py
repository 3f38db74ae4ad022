"""On a plan: how much of a window staying and switching would use, as far as that can be known.

Everything that turns list amounts into shares of a plan's window lives here. What is known (2026-11):

* vendors state how much of a window is used, in whole percent, and how much time is left. How a model's tokens weigh
  in it they do not state, with one exception: plans that count requests state each model's multiplier (Copilot's
  premium requests). There a cache changes nothing, since a request is a request;
* so a share by tokens rests on an **assumption**, that a window counts what the public list would charge. How much of
  that a whole window holds follows from calls that have moved it, as a ``Range``;
* a window of one model's own (Claude's weekly one for Opus) is spared altogether by a switch: no figure is needed.

Rules: exact fractions; what was rounded by the vendor gives a range, never a point; each result says what it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from trayapp.routing.economics import Economics


class Weighing(StrEnum):
    """What a share rests on."""

    STATED = "stated"
    """The vendor says how a model counts."""
    LIST = "list"
    """Assumed: the window counts what the list would charge."""
    UNKNOWN = "unknown"
    """Nothing says how large the window is: only a ratio can be told, and that on the same assumption."""


@dataclass(frozen=True, slots=True)
class Range:
    """A value that is known between two bounds; ``high`` is ``None`` where nothing bounds it."""

    low: Fraction
    high: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowShare:
    """Shares of a window (1 is all of it) that the turns to come would use."""

    weighing: Weighing
    stay: Range | None
    switch: Range | None
    ratio: Fraction | None
    """What switching uses for each unit that staying uses; ``None`` where staying uses nothing."""


def by_list(figures: Economics, window: Range | None) -> WindowShare:
    """Shares on the assumption that a window counts list amounts.

    Args:
        figures: the switch.
        window: what a whole window holds at list (see ``watched``), in pico-USD; ``None``: not known.
    """
    ratio = Fraction(figures.switch_pico, figures.stay_pico) if figures.stay_pico else None
    if window is None:
        return WindowShare(weighing=Weighing.UNKNOWN, stay=None, switch=None, ratio=ratio)
    return WindowShare(
        weighing=Weighing.LIST,
        stay=_share(figures.stay_pico, window),
        switch=_share(figures.switch_pico, window),
        ratio=ratio,
    )


def by_requests(
    turns: int, allowance: int, stay_weight: Fraction, switch_weight: Fraction, inflation: Fraction = Fraction(1)
) -> WindowShare:
    """Shares of a plan that counts requests and states what each model counts for.

    Args:
        turns: requests to come, as the plan counts them.
        allowance: requests in the whole window.
        stay_weight: the multiplier of the model that serves.
        switch_weight: the multiplier of the other.
        inflation: requests that the other needs for one.
    """
    if allowance < 1 or min(stay_weight, switch_weight, inflation) < 0:
        raise ValueError("an allowance is at least one request, and nothing counts below zero")
    stay = stay_weight * turns / allowance
    switch = switch_weight * inflation * turns / allowance
    return WindowShare(
        weighing=Weighing.STATED,
        stay=Range(stay, stay),
        switch=Range(switch, switch),
        ratio=switch / stay if stay else None,
    )


def _share(amount: int, window: Range) -> Range:
    low = Fraction(0) if window.high is None else amount / window.high
    return Range(low, amount / window.low)
