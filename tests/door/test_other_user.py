"""Another user of the machine, who even has the token: refused by both doors and at the control socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from doors import STATUS_LINE, Door, code, opened, read_all, status

from trayapp.proxy.downstream import HEAD_LIMIT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0, reason="only root can become another user, and only Linux tells"
)

OWNER, NOBODY = 12_345, 65_534
CALL = """
import os, socket, sys
socket.getaddrinfo("127.0.0.1", 1)  # what it needs is loaded while it may be read
uid = int(sys.argv[1])
os.setgroups([]), os.setgid(uid), os.setuid(uid)
with socket.create_connection((sys.argv[2], int(sys.argv[3]))) as plug:
    plug.sendall(bytes.fromhex(sys.argv[4]))
    try:
        while data := plug.recv(65536):
            sys.stdout.buffer.write(data)
    except ConnectionResetError:
        pass
"""
BECOME = "import os; os.setgroups([]), os.setgid({0}), os.setuid({0})"


def call_as(uid: int, door: Door, data: bytes, host: str = "127.0.0.1") -> bytes:
    arguments = [str(uid), host, str(door.port), data.hex()]
    done = subprocess.run([sys.executable, "-c", CALL, *arguments], capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_token_is_not_enough(door: Door, host: str) -> None:
    got = call_as(NOBODY, door, door.request(b"{}"), host)
    assert (status(got), code(got)) == (403, "other_user")
    assert door.vendor.raw == []


def test_who_is_refused_does_not_learn_whether_the_token_was_right(door: Door) -> None:
    wrong = door.request(b"{}").replace(b"t0ken", b"w0ken")
    assert call_as(NOBODY, door, wrong) == call_as(NOBODY, door, door.request(b"{}"))
    assert code(call_as(NOBODY, door, door.request(b"", b"Upgrade: websocket", b"Connection: upgrade"))) == "other_user"


@pytest.fixture
def others_door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Door]]:
    """A door that runs as another user than root."""
    with ExitStack() as stack:
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and not folder.stat().st_mode & 1:
                folder.chmod(folder.stat().st_mode | 0o011)
                stack.callback(folder.chmod, folder.stat().st_mode & ~0o011)
        prelude = PRELOAD + BECOME.format(OWNER)
        yield lambda kind: stack.enter_context(opened(kind, tmp_path, prelude=prelude, owner=OWNER))


PRELOAD = """
import pkgutil, importlib, trayapp.engine, trayapp.dialects, trayapp.ledger, trayapp.pricing
import encodings.ascii, encodings.idna, encodings.latin_1, asyncio, ssl, zoneinfo, sqlite3, resource
import stringprep, unicodedata
for package in (trayapp.engine, trayapp.dialects, trayapp.ledger, trayapp.pricing):
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
"""
"""The interpreter may lie where another user cannot read: what the engine imports late is imported before."""


@pytest.mark.parametrize("kind", ["engine", "relay"])
def test_a_user_who_is_not_root(others_door: Callable[[str], Door], kind: str) -> None:
    """Served are the owner and root, who could become the owner anyway; nobody else, by any way in."""
    door = others_door(kind)
    for uid, expected in ((NOBODY, (403, "other_user")), (OWNER, (200, "")), (0, (200, ""))):
        got = call_as(uid, door, door.request(b"{}", b"Connection: close"))
        assert (status(got), code(got)) == expected, uid
    assert len(door.vendor.requests) == 2
    for path in (door.paths.token, door.paths.settings, door.paths.routes):
        assert path.stat().st_mode & 0o077 == 0
    if kind == "engine":
        assert door.paths.control.stat().st_mode & 0o777 == 0o600
        assert door.paths.run.stat().st_mode & 0o077 == 0
        assert not reaches(door.paths.control, NOBODY)
        door.paths.run.chmod(0o711)  # even in a folder that anybody may enter
        assert not reaches(door.paths.control, NOBODY)
        assert reaches(door.paths.control, OWNER)


def reaches(control: Path, uid: int) -> bool:
    """Whether a user can speak to the engine."""
    ask = f"""if True:
        import os, socket
        os.setgroups([]), os.setgid({uid}), os.setuid({uid})
        plug = socket.socket(socket.AF_UNIX)
        try:
            plug.connect({str(control)!r})
        except PermissionError:
            raise SystemExit(3)
    """
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, timeout=30)
    assert done.returncode in (0, 3), done.stderr
    return done.returncode == 0


CROWD = """
import os, socket, sys, time
socket.getaddrinfo("127.0.0.1", 1)
uid = 65534
os.setgroups([]), os.setgid(uid), os.setuid(uid)
crowd = []
for _ in range(int(sys.argv[2])):
    plug = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    plug.setblocking(False)
    crowd.append(plug)
print("connected", flush=True)
def dropped(plug):
    try:
        return plug.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
while len(standing := [plug for plug in crowd if not dropped(plug)]) > 32:
    crowd = standing
    time.sleep(0.01)
print(len(standing), flush=True)
sys.stdin.read()
"""


def test_a_crowd_of_strangers_takes_no_place_of_the_owners(door: Door) -> None:
    """A thousand connections of another user: all but a few are dropped at once, and the owner is served."""
    crowd = subprocess.Popen(
        [sys.executable, "-c", CROWD, str(door.port), "1100"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert crowd.stdout is not None
    assert crowd.stdout.readline() == b"connected\n"
    begun = time.monotonic()
    answer = door.ask(door.request(b"{}", b"Connection: close"))
    assert (status(answer), len(STATUS_LINE.findall(answer))) == (200, 1)
    assert int(crowd.stdout.readline()) <= 32
    assert time.monotonic() - begun < HEAD_LIMIT / 2, "dropped at once, not when the time for a head is over"
    crowd.communicate(b"", timeout=30)
    with socket.create_connection(("127.0.0.1", door.port), 20) as plug:
        plug.sendall(door.request(b"{}", b"Connection: close"))
        assert status(read_all(plug)) == 200
