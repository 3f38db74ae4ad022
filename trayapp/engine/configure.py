"""The settings take effect: at the start, and whenever they are read again.

Everything that carries a setting to the part of the engine that obeys it lives here.

Rules: a file that cannot be used changes nothing (``SettingsError`` says why); what is replaced is replaced whole,
on the event loop, so no call sees half a change; the port and the inspection limit wait for the next start.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from trayapp import settings
from trayapp.budget import Budget
from trayapp.engine.agreed import Agreed, rates
from trayapp.engine.gatekeeper import Gatekeeper
from trayapp.engine.glance import Glance
from trayapp.engine.pricebook import Shelf, trouble
from trayapp.engine.teamterms import laid_over
from trayapp.frontdoor import Upstream
from trayapp.platform.paths import Paths, write_private
from trayapp.pricing import Book, BookError
from trayapp.team.terms import NONE, Terms
from trayapp.trouble import Trouble

log = logging.getLogger(__name__)

_BOOK_TROUBLES: Final = ("price_book", "unknown_deployment", "bad_price")


@dataclass(slots=True)
class Configuration:
    """Who obeys the settings."""

    paths: Paths
    keeper: Gatekeeper
    glance: Glance
    troubles: MutableMapping[str, Trouble]
    """What the user has to know, by cause."""
    agreed: Agreed
    shelf: Shelf
    fetch_from: Callable[[str | None], None] = lambda _url: None
    """Told where prices are fetched from; ``None``: nowhere."""
    prices_changed: Callable[[], None] = lambda: None
    """Told when calls are priced otherwise than before."""
    budgets: Callable[[tuple[Budget, ...]], None] = lambda _budgets: None
    """Told which budgets are to be kept."""
    team: Terms = NONE
    """What a team has decided."""
    deliver: Callable[[settings.Settings], None] = lambda _chosen: None
    """Told how weekly summaries are to be delivered."""
    _chosen: settings.Settings = field(default_factory=settings.defaults)
    _own: tuple[settings.Settings, Mapping[str, Upstream] | None] = field(
        default_factory=lambda: (settings.defaults(), None)
    )
    """What the user has set, before the team's part."""

    @property
    def chosen(self) -> settings.Settings:
        """The settings in force."""
        return self._chosen

    def reload(self) -> None:
        """Read the file again.

        Raises:
            SettingsError: it cannot be used; everything stays as it was.
            OSError: the guard's route table cannot be written.
        """
        chosen = settings.load(self.paths.settings)
        told = self.troubles.pop("settings", None)
        try:
            self.take(chosen)
        except settings.SettingsError as error:
            self.troubles["settings"] = error.trouble
            self.glance.changed()
            raise
        except BaseException:
            if told is not None:
                self.troubles["settings"] = told
            raise
        self.glance.changed()

    def take(self, chosen: settings.Settings, routes: Mapping[str, Upstream] | None = None) -> None:
        """Obey these settings; ``routes`` stands in for their route table when the file is damaged."""
        own, chosen = chosen, laid_over(chosen, self.team)
        book = self._book(chosen.sections, strict=routes is None)
        table = dict(chosen.routes() if routes is None else routes)
        publish_routes(self.paths, table)
        self.keeper.door = replace(self.keeper.door, upstreams=table)
        self.keeper.ask_usage = chosen.ask_usage
        self.keeper.router.take(chosen)
        self.glance.facts.budget_day_pico = chosen.budget_day_pico
        self.budgets(chosen.budgets)
        self.glance.facts.icon = chosen.icon
        self.glance.facts.display = chosen.display
        self.glance.facts.notify, self.glance.facts.quiet = chosen.notify, chosen.quiet
        self.glance.facts.rates = rates(chosen.currency, chosen.sections, self.troubles)
        # A file that could not be read may have held agreements: they are unknown, not absent.
        self.agreed.take(None if "settings" in self.troubles else chosen.sections)
        self._chosen, self._own = chosen, (own, routes)
        if "settings" not in self.troubles:  # a file that could not be read wants nothing forgotten
            self.deliver(chosen)
        self._price_with(book)
        self.fetch_from(chosen.pricebook_url if chosen.pricebook_update else None)

    def decide(self, terms: Terms) -> None:
        """A team has decided this; what the user has set stays."""
        self.team = terms
        try:
            self.take(*self._own)
        except (settings.SettingsError, OSError) as error:
            log.warning("what the team decides could not take effect: %s", type(error).__name__)
        self.glance.changed()

    async def ready(self) -> None:
        """Wait until all of it is in force; a new pool's state is read from the ledger first."""
        await self.agreed.ready()

    async def reread_book(self) -> None:
        """The stored price book was written anew.

        Raises:
            BookError, OSError: not even the shipped one can be read; the one in use stays.
        """
        # Parsing takes longer than a call should wait.
        await asyncio.to_thread(self.shelf.reread)
        self._price_with(self._book(self._chosen.sections, strict=False))
        self.glance.changed()

    def _book(self, sections: Mapping[str, Any], *, strict: bool) -> Book:
        """The book with the user's own prices; malformed ones are an error, or (not ``strict``) left out and told."""
        try:
            book, told = self.shelf.laid_over(sections)
        except BookError as error:
            wrong = trouble(error, "bad_price")
            if strict:
                raise settings.SettingsError(wrong) from None
            book, told = self.shelf.found.book, (wrong,)
        for code in _BOOK_TROUBLES:
            self.troubles.pop(code, None)
        self.troubles.update({each.code: each for each in told})
        return book

    def _price_with(self, book: Book) -> None:
        before = self.keeper.tariff.book.version
        self.keeper.tariff = self.keeper.tariff.with_book(book)
        self.glance.facts.book = book.version
        self.glance.facts.knows = lambda vendor, model: book.find(vendor, model) is not None
        if book.version != before:
            self.prices_changed()


def publish_routes(paths: Paths, routes: Mapping[str, Upstream]) -> None:
    """Write the route table where the guard finds it, should it have to relay alone."""
    document = {vendor: upstream.url for vendor, upstream in sorted(routes.items())}
    write_private(paths.routes, json.dumps(document, indent=1).encode())
