"""What the engine does when a face asks what was wasted: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``; counting takes a while and is done in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from trayapp.control import ControlError
from trayapp.engine import rows
from trayapp.engine.configure import Configuration
from trayapp.engine.control_server import Verb
from trayapp.engine.wasteledger import Counted, WasteLedger
from trayapp.insight.waste import KINDS
from trayapp.ledger import Ledger
from trayapp.said import say
from trayapp.snapshot import to_json
from trayapp.trouble import Trouble

PAGE: Final = 2000
"""Most rows one answer carries."""
MOST_FOLDERS: Final = 100


@dataclass(slots=True)
class WasteVerbs:
    """The engine's answers about waste."""

    ledger: Ledger
    waste: WasteLedger
    configuration: Configuration

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {"waste": self.lines, "waste_rows": self.rows}

    async def lines(self, arguments: Mapping[str, Any]) -> Any:
        """The eight lines of a range."""
        counted = await self._counted(arguments)
        return {"lines": [to_json(line) for line in counted.lines]}

    async def rows(self, arguments: Mapping[str, Any]) -> Any:
        """A page of the rows that a line counts, oldest first."""
        kind = known_kind(str(arguments["kind"]))
        after = arguments.get("after")
        limit = min(max(int(arguments.get("limit") or PAGE), 1), PAGE)
        counted = await self._counted(arguments)
        part, more = page(counted, kind, None if after is None else int(after), limit)
        found = await asyncio.wrap_future(self.ledger.rows_of(part))
        return {"rows": [rows.as_json(row) for row in found], "more": more}

    async def _counted(self, arguments: Mapping[str, Any]) -> Counted:
        since_us, until_us = int(arguments["since_us"]), int(arguments["until_us"])
        more = tuple(str(each) for each in list(arguments.get("repositories") or ())[:MOST_FOLDERS])
        folders = tuple(dict.fromkeys((*self.configuration.chosen.repositories, *more)))
        return await asyncio.to_thread(self.waste.counted, since_us, until_us, folders)


def page(counted: Counted, kind: str, after: int | None, limit: int) -> tuple[list[int], bool]:
    """The next ids of a line behind a row, and whether more follow.

    Raises:
        ControlError: that row is in the line no more, so it is not known where to go on.
    """
    ids = counted.rows[kind]
    try:
        start = 0 if after is None else ids.index(after) + 1
    except ValueError:
        raise ControlError(
            Trouble(
                title=say("The line has changed"),
                message=say("The row behind which to go on is not counted any more."),
                fix=say("Ask again from the beginning."),
                code="line_changed",
            )
        ) from None
    return ids[start : start + limit].tolist(), start + limit < len(ids)


def known_kind(kind: str) -> str:
    """A line's name, checked.

    Raises:
        ControlError: there is no such line.
    """
    if kind not in KINDS:
        raise ControlError(
            Trouble(
                title=say("There is no such line"),
                message=say("The waste ledger has no line {kind!r}.", kind=kind),
                fix=say("Its lines are: {kinds}.", kinds=", ".join(KINDS)),
                code="unknown_waste",
            )
        )
    return kind
