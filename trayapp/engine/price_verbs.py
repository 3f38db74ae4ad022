"""What the engine answers when a face asks about prices: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``: arguments are checked here, a change is written before it takes effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from trayapp import settings
from trayapp.control import ControlError
from trayapp.engine import ownprices
from trayapp.engine.control_server import Verb
from trayapp.engine.notices import told
from trayapp.engine.pricebook import Waiting, read_status
from trayapp.engine.prices import Prices, held_words
from trayapp.engine.reprice import Arrived
from trayapp.ledger import UnpricedModel
from trayapp.platform.paths import Paths
from trayapp.pricing import Book
from trayapp.said import say, wire
from trayapp.trouble import Trouble


@dataclass(slots=True)
class PriceVerbs:
    """The engine's answers about prices."""

    prices: Prices

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {
            "unpriced": self.unpriced,
            "models": self.models,
            "set_price": self.set_price,
            "unset_price": self.unset_price,
            "map_model": self.map_model,
            "price_status": self.status,
            "update_prices": self.update,
            "accept_price": self.accept,
            "dismiss": self.dismiss,
        }

    async def unpriced(self, arguments: Mapping[str, Any]) -> Any:
        """What has no price, by vendor and model."""
        since = arguments.get("since_us")
        found = await asyncio.wrap_future(
            self.prices.ledger.unpriced_models(None if since is None else int(since)),
        )
        return {"models": [model_as_json(model, self.prices.keeper.tariff.book) for model in found]}

    async def models(self, _: Mapping[str, Any]) -> Any:
        """The models that the book knows."""
        book = self.prices.keeper.tariff.book
        return {"models": [f"{price.provider}/{price.id}" for price in book.models], "version": book.version}

    async def set_price(self, arguments: Mapping[str, Any]) -> Any:
        """A price of the user's own."""
        rates = arguments["rates"]
        if not isinstance(rates, dict):
            raise TypeError
        arrived = await self.prices.change(
            lambda: ownprices.set_price(
                self.prices.paths,
                self.prices.configuration.shelf.found.book,
                model=str(arguments["model"]),
                vendor=_text(arguments.get("vendor")),
                rates={str(name): rate for name, rate in rates.items() if rate not in (None, "")},
                since=_text(arguments.get("from")),
                until=_text(arguments.get("to")),
            )
        )
        return changed(arrived)

    async def unset_price(self, arguments: Mapping[str, Any]) -> Any:
        """The book's price again."""
        removed = 0

        def write() -> None:
            nonlocal removed
            removed = ownprices.unset_price(
                self.prices.paths,
                self.prices.configuration.shelf.found.book,
                model=str(arguments["model"]),
                vendor=_text(arguments.get("vendor")),
            )

        await self.prices.change(write)
        return {"removed": removed}

    async def map_model(self, arguments: Mapping[str, Any]) -> Any:
        """A name is a model under another name."""
        arrived = await self.prices.change(
            lambda: ownprices.map_model(
                self.prices.paths,
                self.prices.configuration.shelf.found.book,
                name=str(arguments["name"]),
                to=_text(arguments.get("to")),
            )
        )
        return changed(arrived)

    async def status(self, _: Mapping[str, Any]) -> Any:
        """The book in use and the fetching."""
        prices = self.prices
        next_in = prices.updater.next_in
        return {
            **status_as_json(prices.paths, prices.keeper.tariff.book.version, prices.configuration.shelf.found.source),
            "looks_again_in_s": None if next_in is None else round(next_in),
        }

    async def update(self, arguments: Mapping[str, Any]) -> Any:
        """Fetch prices now."""
        return msgspec.to_builtins(await self.prices.updater.update(anew=bool(arguments.get("anew"))))

    async def accept(self, arguments: Mapping[str, Any]) -> Any:
        """Take a price that is held back."""
        return msgspec.to_builtins(await self.prices.updater.accept(str(arguments["model"])))

    async def dismiss(self, arguments: Mapping[str, Any]) -> Any:
        """A notice was read."""
        at_us = arguments.get("at_us")
        self.prices.notices.dismiss(None if at_us is None else int(at_us))
        return {}


def model_as_json(model: UnpricedModel, book: Book) -> dict[str, Any]:
    """One model without a price, and why: the book may know it, and lack a price for a part of what was used."""
    return {
        "vendor": model.vendor,
        "model": model.model,
        "calls": model.calls,
        "tokens": model.tokens,
        "total": model.total,
        "since_us": model.since_us,
        "known": bool(model.model) and book.find(model.vendor, model.model) is not None,
        "why": list(model.why),
    }


def changed(arrived: Sequence[Arrived]) -> dict[str, Any]:
    """What a change of prices has done to the rows, money as a decimal string."""
    message = told(arrived) if arrived else ""
    made = wire(message)
    return {
        "calls": sum(each.calls for each in arrived),
        "pico": str(sum(each.pico for each in arrived)),
        "message": message,
        "said": {} if made is None else {"message": made},
    }


def status_as_json(paths: Paths, version: str, source: str) -> dict[str, Any]:
    """The price book in use, where prices come from, and how the last check went."""
    chosen = settings.load(paths.settings)
    status = read_status(paths)
    return {
        "version": version,
        "source": source,
        "update": chosen.pricebook_update,
        "url": chosen.pricebook_url,
        "signed": bool(chosen.pricebook_key),
        "checked_us": status.checked_us or None,
        "reached_us": status.reached_us or None,
        "taken_us": status.taken_us or None,
        "result": status.result,
        "message": status.message,
        "held": [_waiting(waiting) for waiting in status.held],
        "differences": [_waiting(waiting) for waiting in status.differences],
    }


def _waiting(waiting: Waiting) -> dict[str, Any]:
    moves = [
        {
            "component": move.component,
            "old_pico": str(move.old),
            "new_pico": str(move.new),
            "variant": move.variant,
            "from_tokens": move.from_tokens,
        }
        for move in waiting.moves
    ]
    return {"model": waiting.name, "since": waiting.since, "words": held_words(waiting), "moves": moves}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ControlError(
            Trouble(title=say("That is no name"), message=say("A name or a date is written as text."), code="bad_price")
        )
    return value.strip() or None
