"""What the engine does when a face asks about budgets: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``: arguments are checked, a change is written to the settings before it takes
effect, in a thread (a file may have to be waited for). Lifting a budget is no setting: it is kept beside, and ends by
itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trayapp import settings_edit
from trayapp.budget import no_budget
from trayapp.control import ControlError
from trayapp.engine.budgetkeeper import BudgetKeeper
from trayapp.engine.configure import Configuration
from trayapp.engine.control_server import Verb
from trayapp.platform.paths import Paths
from trayapp.said import say
from trayapp.snapshot import to_json
from trayapp.trouble import Trouble


@dataclass(slots=True)
class BudgetVerbs:
    """The engine's answers about budgets."""

    paths: Paths
    keeper: BudgetKeeper
    configuration: Configuration

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {
            "budgets": self.budgets,
            "set_budget": self.set,
            "remove_budget": self.remove,
            "override_budget": self.override,
        }

    async def budgets(self, _: Mapping[str, Any]) -> Any:
        """All there are, looked at anew."""
        await self.keeper.look()
        return to_json(self.keeper.view())

    async def set(self, arguments: Mapping[str, Any]) -> Any:
        """A budget, kept in the settings."""
        name = await asyncio.to_thread(settings_edit.set_budget, self.paths.settings, arguments)
        self.configuration.reload()
        return {"budget": name, "budgets": await self.budgets({})}

    async def remove(self, arguments: Mapping[str, Any]) -> Any:
        """Take one out of the settings."""
        name = str(arguments["budget"])
        if not await asyncio.to_thread(settings_edit.remove_budget, self.paths.settings, name):
            raise ControlError(no_budget(name, (each.name for each in self.keeper.budgets)))
        self.configuration.reload()
        await self.keeper.forget(name)
        return await self.budgets({})

    async def override(self, arguments: Mapping[str, Any]) -> Any:
        """Lift one for a while, or let it hold again."""
        lasts = arguments.get("seconds")
        await self.keeper.override(
            str(arguments["budget"]), None if lasts is None else _seconds(lasts), on=bool(arguments.get("on", True))
        )
        return await self.budgets({})


def _seconds(value: object) -> int:
    found = int(value) if isinstance(value, int | str) else 0
    if not 1 <= found <= 366 * 86_400:
        raise ControlError(
            Trouble(
                title=say("That is too long"),
                message=say("A budget is lifted for a second to a year; it holds again when its next period begins."),
                code="bad_time",
            )
        )
    return found
