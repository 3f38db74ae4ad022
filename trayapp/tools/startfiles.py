"""What new shells get from the user already: a variable's value in the environment and in the shells' start files.

Only looks, so that a tool which the user has led elsewhere is not led away silently. Rules: a start file is never run
or understood, just searched for lines that set a name; what such a line says is reported as it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from trayapp.tools.tool import Machine, Placed

_FILES: Final = (".profile", ".bash_profile", ".bashrc", ".zshenv", ".zprofile", ".zshrc", ".config/fish/config.fish")
_LARGE: Final = 1 << 20
"""A longer file is no start file that somebody wrote."""


def placed(machine: Machine, variables: Mapping[str, str]) -> tuple[Placed, ...]:
    """The addresses that these variables hold; each with the route that it would have to be.

    Args:
        machine: whose environment and start files.
        variables: a variable's name to the name of its route.
    """
    found = [
        Placed(f"the variable {name} of this shell", value, vendor)
        for name, vendor in variables.items()
        if (value := machine.environment.get(name))
    ]
    for path in dict.fromkeys(machine.home / name for name in _FILES):
        try:
            if not path.is_file() or path.stat().st_size > _LARGE:
                continue
            text = path.read_text("utf-8", "replace")
        except OSError:
            continue
        found += [
            Placed(f"{path}: {name}", value, vendor)
            for name, vendor in variables.items()
            for value in _set_in(text, name)
        ]
    return tuple(found)


def _set_in(text: str, name: str) -> list[str]:
    """What the lines of a start file set a variable to, quotes taken off."""
    pattern = re.compile(
        rf"""^[ \t]*(?:export[ \t]+|typeset[ \t]+-\w+[ \t]+|declare[ \t]+-\w+[ \t]+)?{name}=(?P<posix>[^\s;#]+)"""
        rf"""|^[ \t]*set(?:[ \t]+-{{1,2}}[\w-]+)*[ \t]+{name}[ \t]+(?P<fish>[^\s;#]+)""",
        re.MULTILINE,
    )
    values = [match["posix"] or match["fish"] for match in pattern.finditer(text)]
    return [bare for value in values if (bare := value.strip("\"'"))]
