"""Dated prices of one model, before and after: what moved, and how the new ones join the old.

Everything that compares or joins two rows of a book's file lives here; ``trayapp.pricing.merge`` decides which rows.

Rules:

* what held before a day stays as it was, to the letter: history is never rewritten. From that day on the new row's
  word counts, from its own dates where it has later ones;
* where both say the same on all that both say, neither has changed; each completes the other;
* after a change, what only the old row knew (a rate, a variant's own rates) ends with the old price: it was never
  said of the new one. A variant that is a multiple of the list goes on;
* pure: rows in the file's form in, rows in the file's form out; the arguments are not altered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from trayapp import moments
from trayapp.moments import FIRST_US, LAST_US, micros

Json = dict[str, Any]
Track = tuple[str, tuple[int, ...], tuple[str, ...]]
"""Zone, days and hours: at each moment at most one period of a track holds."""

MOST_MOVED: Final = 3
"""A rate that is more than this many times the old one, or less than that part of it, is not believed unseen."""


@dataclass(frozen=True, slots=True)
class Move:
    """A rate that differs from the one in force."""

    component: str
    old: int
    """Pico-USD for one token or search."""
    new: int
    variant: str = ""
    from_tokens: int = 0
    """The prompt from which it holds; 0: any."""

    @property
    def too_far(self) -> bool:
        """Whether a person has to look at it."""
        if not (self.old and self.new):
            return self.old != self.new
        return self.new > MOST_MOVED * self.old or self.old > MOST_MOVED * self.new


def start_of(day: str) -> int:
    """The first moment of a UTC day, epoch microseconds."""
    return _moment(day, UTC)


def spliced(old: Json, new: Json, day: str) -> Json:
    """The old row with the new one's prices from ``day`` on; equal to ``old`` when nothing has changed."""
    prices, changed = _joined(old.get("prices", []), new.get("prices", []), day)
    variants: dict[str, list[Json]] = {}
    theirs = new.get("variants", {})
    for name, periods in old.get("variants", {}).items():
        if name in theirs:
            variants[name] = _joined(periods, theirs[name], day)[0]
        elif changed:
            variants[name] = [p for p in (_clipped(p, FIRST_US, day) if "rates" in p else p for p in periods) if p]
        else:
            variants[name] = periods
    variants.update({name: periods for name, periods in theirs.items() if name not in variants})
    row = {**old, "prices": prices}
    row.pop("variants", None)
    kept = {name: periods for name, periods in sorted(variants.items()) if periods}
    if kept:
        row["variants"] = kept
    return row


def moves(old: Json, new: Json, day: str) -> list[Move]:
    """The rates that both rows have and that differ from ``day`` on, each once."""
    found: dict[Move, None] = {}
    listed = {track: (ours, theirs) for track, ours, theirs in _tracks(old.get("prices", []), new.get("prices", []))}
    for ours, theirs in listed.values():
        for _, a, b in _segments(ours, theirs, day):
            found.update(dict.fromkeys(_moved(a, b, "", 1, 1)))
    ours_list, theirs_list = listed.get(_PLAIN, ([], []))
    names = old.get("variants", {}).keys() & new.get("variants", {}).keys()
    for name in sorted(names):
        for _, ours, theirs in _tracks(old["variants"][name], new["variants"][name]):
            for at, a, b in _segments(ours, theirs, day):
                # A multiple is compared by the rates that it comes to.
                whole_a, times_a = _whole(a, _at(ours_list, at))
                whole_b, times_b = _whole(b, _at(theirs_list, at))
                found.update(dict.fromkeys(_moved(whole_a, whole_b, name, times_a, times_b)))
    return list(found)


_PLAIN: Final[Track] = ("", (), ())


def _whole(variant: Json | None, listed: Json | None) -> tuple[Json | None, Fraction]:
    if variant is None or "mult" not in variant:
        return variant, Fraction(1)
    return listed, Fraction(variant["mult"])


def _moved(
    a: Json | None, b: Json | None, variant: str, times_a: Fraction | int, times_b: Fraction | int
) -> Iterator[Move]:
    if a is None or b is None:
        return
    for prompt in sorted({0} | _thresholds(a) | _thresholds(b)):
        ours, theirs = _effective(a, prompt), _effective(b, prompt)
        for component in sorted(ours.keys() & theirs.keys()):
            old, new = int(ours[component] * times_a), int(theirs[component] * times_b)
            if old != new:
                yield Move(component, old, new, variant, prompt)


# --- joining ---------------------------------------------------------------------------------------------------------


def _joined(old: list[Json], new: list[Json], day: str) -> tuple[list[Json], bool]:
    """The periods, and whether a rate has changed (not only been added)."""
    out: list[Json] = []
    changed = touched = False
    for _, ours, theirs in _tracks(old, new):
        past = [p for p in (_clipped(p, FIRST_US, day) for p in ours) if p]
        future: list[Json] = []
        bounds = [*_bounds(ours, theirs, day), (LAST_US, "")]
        for (at, since), (_, until) in pairwise(bounds):
            a, b = _at(ours, at), _at(theirs, at)
            if a is None and b is None:
                continue
            content = _united(a, b)
            if content is None:
                changed = changed or a is not None
                content = b
            touched = touched or content is None or a is None or _said(content) != _said(a)
            if content is not None:
                future.append(_dated(content, since, until))
        out += _closed_up([*past, *future])
    if not touched:
        return old, False
    return out, changed


def _united(a: Json | None, b: Json | None) -> Json | None:
    """What both together say, or ``None`` when they contradict each other."""
    if a is None or b is None:
        return None
    if "mult" in a or "mult" in b:
        return a if a.get("mult") == b.get("mult") else None
    tiers: list[Json] = []
    base: dict[str, int] = {}
    for prompt in sorted({0} | _thresholds(a) | _thresholds(b)):
        ours, theirs = _effective(a, prompt), _effective(b, prompt)
        if any(ours[c] != theirs[c] for c in ours.keys() & theirs.keys()):
            return None
        rates = {**ours, **theirs}
        if prompt == 0:
            base = rates
        else:
            tiers.append({"over": prompt - 1, "rates": rates})
    united: Json = {**{k: v for k, v in a.items() if k not in ("rates", "tiers")}, "rates": base}
    if tiers:
        united["tiers"] = tiers
    return a if _said(united) == _said(a) else united


def _said(period: Json) -> tuple[object, ...]:
    """A period's content, without its dates, in a form that can be compared."""
    steps = [(t, sorted(_effective(period, t).items())) for t in sorted({0} | _thresholds(period))]
    return (period.get("mult"), steps)


def _thresholds(period: Mapping[str, Any]) -> set[int]:
    return {t["over"] + 1 if "over" in t else t["at_least"] for t in period.get("tiers", ())}


def _effective(period: Json, prompt: int) -> dict[str, int]:
    """The rates for a prompt of that many tokens."""
    best: tuple[int, dict[str, int]] = (0, period.get("rates") or {})
    for tier in period.get("tiers", ()):
        least = tier["over"] + 1 if "over" in tier else tier["at_least"]
        if prompt >= least > best[0]:
            best = (least, tier["rates"])
    return best[1]


# --- time ------------------------------------------------------------------------------------------------------------


def _tracks(old: list[Json], new: list[Json]) -> Iterator[tuple[Track, list[Json], list[Json]]]:
    """Each track's periods on both sides; the plain one first, so that the order of a file is kept."""
    keys = dict.fromkeys([_PLAIN, *map(_track, old), *map(_track, new)])
    for key in keys:
        ours, theirs = [p for p in old if _track(p) == key], [p for p in new if _track(p) == key]
        if ours or theirs:
            yield key, ours, theirs


def _track(period: Json) -> Track:
    if not (period.get("days") or period.get("hours")):
        return _PLAIN
    return period.get("tz") or "UTC", tuple(sorted(period.get("days", ()))), tuple(sorted(period.get("hours", ())))


def _segments(ours: list[Json], theirs: list[Json], day: str) -> Iterator[tuple[int, Json | None, Json | None]]:
    for at, _ in _bounds(ours, theirs, day):
        yield at, _at(ours, at), _at(theirs, at)


def _bounds(ours: list[Json], theirs: list[Json], day: str) -> list[tuple[int, str]]:
    """``day`` and every later moment at which one of the periods begins or ends, each with a text for it."""
    found: dict[int, str] = {start_of(day): day}
    for period in (*ours, *theirs):
        for key in ("from", "to"):
            if key in period:
                at = _moment(period[key], _zone(period))
                if at > start_of(day):
                    # A date in a zone of its own becomes a moment: the two sides may write theirs differently.
                    found.setdefault(at, period[key] if _zone(period) is UTC else _text(at))
    return sorted(found.items())


def _at(periods: Iterable[Json], at: int) -> Json | None:
    for period in periods:
        since, until = _span(period)
        if since <= at < until:
            return period
    return None


def _span(period: Json) -> tuple[int, int]:
    zone = _zone(period)
    since = _moment(period["from"], zone) if "from" in period else FIRST_US
    return since, _moment(period["to"], zone) if "to" in period else LAST_US


def _clipped(period: Json, since: int, day: str) -> Json | None:
    """The part of a period before ``day``, or ``None`` when there is none."""
    begins, ends = _span(period)
    if begins >= start_of(day) or ends <= since:
        return None
    return period if ends <= start_of(day) else {**period, "to": _moment_text(period, day)}


def _dated(period: Json, since: str, until: str) -> Json:
    """A period with other dates."""
    content = {k: v for k, v in period.items() if k not in ("from", "to")}
    dates = {"from": _moment_text(period, since), "to": _moment_text(period, until)}
    return {**{k: v for k, v in dates.items() if v}, **content}


def _moment_text(period: Json, text: str) -> str:
    """A UTC date as it has to be written in a period: where a zone is named, a bare date would mean its midnight."""
    return f"{text}T00:00:00Z" if len(text) == 10 and _zone(period) is not UTC else text


def _closed_up(periods: list[Json]) -> list[Json]:
    """Neighbours that say the same become one."""
    out: list[Json] = []
    for period in periods:
        if out and _span(out[-1])[1] == _span(period)[0] and _said(out[-1]) == _said(period):
            out[-1] = {k: v for k, v in {**out[-1], "to": period.get("to")}.items() if v is not None}
        else:
            out.append(period)
    return out


def _zone(period: Json) -> tzinfo:
    name = period.get("tz")
    return UTC if name in (None, "UTC") else ZoneInfo(name)


def _moment(text: str, zone: tzinfo) -> int:
    if len(text) == 10:
        day = date.fromisoformat(text)
        moment = datetime(day.year, day.month, day.day, tzinfo=zone)
    else:
        moment = datetime.fromisoformat(text)
    return micros(moment)


def _text(at: int) -> str:
    return moments.at(at).strftime("%Y-%m-%dT%H:%M:%SZ")
