"""The plans' windows and the keys' rate limits as they were last heard, by vendor and account.

Everything that remembers them lives here; ``dialects.windows`` reads them from what vendors send. They come with the
tools' own calls and from nowhere else: nobody is asked for them.

Rules:

* heard on the event loop in a few microseconds; windows (not limits, which last a minute) are kept in ``windows.json``
  in the state folder for the next engine;
* a window whose reset has passed is unknown, never its old number; the same holds for one that was heard longer ago
  than it lasts. Limits that are whole again are left out;
* of each window's running cycle a few of the shares that were heard are kept (``outlook``), to tell when it runs out;
* Codex states all windows of a family at once, so what it leaves out is gone; Claude states what the call touched;
* accounts are HMACs; an account that only a passing token names is forgotten when such a token has run out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from trayapp import snapshot
from trayapp.dialects.windows import Credits, Limit, Told, Window
from trayapp.engine.kept import Kept
from trayapp.engine.outlook import Outlook, Points, taken
from trayapp.insight.habit import Habit

EVERY: Final = 30.0
"""Seconds between two writes."""
_MOST_ACCOUNTS: Final = 64
_MOST_LIMITS: Final = 64
_MOST_BYTES: Final = 1 << 22
_FORGOTTEN_S: Final = 8 * 86_400
"""An account that was not heard for longer than any usual window lasts."""
_PASSED_S: Final = 9 * 3600
"""Claude's login tokens live for eight hours (2026-11)."""
_UNKNOWN_LENGTH_S: Final = 86_400
"""How long a window counts that says neither its length nor its reset."""
_LIMIT_S: Final = 60
"""How long a limit counts that does not say when it is whole again; vendors count by the minute."""


class Holder(msgspec.Struct, frozen=True):
    """Whose windows they are."""

    vendor: str
    account: str = ""
    """An HMAC, or empty where nothing tells one account from another."""


class _Heard(msgspec.Struct, frozen=True):
    window: Window
    at_s: int
    points: Points = ()
    """What was heard of its cycle."""


class _Account(msgspec.Struct):
    """What is known of one account's plan."""

    at_s: int
    plan: str = ""
    passing: bool = False
    windows: list[_Heard] = []
    credits: Credits | None = None


class _Entry(msgspec.Struct):
    holder: Holder
    account: _Account


class _File(msgspec.Struct):
    accounts: list[_Entry]
    version: int = 1


class Shown(msgspec.Struct, frozen=True):
    """What faces show of them."""

    windows: tuple[snapshot.Window, ...] = ()
    """The tightest account first; within one the shorter window first."""
    limits: tuple[snapshot.Limit, ...] = ()
    """The tightest first."""
    credits: tuple[snapshot.Credits, ...] = ()


class Windows:
    """Remembers. Use it on one event loop."""

    def __init__(
        self,
        path: Path,
        *,
        every: float = EVERY,
        clock: Callable[[], float] = time.time,
        habit: Callable[[str], Habit | None] = lambda _vendor: None,
    ) -> None:
        """Restore what was kept.

        Args:
            path: where it is kept.
            every: seconds between two writes at the least.
            clock: epoch seconds.
            habit: how days with a vendor usually go.
        """
        self._clock = clock
        self._outlook = Outlook(habit)
        self._accounts: dict[Holder, _Account] = {}
        self._limits: dict[tuple[Holder, str], tuple[int, tuple[Limit, ...]]] = {}
        self._file = Kept(path, self._contents, every=every)
        self._restore()

    def hear(self, holder: Holder, told: Told, *, model: str | None = None, passing: bool = False) -> None:
        """Take what one answer said.

        Args:
            holder: whose it is.
            told: what was said.
            model: the model that was asked; limits differ by model.
            passing: nothing but a token that is soon replaced names the account.
        """
        now = int(self._clock())
        if told.limits:
            key = (holder, model or "")
            self._limits.pop(key, None)
            self._limits[key] = (now, told.limits)
            if len(self._limits) > _MOST_LIMITS:
                del self._limits[next(iter(self._limits))]
        if not (told.windows or told.credits):
            return
        old = self._accounts.pop(holder, None)
        new = _Account(
            at_s=now,
            plan=told.plan or (old.plan if old else ""),
            passing=passing,
            windows=_joined(old.windows if old else [], told.windows, now),
            credits=told.credits or (old.credits if old else None),
        )
        self._accounts[holder] = new  # the last heard is the last
        if len(self._accounts) > _MOST_ACCOUNTS:
            del self._accounts[next(iter(self._accounts))]
        if old is None or _stated(old) != _stated(new):
            self._file.changed()

    def shown(self, now_s: int) -> Shown:
        """What is known at a moment."""
        if not (self._accounts or self._limits):
            return _NOTHING
        self._forget(now_s)
        accounts = [
            (_tightness(windows), windows)
            for holder, account in self._accounts.items()
            if (windows := sorted(_windows(holder, account, now_s, self._outlook), key=_order))
        ]
        accounts.sort(key=lambda each: -each[0])
        limits = [
            snapshot.Limit(
                vendor=holder.vendor,
                account=holder.account,
                model=model,
                name=each.name,
                limit=each.limit,
                remaining=each.remaining,
                resets_at=None if each.resets_us is None else -(-each.resets_us // 1_000_000),
            )
            for (holder, model), (_, stated) in self._limits.items()
            for each in stated
        ]
        limits.sort(key=lambda each: each.remaining / each.limit)
        return Shown(
            tuple(window for _, windows in accounts for window in windows),
            tuple(limits),
            tuple(
                snapshot.Credits(
                    vendor=holder.vendor,
                    account=holder.account,
                    has=account.credits.has,
                    unlimited=account.credits.unlimited,
                    balance=account.credits.balance,
                )
                for holder, account in self._accounts.items()
                if account.credits is not None
            ),
        )

    async def close(self) -> None:
        """Write what is new; the engine ends."""
        await self._file.close()

    def _forget(self, now_s: int) -> None:
        for holder, account in tuple(self._accounts.items()):
            if now_s - account.at_s > (_PASSED_S if account.passing else _FORGOTTEN_S):
                del self._accounts[holder]
        for key, (at_s, limits) in tuple(self._limits.items()):
            left = tuple(each for each in limits if _ends(each, at_s) > now_s)
            if not left:
                del self._limits[key]
            elif len(left) < len(limits):
                self._limits[key] = (at_s, left)

    def _contents(self) -> bytes:
        return msgspec.json.encode(_File([_Entry(holder, account) for holder, account in self._accounts.items()]))

    def _restore(self) -> None:
        data = self._file.read(_MOST_BYTES)
        if data is None:
            return
        try:
            kept = msgspec.json.decode(data, type=_File)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if kept.version == 1:
            self._accounts = {entry.holder: entry.account for entry in kept.accounts[-_MOST_ACCOUNTS:]}


_NOTHING: Final = Shown()


def _joined(old: list[_Heard], new: tuple[Window, ...], now: int) -> list[_Heard]:
    """The windows that hold now: the new ones, and the old ones of which nothing was said."""
    said = {(window.family, window.name) for window in new}
    whole = {window.family for window in new if window.family}
    kept = [
        each for each in old if (each.window.family, each.window.name) not in said and each.window.family not in whole
    ]
    # One window decides at a time.
    if any(window.binding for window in new):
        kept = [replace(each, window=replace(each.window, binding=False)) for each in kept]
    before = {(each.window.family, each.window.name): each for each in old}
    return [*kept, *(_heard(before.get((window.family, window.name)), window, now) for window in new)][-24:]


def _heard(before: _Heard | None, window: Window, now: int) -> _Heard:
    points = taken((), None, window, now) if before is None else taken(before.points, before.window, window, now)
    return _Heard(window, now, points)


def _stated(account: _Account) -> tuple[object, ...]:
    return account.plan, account.credits, [each.window for each in account.windows]


def _windows(holder: Holder, account: _Account, now_s: int, outlook: Outlook) -> Iterator[snapshot.Window]:
    for each in account.windows:
        window = each.window
        ends = window.resets_at
        if ends is None:
            ends = each.at_s + (window.minutes * 60 if window.minutes else _UNKNOWN_LENGTH_S)
        over = ends <= now_s
        ahead = None
        if not over and window.status != "rejected":
            key = (holder.vendor, holder.account, window.family, window.name)
            ahead = outlook.of(key, window, each.points, now_s)
        yield snapshot.Window(
            vendor=holder.vendor,
            account=holder.account,
            plan=account.plan,
            name=window.name,
            family=window.family,
            label=window.label,
            minutes=window.minutes,
            used=None if over else window.used,
            resets_at=window.resets_at,
            status="" if over else window.status,
            binding=window.binding and not over,
            reset=over,
            runs_out_at=None if ahead is None else ahead.at_s,
            runs_out_sure=None if ahead is None else ahead.sure,
            at_us=each.at_s * 1_000_000,
        )


def _tightness(windows: list[snapshot.Window]) -> float:
    return max((window.tightness or 0.0 for window in windows), default=0.0)


def _order(window: snapshot.Window) -> tuple[bool, str, int, str]:
    family = "" if window.family == "codex" else window.family
    return window.name == "overage", family, window.minutes or 1 << 30, window.name


def _ends(limit: Limit, at_s: int) -> float:
    return at_s + _LIMIT_S if limit.resets_us is None else limit.resets_us / 1_000_000
