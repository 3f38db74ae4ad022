"""Hold-back: some sessions keep the model they ask for, so that what a switch is worth is measured and not believed.

Everything about the coin flip and about comparing both sides lives here. The coin is flipped once a session, from a
digest that the caller makes (HMAC of the session under the install key): the same session always falls on the same
side, and nobody chooses which.

Shares of good turns are compared with Wilson's intervals and Newcombe's for their difference, at 90 %. Turns of one
session resemble each other, so their number is first reduced to what they are worth as independent ones (the design
effect, from how much sessions differ); the intervals would be too narrow otherwise.

Rules: pure; money is pico-USD as ``int``, an unpriced session counts for quality and not for money; below ``LEAST``
sessions on either side nothing is claimed but "not enough yet".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from trayapp.money import dollars, half_even, plural
from trayapp.routing import beta

LEAST: Final = 10
"""Sessions that each side needs."""
LEAST_TURNS: Final = 30
"""Judged turns that each side needs."""
_BYTES: Final = 8


def held(digest: bytes, percent: int) -> bool:
    """Whether a session is held back.

    Args:
        digest: at least 8 bytes that nobody chose, of the session.
        percent: how many of a hundred sessions, 0 to 100.

    Raises:
        ValueError: the digest is too short, or the percentage none.
    """
    if len(digest) < _BYTES or not 0 <= percent <= 100:
        raise ValueError("a hold-back needs 8 bytes of digest and a percentage from 0 to 100")
    return int.from_bytes(digest[:_BYTES], "big") * 100 < percent << (8 * _BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session in which a rule applied, switched or held back."""

    held: bool
    good: int
    """Turns that the rule is about and that ended well (``outcomes.Outcome``)."""
    bad: int
    pico: int | None
    """What those turns cost; ``None``: not all of it is priced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All sessions of one side."""

    sessions: int
    turns: int
    good: int
    low: float
    """The share of good turns lies between ``low`` and ``high``."""
    high: float
    priced: int
    """Sessions whose cost is known."""
    pico_per_good: int | None
    """What one turn that ended well costs, failed ones included; ``None``: nothing known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both sides."""

    switched: Side
    kept: Side
    enough: bool
    apart: float
    """Share of good turns when switched, minus that when held back."""
    low: float
    high: float
    words: str


def compare(sessions: Iterable[Session]) -> Comparison:
    """What switching did to quality and money, measured against the sessions that were held back."""
    everything = [session for session in sessions if session.good >= 0 and session.bad >= 0]
    a, n_a = _side([session for session in everything if not session.held])
    b, n_b = _side([session for session in everything if session.held])
    enough = min(a.sessions, b.sessions) >= LEAST and min(a.turns, b.turns) >= LEAST_TURNS
    apart, low, high = beta.newcombe(_share(a) * n_a, n_a, _share(b) * n_b, n_b)
    return Comparison(
        switched=a, kept=b, enough=enough, apart=apart, low=low, high=high, words=_words(a, b, enough, low, high)
    )


def _side(sessions: list[Session]) -> tuple[Side, float]:
    """One side, and how many independent turns its turns are worth."""
    used = [session for session in sessions if session.good + session.bad]
    good, turns = sum(s.good for s in used), sum(s.good + s.bad for s in used)
    worth = turns / _design_effect(used, good, turns) if turns else 0.0
    low, high = beta.wilson(good * worth / turns if turns else 0, worth)
    costs = [(s.pico, s.good) for s in used if s.pico is not None and s.pico >= 0]
    paid, ended = sum(pico for pico, _ in costs), sum(count for _, count in costs)
    side = Side(
        sessions=len(used),
        turns=turns,
        good=good,
        low=low,
        high=high,
        priced=len(costs),
        pico_per_good=half_even(paid, ended) if ended else None,
    )
    return side, worth


def _design_effect(sessions: list[Session], good: int, turns: int) -> float:
    """How many times the share's variance exceeds that of independent turns; at least 1.

    The variance of a ratio over clusters (Cochran, Sampling Techniques, §11).
    """
    share, k = good / turns, len(sessions)
    independent = share * (1 - share) / turns
    if k < 2 or not independent:
        return 1.0
    between = sum((s.good - share * (s.good + s.bad)) ** 2 for s in sessions)
    return max(1.0, between * k / (k - 1) / turns**2 / independent)


def _share(side: Side) -> float:
    return side.good / side.turns if side.turns else 0.0


def _words(a: Side, b: Side, enough: bool, low: float, high: float) -> str:
    if not enough:
        return (
            f"not enough yet: {plural(a.sessions, 'session')} switched and {b.sessions} held back; each side needs "
            f"{LEAST} with {LEAST_TURNS} turns"
        )
    parts = [
        f"{a.good} of {a.turns} turns ended well when switched, {b.good} of {b.turns} when held back "
        f"({plural(a.sessions, 'session')} and {b.sessions})"
    ]
    if low > 0:
        parts.append("switching did better")
    elif high < 0:
        parts.append("switching did worse")
    else:
        parts.append(f"no clear difference: between {_points(low)} and {_points(high)} points")
    if a.pico_per_good is not None and b.pico_per_good is not None:
        parts.append(
            f"{dollars(a.pico_per_good, fine=True)} against {dollars(b.pico_per_good, fine=True)} per turn that ended "
            "well"
        )
    return "; ".join(parts)


def _points(share: float) -> str:
    points = round(share * 100)
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "0"
