"""Standing rules that could be offered: what last week's calls cost, and what they would have cost elsewhere.

Everything that turns a week of rows into a proposal lives here (DESIGN §8: policy with proof, never a prompt at a
time). Two sorts are offered: kinds of call that a small model does as well (``kinds.OFFERED``), and task types for
which rules and model agreed when the turn opened.

Rules:

* an amount is the re-pricing of the very tokens that were counted, on the other model's list. Side conversations keep
  their own pattern of cache; what continues a warm conversation (compaction) has to be written to the other's cache as
  a whole. So a saving is told too small rather than too large, and it is an estimate all the same;
* the smallest model of the ladder that saves is proposed; where it saves nothing, nothing is proposed;
* few: at least ``LEAST_CALLS`` calls and ``LEAST_PICO`` a week; the greatest saving first;
* pure; money is integer pico-USD, unknown prices leave a row out on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from trayapp.money import PICO, count, dollars, plural
from trayapp.routing.kinds import LABELS, OFFERED
from trayapp.routing.ladders import below
from trayapp.values import Kind, Leg, Usage

LEAST_CALLS: Final = 5
LEAST_PICO: Final = PICO // 20
"""Five cents a week: less is not worth a person's look."""

NAMES: Final = {
    "side:title": ("Titles", "title call"),
    "side:webfetch": ("Web-page summaries", "web-page summary"),
    "side:compaction": ("Compaction", "compaction"),
    "subagent:explore": ("Read-only sub-agents", "read-only sub-agent call"),
    "subagent:task": ("Sub-agents", "sub-agent call"),
    "commit": ("Commit messages", "commit message"),
    "typo": ("Typo fixes", "typo fix"),
    "rename": ("Renames", "rename"),
    "test_boiler": ("Simple tests", "simple test"),
    "docstring": ("Comments and types", "comment or type hint"),
    "format": ("Formatting", "formatting job"),
    "explain": ("Explanations", "explanation"),
    "question": ("Short questions", "short question"),
    "search": ("Searches", "search"),
    "config": ("Small configuration changes", "configuration change"),
    "docs": ("Documentation edits", "documentation edit"),
    "summarise": ("Summaries", "summary"),
    "convert": ("Conversions", "conversion"),
    "command": ("Commands", "command"),
    "small_edit": ("Small edits", "small edit"),
    "ack": ("Acknowledgements", "acknowledgement"),
}
"""How kinds and task types are called: as a heading, and one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One call of the past that a rule could have concerned."""

    vendor: str
    """As ``rules.seller`` names it."""
    asked: str
    kind: Kind
    task: str | None
    usage: Usage
    pico: int
    """What it is worth to its user: by what was agreed, if anything was, else the list price."""
    at_us: int
    session: str | None = None
    project: str | None = None
    project_name: str | None = None
    account: str | None = None
    credential: str | None = None
    route: str = ""
    """The route's own name; as the three above, for pricing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A rule that may be offered."""

    id: str
    """The same for the same proposal, week after week."""
    vendor: str
    asked: str
    model: str
    scope: str
    """``kind`` or ``task``."""
    value: str
    calls: int
    pico_now: int
    pico_then: int
    plan: bool = False
    """A plan pays for these calls: the amounts are API value, and what is saved is window."""

    @property
    def pico_saved(self) -> int:
        """What last week would have cost less."""
        return self.pico_now - self.pico_then

    @property
    def title(self) -> str:
        """A question with a yes."""
        return f"{NAMES.get(self.value, (self.value, ''))[0]} to {self.model}?"

    def proof(self, days: int) -> str:
        """The proof in one sentence."""
        one = NAMES.get(self.value, ("", self.value))[1]
        calls = plural(self.calls, one, _many(one))
        now = dollars(self.pico_now, fine=True)
        then = dollars(self.pico_then, estimated=True, fine=True)
        if self.plan:
            return (
                f"{calls} on {self.asked} took {now} of API value out of your plan's window in the last {days} days; "
                f"on {self.model} {then}. How the window weighs models is not published; list prices are assumed."
            )
        verb = "cost" if self.calls != 1 else "has cost"
        return f"{calls} on {self.asked} {verb} {now} in the last {days} days; on {self.model} {then}."


def _many(one: str) -> str:
    if one.endswith("summary"):
        return f"{one[:-1]}ies"
    if one == "comment or type hint":
        return "comments or type hints"
    return f"{one}es" if one.endswith(("x", "ch")) else f"{one}s"


Price = Callable[[Past, str, Usage], int | None]
"""What a usage on another model would be worth in a call's circumstances; ``None``: nobody knows."""


def moved(past: Past, *, cold: bool) -> Usage:
    """A call's usage as another model would have been billed for it.

    Args:
        past: the call.
        cold: the other model has nothing of the conversation in its cache: what was read has to be written.
    """
    legs = tuple(_cold(leg) if cold else leg for leg in past.usage.legs)
    return replace(past.usage, legs=tuple(replace(leg, model=None) for leg in legs), model=None, stated_pico=None)


def _cold(leg: Leg) -> Leg:
    if leg.cache_write_1h and not leg.cache_write:
        return replace(leg, cache_read=0, cache_write_1h=leg.cache_write_1h + leg.cache_read)
    return replace(leg, cache_read=0, cache_write=leg.cache_write + leg.cache_read)


def repriced(pasts: Iterable[Past], model: str, price: Price) -> tuple[int, int, int]:
    """How many calls could be priced on another model, what they have cost, and what they would have cost there.

    A conversation's first call in the range begins cold there.
    """
    calls = now = then = 0
    begun: set[str] = set()
    for past in pasts:
        main = past.kind in (Kind.MAIN, Kind.COMPACTION)
        cold = past.kind is Kind.COMPACTION or (main and (past.session or "") not in begun)
        amount = price(past, model, moved(past, cold=cold))
        if amount is None:
            continue
        if main:
            begun.add(past.session or "")
        calls, now, then = calls + 1, now + past.pico, then + amount
    return calls, now, then


def proposals(pasts: Sequence[Past], price: Price) -> list[Proposal]:
    """What may be offered, the greatest saving first; what a rule does already or a person has declined included.

    Args:
        pasts: a week of calls.
        price: re-prices one.
    """
    groups: dict[tuple[str, str, str, str, bool], list[Past]] = {}
    for past in pasts:
        plan = past.account == "subscription"
        if past.kind in OFFERED:
            groups.setdefault((past.vendor, past.asked, "kind", LABELS[past.kind], plan), []).append(past)
        elif past.kind is Kind.MAIN and past.task in NAMES:
            groups.setdefault((past.vendor, past.asked, "task", past.task, plan), []).append(past)
    found = []
    for (vendor, asked, scope, value, plan), group in groups.items():
        if len(group) < LEAST_CALLS:
            continue
        for model in reversed(below(asked)):
            calls, now, then = repriced(group, model, price)
            if calls >= LEAST_CALLS and now - then >= LEAST_PICO:
                found.append(
                    Proposal(
                        id=f"{scope}:{value}:{asked}:{model}{':plan' if plan else ''}",
                        vendor=vendor,
                        asked=asked,
                        model=model,
                        scope=scope,
                        value=value,
                        calls=calls,
                        pico_now=now,
                        pico_then=then,
                        plan=plan,
                    )
                )
                break
    return sorted(found, key=lambda each: (-each.pico_saved, each.id))


def words_of(calls: int, now: int, then: int, model: str, days: int) -> str:
    """A preview of a rule in one sentence."""
    if not calls:
        return f"It would have touched no call of the last {days} days."
    saved = now - then
    verdict = (
        f"{dollars(saved, estimated=True, fine=True)} less"
        if saved >= 0
        else (f"{dollars(-saved, estimated=True, fine=True)} more")
    )
    return (
        f"It would have touched {count(calls)} of the last {days} days' calls: {dollars(now, fine=True)}, on {model} "
        f"{dollars(then, estimated=True, fine=True)}, so {verdict}. Cold starts are counted."
    )
