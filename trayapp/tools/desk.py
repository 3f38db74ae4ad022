"""Where edits are made and undone: plan, apply, revert, restore, recover.

Rules: an entry is on disk before the file is touched; a file that another program writes in between is planned anew
on what that program wrote; an edit that follows an earlier one of the same tool takes it over, so that one undoing
leads back to what the user had; what the user took out is not put in again unless the caller says ``again``; a
process that died is made up for by ``recover``: its file is the old or the new one, and the journal then says which.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from trayapp.said import joined, say
from trayapp.tools import files
from trayapp.tools.files import ChangedError, EditError
from trayapp.tools.journal import Entry, Journal, Key, State, digest, unwritable, value_digest
from trayapp.tools.masking import looks_secret
from trayapp.tools.plan import Edit, Left, Plan, Withdrawn, diff, make_changed, withdraw, words
from trayapp.tools.spans import Set, named
from trayapp.trouble import Trouble

_TRIES: Final = 8
_PAUSE: Final = 0.25


class OptedOutError(EditError):
    """The user has taken out what we had set; only ``again=True`` puts it in again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What undoing did to one file."""

    tool: str
    path: Path
    done: bool
    """Nothing of ours is left in it, but for what the user made his own."""
    text: str
    """One sentence for people."""
    diff: str = ""
    """What changes (or would change)."""


class Desk:
    """Edits of tools' files, for one profile."""

    def __init__(self, journal: Journal, home: Path) -> None:
        self.journal = journal
        self.home = home

    def plan(self, edit: Edit) -> Plan:
        """See what an edit would do. Nothing is written.

        Raises:
            EditError: the file is not ours to edit, or not understood.
        """
        real = files.resolve(edit.path, self.home, anywhere=edit.anywhere)
        files.examine(real, self.home)
        current = files.read(real)
        entries = [e for e in self.journal.entries() if e.tool == edit.tool and e.path == str(real)]
        earlier = [e for e in self.journal.open_entries(edit.tool) if e.path == str(real)]
        former = current
        left: tuple[Left, ...] = ()
        for entry in earlier:
            step = withdraw(self.journal, entry, former)
            if step.owed:
                raise _vault_shut(edit.path, step.owed)
            left += step.left
            former = step.data
        last = next((e for e in reversed(entries) if e.state is not State.ABANDONED), None)
        opted_out = any(item.by_user for item in left) or (not earlier and last is not None and last.opted_out)
        changed = make_changed(edit.path, former, edit.format, edit.operations)
        return Plan(edit, real, current, former, changed, tuple(earlier), left, opted_out)

    def apply(self, edit: Edit, *, again: bool = False) -> str | None:
        """Make the edit.

        Args:
            edit: what the tool's module wants.
            again: put in again what the user took out; only when the user asks for it.

        Returns:
            The journal's id; ``None`` when the file is already so without us.

        Raises:
            OptedOutError: the user had taken out what we set before.
            EditError: it cannot be made; the file is as it was.
        """
        with self.journal.lock():
            self._recover()
            for _ in range(_TRIES):
                plan = self.plan(edit)
                if files.unsettled(plan.real):
                    time.sleep(_PAUSE)
                    continue
                if plan.opted_out and not again:
                    raise _opted_out(plan)
                if plan.after == (plan.current or b"") and (plan.current is not None or not plan.changed.done):
                    return self._as_it_is(plan)
                with contextlib.suppress(ChangedError):
                    return self._write(plan)
        raise EditError(
            Trouble(
                title=say("That file does not come to rest"),
                message=say("{path}: another program writes it again and again.", path=edit.path),
                fix=say("Close that program and try again."),
                code="busy_file",
            )
        )

    def revert(self, entry_id: str) -> Outcome:
        """Undo one edit.

        Raises:
            EditError: there is no such edit, or the file cannot be written.
        """
        with self.journal.lock():
            self._recover()
            entry = next((e for e in self.journal.open_entries() if e.id == entry_id), None)
            if entry is None:
                raise EditError(
                    Trouble(
                        title=say("There is no such edit"),
                        message=say("{edit} is not in effect.", edit=entry_id),
                        code="no_edit",
                    )
                )
            return self._undo(entry)

    def restore(self, tool: str | None = None, *, dry_run: bool = False) -> list[Outcome]:
        """Undo all edits (of one tool), newest first; goes on after a failure, and without a writable journal."""
        with self._lock_if_possible(wanted=not dry_run) as trouble:
            if not dry_run:
                with contextlib.suppress(EditError, OSError):
                    self._recover()
            # Planned entries are left only where nothing could be written, or nothing may be.
            pending = [e for e in reversed(self.journal.entries()) if e.state is State.PLANNED and self._took_effect(e)]
            entries = [e for e in [*pending, *self.journal.open_entries()] if tool in (None, e.tool)]
            shown: dict[str, bytes | None] | None = {} if dry_run else None
            outcomes = [self._undo_or_say(entry, shown) for entry in entries]
            damaged = say("this entry of the journal is damaged, so its edit cannot be undone")
            outcomes += [Outcome("?", path, False, damaged) for path in self.journal.damaged()]
            if trouble and outcomes:
                outcomes.append(Outcome("?", self.journal.folder, True, trouble))
            return outcomes

    def recover(self) -> list[Entry]:
        """Make up for a process that died: each unfinished entry becomes applied, reverted or abandoned.

        Returns:
            What was found unfinished, as it is now.

        Raises:
            EditError: the journal cannot be written.
        """
        if not self.journal.folder.exists():
            return []
        with self.journal.lock():
            return self._recover()

    def _recover(self) -> list[Entry]:
        self.journal.sweep()
        found = []
        for entry in self.journal.entries():
            if entry.state is State.PLANNED or (entry.state is State.APPLIED and entry.undoing is not None):
                with contextlib.suppress(EditError):  # a file that cannot be read now is looked at the next time
                    found.append(self._settle(entry))
        return found

    def _settle(self, entry: Entry) -> Entry:
        """Say what became of an entry whose process died between two steps."""
        real = Path(entry.path)
        goal = entry.after if entry.undoing is None else entry.undoing
        source = entry.before if entry.undoing is None else entry.undoing_from
        waiting = files.beside(real, entry.id)
        now = files.read(real)
        spare = files.read(waiting)
        if spare is not None:
            swapped = now is None if goal == "" else now is not None and digest(now) == goal
            if swapped and digest(spare) not in (goal, source):
                files.put_back(waiting, real)  # another program wrote it in the instant before the exchange
                now = spare
            else:
                waiting.unlink(missing_ok=True)
        if entry.undoing is not None:
            reached = (now is None and goal == "") or (now is not None and digest(now) == goal)
            if reached:
                if goal == "":
                    files.remove_folders(tuple(Path(f) for f in entry.folders))
                return self.journal.move(entry, State.REVERTED)
            return self.journal.move(entry, State.APPLIED)
        if now is not None and (digest(now) == goal or self._holds(entry, now)):
            return self._applied(entry)
        files.remove_folders(tuple(Path(f) for f in entry.folders))
        return self.journal.move(entry, State.ABANDONED)

    def _took_effect(self, entry: Entry) -> bool:
        with contextlib.suppress(EditError):
            data = files.read(Path(entry.path))
            return data is not None and (digest(data) == entry.after or self._holds(entry, data))
        return False

    def _holds(self, entry: Entry, data: bytes) -> bool:
        """Whether a file that has changed since holds our keys."""
        if entry.before is not None and digest(data) == entry.before:
            return False
        step = withdraw(self.journal, entry, data)
        return sum(not item.owed for item in step.left) < len(entry.keys)

    def _as_it_is(self, plan: Plan) -> str | None:
        """The entry that made the file what it should be; it may stand for another mode from now on."""
        if not plan.earlier:
            return None
        entry = plan.earlier[0]
        if entry.tool_mode != plan.edit.mode:
            try:
                self.journal.write(replace(entry, tool_mode=plan.edit.mode))
            except OSError as error:
                raise unwritable(self.journal.folder, error) from None
        return entry.id

    def _applied(self, entry: Entry) -> Entry:
        entry = self.journal.move(entry, State.APPLIED)
        self.journal.sweep()
        return entry

    def _write(self, plan: Plan) -> str:
        """One attempt: journal, file, journal.

        Raises:
            ChangedError: another program wrote the file in between.
            EditError: the system refused.
        """
        entry, raws = self._entry(plan)
        real = plan.real
        try:
            self.journal.write(entry)
            if plan.former is not None:
                self.journal.keep(entry.id, plan.former, secret=entry.former_in_vault)
            for n, raw in raws.items():
                if not self.journal.vault.put(f"{entry.id}.{n}", raw.encode()):
                    raise OSError(0, "a secret in the file could not be kept for undoing")
        except OSError as error:
            self.journal.discard(entry)
            raise unwritable(self.journal.folder, error) from None
        try:
            files.make_folders(tuple(Path(f) for f in entry.folders))
            files.replace(real, files.beside(real, entry.id), plan.after, plan.current)
        except ChangedError:
            files.remove_folders(tuple(Path(f) for f in entry.folders))
            self.journal.discard(entry)
            raise
        except (OSError, EditError) as error:
            with contextlib.suppress(OSError):  # a journal that cannot be written now is settled by `recover`
                if self._settle(entry).state is State.APPLIED:
                    return entry.id
            raise error if isinstance(error, EditError) else _system_refused(real, error) from None
        try:
            self._applied(entry)
        except OSError as error:
            # The edit is made and can be undone; `recover` marks it. Only somebody has to know.
            raise unwritable(self.journal.folder, error) from None
        return entry.id

    def _entry(self, plan: Plan) -> tuple[Entry, dict[int, str]]:
        polite = {op.way for op in plan.edit.operations if isinstance(op, Set) and op.unless_set}
        keys: list[Key] = []
        raws: dict[int, str] = {}
        for done in plan.changed.done:
            secret = done.former is not None and looks_secret(named(done.way), done.former)
            if secret and done.former is not None:
                raws[len(keys)] = done.former
            keys.append(
                Key(
                    way=done.way,
                    ours=None if done.value is None else value_digest(done.value),
                    existed=done.former is not None,
                    former=done.former or "" if not secret else "",
                    in_vault=secret,
                    made=done.made,
                    polite=done.way in polite,
                )
            )
        state = files.examine(plan.real, self.home)
        former = plan.former
        text = "" if former is None else former.decode("utf-8", "replace")
        inherited = tuple(f for e in reversed(plan.earlier) for f in e.folders) if former is None else ()
        entry = Entry(
            id=self.journal.new_id(),
            tool=plan.edit.tool,
            asked=str(plan.edit.path),
            path=str(plan.real),
            format=str(plan.edit.format),
            keys=tuple(keys),
            before=None if plan.current is None else digest(plan.current),
            after=digest(plan.after),
            former=None if former is None else digest(former),
            former_in_vault=any(looks_secret("", line) for line in text.splitlines()),
            mode=0 if state is None else state.st_mode & 0o7777,
            uid=0 if state is None else state.st_uid,
            gid=0 if state is None else state.st_gid,
            folders=(*inherited, *(str(f) for f in files.missing_folders(plan.real))),
            supersedes=tuple(e.id for e in plan.earlier),
            time_us=time.time_ns() // 1000,
            tool_mode=plan.edit.mode,
        )
        return entry, raws

    def _undo(self, entry: Entry) -> Outcome:
        """Undo an entry and say so in the journal, as far as that can be written.

        Raises:
            EditError: the file cannot be written.
        """
        for _ in range(_TRIES):
            real = self._place(entry)
            current = files.read(real)
            step = withdraw(self.journal, entry, current)
            if step.data == current:
                if current is not None and step.left:  # perhaps another program has written only half of it
                    time.sleep(_PAUSE)
                    if files.read(real) != current:
                        continue
                return self._close(entry, step, current, current)
            files.examine(real, self.home)
            goal = "" if step.data is None else digest(step.data)
            marked = replace(entry, undoing=goal, undoing_from=digest(current or b""))
            with contextlib.suppress(OSError):
                self.journal.write(marked)
            waiting = files.beside(real, entry.id)
            try:
                if step.data is None:
                    files.remove(real, waiting, current or b"")
                    files.remove_folders(tuple(Path(f) for f in entry.folders))
                else:
                    files.replace(real, waiting, step.data, current)
            except ChangedError:
                continue
            except OSError as error:
                raise _system_refused(real, error) from None
            return self._close(entry, step, current, step.data)
        raise _system_refused(Path(entry.path), OSError(0, "another program writes it again and again"))

    def _close(self, entry: Entry, step: Withdrawn, current: bytes | None, now: bytes | None) -> Outcome:
        left_by_user = any(item.by_user for item in step.left)
        stuck = [item for item in step.left if item.stuck]
        text = _told(step, current, now)
        if current is not None and current == now and digest(current) == entry.former:
            text = say("it is as it was already")
        if stuck or step.owed:
            with contextlib.suppress(OSError):
                self.journal.write(_partly_undone(entry, step, now) if step.owed else entry)
            return Outcome(entry.tool, Path(entry.asked), False, text, diff(Path(entry.asked), current, now))
        try:
            self.journal.move(entry, State.REVERTED, opted_out=left_by_user, note=words(step.left))
        except OSError:
            text += " (the journal could not be marked)"
        return Outcome(entry.tool, Path(entry.asked), True, text, diff(Path(entry.asked), current, now))

    def _undo_or_say(self, entry: Entry, shown: dict[str, bytes | None] | None) -> Outcome:
        try:
            if shown is None:
                return self._undo(entry)
            real = self._place(entry)
            current = shown[str(real)] if str(real) in shown else files.read(real)
            step = withdraw(self.journal, entry, current)
            if step.data != current:
                files.examine(real, self.home)
            shown[str(real)] = step.data
            done = not step.owed and not any(item.stuck for item in step.left)
            told = _told(step, current, step.data)
            return Outcome(entry.tool, Path(entry.asked), done, told, diff(Path(entry.asked), current, step.data))
        except EditError as error:
            return Outcome(
                entry.tool, Path(entry.asked), False, f"{error.trouble.message}. {error.trouble.fix}".strip()
            )

    def _place(self, entry: Entry) -> Path:
        """The file that was edited; when it is gone or has become a link, the one that the tool reads now."""
        real = Path(entry.path)
        if real.is_symlink() or not real.exists():
            with contextlib.suppress(EditError):
                moved = files.resolve(Path(entry.asked), self.home, anywhere=True)
                return moved if moved.exists() else real
        return real

    @contextlib.contextmanager
    def _lock_if_possible(self, *, wanted: bool) -> Iterator[str]:
        with contextlib.ExitStack() as stack:
            trouble = ""
            if wanted and self.journal.folder.exists():
                try:
                    stack.enter_context(self.journal.lock())
                except EditError as error:
                    trouble = f"{error.trouble.title.lower()}: {error.trouble.message}"
            yield trouble


def _told(step: Withdrawn, current: bytes | None, now: bytes | None) -> str:
    if current is None:
        return say("the file is gone; nothing to undo")
    if now == current:
        text = say("not undone") if any(i.stuck for i in step.left) else say("nothing of ours is in it any more")
    elif now is None:
        text = say("removed: it did not exist before") if step.exact else say("removed: only our keys were left in it")
    else:
        text = say("as it was, byte for byte") if step.exact else say("our keys are taken out; your changes since stay")
    parts: list[str] = [text]
    left: tuple[Left, ...] = step.left
    if step.owed and not any(item.owed for item in left):
        parts.append(say("the whole former file cannot be had: {why}", why=step.owed))
    if left:
        parts.append(words(left))
    if step.owed:
        parts.append(say("unlock it and restore again"))
    return joined("; ", parts)


def _partly_undone(entry: Entry, step: Withdrawn, now: bytes | None) -> Entry:
    """The entry of an undoing for which the vault was shut: nothing of ours is in the file; it stays open."""
    in_place = [item.way for item in step.left if not item.owed]
    keys = tuple(replace(key, taken_out=key.taken_out or key.way not in in_place) for key in entry.keys)
    return replace(entry, keys=keys, partly=None if now is None else digest(now))


def _vault_shut(path: Path, why: str) -> EditError:
    return EditError(
        Trouble(
            title=say("What was in that file before cannot be had now"),
            message=say("{path}: {why}. An edit on top of the last one would lose it.", path=path, why=why),
            fix=say("Unlock the keyring (log in to the desktop) and try again."),
            code="vault_shut",
        )
    )


def _opted_out(plan: Plan) -> OptedOutError:
    return OptedOutError(
        Trouble(
            title=say("You have taken this out before"),
            message=say(
                "{path}: {left}.",
                path=plan.edit.path,
                left=words(plan.left) or say("what Spendlight had set there was removed or changed"),
            ),
            fix=say("It is put in again only when you ask for it."),
            code="opted_out",
        )
    )


def _system_refused(real: Path, error: OSError) -> EditError:
    return EditError(
        Trouble(
            title=say("That file could not be written"),
            message=say("{path}: {why}. It is as it was", path=real, why=error.strerror or error),
            fix=say("Mend that and try again."),
            code="not_written",
        )
    )
