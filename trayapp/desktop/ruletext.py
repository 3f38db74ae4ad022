"""What rules, suggestions and options say: the engine's English, or another tongue from what that is made of.

Everything that turns ``trayapp.choices`` into sentences lives here. Pure, no Qt. Rules: in English the engine's own
words are shown, so that tray and terminal say the same; in another language they are made anew from the codes and
figures beside them; what another version's engine does not say in codes stays English.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from trayapp import tongue
from trayapp.choices import Choice, Choices, Option, Record, RuleView, Suggestion
from trayapp.desktop import money
from trayapp.desktop.money import Currency
from trayapp.desktop.prose import prose
from trayapp.tongue import mark, several, tr

_HEADINGS: Final = {
    "side:title": mark("ruletext", "Titles"),
    "side:webfetch": mark("ruletext", "Web-page summaries"),
    "side:compaction": mark("ruletext", "Compaction"),
    "subagent:explore": mark("ruletext", "Read-only sub-agents"),
    "subagent:task": mark("ruletext", "Sub-agents"),
    "commit": mark("ruletext", "Commit messages"),
    "typo": mark("ruletext", "Typo fixes"),
    "rename": mark("ruletext", "Renames"),
    "test_boiler": mark("ruletext", "Simple tests"),
    "docstring": mark("ruletext", "Comments and types"),
    "format": mark("ruletext", "Formatting"),
    "explain": mark("ruletext", "Explanations"),
    "question": mark("ruletext", "Short questions"),
    "search": mark("ruletext", "Searches"),
    "config": mark("ruletext", "Small configuration changes"),
    "docs": mark("ruletext", "Documentation edits"),
    "summarise": mark("ruletext", "Summaries"),
    "convert": mark("ruletext", "Conversions"),
    "command": mark("ruletext", "Commands"),
    "small_edit": mark("ruletext", "Small edits"),
    "ack": mark("ruletext", "Acknowledgements"),
}
"""Kinds and task types as headings: the engine's names (``trayapp.routing.proposals``); a test holds both together."""
_SCOPES: Final = {
    "session": mark("ruletext", "This session"),
    "subagents": mark("ruletext", "Sub-agents"),
    "always": mark("ruletext", "Everything"),
}
_RESTS: Final = {
    "user": mark("ruletext", "paused"),
    "refused": mark("ruletext", "rests: the vendor refused it"),
    "evidence": mark("ruletext", "withdrawn: it went wrong too often"),
}
_BETTER: Final = {
    "subagent": mark("ruletext", "for sub-agents"),
    "compaction": mark("ruletext", "after compaction"),
    "idle": mark("ruletext", "after a pause"),
    "new_session": mark("ruletext", "in a new session"),
}


def rule(view: RuleView) -> str:
    """A rule, complete by itself: "Titles: claude-opus-5-5 → claude-haiku-5-5"."""
    who = _who(view)
    if tongue.english() or not who:
        return prose(view.text)
    text = (f"{who}: {view.asked}" if view.asked else who) + " → " + (view.model or tr("ruletext", "model as asked"))
    return tr("ruletext", "{rule} with effort {effort}", rule=text, effort=view.effort) if view.effort else text


def _who(view: RuleView) -> str:
    if view.scope == "project" and view.value:
        return tr("ruletext", "Project {name}", name=view.value)
    if view.scope in ("kind", "task"):
        return tr("ruletext", _HEADINGS[view.value]) if view.value in _HEADINGS else ""
    # Another version's engine names no model; then its text may hold one that would be lost here.
    return tr("ruletext", _SCOPES[view.scope]) if view.scope in _SCOPES and (view.asked or ":" not in view.text) else ""


def rests(view: RuleView) -> str:
    """Why a rule rests; empty when it does not."""
    if tongue.english() or view.rests not in _RESTS:
        return prose(view.paused)
    return tr("ruletext", _RESTS[view.rests])


def undo(choices: Choices) -> str:
    """What was just done and can be taken back; empty when there is nothing."""
    done = choices.undo
    if done is None:
        return ""
    made = next((view for view in choices.rules if view.id == done.rule), None)
    return prose(done.text) if made is None or tongue.english() else rule(made)


def evidence(text: str, record: Record | None) -> str:
    """How well something has worked: "worked 38 of 40 times for you"."""
    if tongue.english() or record is None:
        return prose(text)
    tried = tr("ruletext", "not tried so far")
    if record.tried:
        tried = several("ruletext", "worked {good} of %n time(s) for you", record.tried, good=money.count(record.good))
    if record.state == "withdrawn":
        return tr("ruletext", "{tried}; withdrawn, because it went wrong too often", tried=tried)
    if record.state == "proven":
        return tried if record.tried else tr("ruletext", "{tried}; what is known of such work is enough", tried=tried)
    if record.needed >= 100:
        return tr("ruletext", "{tried}; it cannot pay, because it costs no less", tried=tried)
    return tr(
        "ruletext",
        "{tried}; unproven: it has to work {needed} of the time to pay, and so far only {sure} is sure enough",
        tried=tried,
        needed=money.percent(record.needed),
        sure=money.percent(record.sure),
    )


def title(suggestion: Suggestion) -> str:
    """A question with a yes: "Titles to claude-haiku-5-5?"."""
    heading = _HEADINGS.get(suggestion.value)
    if tongue.english() or heading is None:
        return prose(suggestion.title)
    return tr("ruletext", "{what} to {model}?", what=tr("ruletext", heading), model=suggestion.model)


def proof(suggestion: Suggestion, shown: Currency) -> tuple[str, ...]:
    """The proof's sentences; the first is the short one for a notification."""
    if tongue.english() or suggestion.value not in _HEADINGS or not suggestion.days:
        return tuple(prose(line) for line in suggestion.lines if line)
    lines = [_cost(suggestion, shown)]
    if suggestion.scope == "kind":
        lines.append(
            tr("ruletext", "They are recognised by how the request is made, not by its words. Your main model stays.")
        )
    else:
        lines.append(tr("ruletext", "A session that begins with one goes there, until you ask for something else."))
    record = suggestion.record
    if record is not None and (record.tried or suggestion.trial):
        said = evidence("", record)
        lines.append(f"{said[:1].upper()}{said[1:]}.")
    elif record is None and len(suggestion.lines) > 2:
        lines.append(prose(suggestion.lines[2]))
    return tuple(lines)


def _cost(suggestion: Suggestion, shown: Currency) -> str:
    values = {
        "what": tr("ruletext", _HEADINGS[suggestion.value]),
        "asked": suggestion.asked,
        "model": suggestion.model,
        "calls": money.calls(suggestion.calls),
        "now": money.dollars(suggestion.pico_now, fine=True, shown=shown),
        "then": money.dollars(suggestion.pico_then, estimated=True, fine=True, shown=shown),
    }
    if suggestion.plan:
        return several(
            "ruletext",
            "{what} on {asked}: {calls} took {now} of API value out of your plan's window in the last %n day(s); on "
            "{model} {then}. How the window weighs models is not published; list prices are assumed.",
            suggestion.days,
            **values,
        )
    return several(
        "ruletext",
        "{what} on {asked}: {calls} cost {now} in the last %n day(s); on {model} {then}.",
        suggestion.days,
        **values,
    )


def option(offered: Option, shown: Currency) -> str:
    """ "claude-haiku-5-5: saves at once"."""
    words = _means(offered, shown)
    return f"{offered.model}: {words}" if words else offered.model


def _means(offered: Option, shown: Currency) -> str:
    made = _MEANS.get(offered.means)
    return prose(offered.words) if tongue.english() or made is None else made(offered, shown)


def _amount(offered: Option, shown: Currency) -> str:
    return money.dollars(offered.pico, estimated=True, fine=True, shown=shown)


def _later(offered: Option, _shown: Currency) -> str:
    better = tr("ruletext", _BETTER.get(offered.better, offered.better))
    return several("ruletext", "pays only after %n call(s); better {better}", offered.calls, better=better)


_MEANS: Final[dict[str, Callable[[Option, Currency], str]]] = {
    "asked": lambda _offered, _shown: tr("ruletext", "as requested"),
    "at_once": lambda each, shown: tr("ruletext", "saves at once, {amount} a call", amount=_amount(each, shown)),
    "after": lambda each, shown: several(
        "ruletext", "{amount} once, pays after %n call(s)", each.calls, amount=_amount(each, shown)
    ),
    "later": _later,
    "loses": lambda _offered, _shown: tr("ruletext", "loses now"),
    "anew": lambda _offered, _shown: tr("ruletext", "loses now; pays in a new session"),
    "never": lambda _offered, _shown: tr("ruletext", "not cheaper here"),
    "unpriced": lambda _offered, _shown: tr("ruletext", "no price is known"),
    "no_window": lambda _offered, _shown: tr("ruletext", "uses no window"),
    "window": lambda each, _shown: tr(
        "ruletext",
        "≈ {share} of what staying uses of the window, if that counts list prices",
        share=money.percent(each.percent),
    ),
}


def why_not(choice: Choice) -> str:
    """Why nothing may be chosen for a model; empty when it may."""
    if not tongue.english() and choice.bar == "plan":
        return prose(
            tr(
                "ruletext",
                "This login's plan pays for it. Another model would save window, not money, and the vendor's terms may "
                "not want it; `routing.subscriptions` turns it on.",
            )
        )
    if not tongue.english() and choice.bar == "meter_only":
        return tr("ruletext", "Let it rip only meters. Choose Balanced or Frugal first.")
    return prose(choice.why_not)
