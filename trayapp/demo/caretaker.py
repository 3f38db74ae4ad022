"""Who tidies up when the demo is killed without a chance to do so.

Everything that happens then lives here. The caretaker is a process of its own that listens on a pipe from the demo.
The kernel closes the pipe with the demo's end, however that came. One byte before means that the demo has taken
everything down itself; nothing means that tray, guard, engine and the throwaway folder are left to the caretaker.

Rules: it touches nothing but the folder of ``SPENDLIGHT_HOME`` that the demo made; it has a session of its own, so
that Ctrl-C in the demo's terminal does not end it too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "spendlight-demo-"
"""How the throwaway folder's name begins."""
_STRAGGLERS_S: Final = 1.0


@contextmanager
def caretaker() -> Iterator[None]:
    """Have everything of this process's ``SPENDLIGHT_HOME`` taken down if this process ends inside the block."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "trayapp.demo.caretaker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(OSError):
            process.communicate(b".")
        process.wait()


def main() -> int:
    """Wait for the demo's end, and tidy up if it could not."""
    if sys.stdin is None or sys.stdin.buffer.read(1):
        return 0
    from trayapp.cli.stop import end_tray
    from trayapp.guard import launch
    from trayapp.platform import paths as places

    home = Path(os.environ["SPENDLIGHT_HOME"])
    if not home.name.startswith(PREFIX):
        return 1
    paths = places.find()
    end_tray(paths)
    # A guard that was being started when the demo was killed holds its lock only a moment later.
    until = time.monotonic() + _STRAGGLERS_S
    while time.monotonic() < until:
        with suppress(launch.StartError):
            launch.stop(paths)
        time.sleep(0.05)
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(paths.run, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
