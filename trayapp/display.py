"""How the tray looks: what the user has set of it, as it crosses the control socket.

Standard library only; the settings check the words (``trayapp.settings``), the desktop obeys them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """The settings ``display.…`` that change how windows and icon are drawn."""

    language: str = "auto"
    """``en``, ``de``, or ``auto``: the system's."""
    theme: str = "auto"
    """``light``, ``dark``, or ``auto``: the desktop's."""
    ink: str = "auto"
    """What the icon is drawn with: ``light``, ``dark``, ``plate``, or ``auto``: by the desktop."""
    mini_meter: bool = False
    """Show the small window that stays on top."""
