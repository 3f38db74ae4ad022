"""Rules: which requests go to another model, and which rule has the word when several would.

Everything that says whether a rule concerns a request, and which one wins, lives here. ``steering`` says *when* a rule
may take effect.

Rules about rules:

* a rule names what is served instead (another model, another effort, or both) and for which requests: a session, a
  project, a call kind, a task type, sub-agents, or all. It may end by itself. All its conditions have to be met;
* the narrowest has the word: a kind's before a session's, before what was asked for *now*, before a project's, before
  a task's, before the rest; among equals the newest;
* a rule never makes anything dearer; only a person who asks *now* for a dearer model than the one in use gets it, for
  main conversations that ask for that one;
* probes, token counts, batches and a tool's own router are never concerned: their answer speaks of the very model;
* a paused rule concerns nothing until it is resumed, or its pause has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from trayapp.routing.kinds import LABELS
from trayapp.values import Kind

NEVER: Final = frozenset({Kind.PROBE, Kind.COUNT, Kind.BATCH, Kind.ROUTER})
"""Kinds that no rule concerns."""
SUBAGENTS: Final = frozenset({Kind.SUBAGENT, Kind.EXPLORE})

Scope = Literal["session", "project", "kind", "task", "subagents", "always"]
Origin = Literal["user", "suggestion", "mode", "team"]

Dearer = Callable[[str, str, str], bool | None]
"""``(vendor, asked, served)``: whether the second costs more than the first; ``None``: nobody knows."""


def seller(vendor: str, wire: str) -> str:
    """Whose models a route serves, as rules name it: logins and clouds sell the same models under the same names."""
    if vendor == "vertex" and wire.startswith("anthropic"):
        return "anthropic"
    return _SELLERS.get(vendor, vendor)


_SELLERS: Final = {"chatgpt": "openai", "code-assist": "gemini", "vertex": "gemini"}


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule."""

    id: str
    """Short; never used again for another."""
    vendor: str
    """Whose models it concerns, as ``seller`` names it."""
    model: str | None = None
    """What is served; ``None``: the model stays, its effort changes."""
    effort: str | None = None
    """The effort that is asked for; ``None``: the request's own."""
    asked: str | None = None
    """Only requests for this model; ``None``: for any."""
    scope: Scope = "always"
    value: str = ""
    """A session's id, a project's HMAC, a kind as ``kinds.LABELS`` names it, or a task type."""
    label: str = ""
    """How to show ``value``: a project's display name."""
    now: bool = False
    """It takes effect at the next human turn; otherwise where a conversation begins or its cache is cold."""
    until_us: int | None = None
    created_us: int = 0
    origin: Origin = "user"
    paused: str = ""
    """Why it rests, in a word: ``user``, ``refused``, ``evidence``; empty: it does not."""
    paused_until_us: int | None = None

    def __post_init__(self) -> None:
        if self.model is None and self.effort is None:
            raise ValueError("a rule has to name a model or an effort")
        if self.scope in ("session", "project", "kind", "task") and not self.value:
            raise ValueError(f"a rule for a {self.scope} has to say which")
        if self.scope == "kind" and self.value not in _KINDS:
            raise ValueError(f"{self.value!r} is no kind of call that a rule may concern")

    def over(self, at_us: int) -> bool:
        """Whether it has ended."""
        return self.until_us is not None and self.until_us <= at_us

    def rests(self, at_us: int) -> bool:
        """Whether it is paused."""
        return bool(self.paused) and (self.paused_until_us is None or self.paused_until_us > at_us)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a request when a rule is looked for. In memory only."""

    vendor: str
    """As ``seller`` names it."""
    model: str
    kind: Kind
    session: str | None = None
    project: str | None = None
    tool: str | None = None
    task: Callable[[], str | None] = lambda: None
    """The task type for which a small model suffices, or ``None``; asked only when a rule needs it."""


_KINDS: Final = frozenset(label for kind, label in LABELS.items() if kind not in NEVER)
_RANKS: Final = {"kind": 80, "subagents": 75, "session": 70, "project": 50, "task": 40, "always": 10}


def rank(rule: Rule) -> tuple[int, int]:
    """The greater one has the word."""
    narrow = _RANKS[rule.scope]
    if rule.now and narrow < 60:
        narrow = 66 if rule.scope == "project" else 64
    return narrow, rule.created_us


def concerns(rule: Rule, asked: Asked, dearer: Dearer) -> bool:
    """Whether a rule's conditions are met; its time and its pauses apart."""
    if asked.kind in NEVER or rule.vendor != asked.vendor or (rule.asked is not None and rule.asked != asked.model):
        return False
    scope, value = rule.scope, rule.value
    if scope == "session" and value != asked.session:
        return False
    if scope == "project" and value != asked.project:
        return False
    if scope == "subagents" and asked.kind not in SUBAGENTS:
        return False
    if scope == "kind" and LABELS[asked.kind] != value:
        return False
    if rule.model is not None and rule.model != asked.model:
        free = rule.now and rule.asked is not None and asked.kind is Kind.MAIN
        costs = dearer(asked.vendor, asked.model, rule.model)
        if costs is True and not free:
            return False
        if costs is None and asked.kind is not Kind.MAIN and rule.scope not in ("kind", "subagents"):
            return False  # a side call's own small model may be the cheaper one
    # The text is looked at last, because that takes longest.
    return scope != "task" or (asked.kind is Kind.MAIN and asked.task() == value)


def chosen(rules: Iterable[Rule], asked: Asked, at_us: int, dearer: Dearer) -> Rule | None:
    """The rule that has the word on a request, or ``None``."""
    live = sorted((rule for rule in rules if not rule.over(at_us) and not rule.rests(at_us)), key=rank, reverse=True)
    return next((rule for rule in live if concerns(rule, asked, dearer)), None)
