"""A notification arrives at a real D-Bus service, whichever of the programs is there to send it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from trayapp.platform.announce import announce

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("there is no D-Bus here", allow_module_level=True)

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

TITLE, TEXT = 'Port 27410 is "taken"', "One — two $HOME\nthree \\ 'four' --five"


@pytest.fixture
def bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Where busctl looks by itself, too.
    address = f"unix:path={os.environ['XDG_RUNTIME_DIR']}/bus"
    process = subprocess.Popen(
        ["dbus-daemon", "--session", f"--address={address}", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("program", ["notify-send", "busctl", "gdbus"])
def test_it_arrives(bus: None, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = shutil.which(program)
    if where is None:
        pytest.skip(f"{program} is not installed")
    (tmp_path / program).symlink_to(where)
    monkeypatch.setenv("PATH", str(tmp_path))
    connection = open_dbus_connection("SESSION")
    bus_itself = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    connection.send_and_get_reply(
        new_method_call(bus_itself, "RequestName", "su", ("org.freedesktop.Notifications", 0))
    )
    got = []

    def serve() -> None:
        while not got:
            message = connection.receive(timeout=20)
            if message.header.message_type is not MessageType.method_call:
                continue
            if message.header.fields.get(HeaderFields.member) == "Notify":
                connection.send(new_method_return(message, "u", (7,)))
                got.append(message.body)
            elif message.header.fields.get(HeaderFields.member) == "GetServerInformation":
                connection.send(new_method_return(message, "ssss", ("a", "b", "1", "1.2")))
            elif message.header.fields.get(HeaderFields.member) == "GetCapabilities":
                connection.send(new_method_return(message, "as", (["body"],)))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert announce(TITLE, TEXT)
    finally:
        thread.join(30)
        connection.close()
    [(name, _, _, title, text, actions, hints, *_)] = got
    assert (name, title, text, actions) == ("Spendlight", TITLE, TEXT, [])
    assert hints["urgency"] == ("y", 2)


def test_nobody_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not announce(TITLE, TEXT)
