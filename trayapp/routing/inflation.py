"""Between what and what a saving lies: the work of a cheaper model that the original would not have needed.

Everything that puts an interval around the saving of a row lives here; ``savings`` says the saving itself.

Rules: the row's counts are the vendor's, and its twin's cache is told too warm rather than too cold, so the one thing
that is left to doubt is what nobody can see: extra turns and longer answers. They take away from what was avoided,
never from what was paid. Exact until the end, then rounded outwards to whole pico-USD.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from trayapp.values import Kind

_UNIT: Final = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflation:
    """How much more work the cheaper model makes of the same, at the least and at the most."""

    turns: tuple[Fraction, Fraction] = (_UNIT, _UNIT)
    output: tuple[Fraction, Fraction] = (_UNIT, _UNIT)
    """How much longer its answers are, beside what ``Change.output`` has already taken into account."""

    def __post_init__(self) -> None:
        for low, high in (self.turns, self.output):
            if not 0 < low <= 1 <= high:
                raise ValueError("a range has to hold 1")


ONE_CALL: Final = Inflation()
"""Side calls: a title is one call, whoever writes it. And rows that went out as asked."""
_LOOPS: Final = frozenset({Kind.MAIN, Kind.SUBAGENT, Kind.EXPLORE, Kind.OTHER})
LOOP: Final = Inflation(turns=(_UNIT, Fraction(7, 5)), output=(_UNIT, Fraction(8, 5)))
"""Main conversations and sub-agents, where the model decides how often it calls.

Measured on 500 tasks with the same harness: 1.34 times the calls (Opus 4.5 to Sonnet 4.5), 1.20 (Opus 4 to Sonnet 4),
1.10 (GPT-5 to GPT-5 mini), 0.98 (Sonnet 4.5 to Haiku 4.5); what a task cost rose 2.2 times as much as the prices let
expect where it rose most (Opus 4.6 to Sonnet 4.6): 1.4 times the calls with 1.6 times the answers (routing.md §B). A
step down to a nano model (3.0 times the calls) lies outside.
"""


def of_kind(kind: str) -> Inflation:
    """What a call's kind leaves to the model."""
    return LOOP if kind in _LOOPS else ONE_CALL


def interval(
    pico_asked: int, pico_list: int, inflation: Inflation = ONE_CALL, *, output_pico: int = 0
) -> tuple[int, int]:
    """Between what and what the saving of a row lies; ``low <= pico_asked - pico_list <= high``, pico-USD.

    A row of a model that takes 1.4 times the calls stands for 1/1.4 of a call of the original; an answer 1.6 times as
    long for 1/1.6 of its output. Intervals of rows may be added: what inflates one row inflates its neighbours alike.

    Args:
        pico_asked: the price of the twin's usage.
        pico_list: the price of the row.
        inflation: ``of_kind`` of a row that a cheaper model served; ``ONE_CALL`` of one that went out as asked.
        output_pico: the part of ``pico_asked`` that is for output.

    Raises:
        ValueError: an amount that is no part of its whole, or below zero.
    """
    if not 0 <= output_pico <= pico_asked or pico_list < 0:
        raise ValueError("amounts are never negative, and output is a part of the whole")
    least, most = (
        (pico_asked - output_pico + output_pico / inflation.output[at]) / inflation.turns[at] for at in (1, 0)
    )
    return floor(least) - pico_list, ceil(most) - pico_list
