"""What is said about the team in tray, menu and popover, in the face's own language. Pure."""

from __future__ import annotations

from trayapp.desktop import money
from trayapp.teamviews import PoolView, TeamView
from trayapp.tongue import tr


def line(view: TeamView) -> str:
    """ "Platform: in sync", complete by itself."""
    return tr("teamtext", "{team}: {state}", team=view.team, state=state(view))


def state(view: TeamView) -> str:
    """How syncing stands, in a few words."""
    told = {
        "ok": tr("teamtext", "in sync"),
        "offline": tr("teamtext", "not reached"),
        "behind": tr("teamtext", "catching up"),
        "paused": tr("teamtext", "paused"),
        "revoked": tr("teamtext", "not let in any more"),
        "asks": tr("teamtext", "waits for you to agree"),
        "locked": tr("teamtext", "waits for the keyring"),
    }
    return told.get(view.state, view.state)


def hint(view: TeamView) -> str:
    """What the team gets and decides, for a tooltip."""
    gets = tr("teamtext", "It gets totals by the hour, never text.")
    if not view.policy:
        return gets
    decides = tr("teamtext", "Decided by {team}:", team=view.team)
    return "\n".join((gets, decides, *(f"· {each}" for each in view.decides)))


def urgent(view: TeamView) -> bool:
    """Whether somebody has to do something."""
    return view.state in ("revoked", "asks", "locked") or bool(view.asks)


def pool_name(pool: PoolView) -> str:
    """ "Pool gpu"."""
    return tr("teamtext", "Pool {name}", name=pool.name)


def pool_used(pool: PoolView) -> str:
    """ "43 % of $500 this month"."""
    period = {
        "day": tr("teamtext", "today"),
        "week": tr("teamtext", "this week"),
        "month": tr("teamtext", "this month"),
    }.get(pool.period, "")
    limit = money.budget(pool.pico_limit)
    if pool.share is None:
        return tr("teamtext", "{budget} {period}", budget=limit, period=period).strip()
    share = money.percent(int(pool.share * 100))
    return tr("teamtext", "{share} of {budget} {period}", share=share, budget=limit, period=period).strip()
