"""Why one period's list price differs from another's: volume x model mix x cache hit x price x retries, exactly.

The list price of a period is written as a product of five factors, and each gets its Shapley value: what it changes,
averaged over all orders in which the five could have changed. For each cell (model, variant of price) and each group
of its tokens (prompt, prompt audio, each kind of output)::

    W . a . R . sum(h_c . p_c)      W  tokens of all first attempts                              volume
                                    a  the group's first attempts as a share of W                mix
                                    R  all attempts for each first one                           retries
                                    h  the shares of fresh, read and written tokens in it        cache
                                    p  pico-USD for a token of each of these                     price

What has no rate for a token (``MixCell.other``) is a group whose quantity is its own money: it is never called a price,
since nobody can say whether it was one.

Rules:

* exact: 32 coalitions in whole numbers; the five shares are whole pico-USD and sum to the difference. A factor that
  did not change is exactly 0; swapping the periods turns the signs; neither the order of cells nor that of factors
  matters;
* what is missing in one period takes cache, price and retries of the other, so that a new model is mix and nothing
  else; after a period without anything all is volume;
* each row rounds half a pico-USD a component. Rates that may be equal but for that *are* equal: then price is exactly
  0, and the dust that is left goes to the factor that changed most, or to volume where none did;
* repeats without a first attempt in the same group count as first ones. Without any tokens the volume is the calls;
* pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import factorial, lcm
from typing import Final

from trayapp.mix import OUTPUT, PROMPT, PROMPT_AUDIO, MixCell
from trayapp.reports import Change

FACTORS: Final = ("volume", "mix", "cache", "price", "retries")
"""In this order ties are broken; nothing else depends on it."""

_GROUPS: Final = (PROMPT, PROMPT_AUDIO, *((kind,) for kind in OUTPUT))
_OTHER: Final = "other"
_FINE: Final = 256
"""Shares are added in pico-USD times two to this power: far finer than any remainder that decides a rounding."""
_MOVES: Final = tuple(product((0, 1), repeat=len(FACTORS)))
_WEIGHTS: Final = tuple(factorial(n) * factorial(len(FACTORS) - 1 - n) for n in range(len(FACTORS)))
"""How many of the 120 orders have so many factors before the one that is looked at."""
_STEPS: Final = tuple(
    [
        (_WEIGHTS[sum(move)], here, _MOVES.index((*move[:at], 1, *move[at + 1 :])))
        for here, move in enumerate(_MOVES)
        if not move[at]
    ]
    for at in range(len(FACTORS))
)
"""For each factor all that may have changed before it: how often, and the values without and with it."""
_ORDERS: Final = factorial(len(FACTORS))

_Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(slots=True)
class _Group:
    """One group of a cell's tokens in one period."""

    first: int = 0
    calls: int = 0
    """Rows, all attempts: how often a component may have been rounded."""
    tokens: dict[str, int] = field(default_factory=dict)
    """All attempts, by kind."""
    pico: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return sum(self.tokens.values())


@dataclass(frozen=True, slots=True)
class _Side:
    """One period."""

    groups: Mapping[_Key, _Group]
    tokens: int
    """Of first attempts."""
    calls: int
    total: int

    @property
    def empty(self) -> bool:
        return not self.groups


def change(before: Iterable[MixCell], after: Iterable[MixCell]) -> Change:
    """Explain the difference of two periods' list price.

    Args:
        before: the former period's cells.
        after: the present period's.
    """
    shares = explain(before, after)
    return Change(
        pico=sum(shares.values()),
        pico_volume=shares["volume"],
        pico_mix=shares["mix"],
        pico_cache=shares["cache"],
        pico_price=shares["price"],
        pico_retries=shares["retries"],
    )


def explain(before: Iterable[MixCell], after: Iterable[MixCell]) -> dict[str, int]:
    """The five shares by factor; they sum to the difference."""
    a, b = _side(before), _side(after)
    difference = b.total - a.total
    fine = [0] * len(FACTORS)
    if a.empty or b.empty:
        fine[0] = difference << _FINE
    else:
        works = (a.tokens, b.tokens) if a.tokens and b.tokens else (a.calls, b.calls)
        for key in {**a.groups, **b.groups}:
            found = _shares(a.groups.get(key), b.groups.get(key), works)
            fine = [one + more for one, more in zip(fine, found, strict=True)]
        most = max(range(len(FACTORS)), key=lambda at: abs(fine[at]))
        fine[most] += (difference << _FINE) - sum(fine)
    return dict(zip(FACTORS, _rounded(fine, difference), strict=True))


def _side(cells: Iterable[MixCell]) -> _Side:
    groups: dict[_Key, _Group] = {}
    first_calls = all_calls = total = 0
    for cell in cells:
        total += cell.total
        all_calls += cell.calls
        first_calls += 0 if cell.attempt else cell.calls
        other = cell.other
        for kinds in _GROUPS:
            here = {kind: count for kind in kinds if (count := cell.tokens.get(kind, 0))}
            other += sum(cell.pico.get(kind, 0) for kind in kinds if kind not in here)
            if here:
                _add(groups, (cell.vendor, cell.model, cell.variant, kinds), cell, here, cell.pico)
        if other:
            _add(groups, (cell.vendor, cell.model, cell.variant, (_OTHER,)), cell, {_OTHER: other}, {_OTHER: other})
    for group in groups.values():
        group.first = group.first or group.all
    tokens = sum(group.first for key, group in groups.items() if key[-1] != (_OTHER,))
    return _Side(groups, tokens, first_calls or all_calls, total)


def _add(
    groups: dict[_Key, _Group], key: _Key, cell: MixCell, tokens: Mapping[str, int], pico: Mapping[str, int]
) -> None:
    group = groups.setdefault(key, _Group())
    group.calls += cell.calls
    for kind, count in tokens.items():
        group.tokens[kind] = group.tokens.get(kind, 0) + count
        group.pico[kind] = group.pico.get(kind, 0) + pico.get(kind, 0)
        if not cell.attempt:
            group.first += count


def _shares(a: _Group | None, b: _Group | None, works: tuple[int, int]) -> list[int]:
    """One group's Shapley values, in fine units, rounded towards zero. All in whole numbers over one denominator."""
    sides = (a or b or _Group(), b or a or _Group())
    rates = _rates(*sides)
    below = lcm(*(under for _, under in rates.values()))
    units = [
        [
            sum(count * rates[kind][0][price] * (below // rates[kind][1]) for kind, count in side.tokens.items())
            * other.all
            for price in (0, 1)
        ]
        for side, other in (sides, sides[::-1])
    ]
    shares = (0 if a is None else a.first * works[1], 0 if b is None else b.first * works[0])
    repeats = (sides[0].all * sides[1].first, sides[1].all * sides[0].first)
    below *= sides[0].all * sides[1].all * sides[0].first * sides[1].first * works[0] * works[1] * _ORDERS
    scaled = [[work * share for share in shares] for work in works]
    cells = [[each * times for each in row] for row in units for times in repeats]
    values = [scaled[volume][mix] * cells[2 * cache + again][price] for volume, mix, cache, price, again in _MOVES]
    return [_part(sum(weight * (values[y] - values[n]) for weight, n, y in steps), below) for steps in _STEPS]


def _part(share: int, below: int) -> int:
    """A fraction of a pico-USD in fine units, towards zero, so that signs turn with the periods."""
    whole = (abs(share) << _FINE) // below
    return whole if share >= 0 else -whole


def _rates(a: _Group, b: _Group) -> dict[str, tuple[tuple[int, int], int]]:
    """Pico-USD for a token of each kind in both periods, over one denominator; equal where rounding alone may tell
    them apart."""
    found: dict[str, tuple[tuple[int, int], int]] = {}
    for kind in {**a.tokens, **b.tokens}:
        m0, t0, m1, t1 = a.pico.get(kind, 0), a.tokens.get(kind, 0), b.pico.get(kind, 0), b.tokens.get(kind, 0)
        if not (t0 and t1) or 2 * abs(m0 * t1 - m1 * t0) <= min(a.calls, t0) * t1 + min(b.calls, t1) * t0:
            found[kind] = (m0 + m1, m0 + m1), t0 + t1  # also where one of the periods has none
        else:
            found[kind] = (m0 * t1, m1 * t0), t0 * t1
    return found


def _rounded(fine: Sequence[int], whole: int) -> list[int]:
    """Fine shares as whole pico-USD that sum to ``whole``: towards zero, then the largest remainders are rounded up."""
    unit = 1 << _FINE
    shares = [abs(each) // unit * (1 if each >= 0 else -1) for each in fine]
    rest = whole - sum(shares)
    step = 1 if rest > 0 else -1
    remainders = [(each - share * unit) * step for each, share in zip(fine, shares, strict=True)]
    for at in sorted(range(len(fine)), key=lambda at: -remainders[at])[: abs(rest)]:
        shares[at] += step
    return shares
