"""The settings take effect: at the start, and whenever they are read again.

Everything that carries a setting to the part of the engine that obeys it lives here.

Rules: a file that cannot be used changes nothing (``SettingsError`` says why); what is replaced is replaced whole,
on the event loop, so no call sees half a change; the port and the inspection limit wait for the next start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace

from trayapp import settings
from trayapp.control import Trouble
from trayapp.engine.agreed import Agreed, rates
from trayapp.engine.calls import Gatekeeper
from trayapp.engine.glance import Glance
from trayapp.frontdoor import Upstream
from trayapp.platform.paths import Paths, write_private


@dataclass(slots=True)
class Configuration:
    """Who obeys the settings."""

    paths: Paths
    keeper: Gatekeeper
    glance: Glance
    troubles: MutableMapping[str, Trouble]
    """What the user has to know, by cause."""
    agreed: Agreed

    def reload(self) -> None:
        """Read the file again.

        Raises:
            SettingsError: it cannot be used; everything stays as it was.
            OSError: the guard's route table cannot be written.
        """
        chosen = settings.load(self.paths.settings)
        self.troubles.pop("settings", None)
        self.take(chosen)
        self.glance.changed()

    def take(self, chosen: settings.Settings, routes: Mapping[str, Upstream] | None = None) -> None:
        """Obey these settings; ``routes`` stands in for their route table when the file is damaged."""
        table = dict(chosen.routes() if routes is None else routes)
        publish_routes(self.paths, table)
        self.keeper.door = replace(self.keeper.door, upstreams=table)
        self.keeper.ask_usage = chosen.ask_usage
        self.glance.facts.budget_day_pico = chosen.budget_day_pico
        self.glance.facts.rates = rates(chosen.currency, chosen.sections, self.troubles)
        # A file that could not be read may have held agreements: they are unknown, not absent.
        self.agreed.take(None if "settings" in self.troubles else chosen.sections)

    async def ready(self) -> None:
        """Wait until all of it is in force; a new pool's state is read from the ledger first."""
        await self.agreed.ready()


def publish_routes(paths: Paths, routes: Mapping[str, Upstream]) -> None:
    """Write the route table where the guard finds it, should it have to relay alone."""
    document = {vendor: upstream.url for vendor, upstream in sorted(routes.items())}
    write_private(paths.routes, json.dumps(document, indent=1).encode())
