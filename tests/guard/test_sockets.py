"""Which port is taken, and on which addresses."""

from __future__ import annotations

import contextlib
import errno
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from trayapp.guard import sockets
from trayapp.guard.failure import StartFailureError
from trayapp.guard.sockets import Listening, listen, open_port
from trayapp.platform.paths import Paths, find


@pytest.fixture
def paths(home: Path) -> Paths:
    found = find()
    found.make()
    return found


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A place in the numbers where three in a row are free, as the default port."""
    for number in range(21000, 27000, 7):
        held: list[Listening] = []
        try:
            for offset in range(3):
                held.append(open_port(number + offset))
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
        monkeypatch.setattr(sockets, "DEFAULT_PORT", number)
        monkeypatch.setattr(sockets, "TRIES", 3)
        yield number
        return
    pytest.fail("no three free ports in a row")


def has_v6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as plug:
            plug.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_a_first_start_takes_the_default_and_remembers_it(paths: Paths, base: int) -> None:
    with contextlib.closing(listen(paths)) as first:
        assert first.port == base
        assert first.v6 == has_v6()
        assert {plug.getsockname()[:2] for plug in first.sockets} <= {("127.0.0.1", base), ("::1", base)}
        assert all(plug.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) for plug in first.sockets)
    assert paths.port.read_text() == f"{base}\n"
    assert stat.S_IMODE(paths.port.stat().st_mode) == 0o600


def test_a_first_start_goes_to_the_next_free_number(paths: Paths, base: int) -> None:
    with socket.create_server(("127.0.0.1", base)), contextlib.closing(listen(paths)) as first:
        assert first.port == base + 1
    # The default is free again, but this profile's tools know the other number.
    with contextlib.closing(listen(paths)) as again:
        assert again.port == base + 1


@pytest.mark.skipif(not has_v6(), reason="no IPv6 here")
def test_a_number_that_is_taken_on_ipv6_alone_is_taken(paths: Paths, base: int) -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::1", base))
        other.listen()
        with contextlib.closing(listen(paths)) as first:
            assert first.port == base + 1


def test_nobody_else_can_have_the_number_on_the_other_address(paths: Paths, base: int) -> None:
    with contextlib.closing(listen(paths)) as first:
        for plug in first.sockets:
            with pytest.raises(OSError, match="in use"):
                socket.create_server(plug.getsockname()[:2], family=plug.family)


def test_no_free_number(paths: Paths, base: int) -> None:
    with contextlib.ExitStack() as stack:
        for offset in range(3):
            stack.enter_context(socket.create_server(("127.0.0.1", base + offset)))
        with pytest.raises(StartFailureError) as caught:
            listen(paths)
    assert (caught.value.exit_code, caught.value.trouble.title) == (4, "No free port")
    assert not paths.port.exists()


def test_a_remembered_port_that_is_taken_is_not_replaced(paths: Paths, base: int) -> None:
    paths.port.write_text(str(base))
    with socket.create_server(("127.0.0.1", base)), pytest.raises(StartFailureError) as caught:
        listen(paths, patience=0.05)
    assert caught.value.exit_code == 4
    assert str(base) in caught.value.trouble.title
    assert "connect your tools again" in caught.value.trouble.fix
    assert paths.port.read_text() == str(base)


@pytest.mark.parametrize("text", ["", "eighty", "0", "-1", "80", "65536", "1e4", "\xff"])
def test_a_damaged_memory_is_a_first_start(paths: Paths, base: int, text: str) -> None:
    paths.port.write_text(text, "latin-1")
    with contextlib.closing(listen(paths)) as first:
        assert first.port == base
    assert paths.port.read_text() == f"{base}\n"


def test_a_fixed_port_is_remembered_since_addresses_are_read_there(paths: Paths, base: int) -> None:
    paths.port.write_text(str(base))
    with contextlib.closing(listen(paths, base + 2)) as fixed:
        assert fixed.port == base + 2
    assert paths.port.read_text() == f"{base + 2}\n"


def test_a_memory_that_cannot_be_written_stops_nothing(paths: Paths, base: int) -> None:
    paths.port.mkdir()
    with contextlib.closing(listen(paths)) as first:
        assert first.port == base


def test_without_ipv6_it_goes_on(paths: Paths, base: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoV6(socket.socket):
        def bind(self, address: tuple[str, int]) -> None:  # type: ignore[override]
            if self.family == socket.AF_INET6:
                raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
            super().bind(address)

    monkeypatch.setattr(socket, "socket", NoV6)
    with contextlib.closing(listen(paths)) as first:
        assert (first.port, first.v6, len(first.sockets)) == (base, False, 1)


def test_a_port_that_the_system_refuses(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(socket.socket):
        def bind(self, address: tuple[str, int]) -> None:  # type: ignore[override]
            raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Refused)
    with pytest.raises(StartFailureError) as caught:
        listen(paths, 80)
    assert caught.value.trouble.code == "port_unusable"
    assert "EACCES" in caught.value.trouble.message
