"""The copy of ourselves that outlives our environment: ``rescue.pyz`` in the state folder, run by another Python.

It is what starts at login. As long as our environment is whole, ``guard`` hands over to the guard in it, in the same
process. When the environment was moved, removed or uninstalled, it keeps the port itself and passes the tools' calls
on unmetered, says so on the desktop and in the log, and goes on looking whether the environment is back. ``restore``
undoes what was changed in the tools' files, also then.

Rules: standard library, guard, tools and platform only; nothing here imports what can be missing; a port that somebody
else has is waited for, and that is said once. Commands: ``guard``, ``relay`` (for the guard), ``check``, ``restore``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Final

from trayapp.platform import paths as places
from trayapp.platform import single, zipped
from trayapp.platform.paths import Paths
from trayapp.platform.zipped import Profile
from trayapp.said import joined, say, sentence
from trayapp.trouble import Trouble, TroubleError

_PROBE: Final = "import trayapp.guard.__main__"
_PROBE_LIMIT: Final = 30.0
_HANDED_OVER: Final = 3.0
"""A port may be taken for a moment by the engine of a guard that was killed."""
_LOOK: Final = 2.0


def main(argv: list[str] | None = None) -> int:
    """Do one of the commands; see above."""
    arguments = sys.argv[1:] if argv is None else argv
    profile = zipped.profile()
    paths = places.settle(Path(profile.config), Path(profile.state), Path(profile.cache))
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "guard":
        return _guard(paths, profile)
    if command == "relay":
        from trayapp.guard import relay

        return relay.main(rest)
    if command == "check":
        return _check(profile)
    if command == "restore":
        from trayapp.cli import restore

        try:
            return restore.run(rest, Path(profile.python))
        except TroubleError as error:
            print(f"{error.trouble.title}. {error.trouble.message}\n  → {error.trouble.fix}", file=sys.stderr)
            return 2
    print(
        f"A copy of Spendlight {profile.version} that works without its environment.\n\n"
        f"  {paths.rescue} restore --all   undo what was changed in the tools' files\n"
        f"  {paths.rescue} restore --dry-run   only show it\n"
        f"  {paths.rescue} guard   keep the port; without the environment calls pass unmetered\n"
        f"  {paths.rescue} check   say whether the environment ({profile.python}) is whole"
    )
    return 0 if command in ("", "-h", "--help", "help") else 2


def _check(profile: Profile) -> int:
    """Say whether the environment's guard can be started, after this copy's own has been loaded."""
    import trayapp.guard.begin
    import trayapp.guard.relay
    import trayapp.tools.desk  # noqa: F401  whatever is missing shall be missing now

    broken = _broken(profile)
    print(broken or f"{profile.python} is whole", file=sys.stderr if broken else sys.stdout)
    return 1 if broken else 0


def _broken(profile: Profile) -> str:
    """What is wrong with our environment; empty when its guard can be loaded."""
    if not Path(profile.python).exists():
        return f"{profile.python} is missing"
    try:
        done = subprocess.run(
            [profile.python, "-P", "-c", _PROBE],
            env={**os.environ, **profile.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            timeout=_PROBE_LIMIT,
            check=False,
        )
    except OSError as error:
        return f"{profile.python} cannot be run ({error.strerror})"
    except subprocess.TimeoutExpired:
        return f"{profile.python} hangs"
    if done.returncode == 0:
        return ""
    last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
    return f"{profile.python} has no working Spendlight in it ({last[:200]})"


def _guard(paths: Paths, profile: Profile) -> int:
    os.umask(0o077)
    port = port_of(paths)
    if not _port_is_ours_to_take(paths, port):
        return 0
    broken = _broken(profile)
    if not broken:
        command = [profile.python, "-P", "-m", "trayapp.guard", "--port", str(_fixed_port(paths) or 0)]
        return _become(command, {**os.environ, **profile.environment})
    trouble = gone(paths, broken)
    _say(paths, trouble)
    try:
        return _stand_in(paths, profile, trouble)
    except Exception as error:  # noqa: BLE001  not even this works: then no tool may be left pointing here
        _say(paths, _led_back(paths, type(error).__name__))
        return 1


def _stand_in(paths: Paths, profile: Profile, trouble: Trouble) -> int:
    """Be the guard. Its engine is still our environment's, tried again every minute."""
    from trayapp.guard.begin import guard
    from trayapp.guard.failure import StartFailureError

    os.environ.update(profile.environment)
    try:
        return guard(
            paths,
            port=_fixed_port(paths) or 0,
            engine_command=[profile.python, "-P", "-m", "trayapp.engine"],
            relay_command=[sys.executable, "-IS", str(paths.rescue), "relay"],
            timing=None,
            gone=trouble,
        )
    except StartFailureError as failure:
        print(failure.trouble.line, file=sys.stderr)
        return failure.exit_code


def gone(paths: Paths, broken: str) -> Trouble:
    """What to say when our environment is not there."""
    from trayapp.tools import pointing

    names = ", ".join(pointing.tools(pointing.led(paths)))
    return Trouble(
        title=say("Spendlight's program is gone"),
        message=say("{broken}. The calls of {tools} pass on unmetered.", broken=broken, tools=names)
        if names
        else say("{broken}. Calls pass on unmetered.", broken=broken),
        fix=say("Install Spendlight again, or undo everything: {rescue} restore --all", rescue=paths.rescue),
        code="environment_gone",
    )


def _led_back(paths: Paths, why: str) -> Trouble:
    from trayapp.tools.desk import Desk
    from trayapp.tools.journal import Journal
    from trayapp.tools.vault import KeyringVault

    outcomes = Desk(Journal(paths.edits, KeyringVault(paths.edits / "vault")), Path.home()).restore()
    failed = [outcome for outcome in outcomes if not outcome.done]
    rest = "; ".join(f"{outcome.path}: {outcome.text}" for outcome in failed)
    return Trouble(
        title=say("Spendlight's program is gone"),
        message=say(
            "It could not keep its port either ({why}), so your tools were led back to their vendors.", why=why
        ),
        fix=say("By hand: {rest}", rest=rest) if rest else say("Install Spendlight again to meter them."),
        code="environment_gone",
    )


def port_of(paths: Paths) -> int:
    """The port that tools look for us at; 0 when there is none yet."""
    if fixed := _fixed_port(paths):
        return fixed
    try:
        return int(paths.port.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _fixed_port(paths: Paths) -> int:
    """The port that the settings fix, or 0. Damaged settings are no reason to leave the tools' port."""
    try:
        text = paths.settings.read_bytes()
    except OSError:
        return 0
    try:
        number = tomllib.loads(text.decode()).get("proxy", {}).get("port", 0)
        return number if isinstance(number, int) and 0 < number <= 65535 else 0
    except (ValueError, AttributeError):
        match = re.search(rb"^\s*\[proxy\][^\[]*?^\s*port\s*=\s*(\d{1,5})\b", text, re.MULTILINE)
        return int(match[1]) if match else 0


def _port_is_ours_to_take(paths: Paths, port: int) -> bool:
    """Wait until nobody else has the port; ``False`` when a guard of ours runs already."""
    from trayapp.guard.failure import port_taken

    patient_until = time.monotonic() + _HANDED_OVER
    told = False
    while True:
        if single.holder(paths.guard_lock) is not None:
            print("spendlight: its guard runs already", file=sys.stderr)
            return False
        if port == 0 or not _taken(port):
            return True
        if time.monotonic() >= patient_until and not told:
            told = True
            _say(paths, _waiting(paths, port_taken(port, fixed=False)))
        time.sleep(_LOOK if told else 0.1)


def _taken(port: int) -> bool:
    """Whether somebody listens there. Only bound, never listened on: no tool shall meet this socket."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as plug:
            if sys.platform != "win32":
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                plug.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return True
    return False


def _waiting(paths: Paths, trouble: Trouble) -> Trouble:
    from trayapp.tools import pointing

    names = ", ".join(pointing.tools(pointing.led(paths)))
    more = say("{tools} will not reach their vendors until it is free.", tools=names)
    return replace(
        trouble,
        message=joined(" ", [sentence(trouble, "message"), more]) if names else trouble.message,
        fix=say(
            "End that program; Spendlight waits for the port. Or lead the tools back: {rescue} restore --all",
            rescue=paths.rescue,
        ),
    )


def _become(command: list[str], environment: dict[str, str]) -> int:
    if sys.platform == "win32":  # there is no exec that keeps the process
        return subprocess.run(command, env=environment, check=False).returncode
    os.chdir("/")
    return os.execve(command[0], command, environment)  # noqa: S606  an argument list, no shell


def _say(paths: Paths, trouble: Trouble) -> None:
    """On standard error (the journal, under systemd), in the log, and on the desktop if there is one."""
    from trayapp.guard.log import Log
    from trayapp.platform.announce import announce

    print(f"spendlight: {trouble.line}", file=sys.stderr, flush=True)
    with contextlib.suppress(OSError):
        paths.log.mkdir(mode=0o700, parents=True, exist_ok=True)
    Log(paths.log).line(f"{trouble.title}: {trouble.message}")
    announce(trouble.title, f"{trouble.message} {trouble.fix}")


if __name__ == "__main__":
    raise SystemExit(main())
