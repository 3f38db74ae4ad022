"""Findings: what is said, how grave it is, and what stays unsaid."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from trayapp.platform import doctor, libraries, single
from trayapp.platform import paths as places
from trayapp.platform.doctor import Severity
from trayapp.platform.paths import Paths

WELL = {"HOME": "/nonexistent"}


def dlopen_all(soname: str) -> object:
    return soname


def dlopen_none(soname: str) -> object:
    raise OSError(f"{soname}: cannot open shared object file")


def dlopen_without_wayland(soname: str) -> object:
    if "wayland" in soname:
        raise OSError(soname)
    return soname


@pytest.fixture
def paths() -> Paths:
    found = places.find()
    found.make()
    return found


def codes(findings: list[doctor.Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_a_well_machine_has_no_findings(paths: Paths) -> None:
    assert doctor.examine(paths, env=WELL) == []
    assert doctor.render([]) == "All is well: nothing is missing."


@pytest.mark.skipif(sys.platform != "linux", reason="packages of Linux")
def test_one_line_installs_all_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.libraries, "package_manager", lambda: "apt")
    finding = doctor.check_libraries(("base", "xcb"), dlopen_none, "apt")
    assert finding is not None
    assert finding.severity is Severity.TRAY
    wanted = {library.apt for library in libraries.LIBRARIES if library.layer != "wayland"}
    assert set(finding.packages) == wanted
    assert set(finding.fix.split()) >= wanted
    assert "libglib-2.0.so.0" in finding.message


def test_without_a_known_package_manager_the_libraries_are_named() -> None:
    finding = doctor.check_libraries(("base",), dlopen_none, None)
    assert finding is not None
    assert finding.packages == ()
    assert "libfontconfig.so.1" in finding.fix


def test_one_working_kind_of_screen_is_enough() -> None:
    both = doctor.check_libraries(("base", "xcb", "wayland"), dlopen_without_wayland, "apt")
    assert both is not None
    assert both.severity is Severity.WARNING
    alone = doctor.check_libraries(("base", "wayland"), dlopen_without_wayland, "apt")
    assert alone is not None
    assert alone.severity is Severity.TRAY
    assert doctor.check_libraries(("base", "xcb"), dlopen_without_wayland, "apt") is None


@pytest.mark.parametrize(
    ("version", "python", "bad"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.0.1", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.12.1", (3, 11), False),
        ("6.11.3", (3, 11), False),
    ],
)
def test_versions_that_crash(version: str, python: tuple[int, int], bad: bool) -> None:
    assert (doctor.bad_pair(version, python) is not None) is bad


@pytest.mark.skipif(sys.platform != "linux", reason="sessions of Linux")
def test_no_tray_without_a_screen() -> None:
    finding = doctor.can_show_tray({}, dlopen_all)
    assert finding is not None
    assert finding.code == "no_screen"


@pytest.mark.skipif(sys.platform != "linux", reason="sessions of Linux")
def test_no_tray_when_the_screen_is_gone(home: Path) -> None:
    finding = doctor.can_show_tray({"DISPLAY": ":5987", "HOME": str(home)}, dlopen_all)
    assert finding is not None
    assert finding.code == "screen_unreachable"


def test_a_chosen_platform_needs_no_screen(home: Path) -> None:
    assert doctor.can_show_tray({"QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}, dlopen_all) is None


@pytest.mark.skipif(sys.platform != "linux", reason="fonts of Linux")
def test_a_font_of_the_users_own_is_enough(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"HOME": str(home), "XDG_DATA_DIRS": str(home)}
    monkeypatch.setattr(doctor.libraries, "font_folders", lambda env: [home / "fonts"])
    finding = doctor.check_fonts(env, "apt")
    assert finding is not None
    assert finding.packages == ("fonts-dejavu-core",)
    (home / "fonts").mkdir()
    (home / "fonts" / "a.ttf").write_bytes(b"")
    assert doctor.check_fonts(env, "apt") is None


def test_a_file_in_the_way_of_a_folder(paths: Paths) -> None:
    paths.cache.rmdir()
    paths.cache.write_text("")
    [finding] = doctor.check_folders(paths)
    assert (finding.code, finding.severity) == ("folder_unwritable", Severity.ERROR)
    assert str(paths.cache) in finding.message


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights(paths: Paths) -> None:
    paths.state.chmod(0o500)
    try:
        assert "folder_unwritable" in codes(doctor.check_folders(paths))
    finally:
        paths.state.chmod(0o700)


def test_a_read_only_disk_is_called_so(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    findings = doctor.check_folders(paths)
    assert set(codes(findings)) == {"folder_unwritable"}
    assert all("read-only" in finding.message for finding in findings)


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_folder_open_to_others(paths: Paths) -> None:
    paths.state.chmod(0o755)
    [finding] = doctor.check_folders(paths)
    assert (finding.code, finding.severity) == ("folder_not_private", Severity.WARNING)
    subprocess.run(finding.fix, shell=True, check=True)
    assert doctor.check_folders(paths) == []


def test_nothing_is_made_by_looking(home: Path) -> None:
    doctor.examine(places.find(), env=WELL)
    assert not (home / "state").exists()


def test_a_port_that_another_program_took(paths: Paths) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        paths.port.write_text(str(port))
        finding = doctor.check_port(paths)
        assert finding is not None
        assert (finding.code, finding.severity) == ("port_taken", Severity.ERROR)
        assert str(port) in finding.fix
        # The same port in our own guard's hands is as it should be.
        lock = single.Single.take(paths.guard_lock)
        try:
            assert doctor.check_port(paths) is None
        finally:
            lock.release()
    assert doctor.check_port(paths) is None


@pytest.mark.parametrize("text", ["", "x", "-1x"])
def test_a_damaged_port_file_is_no_finding(paths: Paths, text: str) -> None:
    paths.port.write_text(text)
    assert doctor.check_port(paths) is None


@pytest.mark.parametrize(
    ("env", "caught"),
    [
        ({}, False),
        ({"HTTP_PROXY": "http://user:secret@proxy:1"}, True),
        ({"all_proxy": "socks5://proxy:1", "NO_PROXY": "example.org"}, True),
        ({"http_proxy": "http://proxy:1", "no_proxy": "localhost, 127.0.0.1"}, False),
        ({"http_proxy": "http://proxy:1", "NO_PROXY": "*"}, False),
        ({"HTTPS_PROXY": "http://proxy:1"}, False),
    ],
)
def test_a_proxy_that_catches_loopback(env: dict[str, str], caught: bool) -> None:
    finding = doctor.check_proxy_environment(env)
    assert (finding is not None) is caught
    if finding:
        assert "secret" not in str(finding), "an address may hold a password"


def test_the_gravest_comes_first(paths: Paths) -> None:
    paths.state.chmod(0o755)
    paths.cache.rmdir()
    paths.cache.write_text("")
    findings = doctor.examine(paths, env={"HTTP_PROXY": "http://p:1"})
    assert findings[0].severity is Severity.ERROR
    text = doctor.render(findings)
    assert text.index("cannot be written") < text.index("proxy setting")
    document = json.loads(doctor.to_json(findings))
    assert [finding["code"] for finding in document["findings"]] == codes(findings)


@pytest.mark.skipif(sys.platform != "linux", reason="packages of Linux")
def test_render_ends_with_one_command_for_all(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(doctor.libraries, "package_manager", lambda: "apt")
    monkeypatch.setattr(doctor.libraries, "font_folders", lambda env: [home / "fonts"])
    findings = doctor.examine(env={"HOME": str(home)}, layers=("base", "xcb"), dlopen=dlopen_none)
    last = doctor.render(findings).splitlines()[-1]
    assert "fonts-dejavu-core" in last
    assert "libxcb-cursor0" in last


def test_it_runs_alone_and_without_qt(home: Path) -> None:
    """As the set-up calls it, and as the tray must be able to: before anything heavy is loaded."""
    code = (
        "import sys; from trayapp.platform import doctor; doctor.can_show_tray({}); "
        "assert not any(name.startswith('PySide6') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "trayapp.platform.doctor", "--json", "--with-desktop"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert {"findings", "packages", "install"} == json.loads(done.stdout).keys()
    assert done.stderr == ""
