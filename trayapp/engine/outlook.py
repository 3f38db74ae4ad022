"""How plan windows fare within their cycles: the shares heard since a cycle began, and when they will be used up.

Everything that keeps a window's course and asks ``insight.runout`` about it lives here. Rules: few points are kept,
the older the fewer; a cycle ends when the vendor names another reset or the share falls; what was judged serves for
some seconds, since faces ask several times a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

import msgspec

from trayapp.dialects.windows import Window
from trayapp.insight.habit import Habit
from trayapp.insight.runout import Course, Heard, RunOut, course, judge

MOST_POINTS: Final = 64
_DAY: Final = 1440
_SERVES_S: Final = 15
_FALLEN: Final = 0.05
"""A share that falls by so much is no late word of an earlier answer: the vendor gave some of it back."""
_MOST_JUDGED: Final = 256


class Point(msgspec.Struct, frozen=True, array_like=True):
    """A share, and when it was heard."""

    at_s: int
    used: float


Points = tuple[Point, ...]


def taken(points: Points, before: Window | None, now: Window, at_s: int) -> Points:
    """The points of a window's cycle after its vendor has spoken again."""
    if now.used is None:
        return points if before is not None and _same_cycle(before, now) else ()
    if before is None or not _same_cycle(before, now) or (points and now.used < points[-1].used - _FALLEN):
        points = ()
    if points and now.used < points[-1].used:
        return points
    new = Point(at_s, now.used)
    # Of equal shares in a row the first and the last tell all.
    if len(points) > 1 and points[-1].used == points[-2].used == now.used:
        return (*points[:-1], new)
    if len(points) < MOST_POINTS:
        return (*points, new)
    half = MOST_POINTS // 2
    return (*points[:half:2], *points[half:], new)


def _same_cycle(before: Window, now: Window) -> bool:
    if before.resets_at is None or now.resets_at is None:
        return before.resets_at == now.resets_at
    near = now.minutes * 30 if now.minutes else 600
    return abs(before.resets_at - now.resets_at) < near


class Outlook:
    """Judges windows, and remembers for a while what it found. Use it on one event loop."""

    def __init__(
        self,
        habit: Callable[[str], Habit | None] = lambda _vendor: None,
        zone: Callable[[], tzinfo | None] = lambda: None,
    ) -> None:
        """Wire it up.

        Args:
            habit: how days with a vendor usually go; ``None``: not known.
            zone: the zone of the wall's clock; ``None`` is the machine's own.
        """
        self._habit = habit
        self._zone = zone
        self._judged: dict[tuple[str, ...], tuple[int, Points, Course, Habit | None, RunOut | None]] = {}

    def of(self, key: tuple[str, ...], window: Window, points: Points, now_s: int) -> RunOut | None:
        """What is ahead of a window; ``key`` tells it from others and begins with its vendor."""
        if window.resets_at is None or not window.minutes or not points:
            return None
        begins_s = window.resets_at - window.minutes * 60
        habit = self._habit(key[0]) if window.minutes > _DAY else None
        known = self._judged.get(key)
        ends = (float(begins_s), float(window.resets_at))
        same = known is not None and known[3] is habit and (known[2].moments[0], known[2].moments[-1]) == ends
        if known is not None and same and known[1] == points and 0 <= now_s - known[0] < _SERVES_S:
            return known[4]
        time = known[2] if known is not None and same else course(begins_s, window.resets_at, habit, self._zone())
        found = judge(_heard(points), time, now_s)
        self._judged.pop(key, None)
        self._judged[key] = (now_s, points, time, habit, found)
        if len(self._judged) > _MOST_JUDGED:
            del self._judged[next(iter(self._judged))]
        return found


def _heard(points: Sequence[Point]) -> list[Heard]:
    return [Heard(point.at_s, point.used) for point in points]
