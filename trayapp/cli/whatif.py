"""What a stretch would have cost on another model, as `spendlight report --what-if` says it. It is no command itself.

Rules: every amount of what did not happen carries "≈"; what a plan pays for stands apart, since it saves no money;
calls of which it is not known are counted, never priced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trayapp.money import count, dollars
from trayapp.pages import words
from trayapp.reports import Period


def lines(answer: Mapping[str, Any], period: Period) -> list[str]:
    """The engine's answer, for people."""
    asked = str(answer.get("asked") or "")
    what = f"calls of {asked}" if asked else "calls of the same maker"
    found = [f"{words.title(period)} on {answer['model']}: {what}, with cold starts priced"]
    billed, plan = answer.get("billed") or {}, answer.get("plan") or {}
    if billed.get("rows"):
        found += _part("billed by use", billed)
    if plan.get("rows"):
        found += _part("paid by a plan (API value)", plan)
    if not billed.get("rows") and not plan.get("rows"):
        found.append("  no call that could have gone there")
    others = int(answer.get("others") or 0)
    if others:
        found.append(f"  not concerned: {count(others)} calls, {dollars(_pico(answer.get('pico_others')))}")
    found.append("Counted call by call at list prices; how well the work would have gone is not in it.")
    return found


def _part(name: str, part: Mapping[str, Any]) -> list[str]:
    was, would = _pico(part.get("pico_was")), _pico(part.get("pico_would"))
    low, high = _pico(part.get("pico_low")), _pico(part.get("pico_high"))
    rows, unknown = int(part["rows"]), int(part.get("unknown") or 0)
    saves = was - would
    word = "saves" if saves >= 0 else "costs more:"
    told = [
        f"  {name}: {count(rows - unknown)} calls, {dollars(was)} → {dollars(would, estimated=True)},"
        f" {word} {dollars(abs(saves), estimated=True)}"
    ]
    if (low, high) != (would, would) and high:
        told.append(
            f"    with the turns and answers that another model needs: {dollars(low, estimated=True)}"
            f" to {dollars(high, estimated=True)}"
        )
    if unknown:
        told.append(f"    not known: {count(unknown)} calls, in neither amount")
    return told


def _pico(value: object) -> int:
    return int(value) if isinstance(value, int | str) else 0
