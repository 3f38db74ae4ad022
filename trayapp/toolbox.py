"""The AI tools of one profile, for the faces: what is here, how each stands, and connecting it.

The command line and the tray's window do the same things by this one class, so that they cannot differ. It blocks on
files; the tray calls it from a thread. It needs no engine: the addresses stand in the profile's folder.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from trayapp import settings
from trayapp.control import Address, Client, ControlError
from trayapp.platform.paths import Paths
from trayapp.said import say
from trayapp.toolkeys import Swapped, ToolKeys
from trayapp.tools import autostart, pointing
from trayapp.tools.connection import Connection, Connector, Preview, Standing
from trayapp.tools.desk import Desk, Outcome
from trayapp.tools.journal import Journal
from trayapp.tools.probe import Probed, probe
from trayapp.tools.registry import TOOLS, named
from trayapp.tools.shell import Shell
from trayapp.tools.tool import Found, Links, Machine, Tool
from trayapp.tools.vault import KeyringVault
from trayapp.trouble import Trouble, TroubleError
from trayapp.virtualkeys.cabinet import Cabinet, VirtualKeyError

_STILL: Final = say(
    "still leads to Spendlight: this profile's `connect` did not write it, so it is left"
    " alone. Take it out by hand, or the tool reaches nobody while Spendlight does not"
    " run"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One tool, as it was found just now."""

    tool: Tool
    found: Found
    stands: Connection


@dataclass(frozen=True, slots=True)
class Connected:
    """A tool was connected."""

    preview: Preview
    """What that has changed."""
    ready: autostart.Ready
    """Who will open the port after the next login."""
    swapped: Swapped
    """What became of the keys in its files."""
    notes: tuple[str, ...] = ()
    """What was found there that will matter, a sentence each."""


class Toolbox:
    """The tools of one profile."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.machine = Machine(Path.home(), os.environ)
        self.desk = Desk(Journal(paths.edits, KeyringVault(paths.edits / "vault")), self.machine.home)
        self.connector = Connector(self.desk, Shell(paths.config / "shell", Path(sys.executable)), self.machine)

    @cached_property
    def keys(self) -> ToolKeys:
        """The keys in the tools' files."""
        return ToolKeys(Cabinet(self.paths), self.machine)

    def links(self) -> Links | None:
        """The addresses of this profile; ``None`` before its first start.

        Raises:
            SettingsError: the settings cannot be read.
        """
        routes = self.routes()
        try:
            port = int(self.paths.port.read_text("ascii"))
            token = self.paths.token.read_text("ascii").strip()
        except (OSError, ValueError):
            return None
        return Links(port, token, routes) if token else None

    def routes(self) -> dict[str, str]:
        """Route to base URL.

        Raises:
            SettingsError: the settings cannot be read.
        """
        return {name: upstream.url for name, upstream in settings.load(self.paths.settings).routes().items()}

    def needed_links(self) -> Links:
        """The same, where nothing goes without.

        Raises:
            TroubleError: it was never started.
            SettingsError: the settings cannot be read.
        """
        found = self.links()
        if found is None:
            raise TroubleError(
                Trouble(
                    title=say("Spendlight has no address yet"),
                    message=say("It gets its port and its token when it is started for the first time."),
                    fix=say("Start it with `spendlight`."),
                    code="not_running",
                )
            )
        return found

    def seen(self, *tools: Tool) -> list[Seen]:
        """These tools, or all."""
        links = self.links()
        return [Seen(t, t.find(self.machine), self.connector.standing(t, links)) for t in tools or TOOLS]

    def preview(self, tool: Tool, mode: str | None = None) -> Preview:
        """What connecting would do.

        Raises:
            TroubleError: it cannot be connected, in words.
        """
        return self.connector.preview(tool, self.needed_links(), mode, more=self.keys.kept(tool))

    def connect(
        self,
        tool: Tool,
        mode: str | None = None,
        *,
        again: bool = False,
        replace_address: bool = False,
        no_autostart: bool = False,
        virtual_key: bool = False,
        start: Callable[[], object] = lambda: None,
    ) -> Connected:
        """Have Spendlight start at login, then connect a tool.

        Args:
            tool: which.
            mode: which way; ``None``: the usual one.
            again: put in again what the user took out.
            replace_address: also where the tool goes to a place that is no route of ours.
            no_autostart: the user starts Spendlight by other means; remembered.
            virtual_key: the real keys in its files go to the keyring; the files get keys that work only here.
            start: has Spendlight run; called once its start at login stands, so that the same supervisor has it.

        Raises:
            TroubleError: it cannot be connected, or would reach nobody after the next login; all files are as they
                were.
        """
        known = self.links()
        if known is not None:
            self.connector.preview(tool, known, mode, replace_address=replace_address)
        self.paths.make()
        ready = autostart.ensure(self.desk, self.paths, opt_out=no_autostart, for_tools=True)
        if isinstance(ready, Trouble):
            raise TroubleError(ready)
        swapped = Swapped(())
        notes = self._found_there(tool, known)
        try:
            start()
            links = self.needed_links()
            swapped = Swapped(self.keys.kept(tool))
            if virtual_key:
                swapped = self.keys.swap(tool, settings.load(self.paths.settings).routes())
            preview = self.connector.connect(
                tool, links, mode, again=again, replace_address=replace_address, more=swapped.edits
            )
        except Exception:
            self.keys.take_back(tool, swapped.minted)
            if not self.connector.connected():
                autostart.no_longer_needed(self.desk)
            raise
        if swapped.minted:
            tell_engine(self.paths)
        return Connected(preview, ready, swapped, (*notes, *(tool.key_costs if swapped.minted else ())))

    def lead_anew(self, tool: Tool, mode: str) -> Preview:
        """Lead a tool that is connected to the present address; virtual keys in its files stay.

        Raises:
            TroubleError: it cannot be done; all files are as they were.
        """
        return self.connector.connect(tool, self.needed_links(), mode or None, more=self.keys.kept(tool))

    def _found_there(self, tool: Tool, links: Links | None) -> tuple[str, ...]:
        """What stands in a tool's files that connecting does not change for the better."""
        found: list[str] = []
        stands = self.connector.standing(tool, links)
        if not stands.mode and stands.standing in (Standing.BY_HAND, Standing.STALE):
            where = ", ".join(placed.where for placed in self.connector.by_hand(tool))
            found.append(
                say(
                    "{where} led to Spendlight already. `connect` had not written that, so disconnecting"
                    " leaves or puts back what stood there.",
                    where=where,
                )
            )
        with contextlib.suppress(VirtualKeyError):
            found += [
                say(
                    "{path} holds a virtual key that this profile does not know: calls with it are refused. Put the"
                    " real one there.",
                    path=path,
                )
                for path in self.keys.strange(tool)
            ]
        return tuple(found)

    def disconnect(self, tool: str, *, dry_run: bool = False) -> list[Outcome]:
        """Take it back; with the last tool also the start at login, if it was only for tools."""
        outcomes = self.connector.disconnect(tool, dry_run=dry_run)
        known = named(tool)
        if known is not None and not dry_run:
            gone, kept = self.keys.settle(known)
            if all(outcome.done for outcome in outcomes):  # else the keys will be put back by another try
                outcomes += [Outcome(tool, self.paths.virtual_keys, True, text) for text in kept]
            if gone:
                tell_engine(self.paths)
        if known is not None and all(o.done for o in outcomes) and not self.desk.journal.open_entries(tool):
            outcomes += [Outcome(tool, Path(p.where), False, _STILL) for p in self.connector.by_hand(known)]
        done = bool(outcomes) and all(outcome.done for outcome in outcomes)
        if done and not dry_run and not self.connector.connected() and autostart.no_longer_needed(self.desk):
            told = say("Spendlight no longer starts at login: no tool needs it")
            outcomes.append(Outcome(pointing.AUTOSTART, self.paths.state, True, told))
        return outcomes

    def lead_back(self) -> list[Outcome]:
        """Take all tools back; the start at login goes with them if it stood there for their sake alone."""
        return [outcome for name in self.connector.connected() for outcome in self.disconnect(name)]

    def probe(self, tool: Tool) -> list[Probed]:
        """Try the tool's way to its vendors."""
        return [probe(address) for address in self.connector.addresses(tool)]


def tell_engine(paths: Paths) -> None:
    """A running engine reads the keys anew, and hands them to its guard; it would notice at the next call anyway."""
    with contextlib.suppress(ControlError), Client(Address(paths.control)) as client:
        client.ask("reload_keys")
