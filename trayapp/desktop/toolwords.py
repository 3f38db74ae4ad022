"""What the window with the tools says: a tool's state, what a click would change, what was done.

Everything that it says in its own words lives here; what tools say of themselves (``trayapp.tools``) is said anew.
Pure, no Qt.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from trayapp.desktop import saying
from trayapp.tongue import mark, tr
from trayapp.toolbox import Connected, Seen
from trayapp.tools.connection import Preview, Standing
from trayapp.tools.desk import Outcome
from trayapp.tools.masking import masked
from trayapp.tools.probe import Probed
from trayapp.tools.tool import By
from trayapp.trouble import Trouble

STATES: Final = {
    Standing.CONNECTED: mark("toolwords", "connected"),
    Standing.CHANGED: mark("toolwords", "changed by you"),
    Standing.STALE: mark("toolwords", "points at a former address"),
    Standing.BY_HAND: mark("toolwords", "led here by hand"),
    Standing.NOT_CONNECTED: mark("toolwords", "not connected"),
}
"""What a tool's standing is called."""


def state(one: Seen) -> str:
    """A tool's state in a few words."""
    if not one.tool.modes:
        return tr("toolwords", "cannot be led here")
    text = tr("toolwords", STATES[one.stands.standing])
    if one.stands.standing is Standing.NOT_CONNECTED and not one.found.installed:
        return tr("toolwords", "not found here")
    several = len(one.tool.modes) > 1 and one.stands.mode
    return f"{text} ({one.stands.mode})" if several else text


def told(result: Any, trouble: Trouble | None) -> str:
    """A preview, or what undoing would do, as text."""
    if trouble is not None:
        return f"{trouble.title}.\n\n{trouble.message}\n{trouble.fix}".strip()
    if isinstance(result, Preview):
        exports = [f"export {name}={masked(value)}" for name, value in result.variables.items()]
        lines = [tr("toolwords", "new shells: {export}", export=export) for export in exports]
        return at_home(result.diff() + "\n".join(lines)) or tr("toolwords", "Nothing would change in its files.")
    parts = [o.diff or f"{o.path}: {saying.speak(o.text)}." for o in result if isinstance(o, Outcome)]
    return at_home("".join(parts)) or tr("toolwords", "Nothing of ours is in its files.")


def at_home(text: str) -> str:
    """A text with the home folder as ``~``, where a path begins with it."""
    return text.replace(f" {Path.home()}/", " ~/")


def connected(title: str, done: Connected, probes: Sequence[Probed]) -> str:
    """What to know right after connecting."""
    anew = tr("toolwords", "Start {tool} anew to use it.", tool=title)
    if done.preview.mode.by is By.SHELL:
        anew = tr("toolwords", "Open a new shell to use it.")
    worked, failed = tr("toolwords", "Test call"), tr("toolwords", "But a test call failed")
    tried = [f"{worked if seen.code is None else failed}: {saying.speak(seen.text)}." for seen in probes]
    return " ".join([tr("toolwords", "{tool} is connected.", tool=title), anew, *tried, *map(saying.speak, done.notes)])
