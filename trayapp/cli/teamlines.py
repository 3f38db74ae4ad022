"""``spendlight team`` in words: lines for a terminal. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from trayapp.money import dollars, plural
from trayapp.teamviews import PoolView, TeamView

_STATES: Final = {
    "ok": "in sync",
    "offline": "not reached",
    "behind": "catching up",
    "paused": "paused",
    "revoked": "not let in",
    "asks": "waits for you to agree",
    "locked": "waits for the keyring",
}
NEVER: Final = "Prompts, answers, keys, files, folders, branches and names of projects never leave."


def status(view: TeamView | None) -> list[str]:
    """How it stands."""
    if view is None:
        return ["You are in no team; nothing leaves this machine.", "`spendlight team join INVITE-URL` joins one."]
    last = f" · last {_moment(view.last_us / 1e6)}" if view.last_us else ""
    waiting = f" · {plural(view.waiting, 'bucket')} waiting" if view.waiting else ""
    lines = [f"{view.team} ({view.tenant}) at {view.server}: {_STATES.get(view.state, view.state)}{last}{waiting}"]
    if view.words:
        lines.append(view.words)
    if view.refused:
        lines.append(f"{plural(view.refused, 'bucket')} came too late to be changed at the server.")
    lines.append(f"It is told totals by hour and {', '.join(view.dimensions)}. {NEVER}")
    if view.asks:
        lines.append(f"It asks for {', '.join(view.asks)}, too: `spendlight team agree` shows what that means.")
    if view.policy:
        yours = "You may choose otherwise." if view.override else "It holds for all."
        lines.append(f"Decided by {view.team} (policy {view.policy}, until {_moment(view.policy_until)}). {yours}")
        lines += [f"  {line}" for line in view.decides]
    else:
        lines.append("It decides nothing here now; what you have set yourself holds.")
    if view.block:
        lines.append("You have agreed that its budgets may refuse calls.")
    lines += [f"  {pool(each)}" for each in view.pools]
    return lines


def glance(view: TeamView | None) -> list[tuple[str, str]]:
    """What a glance says of the team: nothing while all is well. Colour and text."""
    if view is None or (view.state in ("ok", "paused") and not view.asks):
        return []
    colour = "red" if view.state == "revoked" else "orange"
    said = "asks to be told more" if view.asks else _STATES.get(view.state, view.state)
    return [(colour, f"{view.team}: {said} · `spendlight team`")]


def pool(each: PoolView) -> str:
    """One pool: "Platform: 43 % of $500.00 this month · on pace for $610 to $720"."""
    share = "nothing is known yet" if each.share is None else f"{each.share * 100:.0f} %"
    few = "" if each.members else " (few share it: in steps)"
    ahead = ""
    if each.pico_low is not None and each.pico_high is not None:
        ahead = f" · will be {dollars(each.pico_low)} to {dollars(each.pico_high)}"
    burn = f" · {dollars(each.pico_per_day)} a day" if each.pico_per_day is not None else ""
    return f"Pool {each.name}: {share} of {dollars(each.pico_limit)} a {each.period}{few}{burn}{ahead}"


def joining(server: str, body: str, consents: Sequence[str]) -> list[str]:
    """What joining sends."""
    lines = [f"To join, this is sent to {server}, and nothing else:", "", pretty(body), ""]
    if "block" in consents:
        lines.append("You agree that the team's budgets, and what models it allows, may refuse calls.")
    lines.append("Nothing about your calls is sent yet: what that would be is shown next.")
    return lines


def first(answer: Mapping[str, Any]) -> list[str]:
    """What would be sent first, and what the team decides."""
    lines = [""]
    team = answer.get("team") or {}
    if answer.get("key"):
        why = f" ({answer['why']})" if answer.get("why") else ""
        lines += [f"Joined {team.get('team', 'the team')}. This device's key lies in: {answer['key']}{why}.", ""]
    decides = team.get("decides") or []
    lines.append(f"{team.get('team', 'The team')} decides:" if decides else "The team decides nothing.")
    lines += [f"  {line}" for line in decides]
    if team.get("pools"):
        lines.append("Pools are shown to everybody who shares them; where fewer than five do, in steps of 10 %.")
    return [*lines, "", *preview(answer)]


def preview(answer: Mapping[str, Any]) -> list[str]:
    """The exact JSON of what would be sent next."""
    bodies = answer["bodies"]
    if answer.get("asks"):
        lines = [
            f"If you agree to {', '.join(answer['asks'])}, this day would be told so:",
            "",
            pretty(answer["asked"]),
        ]
    elif not bodies:
        lines = ["Nothing waits to be sent."]
        if answer.get("asked"):
            lines = ["Nothing waits to be sent yet. The last day would be told so:", "", pretty(answer["asked"])]
    else:
        lines = ["This is sent next, byte for byte but for the line breaks:", "", *map(pretty, bodies)]
    return [*lines, "", f"It is divided by {', '.join(answer['dimensions'])}, summed by hour. {NEVER}"]


def pretty(body: str) -> str:
    """JSON for people: one bucket a line."""
    document = json.loads(body)
    if not isinstance(document, dict) or list(document) != ["buckets"]:
        return json.dumps(document, ensure_ascii=False, indent=1)
    inner = ",\n ".join(json.dumps(each, ensure_ascii=False) for each in document["buckets"])
    return f'{{"buckets": [\n {inner}\n]}}' if inner else '{"buckets": []}'


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"
