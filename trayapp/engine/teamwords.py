"""What is said about the team: to faces, in troubles and to a tool whose call is refused.

Everything in words about the team is made here. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trayapp.engine.budgetwords import OTHERWISE, REFUSED
from trayapp.ledger.outbox import Standing
from trayapp.refusal import Refusal
from trayapp.said import say
from trayapp.team.membership import Member
from trayapp.team.terms import NONE, Terms
from trayapp.team.wire import MOST_BUCKETS, Pool
from trayapp.teamviews import PoolView, TeamView
from trayapp.trouble import Trouble

NOT_ALLOWED: Final = "model_not_allowed"
NO_TEAM: Final = Trouble(
    title=say("You are in no team"),
    message=say("Nothing leaves this machine."),
    fix=say("`spendlight team join INVITE-URL` joins one."),
    code="no_team",
)
IN_TEAM: Final = Trouble(
    title=say("You are in a team already"),
    message=say("A profile is in one team at a time."),
    fix=say("`spendlight team leave` leaves it first."),
    code="in_team",
)
LOCKED: Final = Trouble(
    title=say("The device's key cannot be had now"),
    message=say("It lies in the keyring, which does not give it."),
    fix=say("Unlock the keyring and try again."),
    code="team_locked",
)
LOOK_FIRST: Final = Trouble(
    title=say("Nothing was shown yet"),
    message=say("Who agrees has to have seen what would leave."),
    fix=say("`spendlight team agree` shows it and asks."),
    code="look_first",
)
TWICE: Final = (
    "Another machine sends as this device, as after a copy of its folder. Leave the team on one of the two and join"
    " again there."
)
_DAY_US: Final = 86_400 * 10**6


def bad_invite(why: str) -> Trouble:
    """What was handed over is no invitation."""
    return Trouble(
        title=say("That is no invitation"),
        message=why,
        fix=say("It looks like https://team.example/join#… and holds once; ask for another one."),
        code="bad_invite",
    )


def not_done(message: str, result: str) -> Trouble:
    """The server could not be asked, or did not do it."""
    return Trouble(
        title=say("The team's server did not do that")
        if result in ("refused", "revoked")
        else say("The team was not reached"),
        message=message or say("It did not answer."),
        fix=say("Try again later; `spendlight team status` shows how it stands."),
        code="team_refused" if result in ("refused", "revoked") else "team_offline",
    )


def wants_more(team: str, asks: Sequence[str]) -> Trouble:
    """The team wants to be told more than was agreed to."""
    return Trouble(
        title=say("{team} asks to be told more", team=team),
        message=say(
            "It wants totals by {dimensions}, too. It is told nothing of that until you agree.",
            dimensions=", ".join(asks),
        ),
        fix=say("`spendlight team agree` shows the exact JSON first."),
        code="team_asks",
    )


def refusal(terms: Terms, model: str, tool: str | None) -> Refusal:
    """What a tool is told that asks for a model that its team does not allow."""
    return Refusal(
        OTHERWISE.get(tool or "", REFUSED),
        NOT_ALLOWED,
        f"{terms.team} does not allow {model}, and you agreed that such calls are refused. It allows:"
        f" {', '.join(terms.allowed)}. Choose one of these in your tool.",
    )


def pool(told: Pool) -> PoolView | None:
    """A pool as people see it; ``None``: what was told makes no sense."""
    try:
        return PoolView(
            name=told.name,
            kind=told.kind,
            period=told.period,
            since=told.since,
            until=told.until,
            pico_limit=int(told.pico_limit),
            share=max(0.0, float(told.share)) if told.share else None,
            pico_spent=_amount(told.pico_spent),
            pico_per_day=_amount(told.pico_per_day),
            pico_low=_amount(told.pico_low),
            pico_high=_amount(told.pico_high),
            as_of=told.as_of,
            members=told.members,
        )
    except (ValueError, OverflowError):
        return None


def _amount(text: str | None) -> int | None:
    return None if text is None else int(text)


def view(
    member: Member,
    terms: Terms,
    standing: Standing | None,
    *,
    state: str,
    words: str,
    last_us: int,
    told: tuple[str, ...],
    asks: tuple[str, ...],
    pools: tuple[PoolView, ...],
    now_us: int,
) -> TeamView:
    """The team, as its member sees it."""
    waiting = 0 if standing is None else standing.waiting + standing.unsent
    if member.revoked:
        state, words = "revoked", member.revoked
    elif not member.accepted:
        state, words = "asks", "You have not agreed yet; nothing is sent. `spendlight team agree` shows what would be."
    elif member.paused:
        state, words = "paused", "Nothing is sent until `spendlight team resume`."
    elif state == "ok" and (waiting > MOST_BUCKETS or (last_us and now_us - last_us > _DAY_US)):
        state, words = "behind", "Much waits to be sent; it goes a part at a time."
    return TeamView(
        team=member.team_name,
        tenant=member.tenant_name,
        server=member.server,
        state=state,
        words=words,
        last_us=last_us,
        waiting=waiting,
        refused=0 if standing is None else standing.refused,
        policy=terms.version,
        policy_until=terms.expires,
        mode=terms.mode,
        override=terms.override,
        block=terms.block if terms is not NONE else "block" in member.consents,
        decides=terms.lines,
        dimensions=told,
        asks=asks if member.accepted else (),
        pools=pools,
    )
