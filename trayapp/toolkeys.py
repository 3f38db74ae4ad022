"""Virtual keys in the tools' own files: the real key goes to the keyring, the file holds one that works only here.

Only with the user's consent (``connect --virtual-key``), and only keys that stand in a tool's file: what a shell
exports is the user's to change. The edit goes through the journal like every other, so that disconnecting puts the
real key back; the virtual one is worth nothing from then on. Rules: a key that is virtual already stays the same when
a tool is connected again; a key that the user pasted himself is never forgotten here; a real key is forgotten only when
it was seen in the tool's files again, and one that is kept on is told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trayapp.frontdoor import Upstream
from trayapp.platform.secrets import Place
from trayapp.said import say
from trayapp.tools.plan import Edit
from trayapp.tools.spans import Set
from trayapp.tools.tool import KeyPlace, Machine, Tool
from trayapp.trouble import Trouble, TroubleError
from trayapp.virtualkeys import register
from trayapp.virtualkeys.cabinet import Cabinet, VirtualKeyError


@dataclass(frozen=True, slots=True)
class Swapped:
    """Virtual keys for one tool's files."""

    edits: tuple[Edit, ...]
    minted: tuple[str, ...] = ()
    """The names of those that were made just now."""
    place: Place | None = None
    """Where the real keys lie now."""


class ToolKeys:
    """The keys in the files of one profile's tools."""

    def __init__(self, cabinet: Cabinet, machine: Machine) -> None:
        self._cabinet = cabinet
        self._machine = machine

    def kept(self, tool: Tool) -> tuple[Edit, ...]:
        """The edits that leave virtual keys where they stand: connecting again begins from the user's own file."""
        return tuple(_edit(tool, place, value) for place, value in self._values(tool) if register.MARK in value)

    def shown(self, tool: Tool) -> tuple[Edit, ...]:
        """The edits of ``swap``, with keys that are worth nothing.

        Raises:
            TroubleError: there is no key to swap.
        """
        return tuple(
            _edit(tool, place, value if register.MARK in value else register.new_key(place.vendor))
            for place, value in self._needed(tool)
        )

    def swap(self, tool: Tool, routes: Mapping[str, Upstream]) -> Swapped:
        """Keep the real keys of a tool's files, and make the edits that put virtual ones in their places.

        Raises:
            TroubleError: there is no key to swap, or one cannot be kept; none is kept then.
        """
        edits: list[Edit] = []
        minted: dict[tuple[str, str], str] = {}
        names: list[str] = []
        place = None
        try:
            for where, value in self._needed(tool):
                which = where.vendor, value
                if register.MARK not in value and which not in minted:
                    name, upstream = self._free(tool, where.vendor), routes.get(where.vendor)
                    if upstream is None:
                        raise _no_route(where)
                    made = self._cabinet.mint(where.vendor, value, upstream=upstream, name=name, tool=tool.name)
                    minted[which], place = made.virtual, made.place
                    names.append(made.key.name)
                edits.append(_edit(tool, where, minted.get(which, value)))
        except (TroubleError, OSError):
            self.forget(names)
            raise
        return Swapped(tuple(edits), tuple(names), place)

    def strange(self, tool: Tool) -> list[Path]:
        """The files with a virtual key that this profile does not know: calls with it are refused."""
        found = [p.path for p, v in self._values(tool) if register.MARK in v and self._cabinet.of(v) is None]
        return list(dict.fromkeys(found))

    def settle(self, tool: Tool) -> tuple[list[str], list[str]]:
        """Forget the keys that were made for a tool's files, where the real ones stand in them again.

        Returns:
            The names of those that were forgotten, and what there is to say of the others. A key that still stands in
            its files is in neither.
        """
        try:
            made = [key for key in self._cabinet.listed() if key.tool == tool.name]
            values = [value for _, value in self._values(tool)] if made else []
            here = {key.name for v in values if register.MARK in v and (key := self._cabinet.of(v)) is not None}
        except (VirtualKeyError, OSError):
            return [], [say("the register of virtual keys cannot be read, so none was taken out of use")]
        gone: list[str] = []
        kept: list[str] = []
        for key in made:
            if key.name in here:
                continue
            with contextlib.suppress(VirtualKeyError, OSError):
                if self._cabinet.reveal(key.name) in values:
                    self._cabinet.remove(key.name)
                    gone.append(key.name)
                    continue
            kept.append(
                say(
                    "the real key behind {name} is not seen in its files, so it is kept: `spendlight keys"
                    " remove {name} --print` prints and forgets it",
                    name=key.name,
                )
            )
        return gone, kept

    def take_back(self, tool: Tool, names: tuple[str, ...]) -> None:
        """Forget keys that were made for a connecting that failed, but for those that stand in the files even so."""
        try:
            values = [value for _, value in self._values(tool) if register.MARK in value]
            here = {key.name for value in values if (key := self._cabinet.of(value)) is not None}
        except (VirtualKeyError, OSError):
            return
        self.forget([name for name in names if name not in here])

    def forget(self, names: list[str] | tuple[str, ...]) -> None:
        """Take virtual keys out of use."""
        for name in names:
            with contextlib.suppress(VirtualKeyError, OSError):
                self._cabinet.remove(name)

    def _values(self, tool: Tool) -> list[tuple[KeyPlace, str]]:
        places = [
            (place, self._machine.value(place.path, place.format, place.way)) for place in tool.keys(self._machine)
        ]
        return [(place, value) for place, value in places if isinstance(value, str) and value and not _referred(value)]

    def _needed(self, tool: Tool) -> list[tuple[KeyPlace, str]]:
        found = self._values(tool)
        if not found:
            raise TroubleError(
                Trouble(
                    title=say("No key of {title} stands in its files", title=tool.title),
                    message=say("Only a key there can be swapped; a login, or what a shell exports, stays as it is."),
                    fix=say("`spendlight keys add VENDOR` makes a virtual key that you put in its place yourself."),
                    code="no_key_there",
                )
            )
        return found

    def _free(self, tool: Tool, vendor: str) -> str:
        taken = {key.name for key in self._cabinet.listed()}
        stem = f"{tool.name}-{vendor}"
        return next(n for n in (stem, *(f"{stem}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)


def _no_route(place: KeyPlace) -> TroubleError:
    return TroubleError(
        Trouble(
            title=say("One of its keys belongs to no one vendor"),
            message=say(
                "{path}: the address beside it is of the route {vendor!r}, and a virtual key stands"
                " for a key of one vendor.",
                path=place.path,
                vendor=place.vendor,
            ),
            fix=say(
                "Give that place a vendor's own address, such as `spendlight url anthropic` prints, and connect again."
            ),
            code="unknown_vendor",
        )
    )


def _referred(value: str) -> bool:
    """Whether a value only says where the key is, as ``${{ secrets.KEY }}`` does: that cannot be swapped."""
    return value.startswith("$") or "${" in value


def _edit(tool: Tool, place: KeyPlace, value: str) -> Edit:
    return Edit(tool.name, place.path, place.format, (Set(place.way, value),), anywhere=place.anywhere)
