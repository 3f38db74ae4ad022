"""The user's settings: the file that holds what was changed, read and checked.

What can be set stands in ``settingstable.TABLE``; the file's checks, ``spendlight config`` and the README's list are
made from it. The file is TOML, ``config.toml`` in the profile's config folder. A missing file means all defaults.

Rules: reading uses the standard library only (it happens at every start); a damaged file is never guessed at. The
``SECTIONS`` are lists and tables whose meaning belongs to the rooms that use them; here only their shape is checked,
and ``[[budgets]]`` whole (``trayapp.budget``).
``trayapp.settings_edit`` writes the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Any

from trayapp import budget, mailing
from trayapp.budget import Budget
from trayapp.display import Display
from trayapp.frontdoor import ANY, DEFAULT_UPSTREAMS, Upstream
from trayapp.said import begun, say
from trayapp.settingstable import (
    BALANCED,
    FRUGAL,
    LET_IT_RIP,
    MODES,
    PUBLIC_PRICES,
    SECTIONS,
    TABLE,
    Setting,
    is_loopback,
)
from trayapp.trouble import Trouble, TroubleError

__all__ = [
    "BALANCED",
    "FRUGAL",
    "LET_IT_RIP",
    "MODES",
    "PUBLIC_PRICES",
    "SECTIONS",
    "TABLE",
    "Setting",
    "Settings",
    "SettingsError",
    "defaults",
    "is_loopback",
    "known",
    "load",
    "parse_upstream",
    "read",
]

_VENDOR = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")


class SettingsError(TroubleError):
    """The settings file, or a value for it, cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says, checked."""

    values: Mapping[str, Any]
    upstreams: Mapping[str, Upstream] = field(default_factory=dict)
    """Only the vendors that the user has set."""
    sections: Mapping[str, Any] = field(default_factory=dict)
    """The ``SECTIONS`` that the file has, as plain values."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The keys of ``TABLE`` that the file has, as written."""
    budgets: tuple[Budget, ...] = ()
    """``budget.day_usd`` and ``[[budgets]]``."""

    @property
    def port(self) -> int:
        """``proxy.port``."""
        return int(self.values["proxy.port"])

    @property
    def inspect_limit(self) -> int:
        """Inspection limit in bytes."""
        return int(self.values["proxy.inspect_limit_mb"]) * 2**20

    @property
    def budget_day_pico(self) -> int | None:
        """What a day may cost, pico-USD of the list: the tightest such budget for all calls of a day."""
        days = (each for each in self.budgets if (each.period, each.scope, each.counts) == ("day", "all", "list"))
        return min((each.pico for each in days), default=None)

    @property
    def ask_usage(self) -> bool:
        """``metering.ask_usage``."""
        return bool(self.values["metering.ask_usage"])

    @property
    def currency(self) -> str | None:
        """``display.currency``; ``None`` is USD."""
        value = self.values["display.currency"]
        return None if value is None else str(value)

    @property
    def icon(self) -> str:
        """``display.icon``."""
        return str(self.values["display.icon"])

    @property
    def display(self) -> Display:
        """How the tray looks."""
        of = self.values
        return Display(
            language=str(of["display.language"]),
            theme=str(of["display.theme"]),
            ink=str(of["display.ink"]),
            mini_meter=bool(of["display.mini_meter"]),
        )

    @property
    def report_at(self) -> time:
        """``report.at``."""
        at: time = self.values["report.at"]
        return at

    @property
    def report_folder(self) -> Path | None:
        """``report.folder``."""
        folder = str(self.values["report.folder"])
        return Path(folder).expanduser() if folder else None

    @property
    def mail_server(self) -> mailing.Server | None:
        """``report.smtp`` with its user; ``None``: nothing can be mailed."""
        server: mailing.Server | None = self.values["report.smtp"]
        return None if server is None else replace(server, user=str(self.values["report.smtp_user"]))

    @property
    def notify(self) -> str:
        """``notify.level``."""
        return str(self.values["notify.level"])

    @property
    def quiet(self) -> str:
        """``notify.quiet``, as written."""
        return str(self.values["notify.quiet"])

    @property
    def mode(self) -> str:
        """``routing.mode``."""
        return str(self.values["routing.mode"])

    @property
    def subscriptions(self) -> bool:
        """``routing.subscriptions``."""
        return bool(self.values["routing.subscriptions"])

    @property
    def failed_attempt_pico(self) -> int:
        """``routing.failed_attempt_usd`` in pico-USD; nothing, if the user has emptied it."""
        return int(self.values["routing.failed_attempt_usd"] or 0)

    @property
    def hold_back(self) -> int:
        """``routing.hold_back_percent``."""
        return int(self.values["routing.hold_back_percent"])

    @property
    def pricebook_update(self) -> bool:
        """``pricebook.update``."""
        return bool(self.values["pricebook.update"])

    @property
    def pricebook_url(self) -> str:
        """``pricebook.url``, or the public address."""
        return str(self.values["pricebook.url"]) or PUBLIC_PRICES

    @property
    def pricebook_key(self) -> str:
        """``pricebook.key``; empty: books need no signature."""
        return str(self.values["pricebook.key"])

    @property
    def repositories(self) -> tuple[str, ...]:
        """``report.repositories``."""
        return tuple(self.values["report.repositories"])

    def routes(self) -> dict[str, Upstream]:
        """The whole route table: the public one with the user's changes.

        ``chatgpt`` follows ``openai`` only when it was set itself: its base path differs.
        """
        table = {vendor: Upstream.parse(url) for vendor, url in DEFAULT_UPSTREAMS.items()}
        table.update(self.upstreams)
        return table


def defaults() -> Settings:
    """All defaults."""
    return Settings({s.key: s.check(s.default) for s in TABLE})


def load(path: Path) -> Settings:
    """Read and check the file.

    Raises:
        SettingsError: it cannot be read, is not TOML, or holds an unknown key or a wrong value.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return defaults()
    except UnicodeDecodeError:
        raise _damaged(path, "It is not UTF-8 text.") from None
    except OSError as error:
        raise _damaged(path, f"It cannot be read: {error.strerror}.") from None
    return read(path, text)


def read(path: Path, text: str) -> Settings:
    """Check the file's text.

    Raises:
        SettingsError: as for ``load``.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _damaged(path, f"It is not valid TOML: {error}.") from None
    upstreams: dict[str, Upstream] = {}
    table = document.pop("upstreams", {})
    if not isinstance(table, dict):
        raise _damaged(path, "`upstreams` is a table of vendor names and addresses.")
    for vendor, url in table.items():
        upstreams[vendor] = parse_upstream(vendor, url, path)
    sections: dict[str, Any] = {}
    for name, shape in SECTIONS.items():
        if name in document:
            sections[name] = _section(path, name, shape, document.pop(name))
    given = dict(_flatten(document))
    written = {setting.key: given[setting.key] for setting in TABLE if setting.key in given}
    values: dict[str, Any] = {}
    for setting in TABLE:
        raw = given.pop(setting.key, setting.default)
        try:
            values[setting.key] = setting.check(raw)
        except ValueError as error:
            raise _damaged(path, f"`{setting.key}` is {raw!r}; it has to be {error}.") from None
    if given:
        raise _damaged(path, f"There is no setting called `{next(iter(given))}`.")
    try:
        budgets = budget.read(sections.get("budgets", ()), values["budget.day_usd"])
    except ValueError as error:
        raise _damaged(path, str(error)) from None
    return Settings(values, upstreams, sections, written, budgets)


def _section(path: Path, name: str, shape: type, value: Any) -> Any:
    fits = all(isinstance(entry, dict) for entry in value) if isinstance(value, list) else True
    if not isinstance(value, shape) or not fits:
        form = f"[[{name}]]" if shape is list else f"[{name}]"
        raise _damaged(path, f"`{name}` has to be written as {form}.")
    return value


def parse_upstream(vendor: str, url: Any, path: Path | None = None) -> Upstream:
    """Check one line of the route table.

    Raises:
        SettingsError: the vendor's name or the address cannot be used.
    """
    try:
        if vendor == ANY or not _VENDOR.match(vendor):
            raise ValueError(f"{vendor!r} is not a vendor's name")
        if not isinstance(url, str):
            raise ValueError(f"the address of {vendor} has to be text")
        return Upstream.parse(url)
    except ValueError as error:
        if path is not None:
            raise _damaged(path, f"In [upstreams]: {error}.") from None
        raise SettingsError(
            Trouble(
                title=say("That upstream cannot be used"),
                message=say("{what}.", what=begun(str(error))),
                fix=say("Give it as VENDOR=URL, such as anthropic=https://gateway.example.com/anthropic."),
                code="bad_upstream",
            )
        ) from None


def known(key: str) -> Setting:
    """The line of ``TABLE`` with that key.

    Raises:
        SettingsError: there is none.
    """
    for setting in TABLE:
        if setting.key == key:
            return setting
    raise SettingsError(
        Trouble(
            title=say("There is no such setting"),
            message=say("Nothing is called {key!r}.", key=key),
            fix=say("`spendlight config` lists all."),
            code="bad_setting",
        )
    )


def _flatten(document: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in document.items():
        if isinstance(value, dict):
            pairs.extend(_flatten(value, f"{prefix}{key}."))
        else:
            pairs.append((prefix + key, value))
    return pairs


def _damaged(path: Path, message: str) -> SettingsError:
    return SettingsError(
        Trouble(
            title=say("The settings file cannot be used"),
            message=say("{path}: {message}", path=path, message=message),
            fix=say("Correct it, or move it away to go back to the defaults."),
            code="bad_settings",
        )
    )
