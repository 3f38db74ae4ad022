"""What the engine does when a face asks what became of the money: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``: arguments are checked here; nothing is changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from trayapp.control import ControlError
from trayapp.engine.control_server import Verb
from trayapp.engine.tariff import Tariff
from trayapp.engine.trend import MOST, trend
from trayapp.engine.whatif import whatif
from trayapp.insight.trend import growth
from trayapp.ledger import Ledger
from trayapp.pricing import Book
from trayapp.said import say
from trayapp.snapshot import to_json
from trayapp.trouble import Trouble

_MONTHS: Final = 12
_SELLERS: Final = ("anthropic", "openai", "gemini")
"""Whose names may be written in other ways than the book's."""


@dataclass(slots=True)
class PastVerbs:
    """The engine's answers about the past."""

    ledger: Ledger
    tariff: Callable[[], Tariff]
    zone: tzinfo | None = None
    now_us: Callable[[], int] = lambda: time.time_ns() // 1000

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {"trend": self.trend, "whatif": self.whatif}

    async def trend(self, arguments: Mapping[str, Any]) -> Any:
        """The last months, each against the one before, and the whole way."""
        wanted = _whole(arguments.get("months", _MONTHS), 1, MOST, "A trend has 1 to 36 months.")
        months = await trend(self.ledger, self.tariff().book, self.now_us(), self.zone, wanted)
        return {"months": [to_json(month) for month in months], "growth": to_json(growth(months))}

    async def whatif(self, arguments: Mapping[str, Any]) -> Any:
        """A range's calls on another model."""
        model = str(arguments.get("model") or "")
        limit = 2**62
        since_us = _whole(arguments.get("since_us"), -limit, limit, _RANGE)
        until_us = _whole(arguments.get("until_us"), since_us, limit, _RANGE)
        tariff = self.tariff()
        if not _known(tariff.book, model):
            raise ControlError(
                Trouble(
                    title=say("That model has no price"),
                    message=say(
                        "The price book {version} does not know {model!r}.", version=tariff.book.version, model=model
                    ),
                    fix=say("`spendlight prices` lists what it knows."),
                    code="unknown_model",
                )
            )
        asked = str(arguments.get("asked") or "") or None
        return to_json(await whatif(self.ledger, tariff, model, since_us, until_us, asked))


def _known(book: Book, model: str) -> bool:
    return any(book.find(seller, model) is not None for seller in _SELLERS) or any(m.id == model for m in book.models)


_RANGE: Final = "Say from when to when, as since_us and until_us."


def _whole(value: object, least: int, most: int, message: str) -> int:
    try:
        found = int(value) if isinstance(value, int | str) else None
    except ValueError:
        found = None
    if found is None or not least <= found <= most:
        raise ControlError(Trouble(title=say("That cannot be asked"), message=message, code="bad_argument"))
    return found
