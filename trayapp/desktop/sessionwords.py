"""How a session is called: by project, tool and the time it began, since people give sessions no names.

Everything that names one lives here; the popover's breakdown and the menu say the same. Rules: pure; what is not known
is left out; calls of a tool that tells no session say so and have no time; "●" stands before what runs now.
"""

from __future__ import annotations

from trayapp.desktop import money
from trayapp.snapshot import SessionSlice, Slice
from trayapp.tongue import several, tr


def name(session: SessionSlice) -> str:
    """ "● api-server · claude-code · 14:05", "no session · llm"."""
    if session.known:
        parts = [session.project, session.tool or tr("sessionwords", "unknown tool")]
        parts += [money.clock(session.started_us)] if session.started_us else []
    else:
        parts = [tr("sessionwords", "no session"), session.tool]
    said = " · ".join(filter(None, parts))
    return f"● {said}" if session.running else said


def as_slice(session: SessionSlice) -> Slice:
    """A session as a part of a breakdown like the others."""
    return Slice(
        name=name(session),
        pico=session.pico,
        calls=session.calls,
        tokens=session.tokens,
        unpriced=session.unpriced,
    )


def state(session: SessionSlice) -> str:
    """ "2 calls running", else "last call 14:20"; "" when neither is known."""
    if session.running:
        return several("sessionwords", "%n call(s) running", session.running)
    return tr("sessionwords", "last call {at}", at=money.clock(session.last_us)) if session.last_us else ""
