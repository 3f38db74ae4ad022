"""The guard: keeps the loopback sockets for the login session, so that tools never find a closed door.

It starts the engine on sockets that it owns, restarts it when it dies or hangs, and, when the engine cannot run,
lets a relay of its own pass the calls on unmetered. Its rooms:

* ``sockets``: the port and the two listening sockets;
* ``child``: one child process (engine or relay) with its beats and its lifeline;
* ``begin``: its lock and its port, then ``supervise``: who runs when; the guard's loop;
* ``wire`` and ``relay``: strict HTTP/1.1 and the unmetered relay (a process of its own);
* ``spool``: what the relay writes down for the ledger;
* ``launch``: starting and stopping the guard from elsewhere.

Rules: standard library, ``trayapp.frontdoor``, ``trayapp.refusal`` and ``trayapp.platform`` only; small; the guard's
own process does no protocol work, so that nothing that a client sends can hang it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trayapp.guard.supervise import Timing
    from trayapp.platform.paths import Paths


def run(
    paths: Paths,
    *,
    port: int = 0,
    engine_command: Sequence[str] | None = None,
    timing: Timing | None = None,
) -> int:
    """Be the guard until asked to stop; must be called in the main thread of its own process.

    Args:
        paths: the profile.
        port: the loopback port, or 0 to choose it as ``trayapp.guard.sockets`` says.
        engine_command: the engine's command line; ``--sockets``, ``--beat`` and ``--life`` are added.
        timing: other deadlines than the usual ones.

    Returns:
        The exit code: 0 after an orderly stop.

    Raises:
        StartFailureError: another guard runs (exit code 3), the port is taken (4), a folder is unusable (5).
    """
    from trayapp.guard.begin import guard

    return guard(paths, port=port, engine_command=engine_command, timing=timing)
