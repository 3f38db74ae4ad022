"""Connecting a tool and taking it back: all its files together, its variables, and how it stands.

Rules: all files of a tool are changed, or none; a tool that goes to another place than the vendor is not led away from
there silently; what the user took out is not put in again unless he asks for it; undoing one tool touches no other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from trayapp.said import say, sentence
from trayapp.tools import files
from trayapp.tools.desk import Desk, OptedOutError, Outcome
from trayapp.tools.files import EditError
from trayapp.tools.journal import Entry
from trayapp.tools.masking import masked
from trayapp.tools.plan import GRAMMARS, Edit, Left, Plan, changed_by_user, words
from trayapp.tools.shell import TOOL as SHELL
from trayapp.tools.shell import Exported, Shell
from trayapp.tools.spans import Set, decode
from trayapp.tools.tool import By, Links, Machine, Mode, Placed, Tool, is_public, looks_ours
from trayapp.trouble import Trouble


class Standing(StrEnum):
    """How a tool stands."""

    CONNECTED = "connected"
    CHANGED = "changed"
    """Connected once; since then the user has taken out or changed what we set."""
    STALE = "stale"
    """It points at an address that this profile no longer has."""
    BY_HAND = "led here by hand"
    """Its settings hold the present address, and no edit of ours put it there."""
    NOT_CONNECTED = "not connected"


@dataclass(frozen=True, slots=True)
class Connection:
    """A tool's standing."""

    standing: Standing
    mode: str = ""
    files: tuple[Path, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What connecting would do."""

    mode: Mode
    plans: tuple[Plan, ...]
    variables: Mapping[str, str]
    """For new shells; empty when the mode needs none."""

    def diff(self) -> str:
        """All files' differences; secrets are masked."""
        return "".join(plan.diff() for plan in self.plans)


def elsewhere(tool: Tool, machine: Machine, links: Links) -> list[Placed]:
    """The tool's addresses that lead neither here, nor where our route leads, nor to the vendor itself.

    One whose vendor has no route yet is none of them: nothing would be written in its place.
    """
    return [
        placed
        for placed in tool.find(machine).addresses
        if placed.vendor in links.upstreams
        and not looks_ours(placed.url)
        and not links.is_route(placed.vendor, placed.url)
        and not is_public(placed.vendor, placed.url)
    ]


class Connector:
    """Connects and disconnects tools of one profile."""

    def __init__(self, desk: Desk, shell: Shell, machine: Machine) -> None:
        self._desk = desk
        self._shell = shell
        self._machine = machine

    def preview(
        self,
        tool: Tool,
        links: Links,
        mode: str | None = None,
        *,
        replace_address: bool = False,
        more: tuple[Edit, ...] = (),
    ) -> Preview:
        """See what connecting would do. Nothing is written; ``more`` are edits beside the tool's own.

        Raises:
            EditError: it cannot be connected (that way), in words.
        """
        chosen = self.mode(tool, mode)
        if not replace_address:
            self._check_addresses(tool, links)
        edits, variables = self._wishes(tool, links, chosen)
        edits = _by_file((*edits, *(replace(edit, mode=chosen.name) for edit in more)))
        return Preview(chosen, tuple(self._desk.plan(edit) for edit in edits), variables)

    def connect(
        self,
        tool: Tool,
        links: Links,
        mode: str | None = None,
        *,
        again: bool = False,
        replace_address: bool = False,
        more: tuple[Edit, ...] = (),
    ) -> Preview:
        """Connect a tool, or lead one that is connected to the present address.

        Args:
            tool: which.
            links: the addresses.
            mode: which way; ``None``: the usual one.
            again: put in again what the user took out.
            replace_address: also where the tool goes to a place that is no route of ours.
            more: edits beside the tool's own, made and undone with them.

        Raises:
            OptedOutError: the user has taken out what was set before; nothing was changed.
            EditError: it cannot be connected; all files are as they were.
        """
        preview = self.preview(tool, links, mode, replace_address=replace_address, more=more)
        if not again and (out := next((plan for plan in preview.plans if plan.opted_out), None)):
            raise OptedOutError(opted_out(tool, out))
        before = {entry.id for entry in self._desk.journal.open_entries()}
        wanted = {str(plan.real) for plan in preview.plans}
        stale = [e for e in self._desk.journal.open_entries(tool.name) if e.path not in wanted]
        exported = self._shell.tools().get(tool.name)
        made: list[tuple[str, Plan]] = []
        try:
            for plan in preview.plans:
                entry = self._desk.apply(plan.edit, again=again)
                if entry is not None and entry not in before:
                    made.append((entry, plan))
            if preview.variables:
                self._shell.put(tool.name, Exported(preview.mode.name, preview.variables))
            else:
                self._drop_variables(tool.name)
            for former in stale:  # the files of another mode
                self._desk.revert(former.id)
        except (EditError, OSError):
            for entry, plan in reversed(made):
                with contextlib.suppress(EditError):
                    self._desk.revert(entry)
                    if plan.earlier:
                        self._desk.apply(_former(plan), again=True)
            with contextlib.suppress(EditError, OSError):
                if exported is None:
                    self._shell.drop(tool.name)
                else:
                    self._shell.put(tool.name, exported)
            raise
        return preview

    def disconnect(self, tool: str, *, dry_run: bool = False) -> list[Outcome]:
        """Take back what leads a tool here; goes on after a failure. Empty: nothing did."""
        outcomes = self._desk.restore(tool, dry_run=dry_run)
        try:
            outcomes += self._drop_variables(tool, dry_run=dry_run)
        except EditError as error:
            told = say(
                "{message} New shells perhaps still get its variables: `spendlight restore --all`",
                message=sentence(error.trouble, "message"),
            )
            outcomes.append(Outcome(tool, self._shell.folder, False, told))
        except OSError as error:
            told = say("new shells still get its variables: {why}", why=error.strerror)
            outcomes.append(Outcome(tool, self._shell.folder, False, told))
        return outcomes

    def by_hand(self, tool: Tool) -> list[Placed]:
        """The addresses of Spendlight's form in a tool's settings; ask only when no edit of ours is in force.

        What this shell got from its start files at its own start says nothing about the next one.
        """
        kept = {name: value for name, value in self._machine.environment.items() if not looks_ours(value)}
        placed = tool.find(replace(self._machine, environment=kept)).addresses
        return [each for each in placed if looks_ours(each.url)]

    def standing(self, tool: Tool, links: Links | None) -> Connection:
        """How a tool stands, by what its files say now."""
        entries = self._desk.journal.open_entries(tool.name)
        if entries:
            return self._by_file(tool, entries, links)
        with contextlib.suppress(EditError):
            exported = self._shell.tools().get(tool.name)
            if exported is not None:
                if lost := self._lost(self._desk.journal.open_entries(SHELL)):
                    return Connection(Standing.CHANGED, exported.mode, (), words(lost))
                current = links is None or all(links.lead_here(v) for v in exported.variables.values() if "://" in v)
                standing = Standing.CONNECTED if current else Standing.STALE
                return Connection(standing, exported.mode, (), "by the environment of new shells")
        if hand := self.by_hand(tool):
            where = ", ".join(placed.where for placed in hand)
            if links is None or not all(links.lead_here(placed.url) for placed in hand):
                return Connection(
                    Standing.STALE,
                    note=say("{where}: an address of Spendlight's, but not of this profile", where=where),
                )
            return Connection(
                Standing.BY_HAND, note=say("{where}: not written by `connect`, so `disconnect` leaves it", where=where)
            )
        closed = [e for e in self._desk.journal.entries() if e.tool == tool.name]
        if closed and closed[-1].opted_out:
            return Connection(Standing.NOT_CONNECTED, note=say("you have taken it out by hand"))
        return Connection(Standing.NOT_CONNECTED)

    def addresses(self, tool: Tool) -> list[str]:
        """The addresses of Spendlight's form that the tool has now, each once."""
        urls = [placed.url for placed in tool.find(self._machine).addresses]
        with contextlib.suppress(EditError):
            exported = self._shell.tools().get(tool.name)
            urls += [] if exported is None else list(exported.variables.values())
        return [url for url in dict.fromkeys(urls) if looks_ours(url)]

    def connected(self) -> list[str]:
        """The names of all tools that something of ours leads here."""
        names = {e.tool for e in self._desk.journal.open_entries()}
        with contextlib.suppress(EditError):
            names |= set(self._shell.tools())
        return sorted(names - {SHELL, "autostart"})

    def _by_file(self, tool: Tool, entries: list[Entry], links: Links | None) -> Connection:
        places = tuple(Path(entry.asked) for entry in reversed(entries))
        mode = entries[0].tool_mode
        if any(key.taken_out for entry in entries for key in entry.keys):
            told = say("led back, but a former value lies in a keyring that was shut: unlock it and disconnect again")
            return Connection(Standing.CHANGED, mode, places, told)
        try:
            lost = self._lost(entries)
        except EditError as error:
            return Connection(Standing.CHANGED, mode, places, error.trouble.message)
        if lost:
            return Connection(Standing.CHANGED, mode, places, words(lost))
        placed = tool.find(self._machine).addresses
        if links is not None and any(looks_ours(p.url) and not links.lead_here(p.url) for p in placed):
            return Connection(Standing.STALE, mode, places, "its address is not the present one")
        return Connection(Standing.CONNECTED, mode, places)

    def _lost(self, entries: list[Entry]) -> tuple[Left, ...]:
        """What the user has taken out or changed of these edits."""
        return tuple(item for e in entries for item in changed_by_user(e, files.read(Path(e.path))))

    def mode(self, tool: Tool, name: str | None) -> Mode:
        """The mode of that name, or the usual one.

        Raises:
            EditError: the tool has no such mode, or none at all.
        """
        if not tool.modes:
            raise EditError(
                Trouble(
                    title=say("{title} cannot be led through Spendlight", title=tool.title),
                    message=tool.advice,
                    code="not_connectable",
                )
            )
        chosen = tool.mode(name or tool.usual(self._machine))
        if chosen is None:
            known = ", ".join(mode.name for mode in tool.modes)
            raise EditError(
                Trouble(
                    title=say("There is no such mode"),
                    message=say(
                        "{title} has no mode {name!r}. It has: {known}.", title=tool.title, name=name, known=known
                    ),
                    fix=say("spendlight tools {name} says what each one means.", name=tool.name),
                    code="bad_mode",
                )
            )
        return chosen

    def _check_addresses(self, tool: Tool, links: Links) -> None:
        for placed in elsewhere(tool, self._machine, links):
            url = masked(placed.url)
            raise EditError(
                Trouble(
                    title=say("{title} goes to another place than the vendor", title=tool.title),
                    message=say("{where} is {url}.", where=placed.where, url=url),
                    fix=say(
                        "Tell Spendlight to send its calls there, `spendlight upstream set {vendor}={url}`,"
                        " and connect again; or, to go to the vendor from now on, connect with"
                        " --replace-address.",
                        vendor=placed.vendor,
                        url=url,
                    ),
                    code="other_address",
                )
            )

    def _wishes(self, tool: Tool, links: Links, mode: Mode) -> tuple[tuple[Edit, ...], Mapping[str, str]]:
        if mode.by is By.SHELL:
            return (self._shell.edit(self._machine),), dict(tool.variables(self._machine, links, mode.name))
        edits = tool.edits(self._machine, links, mode.name)
        return tuple(replace(edit, mode=mode.name) for edit in edits), {}

    def _drop_variables(self, tool: str, *, dry_run: bool = False) -> list[Outcome]:
        """Take a tool's variables out of new shells; the last one's line goes from the start file with them.

        Raises:
            EditError: the list of variables is damaged.
            OSError: it cannot be written.
        """
        tools = self._shell.tools()
        if tools.pop(tool, None) is None:
            return []
        if dry_run:
            told = say("new shells will no longer get its variables")
        else:
            self._shell.drop(tool)
            told = say("new shells no longer get its variables; shells that are open keep them")
        outcomes = [Outcome(tool, self._shell.folder, True, told)]
        return outcomes if tools else outcomes + self._desk.restore(SHELL, dry_run=dry_run)


def opted_out(tool: Tool, plan: Plan) -> Trouble:
    """What to say of a file from which the user has taken what we had set."""
    return Trouble(
        title=say("You have taken this out before"),
        message=say(
            "{path}: {left}.",
            path=plan.edit.path,
            left=words(plan.left) or say("what Spendlight had set there is gone"),
        ),
        fix=say("To put it in again: spendlight connect {name} --again", name=tool.name),
        code="opted_out",
    )


def _former(plan: Plan) -> Edit:
    """The edit that a plan took over, by the values that stood in the file."""
    grammar, (_, text) = GRAMMARS[plan.edit.format], decode(plan.current or b"")
    ways = dict.fromkeys(key.way for entry in reversed(plan.earlier) for key in entry.keys if key.ours is not None)
    found = {way: grammar.find(text, way) for way in ways}
    operations = tuple(Set(way, value.value) for way, value in found.items() if value is not None)
    return replace(plan.edit, operations=operations, mode=plan.earlier[0].tool_mode)


def _by_file(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The same edits, one for each file of a tool: two would be taken for one after the other."""
    found: dict[tuple[str, Path], Edit] = {}
    for edit in edits:
        known = found.get((edit.tool, edit.path))
        operations = edit.operations if known is None else known.operations + edit.operations
        found[edit.tool, edit.path] = replace(edit, operations=operations)
    return tuple(found.values())
