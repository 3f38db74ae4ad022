"""The virtual keys in the engine: read from the register and the store, kept in memory, handed to the guard.

Rules:

* the port never waits for a keyring: reading happens in a thread of its own, which ends with the process. A request
  with a virtual key that arrives meanwhile waits up to ``PATIENCE`` seconds; every other request does not even look;
* the register is looked at with each virtual key (a ``stat``), so a key that was removed is worth nothing at once and
  a new one needs no restart;
* an engine that is asked to stop waits for no keyring: who waits is answered at once, and the next engine begins;
* only the first reading may have somebody asked to unlock the keyring. A key whose real one could not be had is asked
  for again by the calls that carry it, quietly, after ``AGAIN`` seconds and then ever more rarely, but each minute;
* a real key that was read once stays in memory while its virtual one is in the register, even if the keyring is locked
  later; the guard gets every new state over the inherited pipe, in memory only, and none is logged.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Final

from trayapp.frontdoor import Entry
from trayapp.platform.paths import Paths
from trayapp.refusal import Refusal
from trayapp.said import say
from trayapp.trouble import Trouble
from trayapp.virtualkeys import handover, register
from trayapp.virtualkeys.register import VirtualKey
from trayapp.virtualkeys.swap import Headers, Known, Swapped, Table, carries_one, swap

log = logging.getLogger(__name__)

PATIENCE: Final = 10.0
AGAIN: Final = 5.0
_SELDOM: Final = 60.0
_Stamp = tuple[int, int, int] | None


class Keychain:
    """The virtual keys that calls may carry."""

    def __init__(
        self,
        paths: Paths,
        tell_guard: Callable[[bytes], None],
        troubles: MutableMapping[str, Trouble],
        changed: Callable[[], None],
    ) -> None:
        """Read nothing yet.

        Args:
            paths: the profile.
            tell_guard: takes the keys as bytes for the guard.
            troubles: what the user has to know; the entry ``keys`` is ours.
            changed: told when that entry has changed.
        """
        self._paths = paths
        self._tell_guard = tell_guard
        self._troubles = troubles
        self._changed = changed
        self._table: Table | None = None
        self._stamp: _Stamp = None
        self._reading: asyncio.Future[None] | None = None
        self._again_at = 0.0
        self._pause = AGAIN
        self._quiet = False
        self._ended = False

    def begin(self) -> None:
        """Read the keys, unless there are none."""
        if self._now() is None:
            self._take(Table("", {}), None)
        else:
            self._read()

    def end(self) -> None:
        """The engine ends: nothing is read any more, and nobody waits for it."""
        self._ended = True
        if self._reading is not None and not self._reading.done():
            self._reading.set_result(None)

    def swap(self, entry: Entry, headers: Headers) -> Swapped | Refusal | asyncio.Task[Swapped | Refusal | None] | None:
        """Put the real keys into a request's head; a task of the same where they have to be read first."""
        if not carries_one(headers, entry.target):
            return None
        if self._up_to_date():
            done = swap(entry, headers, self._table)
            if not self._may_be_had_again(done):
                return done
        self._read()
        return asyncio.get_running_loop().create_task(self._later(entry, headers))

    async def _later(self, entry: Entry, headers: Headers) -> Swapped | Refusal | None:
        await self.reread()
        if self._table is None:
            return Refusal(
                503,
                "key_not_available",
                "the keys could not be read yet: the keyring waits for its password, or the register is damaged "
                "(`spendlight keys list` says so). Mend that and try again.",
                entry.vendor,
            )
        return swap(entry, headers, self._table if self._up_to_date() else self._still_registered(self._table))

    async def reread(self) -> None:
        """The register was changed, or may have been: wait, within bounds, until it is read."""
        until = time.monotonic() + PATIENCE
        for _ in range(2):  # a reading that runs may have begun before the change
            if not self._up_to_date():
                self._read()
            if self._reading is not None:
                await asyncio.wait([self._reading], timeout=max(0.0, until - time.monotonic()))

    def _still_registered(self, table: Table) -> Table:
        """The keys that are known, without those that were removed meanwhile; a damaged register removes none."""
        try:
            return table.only(register.read(self._paths.virtual_keys))
        except register.RegisterError:
            return table

    def _up_to_date(self) -> bool:
        return self._reading is None and self._table is not None and self._stamp == self._now()

    def _may_be_had_again(self, done: Swapped | Refusal | None) -> bool:
        unavailable = isinstance(done, Refusal) and done.code == "key_not_available"
        return unavailable and time.monotonic() > self._again_at

    def _now(self) -> _Stamp:
        try:
            found = self._paths.virtual_keys.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> None:
        """Read register and store in a thread; a second call while one reads is content with that one."""
        if self._reading is not None or self._ended:
            return
        loop = asyncio.get_running_loop()
        self._reading = reading = loop.create_future()
        stamp = self._now()
        quiet, self._quiet = self._quiet, True

        def read() -> None:
            table: Table | None = None
            try:
                # Only who has virtual keys needs this; without any the engine starts sooner.
                from trayapp.virtualkeys.cabinet import Cabinet

                table = Cabinet(self._paths).load(quiet=quiet)
            except Exception as error:  # noqa: BLE001  whoever waits has to be woken whatever happens
                log.warning("the virtual keys could not be read: %s", type(error).__name__)
            try:
                loop.call_soon_threadsafe(done, table)
            except RuntimeError:
                pass  # the engine has ended meanwhile

        def done(table: Table | None) -> None:
            self._reading = None
            self._take(table, stamp)
            if not reading.done():
                reading.set_result(None)

        # Not the loop's own threads: the end of the engine would wait for a prompt that nobody answers.
        try:
            threading.Thread(target=read, name="keys", daemon=True).start()
        except RuntimeError:  # no room for another thread
            log.warning("the virtual keys could not be read: no thread can be started")
            done(None)

    def _take(self, table: Table | None, stamp: _Stamp) -> None:
        before = self._table
        if table is None:
            # A register that cannot be read: what is known goes on to count, and it is tried again.
            missing: list[VirtualKey] = []
            trouble: Trouble | None = _DAMAGED
        else:
            self._table = table = _kept(table, before)
            missing = [known.key for known in table.known.values() if known.real is None]
            trouble = _missing(missing, table) if missing else None
            if table != before:  # a guard that is stopped reads none of it, and would leave it all with us
                self._tell_guard(handover.encode(table))
        self._again_at = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _SELDOM) if missing else AGAIN
        self._stamp = stamp
        if trouble != self._troubles.get("keys"):
            if trouble is None:
                self._troubles.pop("keys", None)
            else:
                self._troubles["keys"] = trouble
            self._changed()


def _kept(table: Table, before: Table | None) -> Table:
    """The table, with real keys that were had before and cannot be had now."""
    if before is None:
        return table
    known = {
        mark: before.known[mark] if each.real is None and mark in before.known else each
        for mark, each in table.known.items()
    }
    return Table(table.install_key, known)


def _missing(keys: list[VirtualKey], table: Table) -> Trouble:
    first: Known = table.known[keys[0].fingerprint]
    names = ", ".join(key.name for key in keys)
    return Trouble(
        title=say("Real keys cannot be had"),
        message=say("{names}: {why}. Tools that hold the virtual ones hear 503.", names=names, why=first.why),
        fix=say("Unlock the keyring (log in to the desktop); a call finds them within a minute."),
        code="key_not_available",
    )


_DAMAGED: Final = Trouble(
    title=say("The register of virtual keys cannot be read"),
    message=say("Tools that hold virtual keys may hear 503."),
    fix=say("`spendlight keys list` says why."),
    code="keys_damaged",
)
