"""What this system starts at login, asked of the system itself: is there anything, did it take our file, does it run.

Every call is a list of arguments, bounded by a time limit, and never changes more than its name says. Rules: nothing
is believed that was not seen: ``problems`` asks systemd what it has read, and runs the very command that the file
holds, with ``check`` in the place of ``guard``. What the user added to a file of ours is his own business, as long as
it still starts that command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp.platform import autostart
from trayapp.platform.autostart import Entry, Job, Kind
from trayapp.platform.paths import Paths

_LIMIT: Final = 15.0
_DESKTOPS: Final = frozenset(
    (
        *("budgie", "cinnamon", "cosmic", "cutefish", "dde", "deepin", "enlightenment", "gnome", "gnome-classic"),
        *(
            "gnome-flashback",
            "kde",
            "lxde",
            "lxqt",
            "mate",
            "pantheon",
            "trinity",
            "ukui",
            "unity",
            "x-cinnamon",
            "xfce",
        ),
    )
)
"""Desktops that start what lies in ``~/.config/autostart``; bare window managers do not."""


@dataclass(frozen=True, slots=True)
class Found:
    """What starts programs at login here."""

    kind: Kind | None
    why: str
    """In words: what it is, or why there is nothing."""


def detect(environment: Mapping[str, str], platform: str = sys.platform, root: Path = Path("/")) -> Found:
    """Look for it: a systemd user manager that answers, else a desktop that starts programs."""
    if platform == "darwin":
        return Found(Kind.LAUNCHD, "launchd starts it at login")
    if platform == "win32":
        return Found(Kind.RUN_KEY, "Windows starts it at login")
    answer = _run(("systemctl", "--user", "show-environment"), environment)
    if answer is not None and answer.returncode == 0:
        return Found(Kind.SYSTEMD_USER, "your systemd user manager starts it at login and restarts it")
    if answer is None:
        no_systemd = "systemctl is not there"
    else:
        no_systemd = f"systemd's user manager does not answer ({_words(answer) or 'no reason given'})"
    names = _names(environment.get("XDG_CURRENT_DESKTOP", ""))
    if names & _DESKTOPS:
        return Found(Kind.XDG, "your desktop starts it at login; nobody restarts it before the next one")
    if names:
        return Found(None, f"{no_systemd}, and {'/'.join(sorted(names))} does not start programs at login by itself")
    if installed := _installed_desktop(root):
        return Found(Kind.XDG, f"the desktop ({installed}) starts it at login; nobody restarts it before the next one")
    return Found(None, f"{no_systemd}, and there is no desktop that starts programs")


def _names(text: str) -> set[str]:
    return {word.strip().lower() for word in text.replace(";", ":").split(":") if word.strip()}


def _installed_desktop(root: Path) -> str | None:
    for place in ("wayland-sessions", "xsessions"):
        for path in sorted((root / "usr/share" / place).glob("*.desktop")):
            try:
                lines = path.read_text("utf-8", "replace").splitlines()
            except OSError:
                continue
            named = [line.partition("=")[2] for line in lines if line.startswith("DesktopNames=")]
            if known := sorted(_names(":".join([*named, path.stem])) & _DESKTOPS):
                return known[0]
    return None


def folder(kind: Kind, home: Path, environment: Mapping[str, str]) -> Path:
    """Where the system looks for such files; systemd's manager may have another XDG_CONFIG_HOME than a shell."""
    places = autostart.folders(kind, home, environment)
    if kind is Kind.SYSTEMD_USER and len(places) > 1:
        answer = _run(("systemctl", "--user", "show", "--property=UnitPath", "--value"), environment)
        searched = answer.stdout if answer is not None else ""
        return next((place for place in places if f" {place} " in f" {searched.strip()} "), places[0])
    return places[0]


def take_up(kind: Kind, environment: Mapping[str, str], path: Path | None = None) -> None:
    """Have the system read the files again, after they were written or removed; nothing is started or stopped."""
    if kind is Kind.SYSTEMD_USER:
        _run(("systemctl", "--user", "daemon-reload"), environment)
    elif kind is Kind.LAUNCHD and path is not None and sys.platform == "darwin":
        _run(("launchctl", "bootstrap", f"gui/{os.getuid()}", str(path)), environment)


def start(paths: Paths, home: Path, environment: Mapping[str, str]) -> bool:
    """Have systemd start the guard, when this profile has a unit; whether it took that on.

    So that one guard is never both: started by hand, and the unit's business.
    """
    if sys.platform != "linux":
        return False
    unit = f"{autostart.name(paths)}.service"
    if not any((place / unit).is_file() for place in autostart.folders(Kind.SYSTEMD_USER, home, environment)):
        return False
    answer = _run(("systemctl", "--user", "start", unit), environment)
    return answer is not None and answer.returncode == 0


def at_it(paths: Paths, environment: Mapping[str, str]) -> bool:
    """Whether systemd has the guard running, or is about to."""
    unit = f"{autostart.name(paths)}.service"
    answer = _run(("systemctl", "--user", "show", "--property=ActiveState", "--value", unit), environment)
    return answer is not None and answer.stdout.strip() in ("active", "activating", "reloading")


def problems(kind: Kind, job: Job, entries: Sequence[Entry], environment: Mapping[str, str]) -> list[str]:
    """What keeps these files from starting the guard at the next login; nothing when all of it was seen to be well."""
    if found := [f"{entry.path} is missing" for entry in entries if not entry.path.is_file()]:
        return found
    if kind is Kind.SYSTEMD_USER:
        found = _systemd_problems(job, entries, environment)
    elif kind is Kind.XDG:
        found = _desktop_problems(job, entries[0])
    elif kind is Kind.LAUNCHD:
        answer = _run(("plutil", "-lint", str(entries[0].path)), environment)
        found = [] if answer is None or answer.returncode == 0 else [_words(answer)]
    return found or command_problems(job, environment)


def command_problems(job: Job, environment: Mapping[str, str]) -> list[str]:
    """Run the command, with ``check`` in the place of ``guard``: it hands over nowhere, and says what it could do."""
    answer = _run((*job.command[:-1], "check"), environment)
    if answer is None:
        return [f"{job.command[0]} could not be run"]
    return [] if answer.returncode == 0 else [_words(answer) or f"{job.command[0]} ended with {answer.returncode}"]


def _systemd_problems(job: Job, entries: Sequence[Entry], environment: Mapping[str, str]) -> list[str]:
    found = []
    if shutil.which("systemd-analyze", path=environment.get("PATH")):
        answer = _run(("systemd-analyze", "--user", "verify", str(entries[0].path)), environment)
        ours = [] if answer is None else [line for line in answer.stderr.splitlines() if job.name in line]
        if answer is not None and (answer.returncode != 0 and ours):
            found.append(f"systemd does not like the unit: {ours[0]}")
    names = "LoadState,FragmentPath,ExecStart,UnitFileState"
    shown = _properties(_run(("systemctl", "--user", "show", f"--property={names}", job.unit), environment))
    if shown.get("LoadState") != "loaded":
        return [*found, f"systemd has not loaded {job.unit} ({shown.get('LoadState') or 'no answer'})"]
    if shown.get("FragmentPath") != str(entries[0].path):
        found.append(f"systemd takes {job.unit} from {shown.get('FragmentPath')}")
    argv = " ".join(word.replace("$", "$$") for word in job.command)
    # The command's own `$` is no longer doubled in what newer systems show.
    if not any(f"argv[]={text} ;" in shown.get("ExecStart", "") for text in (argv, " ".join(job.command))):
        found.append(f"systemd reads another command in {job.unit} than was written")
    answer = _run(("systemctl", "--user", "is-enabled", job.unit), environment)
    if answer is None or answer.returncode != 0:
        found.append(f"{job.unit} is {answer.stdout.strip() if answer is not None else 'not known'}")
    wants = _properties(_run(("systemctl", "--user", "show", "--property=Wants", autostart.TARGET), environment))
    if job.unit not in wants.get("Wants", "").split():
        found.append(f"{autostart.TARGET} does not want {job.unit}")
    return found


def _desktop_problems(job: Job, entry: Entry) -> list[str]:
    lines = (_text(entry.path) or "").splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    program = job.command[0]
    if values.get("Exec") != autostart.desktop_command(job.command):
        return [f"{entry.path} starts something else"]
    if not os.access(program, os.X_OK):
        return [f"{program} is not there or not a program, so the desktop would leave {entry.path.name} out"]
    if values.get("Hidden", "false") != "false" or values.get("X-GNOME-Autostart-enabled", "true") != "true":
        return [f"{entry.path} is switched off"]
    answer = _run(("desktop-file-validate", str(entry.path)), os.environ)
    return [] if answer is None or answer.returncode == 0 else [_words(answer)]


def lingering(environment: Mapping[str, str], root: Path = Path("/")) -> bool | None:
    """Whether systemd starts this user's manager at boot, before any login; ``None`` when that cannot be told."""
    if sys.platform != "linux":
        return None
    user = _user_name()
    answer = _run(("loginctl", "show-user", user, "--property=Linger", "--value"), environment)
    if answer is not None and answer.returncode == 0 and answer.stdout.strip() in ("yes", "no"):
        return answer.stdout.strip() == "yes"
    # logind knows nobody who is not logged in; what it will do at boot stands in this folder.
    place = root / "var/lib/systemd/linger"
    return (place / user).exists() if place.is_dir() else None


def _user_name() -> str:
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _properties(answer: subprocess.CompletedProcess[str] | None) -> dict[str, str]:
    lines = answer.stdout.splitlines() if answer is not None else []
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return None


def _words(answer: subprocess.CompletedProcess[str]) -> str:
    lines = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    return lines[-1].rstrip(".") if lines else ""


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str] | None:
    """Run it; ``None`` when it is not there or does not end in time."""
    values = {**environment, "LC_ALL": "C"}
    if sys.platform == "linux" and not values.get("XDG_RUNTIME_DIR"):
        # A shell of `su` or `sudo` lacks it; the user's manager may run all the same.
        runtime = Path(f"/run/user/{os.getuid()}")
        if runtime.is_dir():
            values["XDG_RUNTIME_DIR"] = str(runtime)
    program = shutil.which(command[0], path=values.get("PATH"))
    if program is None:
        return None
    try:
        return subprocess.run(
            [program, *command[1:]],
            env=values,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
