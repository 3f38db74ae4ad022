"""Kill an edit before each of its system calls and look at what is left: ``kill_child.py FOLDER few|all|every``.

One process forks a child for each run, traces it with ``ptrace`` and ends it with SIGKILL at the entry of its N-th
system call, for N from 1 until the child gets through. Unless it is to be ``every`` call, only those count that can
change a disk (opening, writing, renaming, removing, syncing …): between two of them all states on disk are the same.
``few`` leaves out what is alike. The last line is a JSON summary; a broken promise ends the process with a traceback.
"""

from __future__ import annotations

import collections
import ctypes
import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal, State
from trayapp.tools.plan import Edit, Format, withdraw
from trayapp.tools.spans import BOM, Item, Remove, Set

TRACEME, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
GOOD, EXITKILL = 1, 0x100000
URL = "http://127.0.0.1:27410/" + "k3Y" * 14 + "/anthropic.claude-code"
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
LIBC.ptrace.restype = ctypes.c_long
# Numbers of the calls that change nothing on a disk, by architecture; unknown ones count.
HARMLESS = {
    "x86_64": {
        *(0, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 20, 21, 25, 28, 35, 39, 72, 73, 79, 89, 96, 99, 102, 104),
        *(107, 108, 110, 186, 191, 192, 193, 194, 195, 196, 201, 202, 217, 218, 228, 230, 231, 262, 273, 302, 318),
        *(332, 334),
    },
}.get(os.uname().machine, set())


class NoTracingError(Exception):
    pass


@dataclass(frozen=True)
class Case:
    name: str
    form: Format
    before: bytes | None
    operations: tuple[Set | Remove, ...]
    place: str = ".tool/settings"
    link: bool = False


CASES = (
    Case(
        "json with comments, CRLF and BOM, behind a link",
        Format.JSON,
        BOM + b'{\r\n  // mine\r\n  "env": { "A": "b", },\r\n}\r\n',
        (Set(("env", "ANTHROPIC_BASE_URL"), URL), Set(("env", "SMALL"), "haiku", unless_set=True)),
        link=True,
    ),
    Case(
        "json, a secret replaced",
        Format.JSON,
        b'{"apiKey": "sk-ant-api03-AAAABBBBCCCC1234"}',
        (Set(("apiKey",), "none"),),
    ),
    Case("json that does not exist yet", Format.JSON, None, (Set(("env", "U"), URL),), place=".new/deep/settings.json"),
    Case("toml", Format.TOML, b'# c\nmodel = "m"\n\n[t]\na = 1', (Set(("openai_base_url",), URL), Remove(("t", "a")))),
    Case("dotenv", Format.ENV, b"export A=1\n# c\nU='old'", (Set(("U",), URL),)),
    Case(
        "yaml", Format.YAML, b"# c\nset-env:\n  - A=1\n", (Set(("set-env", Item("U=")), f"U={URL}"), Set(("k",), "v"))
    ),
)


def main() -> None:
    root, extent = Path(sys.argv[1]), sys.argv[2]
    counts: collections.Counter[str] = collections.Counter()
    for case in CASES:
        phases = ("apply", "revert", "revert after an edit", "connect anew", "recover")
        if extent == "few" and case.form is not Format.JSON:
            phases = phases[:1]
        elif extent == "few" and not case.link:
            phases = phases[:2]
        for phase in phases:
            n = 1
            while run(root / "run", case, phase, n, extent == "every"):
                n += 1
                counts[phase] += 1
    print(json.dumps({"killed": sum(counts.values()), **counts}))


def run(folder: Path, case: Case, phase: str, n: int, every: bool) -> bool:
    """One run; whether it was killed (``False``: it came to its end first)."""
    shutil.rmtree(folder, ignore_errors=True)
    home = folder / "home"
    home.mkdir(parents=True, mode=0o700)
    path = home / case.place
    real = path
    if case.before is not None:
        path.parent.mkdir(mode=0o700)
        if case.link:
            (home / "dotfiles").mkdir(mode=0o700)
            real = home / "dotfiles" / "settings"
            path.symlink_to(real)
        real.write_bytes(case.before)
        real.chmod(0o640)
    edit = Edit("tool", path, case.form, case.operations)

    def desk() -> Desk:
        return Desk(Journal(folder / "state" / "edits"), home)

    other = Edit("tool", path, case.form, (*case.operations, Set(("other",), "1")))
    allowed = [case.before]
    final = case.before
    action: Callable[[], object]
    if phase == "apply":
        allowed.append(desk().plan(edit).after)
        action = lambda: desk().apply(edit)  # noqa: E731
    elif phase == "recover":
        # The worst moment for a first kill: the file has been exchanged, the old one waits beside it.
        allowed.append(desk().plan(edit).after)
        entry_id = desk().apply(edit)
        entry = desk().journal.get(entry_id or "")
        assert entry is not None
        journal = desk().journal
        journal.write(type(entry)(**{**{f: getattr(entry, f) for f in entry.__slots__}, "state": State.PLANNED}))
        real.with_name(f".{real.name}.spendlight-{entry.id}").write_bytes(case.before or b"")
        if case.before is None:
            real.with_name(f".{real.name}.spendlight-{entry.id}").write_bytes(allowed[1] or b"")
        action = lambda: desk().recover()  # noqa: E731
    else:
        entry_id = desk().apply(edit)
        allowed = [real.read_bytes()]
        if phase == "revert":
            allowed.append(case.before)
            action = lambda: desk().revert(entry_id or "")  # noqa: E731
        elif phase == "revert after an edit":
            real.write_bytes(real.read_bytes() + b"\n")
            entry = desk().journal.get(entry_id or "")
            assert entry is not None
            final = withdraw(desk().journal, entry, real.read_bytes()).data
            allowed = [real.read_bytes(), final]
            shown = desk().restore(dry_run=True)
            assert all(outcome.done for outcome in shown), shown
            action = lambda: desk().restore()  # noqa: E731
        else:
            allowed.append(desk().plan(other).after)
            action = lambda: desk().apply(other)  # noqa: E731
    killed = kill_at(action, n, every)
    now = real.read_bytes() if real.exists() else None
    assert now in allowed, (case.name, phase, n, now, allowed)
    check(desk(), case, real, path, phase)
    now = real.read_bytes() if real.exists() else None
    assert now in allowed, (case.name, phase, n, "after recover", now, allowed)
    outcomes = desk().restore()
    assert all(outcome.done for outcome in outcomes), (case.name, phase, n, outcomes)
    now = real.read_bytes() if real.exists() else None
    assert now == final, (case.name, phase, n, "after restore", now, final)
    assert desk().journal.open_entries() == []
    if final is None:
        assert list(home.iterdir()) == [], list(home.rglob("*"))
    left = [p.name for p in (folder / "state" / "edits").rglob("*") if p.is_file() and p.suffix != ".json"]
    assert set(left) <= {"lock"}, (case.name, phase, n, left)
    return killed


def check(desk: Desk, case: Case, real: Path, path: Path, phase: str) -> None:
    """What holds after ``recover``, wherever the process died."""
    desk.recover()
    for entry in desk.journal.entries():
        assert entry.state is not State.PLANNED
        assert entry.undoing is None
    assert desk.journal.damaged() == []
    assert [p.name for p in real.parent.glob(".*spendlight*")] == []
    if case.link:
        assert path.is_symlink()
    if case.before is not None:
        assert stat.S_IMODE(real.stat().st_mode) == 0o640
        for secret in ("sk-ant-api03-AAAABBBBCCCC1234", URL):
            for file in desk.journal.folder.glob("*.json"):
                assert secret not in file.read_text(), phase


def kill_at(action: Callable[[], object], n: int, every: bool) -> bool:
    """Run ``action`` in a child and kill it at the entry of its ``n``-th system call that counts."""
    child = os.fork()
    if child == 0:
        code = 9
        try:
            if LIBC.ptrace(TRACEME, 0, None, None) != 0:
                os._exit(77)
            os.kill(os.getpid(), signal.SIGSTOP)
            action()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        raise NoTracingError
    LIBC.ptrace(SETOPTIONS, child, None, GOOD | EXITKILL)
    entering, count, deliver = True, 0, 0
    info = ctypes.create_string_buffer(96)
    while True:
        LIBC.ptrace(SYSCALL, child, None, deliver)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return False
        assert os.WIFSTOPPED(status), status
        if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
            deliver = os.WSTOPSIG(status)
            continue
        deliver = 0
        if entering:
            number = -1
            if not every and LIBC.ptrace(GET_SYSCALL_INFO, child, 96, info) > 0:
                number = int.from_bytes(info.raw[24:32], sys.byteorder)
            if number not in HARMLESS:
                count += 1
            if count == n:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return True
        entering = not entering


try:
    main()
except NoTracingError:
    sys.exit(77)
