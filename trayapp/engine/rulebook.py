"""The rules on disk: what a person has agreed to, until it is taken back.

Everything that changes the set of rules lives here; ``routing.rules`` says what a rule is. The file is ``rules.json``
in the state folder.

Rules:

* what a person changes is written before it takes effect, whole or not at all; that it survives a power cut, too, is
  seen to in a thread, since a disk may take long and calls wait for the loop;
* that a rule rests because something went wrong takes effect even where it cannot be written: else it would go wrong
  with every call;
* a file that cannot be read is put aside and told, so that nothing is changed for a person who cannot see why;
* an ended rule is left out. Nothing of any call is in it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from trayapp.platform.paths import write_private
from trayapp.routing.rules import Rule
from trayapp.said import say
from trayapp.trouble import Trouble, TroubleError

log = logging.getLogger(__name__)

_MOST_BYTES: Final = 1 << 20
MOST: Final = 200


class _File(msgspec.Struct, kw_only=True):
    next: int = 1
    rules: tuple[Rule, ...] = ()
    asis: bool = False
    asis_until_us: int | None = None
    declined: dict[str, int] = {}
    resting: dict[str, tuple[str, int]] = {}
    """Rules of a mode that rest: why, and until when."""


class Rulebook:
    """The rules of this profile. Use it on one event loop."""

    def __init__(self, path: Path, now_us: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._path = path
        self._now_us = now_us
        self.damaged = False
        """The file could not be read and lies aside."""
        self._file = self._read()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those that have not ended."""
        now = self._now_us()
        if any(rule.over(now) for rule in self._file.rules):
            self._file.rules = tuple(rule for rule in self._file.rules if not rule.over(now))
        return self._file.rules

    def find(self, rule_id: str) -> Rule:
        """The rule with that id.

        Raises:
            TroubleError: there is none.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise TroubleError(
            Trouble(
                title=say("There is no such rule"),
                message=say("No rule is called {name!r}; it may have ended.", name=rule_id),
                fix=say("`spendlight rules` lists all."),
                code="no_rule",
            )
        )

    def add(self, rule: Rule, instead_of: Collection[str] = ()) -> Rule:
        """Take a rule in; it gets its id and its date. One for the same requests gives way to it, and those named."""
        before = tuple(each for each in self.rules if each.id not in instead_of)
        if len(before) >= MOST:
            raise TroubleError(
                Trouble(
                    title=say("There are too many rules"),
                    message=say("{most} rules are kept.", most=MOST),
                    fix=say("Remove some with `spendlight rules remove ID`."),
                    code="many_rules",
                )
            )
        made = replace(rule, id=f"r{self._file.next}", created_us=self._now_us())
        same = ("vendor", "asked", "scope", "value", "now")
        kept = tuple(r for r in before if any(getattr(r, name) != getattr(made, name) for name in same))
        self._write(replace(self._file, next=self._file.next + 1, rules=(*kept, made)))
        return made

    def drop(self, rule_id: str) -> Rule:
        """Take a rule out."""
        rule = self.find(rule_id)
        self._write(replace(self._file, rules=tuple(r for r in self.rules if r.id != rule_id)))
        return rule

    def pause(self, rule_id: str, why: str, until_us: int | None = None, *, must: bool = True) -> Rule:
        """Let a rule rest; unless it ``must`` be written, it rests even where that fails."""
        return self._change(replace(self.find(rule_id), paused=why, paused_until_us=until_us), must=must)

    def resume(self, rule_id: str) -> Rule:
        """Let it go on."""
        return self._change(replace(self.find(rule_id), paused="", paused_until_us=None))

    def put_back(self, rule: Rule) -> None:
        """Take back a removal."""
        if all(each.id != rule.id for each in self.rules):
            self._write(replace(self._file, rules=(*self.rules, rule)))

    def resting(self, name: str) -> tuple[str, int] | None:
        """Why and until when a mode's rule rests; ``None``: it does not."""
        found = self._file.resting.get(name)
        return found if found is not None and found[1] > self._now_us() else None

    def rest(self, name: str, why: str, until_us: int, *, must: bool = True) -> None:
        """Let a mode's rule rest; a moment that has passed wakes it. ``must``: as in ``pause``."""
        kept = {key: value for key, value in self._file.resting.items() if value[1] > self._now_us() and key != name}
        if until_us > self._now_us():
            kept[name] = (why, until_us)
        self._write(replace(self._file, resting=kept), must=must)

    @property
    def asis(self) -> bool:
        """Whether everything goes out as requested just now, whatever the rules say."""
        until = self._file.asis_until_us
        return self._file.asis and (until is None or until > self._now_us())

    @property
    def asis_until_us(self) -> int | None:
        """When that ends by itself; ``None``: it does not, or is not so."""
        return self._file.asis_until_us if self.asis else None

    def set_asis(self, on: bool, until_us: int | None = None) -> None:
        """As requested, now; or by the rules again."""
        self._write(replace(self._file, asis=on, asis_until_us=until_us if on else None))

    def declined(self, name: str) -> bool:
        """Whether a suggestion is not wanted now."""
        return self._file.declined.get(name, 0) > self._now_us()

    def decline(self, name: str, until_us: int) -> None:
        """Do not make a suggestion until then."""
        now = self._now_us()
        kept = {key: until for key, until in self._file.declined.items() if until > now}
        self._write(replace(self._file, declined={**kept, name: until_us}))

    def _change(self, rule: Rule, *, must: bool = True) -> Rule:
        self._write(replace(self._file, rules=tuple(rule if r.id == rule.id else r for r in self.rules)), must=must)
        return rule

    def _read(self) -> _File:
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                raise ValueError
            return msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return _File()
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            self.damaged = True
            try:
                self._path.replace(self._path.with_suffix(".damaged.json"))
            except OSError:
                pass
            return _File()

    def _write(self, file: _File, *, must: bool = True) -> None:
        try:
            data = msgspec.json.encode(file)
        except UnicodeEncodeError:  # a folder's name that is no text
            raise _too_much("A name in it is no text.") from None
        if must and len(data) > _MOST_BYTES:
            raise _too_much("They are too long.")  # the next start would put such a file aside
        try:
            write_private(self._path, data, sync=False)
        except OSError as error:
            if must:
                raise TroubleError(
                    Trouble(
                        title=say("The rules cannot be written"),
                        message=say("{path}: {why}. Nothing was changed.", path=self._path, why=error.strerror),
                        fix=say("Make room, or make the folder writable."),
                        code="rules_unwritable",
                    )
                ) from None
            log.warning("the rules could not be written: %s", type(error).__name__)
        else:
            self._harden()
        self._file = file

    def _harden(self) -> None:
        """See to it that what was written survives a power cut."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _sync(self._path)
        else:
            loop.run_in_executor(None, _sync, self._path)


def _too_much(why: str) -> TroubleError:
    return TroubleError(
        Trouble(
            title=say("The rules cannot be kept"),
            message=say("{why} Nothing was changed.", why=why),
            fix=say("Remove some with `spendlight rules remove ID`."),
            code="many_rules",
        )
    )


def _sync(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        log.warning("the rules are not on the disk yet: %s", type(error).__name__)
