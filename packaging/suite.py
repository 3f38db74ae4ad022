"""Run the tests: what they need beyond Python packages, and how pytest is started.

Everything about the second command of the README that the first does not have lives here.

Rules: what is missing never fails the run; it is said before the run what will be left out and which package brings
it. pytest takes this process over, so its summary is the last output and its exit code is ours.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import bootstrap
import debian

CLIENTS = Path(os.environ.get("SPENDLIGHT_TEST_CLIENTS") or bootstrap.REPO / ".clients") / "node_modules" / ".bin"
"""Where ``.ci/run`` puts the real AI tools, or where they were put by hand."""


class Tool(NamedTuple):
    """A program that some tests drive."""

    probe: str
    """A command on PATH, or an absolute path."""
    package: str
    """Debian's package."""
    tests: str
    """What is left out without it."""


TOOLS = (
    Tool("git", "git", "projects named by their repository"),
    Tool("Xvfb", "xvfb", "the tray and its windows on an X11 screen"),
    Tool("dbus-daemon", "dbus-daemon", "the tray over D-Bus, notifications"),
    Tool("gnome-keyring-daemon", "gnome-keyring", "secrets in a real keyring"),
    Tool("openbox", "openbox", "windows under a window manager"),
    Tool("xdotool", "xdotool", "clicks and keys on a real screen"),
    Tool("trayer", "trayer", "the tray in a panel that speaks XEmbed"),
    Tool("weston", "weston", "the tray in a Wayland session"),
    Tool("/usr/libexec/at-spi-bus-launcher", "at-spi2-core", "what a screen reader finds"),
    Tool("/usr/share/zoneinfo/Asia/Tokyo", "tzdata", "moments in other time zones"),
    Tool("xwininfo", "x11-utils", "the tray without a panel"),
    Tool("zsh", "zsh", "the variables of new shells, in zsh"),
    Tool("fish", "fish", "the variables of new shells, in fish"),
    Tool("pg_lsclusters", "postgresql", "the team server on PostgreSQL"),
    Tool("chromium", "chromium", "web pages that attack the port"),
)


def missing_tools() -> list[Tool]:
    """The programs that this machine does not have."""
    return [tool for tool in TOOLS if not (shutil.which(tool.probe) or Path(tool.probe).is_file())]


def check() -> int:
    """The README's second command: set up with the test packages, then become pytest."""
    parser = argparse.ArgumentParser(
        prog="check.py",
        description="Set up a test environment if need be, and run the tests.",
        epilog="Everything else is given to pytest: `check.py tests/guard -x`, `check.py --thorough`.",
        allow_abbrev=False,
    )
    bootstrap.add_options(parser)
    parser.add_argument("--setup-only", action="store_true", help="end before the tests")
    options, rest = parser.parse_known_args()
    steps = bootstrap.Steps(3 if options.setup_only else 4)
    bootstrap.prepare(steps, "test", system=options.system)
    with steps.step("Checking what the tests need from the system"):
        left_out = system_packages(install=options.system)
        for line in left_out:
            print(f"      {line}")
    if options.setup_only:
        return 0
    with steps.step("Running the tests" + (", without the parts named above" if left_out else "")):
        pass
    # A test that hangs must end the run with the stacks of all threads, not sit until someone looks.
    hang = ["-o", "faulthandler_timeout=900", "-o", "faulthandler_exit_on_timeout=true"]
    arguments = ["-P", "-m", "pytest", "--rootdir", str(bootstrap.REPO), *hang, *rest]
    os.chdir(bootstrap.REPO)
    return bootstrap.become(bootstrap.venv_python(), arguments)


def system_packages(*, install: bool) -> list[str]:
    """Install what is missing where we may; returns what tests will be left out for want of it, a line each."""
    report = bootstrap.examine(desktop=True)
    tools = missing_tools()
    packages = [*report["packages"], *(tool.package for tool in tools)]
    if packages and install and debian.install(packages, "what the tests need"):
        report = bootstrap.examine(desktop=True)
        tools = missing_tools()
    lines = [
        f"{finding['title']}: its tests are left out or see boxes for letters"
        for finding in report["findings"]
        if finding["packages"] or finding["code"] == "qt_missing"
    ]
    lines += [f"without {tool.package}: {tool.tests}" for tool in tools]
    packages = [*report["packages"], *(tool.package for tool in tools)]
    if packages and debian.here():
        lines.append(f"to have them too: {debian.line(packages)}")
    if not CLIENTS.is_dir():
        lines.append("without the real AI tools: the runs of them against recorded vendors (`.ci/run` installs them)")
    return lines
