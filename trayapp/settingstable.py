"""The table of settings: the name of each, its default, what it does, and what it takes.

Everything that a user can set stands in ``TABLE``; ``trayapp.settings`` reads the file by it. Rules: standard library
only; a check says what would be right, as the end of a sentence ("it has to be …").
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from trayapp import budget, mailing, quiethours

PUBLIC_PRICES: Final = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json"
"""What genai-prices publishes (MIT)."""
ICONS: Final = ("auto", "money", "plan", "rate", "month")
LANGUAGES: Final = ("auto", "en", "de")
THEMES: Final = ("auto", "light", "dark")
INKS: Final = ("auto", "light", "dark", "plate")
LEVELS: Final = ("all", "important", "none")
LET_IT_RIP: Final = "let-it-rip"
BALANCED: Final = "balanced"
FRUGAL: Final = "frugal"
MODES: Final = (LET_IT_RIP, BALANCED, FRUGAL)
_ABSOLUTE = re.compile(r"/|\\\\|[A-Za-z]:[/\\]")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table."""

    key: str
    """Dotted name in the file."""
    default: Any
    text: str
    """What it does, for people."""
    check: Callable[[Any], Any]
    """Turns the file's value into ours; raises ``ValueError`` with a sentence that says what would be right."""


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return check


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not (value == 0 or 1024 <= value <= 65535):
        raise ValueError("0 (choose by itself) or a port from 1024 to 65535")
    return value


def _dollars(value: Any) -> int | None:
    """USD as text or number to pico-USD; an empty text is none."""
    return None if value == "" else budget.amount(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _currency(value: Any) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or len(value) != 3 or not value.isascii() or not value.isalpha():
        raise ValueError('a currency\'s code of three letters, such as "EUR"')
    return value.upper()


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    *first, last = (f'"{word}"' for word in words)

    def check(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{', '.join(first)} or {last}")
        return str(value)

    return check


def _quiet(value: Any) -> str:
    quiethours.read(value)
    return str(value).strip()


def _book_url(value: Any) -> str:
    """An address that a price book may be fetched from: https, or http on this machine; nothing secret in it."""
    if value == "":
        return ""
    try:
        parts = urlsplit(value) if isinstance(value, str) and len(value) <= 2048 and value.isprintable() else None
        port_is_one = parts is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, port_is_one = None, False
    if parts is not None and port_is_one and parts.hostname and parts.username is None and not parts.fragment:
        private = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
        if private:
            return str(value)
    raise ValueError("an https address without a user name (http only on this machine), or empty")


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine's own."""
    return host in ("127.0.0.1", "::1", "localhost")


def _clock(value: Any) -> time:
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value):
        hour, minute = int(value[:2]), int(value[3:])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError('a time of day, such as "09:00"')


def _folder(value: Any) -> str:
    if isinstance(value, str) and "\0" not in value and (not value or Path(value).expanduser().is_absolute()):
        return value
    raise ValueError('a folder from the root on, such as "/home/me/reports" or "~/reports", or empty')


def _line(value: Any) -> str:
    if isinstance(value, str) and len(value) <= 254 and value.isprintable():
        return value
    raise ValueError("one line of text")


def _public_key(value: Any) -> str:
    try:
        if isinstance(value, str) and (not value or len(base64.b64decode(value, validate=True)) == 32):
            return value
    except ValueError:
        pass
    raise ValueError("an Ed25519 public key of 32 bytes in base64, or empty")


def _folders(value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and len(value) <= 100:
        texts = [each for each in value if isinstance(each, str) and each.isprintable() and len(each) <= 4096]
        if len(texts) == len(value) and all(each == "~" or each[:2] == "~/" or _ABSOLUTE.match(each) for each in texts):
            return tuple(texts)
    raise ValueError('a list of folders, whole or from ~, such as ["~/src"]')


TABLE: Final[tuple[Setting, ...]] = (
    Setting("proxy.port", 0, "The loopback port. 0: 27410, or the next free one at the first start.", _port),
    Setting(
        "proxy.inspect_limit_mb",
        64,
        "Request bodies above this many MiB pass through without being read.",
        _whole(1, 1024),
    ),
    Setting("budget.day_usd", "", "What a day may cost, in USD. Empty: no budget.", _dollars),
    Setting(
        "metering.ask_usage",
        False,
        "Ask for the usage in chat streams whose tool did not, and keep the extra chunk from the tool.",
        _yes_or_no,
    ),
    Setting(
        "display.currency",
        "",
        "The currency that amounts are shown in, at the rates in [[currency]]. Empty: USD.",
        _currency,
    ),
    Setting(
        "display.icon",
        "auto",
        "The icon's number. plan: % used of the tighter plan window; money: today's amount; rate: what an hour costs"
        " now; month: what this month will have cost; auto: plan, as long as nothing is billed beside it.",
        _one_of(ICONS),
    ),
    Setting(
        "display.language",
        "auto",
        "The tray's language: en or de; auto: the system's, English where there is none.",
        _one_of(LANGUAGES),
    ),
    Setting(
        "display.theme",
        "auto",
        "The colours of the tray's windows: light or dark; auto: as the desktop has it.",
        _one_of(THEMES),
    ),
    Setting(
        "display.ink",
        "auto",
        "What the icon is drawn with: light (for dark panels), dark, or plate (a dark square of its own);"
        " auto: by the desktop.",
        _one_of(INKS),
    ),
    Setting(
        "display.mini_meter",
        False,
        "Show the meter in a small window that stays on top, too: for desktops without a tray.",
        _yes_or_no,
    ),
    Setting(
        "notify.level",
        "all",
        "Which notifications the tray shows. important: calls that are refused or not metered, and used-up budgets;"
        " none: none.",
        _one_of(LEVELS),
    ),
    Setting(
        "notify.quiet",
        "",
        'Local hours without notifications, such as "22:00-07:00"; what they held back is summed up at their end.'
        " Empty: none.",
        _quiet,
    ),
    Setting(
        "routing.mode",
        BALANCED,
        "let-it-rip: only meter; balanced: suggest cheaper models and keep your rules;"
        " frugal: also send titles, summaries and read-only sub-agents to a small model.",
        _one_of(MODES),
    ),
    Setting(
        "routing.subscriptions",
        False,
        "Also change requests that a plan's login pays for. It saves window, not money, and a vendor's terms may not"
        " want it.",
        _yes_or_no,
    ),
    Setting(
        "routing.failed_attempt_usd",
        "0.50",
        "What it costs you when a cheaper model fails at something and it has to be done again, in USD.",
        _dollars,
    ),
    Setting(
        "routing.hold_back_percent",
        0,
        "Leave the rules out for so many of 100 sessions, chosen by chance, to measure what they are worth.",
        _whole(0, 50),
    ),
    Setting(
        "pricebook.update", True, "Fetch new prices once a day. Nothing but the request itself is sent.", _yes_or_no
    ),
    Setting("pricebook.url", "", "Where prices are fetched from. Empty: the public data of genai-prices.", _book_url),
    Setting(
        "pricebook.key",
        "",
        "Take only price books that are signed with this Ed25519 key (base64), and none that is older.",
        _public_key,
    ),
    Setting("report.weekly", True, "Make the weekly summary on Mondays and tell of it.", _yes_or_no),
    Setting("report.at", "09:00", "The time of day, on Mondays, at which it is due.", _clock),
    Setting("report.folder", "", "A folder to lay each week's summary into, as HTML. Empty: none.", _folder),
    Setting("report.mail_to", "", "The address that each week's summary is mailed to. Empty: none.", mailing.address),
    Setting("report.mail_names", False, "Leave names of projects and sessions in that mail.", _yes_or_no),
    Setting("report.mail_from", "", "The sender of that mail. Empty: as report.mail_to.", mailing.address),
    Setting(
        "report.smtp",
        "",
        "Your mail server and its port, such as smtp.example.com:587; the password is kept by `spendlight mail`.",
        mailing.server,
    ),
    Setting("report.smtp_user", "", "The user name there. Empty: no login.", _line),
    Setting(
        "report.repositories",
        [],
        "Folders that hold your git repositories, two levels deep: where reports look whether a session left a change.",
        _folders,
    ),
)
"""All settings but the route table, which is ``[upstreams]`` with a vendor's name and a base URL a line."""

SECTIONS: Final[Mapping[str, type]] = {
    "contracts": list,
    "pools": list,
    "plans": list,
    "currency": list,
    "prices": list,
    "deployments": dict,
    "budgets": list,
}
"""Sections of tables: their name to ``list`` (``[[name]]``) or ``dict`` (``[name]``)."""
