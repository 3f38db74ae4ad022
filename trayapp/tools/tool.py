"""What Spendlight knows of one AI tool: how to find it, the ways in which it can be led here, what each costs.

One module a tool fills this in; ``registry`` lists them; ``connection`` acts on it. Rules: a tool's module reads
files and the environment that it is given, and writes nothing; each fact about a tool names the version and the date
at which it was seen; an address always carries the tool's name, so that its calls are told apart without guessing.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final

from trayapp import frontdoor
from trayapp.said import say
from trayapp.tools import files
from trayapp.tools.plan import GRAMMARS, Edit, Format
from trayapp.tools.spans import NotUnderstoodError, Way, decode
from trayapp.trouble import Trouble


class By(StrEnum):
    """Where a mode puts the address."""

    FILE = "file"
    """Into the tool's own settings: it holds for every start of the tool."""
    SHELL = "shell"
    """Into the environment of new shells: the tool reads nothing else. Programs started from a menu do not see it."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to lead a tool here."""

    name: str
    """What ``--mode`` takes: small letters and dashes."""
    summary: str
    """When it is the right one, for people."""
    by: By
    costs: tuple[str, ...] = ()
    """What the tool itself does differently then, a sentence each; empty: nothing is known to."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where tools are looked for."""

    home: Path
    environment: Mapping[str, str]
    root: Path = Path("/")

    def program(self, *names: str) -> Path | None:
        """The first of these programs that can be started."""
        path = self.environment.get("PATH", "")
        for name in names:
            found = shutil.which(name, path=os.pathsep.join((path, str(self.home / ".local" / "bin"))))
            if found:
                return Path(found)
        return None

    @property
    def config(self) -> Path:
        """The folder for settings by the XDG rules."""
        return self.folder("XDG_CONFIG_HOME") or self.home / ".config"

    def folder(self, variable: str) -> Path | None:
        """A folder that the environment names, if it is an absolute path."""
        value = self.environment.get(variable, "")
        path = Path(value)
        return path if value and path.is_absolute() else None

    def value(self, path: Path, form: Format, way: Way) -> Any:
        """What a settings file says at a place; ``None`` when it says nothing, or cannot be understood."""
        try:
            data = files.read(Path(os.path.realpath(path)))
            found = None if data is None else GRAMMARS[form].find(decode(data)[1], way)
        except (OSError, files.EditError, NotUnderstoodError):
            return None
        return None if found is None else found.value

    def document(self, path: Path, form: Format) -> Any:
        """A settings file's plain values; ``None`` when there are none that can be understood."""
        try:
            data = files.read(Path(os.path.realpath(path)))
            return None if data is None else GRAMMARS[form].load(decode(data)[1])
        except (OSError, files.EditError, NotUnderstoodError):
            return None


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses that lead here."""

    port: int
    token: str = field(repr=False)
    upstreams: Mapping[str, str]
    """Route to base URL, as it stands now."""

    def to(self, vendor: str, tool: str | None, version: str = "") -> str:
        """The base URL for a tool; ``version`` (``v1``) is put behind it where its clients expect one.

        ``tool`` is ``None`` where one address serves several programs: they are then told apart by their headers.

        Raises:
            EditError: there is no route of that name.
        """
        if vendor != frontdoor.ANY and vendor not in self.upstreams:
            raise files.EditError(
                Trouble(
                    title=say("There is no route for that yet"),
                    message=say("Spendlight does not know where calls to {vendor!r} go.", vendor=vendor),
                    fix=say("Say so once: spendlight upstream set {vendor}=https://…", vendor=vendor),
                    code="unknown_vendor",
                )
            )
        address = frontdoor.base_url(self.port, self.token, vendor, tool)
        return f"{address}/{version}" if version else address

    def lead_here(self, url: str) -> bool:
        """Whether an address is one of ours, of this profile."""
        return any(url.startswith(f"http://{h}:{self.port}/{self.token}/") for h in ("127.0.0.1", "localhost", "[::1]"))

    def is_route(self, vendor: str, url: str) -> bool:
        """Whether calls to ``url`` go to the same place when they are led here."""
        return _bare(url) == _bare(self.upstreams.get(vendor, ""))

    def route_of(self, url: str) -> str | None:
        """The route on which calls to ``url`` are, or would be; ``None``: there is none."""
        if looks_ours(url):  # also of a former port
            return url.split("/")[4].partition(".")[0]
        return next((v for v in self.upstreams if self.is_route(v, url) or is_public(v, url)), None)


@dataclass(frozen=True, slots=True)
class Placed:
    """An address that stands in a tool's settings now."""

    where: str
    """File or variable, and key, for people."""
    url: str
    vendor: str
    """The route that it would have to be, if it is to be led here."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """A place in a tool's files where a vendor's key may stand."""

    path: Path
    format: Format
    way: Way
    vendor: str
    """The route that the key belongs to."""
    anywhere: bool = False
    """The user has named the folder: it may lie outside his home."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a tool on this machine."""

    installed: bool
    addresses: tuple[Placed, ...] = ()
    """Those in the places that connecting would write."""
    notes: tuple[str, ...] = ()
    """What a user should know before connecting, a sentence each."""


class Tool(ABC):
    """One AI tool."""

    name: ClassVar[str]
    """As in addresses, rows and commands."""
    title: ClassVar[str]
    programs: ClassVar[tuple[str, ...]] = ()
    """What its command is called."""
    modes: ClassVar[tuple[Mode, ...]] = ()
    """The first is the usual one; empty: it cannot be led here."""
    advice: ClassVar[str] = ""
    """What else to do, above all when there is no mode."""

    key_costs: ClassVar[tuple[str, ...]] = ()
    """Where it would use a virtual key in its files without the address beside it, a sentence each."""

    @abstractmethod
    def find(self, machine: Machine) -> Found:
        """Look for it. Reads files and the environment only."""

    def usual(self, machine: Machine) -> str:
        """The name of the mode that fits how it is set up now."""
        return self.modes[0].name

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """What a mode by file changes.

        Raises:
            EditError: there is nothing to lead here, in words.
        """
        return ()

    def keys(self, machine: Machine) -> tuple[KeyPlace, ...]:
        """Where in its files vendors' keys may stand, for those who want virtual ones there."""
        return ()

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """What leads one start of it here, without a file."""
        return {}

    def arguments(self, machine: Machine, links: Links, mode: str) -> tuple[str, ...]:
        """What has to stand before its other arguments for that, where it reads no variable."""
        return ()

    def mode(self, name: str) -> Mode | None:
        """The mode of that name."""
        return next((mode for mode in self.modes if mode.name == name), None)


MANAGED: Final[Mapping[str, str]] = {"linux": "etc", "darwin": "Library/Application Support", "win32": "Program Files"}
"""Where administrators keep settings, below the root."""
_OURS = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\]):\d+/[A-Za-z0-9_-]{40,64}/[a-z0-9]")


def looks_ours(url: str) -> bool:
    """Whether an address has the form of Spendlight's, of whichever port and token."""
    return _OURS.match(url) is not None


def is_public(vendor: str, url: str) -> bool:
    """Whether an address is the vendor's public one."""
    return vendor in frontdoor.DEFAULT_UPSTREAMS and _bare(url) == _bare(frontdoor.DEFAULT_UPSTREAMS[vendor])


def managed_folder(machine: Machine, linux: str, darwin: str, windows: str) -> Path:
    """A tool's folder for settings that an administrator manages."""
    name = {"darwin": darwin, "win32": windows}.get(sys.platform, linux)
    return machine.root / MANAGED.get(sys.platform, "etc") / name


def _bare(url: str) -> str:
    """An address without what clients add or leave out."""
    url = url.rstrip("/").removesuffix("/v1").removesuffix("/v1beta").rstrip("/")
    return url.replace("://localhost:", "://127.0.0.1:")
