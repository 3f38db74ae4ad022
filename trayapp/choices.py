"""What the engine tells faces about cheaper models: the mode, the rules, one suggestion, what may be chosen.

Everything about routing that crosses the control socket is defined here; ``snapshot`` carries a ``Choices`` with each
glance. Rules: as in ``control``: unknown fields are ignored, missing ones take their default, money is a decimal string
of pico-USD on the wire; words come ready for people, in English, so that tray and terminal say the same. Beside them
stands what they are made of: a face that speaks another language makes its own, and falls back on the English.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What ``evidence`` is made of."""

    state: str = ""
    """``proven``, ``unproven`` or ``withdrawn``."""
    good: int = 0
    tried: int = 0
    needed: int = 0
    """Percent of the time that it has to work to pay; 100 and more: it never pays."""
    sure: int = 0
    """Percent that is sure enough so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule, as people see it."""

    id: str
    text: str
    """ "titles: claude-opus-5-5 → claude-haiku-5-5", complete by itself."""
    value: str = ""
    """The label of its kind, its task type, or its project's name; empty for the other scopes."""
    asked: str = ""
    """The model that it concerns; empty: any."""
    vendor: str = ""
    model: str = ""
    """What is served; empty: only the effort changes."""
    effort: str = ""
    scope: str = "always"
    """``session``, ``project``, ``kind``, ``task``, ``subagents`` or ``always``."""
    now: bool = False
    """Asked for at once, by ``use`` or the model menu."""
    origin: str = "user"
    """``user``, ``suggestion``, ``mode`` or ``team``."""
    until_us: int | None = None
    made_us: int = 0
    paused: str = ""
    """Why it rests, for people; empty: it does not."""
    rests: str = ""
    """``user``, ``refused`` or ``evidence``."""
    calls: int = 0
    """Calls that it has changed."""
    pico_saved: int = 0
    """What it has saved, all its calls and their consequences; a loss is negative."""
    pico_low: int = 0
    pico_high: int = 0
    unknown: int = 0
    """Calls whose part in it cannot be told."""
    evidence: str = ""
    """ "worked 38 of 40 times for you"; empty: nothing is known yet."""
    record: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The one card."""

    id: str
    title: str
    """ "Titles to claude-haiku-5-5?"."""
    lines: tuple[str, ...] = ()
    """The proof, in sentences; the first is the short one for a notification."""
    action: str = "Switch"
    """What the button says."""
    trial: bool = False
    """It is unproven: the button makes it so for one hour."""
    model: str = ""
    pico_saved: int = 0
    """Estimated for a week like the last; always an estimate."""
    scope: str = ""
    """``kind`` or ``task``; this and what follows is what the words are made of."""
    value: str = ""
    """The label of the kind, or the task type."""
    asked: str = ""
    calls: int = 0
    """Calls of the last ``days``."""
    days: int = 0
    pico_now: int = 0
    """What they have cost; ``pico_then``: what they would have."""
    pico_then: int = 0
    plan: bool = False
    """A plan pays for them."""
    record: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A model that may stand in for another."""

    model: str
    words: str = ""
    """What choosing it means now: "cheaper from the 3rd turn on", "saves at once"."""
    chosen: bool = False
    means: str = ""
    """What the words are made of: ``asked``, ``at_once`` (``pico`` a call), ``after`` (``pico`` once, pays after
    ``calls``), ``later`` (pays after ``calls``, ``better``), ``loses``, ``anew`` (pays in a new session), ``never``,
    ``unpriced``, ``window`` (``percent`` of what staying uses), ``no_window``."""
    pico: int = 0
    calls: int = 0
    percent: int = 0
    better: str = ""
    """``subagent``, ``compaction``, ``idle`` or ``new_session``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model in use today, and what may stand in for it."""

    vendor: str
    asked: str
    tool: str = ""
    options: tuple[Option, ...] = ()
    why_not: str = ""
    """Why nothing may be chosen (a plan's login, a tool that is only observed …); empty: it may."""
    bar: str = ""
    """The same as a word: ``plan`` or ``meter_only``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What was just done and can be taken back with one click."""

    rule: str
    """The rule's id."""
    text: str
    until_us: int
    """The offer ends; the rule can be removed for ever all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All of it."""

    mode: str = "balanced"
    mode_by: str = ""
    """The team that has chosen it; empty: the user has."""
    asis: bool = False
    """Everything goes out as requested just now."""
    asis_until_us: int | None = None
    rules: tuple[RuleView, ...] = ()
    """In force or paused, the newest first."""
    suggestion: Suggestion | None = None
    menu: tuple[Choice, ...] = ()
    """The models in use today, most money first; at most 8."""
    undo: Undo | None = None
    pico_saved_today: int | None = None
    """Signed; ``None``: no rule has changed anything today."""
    pico_saved_week: int | None = None
    """Since Monday, local time."""
    pico_low_week: int = 0
    pico_high_week: int = 0
    unknown_week: int = 0
    """Calls that a rule has changed and whose saving cannot be told."""
