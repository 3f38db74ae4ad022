"""How many files and sockets this process may have open.

Rules: raised to what our own limits on connections need (two sockets a call), never lowered, never beyond what the
system allows; a failure is no reason not to serve.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Final

WANTED: Final = 4096


def more_descriptors() -> None:
    """Raise the soft limit of open files. Many systems give 1024, which is less than our connections need."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
