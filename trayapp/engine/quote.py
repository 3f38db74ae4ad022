"""What one recorded call costs: a line of JSON that says what a vendor counted becomes an exact amount.

Everything that turns such a line into an amount lives here; ``recorded`` says what a line may hold and reads what was
counted, ``trayapp.pricing`` makes the price. It is the meter's own path, offered for calls that did not pass through
it.

Rules:

* pure; all numbers stay exact from the text to the amount;
* ``LineError`` says what is wrong in words and repeats nothing of the line but fields' names and a contract's terms;
* a stream that was cut is a lower bound; a usage object without one of its main counts is unpriced;
* flags added here: ``incomplete`` (the final usage was not there, or a count in it was none), ``priced_now`` (no
  ``ts``), ``contract_not_covering`` (the contract is for other calls; the amount is the list's), ``tier_not_confirmed``
  (the request asks for a service tier and the answer names none; the amount is the standard's).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from trayapp.dialects import RequestView, recognise
from trayapp.engine.recorded import BATCH, EXACT, MAX_LINE, UNREADABLE, Line, LineError, as_object, read, split, usages
from trayapp.moments import micros
from trayapp.pricing import Book, BookError, Contract, occasion, price
from trayapp.pricing.agreements import read_contract
from trayapp.values import Cost, Kind, Usage

__all__ = ["MAX_LINE", "LineError", "identity", "quote"]

_DAMAGED: Final = frozenset({"bad_number", "bad_shape"})
_PROCESSING: Final = frozenset({"", BATCH, "standard", "default", "online", "realtime"})
_STANDARD: Final = frozenset({"", "auto", "default", "standard", "standard_only"})
_CONTRACT: Final = (
    "name",
    "match",
    "valid_from",
    "valid_to",
    "from",
    "to",
    "zone",
    "multiplier",
    "rates",
    "discount",
    "discount_by_component",
)


class _Named(msgspec.Struct):
    id: Any = None


_named: Final = msgspec.json.Decoder(_Named)


def identity(data: bytes) -> object:
    """The line's ``id`` when it is a text or a number, else ``None``; for lines that cannot be read otherwise too."""
    try:
        found = _named.decode(data).id
    except UNREADABLE:
        return None
    return found if isinstance(found, str | int | float) else None


def quote(data: bytes, book: Book, now_us: int) -> Cost:
    """Price one line.

    Args:
        data: the line.
        book: the price book.
        now_us: UTC epoch microseconds, for a line that does not say when its call began.

    Raises:
        LineError: the line does not say what is needed.
    """
    line = read(data)
    if not line.provider:
        raise LineError("it names no `provider`")
    costs = [_priced(line, usage, book, now_us) for usage in usages(line, book)]
    return costs[0] if len(costs) == 1 else _sum(costs)


def _priced(line: Line, usage: Usage, book: Book, now_us: int) -> Cost:
    """The cost of one of the line's responses."""
    if not usage.complete and not any(leg.prompt or leg.output or leg.output_audio for leg in usage.legs):
        usage = replace(usage, legs=())  # nothing was counted, which is not the same as zero
    request = as_object(line.request, "request")
    asked = _asked(line, request)
    at_us = _moment(line.ts, "ts")
    flags: list[str] = []
    if usage.legs and ((not usage.complete and usage.error is None) or _DAMAGED & set(usage.flags)):
        flags.append("incomplete")
    if not usage.complete and usage.error is None and not line.events:
        usage = replace(usage, legs=())  # half a usage object is no lower bound that anybody asked for
    if at_us is None:
        at_us = now_us
        flags.append("priced_now")
    tier = request.get("service_tier")
    if usage.tier is None and usage.stated_pico is None and isinstance(tier, str) and tier.lower() not in _STANDARD:
        flags.append("tier_not_confirmed")
    vendor, host = (line.provider or "").lower(), _host(line.url)
    contract = _contract(line, vendor, book)
    asked = asked if asked is not None else line.model

    def covered(model: str | None) -> Contract | None:
        call = occasion(book, vendor=vendor, served=model, asked=asked, at_us=at_us or 0, host=host)
        return contract if contract is not None and contract.covers(call) else None

    agreed = None
    if contract is not None:
        served: list[str | None] = [model for model in (usage.model, line.model) if model is not None]
        agreed = next((found for model in served or [None] if (found := covered(model)) is not None), None)
        if agreed is None:
            flags.append("contract_not_covering")
    if (line.processing or "").lower() not in _PROCESSING:
        raise LineError("its `processing` is neither batch nor standard")
    batch = BATCH in ((line.processing or "").lower(), (line.api or "").lower())
    cost = price(
        usage if usage.model is not None or line.model is None else replace(usage, model=line.model),
        vendor=vendor,
        model_asked=asked,
        at_us=at_us,
        book=book,
        kind=Kind.BATCH if batch else Kind.MAIN,
        host=host,
        contract=agreed,
        others=None if agreed is None else covered,
    )
    return replace(cost, flags=tuple(dict.fromkeys((*cost.flags, *usage.flags, *flags))))


def _sum(costs: list[Cost]) -> Cost:
    """Several responses' costs as one; unpriced when one of them is."""
    flags = tuple(dict.fromkeys(flag for cost in costs for flag in cost.flags))
    unpriced = next((cost for cost in costs if cost.pico is None), None)
    if unpriced is not None:
        return replace(unpriced, flags=flags)
    components: dict[str, int] = {}
    for cost in costs:
        for name, amount in cost.components:
            components[name] = components.get(name, 0) + amount
    total = sum(cost.pico or 0 for cost in costs)
    return replace(costs[0], pico=total, components=tuple(components.items()), flags=flags)


def _asked(line: Line, request: Mapping[str, Any]) -> str | None:
    """The model that was asked for: the request says it, or the address."""
    asked = request.get("model")
    if isinstance(asked, str):
        return asked
    if line.url is None:
        return None
    vendor, path = (line.provider or "").lower(), split(line.url)[1]
    dialect = recognise(vendor, "POST", path)
    return None if dialect is None else dialect.read_request(RequestView(vendor, "POST", path, ()), b"{}").model


def _contract(line: Line, vendor: str, book: Book) -> Contract | None:
    given = as_object(line.contract, "contract")
    if not given:
        return None
    try:
        # What is null is not said; fields that are no part of an agreement belong to whoever wrote the line.
        contract = read_contract({name: given[name] for name in _CONTRACT if given.get(name) is not None})
    except BookError as error:
        raise LineError(f"its `contract` cannot be used: {error.message.rstrip('.')}") from None
    # Line and contract may know the same seller by two of its names.
    same = contract.provider is not None and book.provider(contract.provider) == (book.provider(vendor) or vendor)
    return dataclasses.replace(contract, provider=book.seller(vendor)) if same else contract


def _moment(raw: Raw, name: str) -> int | None:
    try:
        return _time(EXACT.decode(raw), name) if raw else None
    except UNREADABLE:
        raise LineError(f"its `{name}` cannot be read") from None


def _time(value: object, name: str) -> int | None:
    """Epoch microseconds of an ISO text or of epoch seconds."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return micros(moment)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value < 10**14:
            # 10**11 seconds would be the year 5138: from there on they are milliseconds.
            return int(value * 10**6) if value < 10**11 else int(value * 10**3)
    except (ValueError, ArithmeticError):
        pass
    raise LineError(f"its `{name}` has a time that is neither ISO nor seconds since 1970")


def _host(url: str | None) -> str | None:
    return None if url is None else split(url)[0]
