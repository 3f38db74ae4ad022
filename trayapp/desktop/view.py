"""What the desktop knows at one moment, in one value that every face draws from.

Rules: pure; frozen; no Qt. A snapshot that is no longer fed stays in the view (its totals are still the last that
were true) but never counts as live: ``View.live`` says whether the numbers are of now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trayapp.snapshot import Snapshot
from trayapp.tongue import tr
from trayapp.trouble import Trouble


class Link(StrEnum):
    """How the tray stands to the engine."""

    CONNECTING = "connecting"
    """No word yet, or the engine went away a moment ago and may be back at once."""
    CONNECTED = "connected"
    RELAYING = "relaying"
    """The engine is gone; the guard passes the tools' calls on by itself, unmetered."""
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that the icon, the tooltip, the menu and the popover draw."""

    link: Link = Link.CONNECTING
    snapshot: Snapshot | None = None
    """The last one that was received; of now only while ``link`` is connected."""
    guard_trouble: Trouble | None = None
    """Why the guard relays by itself, if it said so."""
    failed: Trouble | None = None
    """The last thing the user asked for that could not be done; gone with the next success."""
    demo: bool = False
    """The process was started as a demo; a demo engine's snapshots say so too."""

    @property
    def live(self) -> bool:
        """Whether the snapshot's numbers are of now."""
        return self.link is Link.CONNECTED and self.snapshot is not None

    @property
    def paused(self) -> bool:
        """Whether calls pass without being read."""
        return self.live and self.snapshot is not None and self.snapshot.mode == "paused"

    @property
    def is_demo(self) -> bool:
        """Whether no real money is shown."""
        return self.demo or (self.snapshot is not None and self.snapshot.demo)

    def troubles(self) -> tuple[Trouble, ...]:
        """What a person has to know, most urgent first."""
        found: list[Trouble] = []
        if self.link is Link.DOWN:
            found.append(self.guard_trouble or engine_down())
        elif self.link is Link.RELAYING:
            found.append(relaying(self.guard_trouble))
        if self.failed is not None:
            found.append(self.failed)
        if self.live and self.snapshot is not None:
            found.extend(self.snapshot.troubles)
        return tuple(found)


def engine_down() -> Trouble:
    """The trouble of an engine that is not there, nor a guard in its place."""
    return Trouble(
        title=tr("view", "Spendlight is not running"),
        message=tr("view", "Nothing is metered, and tools that point at Spendlight cannot reach their vendors."),
        fix=tr("view", "Start it with `spendlight`; `spendlight doctor` looks for the cause."),
        code="not_running",
    )


def relaying(cause: Trouble | None) -> Trouble:
    """The trouble of a guard that relays alone, with its cause if that is known."""
    message = tr("view", "Your tools work, but their calls pass without being counted.")
    fix = tr("view", "Run `spendlight doctor` to find the cause.")
    if cause is not None:
        message = f"{message} {cause.title}: {cause.message}".strip()
        fix = cause.fix or fix
    return Trouble(title=tr("view", "Calls are not metered"), message=message, fix=fix, code="relaying")
