"""How a command fails: title, message and what to do on standard error, and an exit code that says which kind.

Everything that turns an exception into words for a person lives here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

from trayapp.control import ControlError
from trayapp.trouble import Trouble, TroubleError

EXIT_CODES: Final[dict[str, int]] = {
    "already_running": 3,
    "port_taken": 4,
    "port_unusable": 4,
    "bad_settings": 5,
    "bad_agreement": 5,
    "bad_currency": 5,
    "not_running": 6,
    "no_answer": 6,
    "read_only": 7,
    "folder_unusable": 7,
    "folder_not_private": 7,
    "bad_upstream": 2,
    "bad_setting": 2,
    "bad_contract": 2,
    "unknown_vendor": 2,
    "bad_tool_name": 2,
    "bad_pause": 2,
    "bad_time": 2,
    "bad_output": 2,
    "self_loop": 2,
    "bad_price": 2,
    "bad_columns": 2,
    "unknown_model": 2,
    "unknown_tool": 2,
    "bad_mode": 2,
    "bad_vendor_key": 2,
    "bad_key_name": 2,
    "unknown_key_name": 2,
    "bad_rule": 2,
    "which_model": 2,
    "no_rule": 2,
    "no_suggestion": 2,
    "no_folder": 2,
    "rules_unwritable": 7,
    "bad_invite": 2,
}
"""Code of a trouble to the exit code; 1 for every other."""


class CommandError(TroubleError):
    """A command cannot do what it was asked."""


def say(trouble: Trouble) -> int:
    """Print a trouble and return its exit code."""
    print(f"spendlight: {trouble.title}. {trouble.message}", file=sys.stderr)
    if trouble.fix:
        print(f"  → {trouble.fix}", file=sys.stderr)
    return EXIT_CODES.get(trouble.code, 1)


def _drop_unwritable_output() -> None:
    """Keep the interpreter from trying again at its exit, and from saying in its own words that it failed."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def guarded(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Run a command; whatever it raises becomes words and an exit code."""
    try:
        done = command(arguments)
        sys.stdout.flush()  # here, where a full disk or a closed pipe can still be told
        return done
    except ControlError as error:
        return say(_without_engine(error.trouble) if error.trouble.code == "not_running" else error.trouble)
    except TroubleError as error:
        return say(error.trouble)
    except BrokenPipeError:
        _drop_unwritable_output()  # the reader (head, a closed pager) has seen enough
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        _drop_unwritable_output()
        name = f"{error.filename}: " if error.filename else ""
        code = "read_only" if isinstance(error, PermissionError) or error.errno == 30 else "error"
        return say(
            Trouble(
                title="The system refused",
                message=f"{name}{error.strerror or type(error).__name__}.",
                fix="Set SPENDLIGHT_HOME to a folder that can be written, or mend this one."
                if error.filename
                else "Look at where the output goes; `spendlight doctor` looks at everything else.",
                code=code,
            )
        )


def _without_engine(trouble: Trouble) -> Trouble:
    """Nobody answers: the guard may know more than that."""
    from trayapp.cli.status import without_engine
    from trayapp.platform import paths as places

    return without_engine(places.find(), trouble)
