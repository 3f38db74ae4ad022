"""What a call's usage is worth: exact integers of pico-USD, or an honest "not priced".

Everything that turns a ``Usage`` into a ``Cost`` lives here.

Rules:

* an amount that the provider itself states wins over any formula. It is what the vendor bills, so a contract changes
  it only when it names that vendor: a multiplier is taken over it, rates replace it. A discount by components cannot
  be taken off an amount without components: it is left as stated and flagged ``discount_not_applied``. In the same
  way known zeros (local models, free ones) stay zero unless rates are agreed for that very vendor;
* the model that served is priced (``usage.model``), else the one asked for; a leg with a model of its own is priced
  as that model. The tier for long prompts is chosen per leg, over the leg's own prompt;
* each component is summed exactly over all legs and rounded half-even once, after all multipliers; the cost is the
  integer sum of its components;
* whatever is used and has no rate makes the whole cost unpriced (``pico=None``) and is named in the flags. An unknown
  model, service tier, speed or geography is unpriced; it is never the nearest known one and never zero;
* rates that were agreed need no list: a model that the book does not know is priced by them alone. A leg of another
  model is priced by the agreement for that model (``others``);
* searches are charged per search: neither geography nor speed multiplies them, a contract's multiplier does
  (Claude Code 2.1.330: ``(tokens × rates) × geo + searches × rate``, then the organisation's multiplier);
* pure: no clock, no I/O; never raises for any ``Usage``.

Flags: ``unknown_model`` ``missing_rate`` ``missing_rate:COMPONENT`` ``unknown_tier`` ``unknown_speed``
``unknown_geo`` ``unknown_region`` ``no_price_at_that_time`` ``no_usage`` explain an unpriced cost; ``long_prompt``
``batch`` ``flex`` ``priority`` ``fast`` ``ultrafast`` ``geo:us`` ``region:eu`` ``committed`` ``resold`` ``not_billed``
``stated`` ``discount_not_applied`` explain an amount.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from trayapp.money import half_even
from trayapp.pricing.contracts import Contract
from trayapp.pricing.names import BEDROCK_GOV
from trayapp.pricing.prices import MICRO, SEARCHES, TOKENS, Quote, Rates
from trayapp.pricing.shelves import Book, Found
from trayapp.values import Basis, Cost, Kind, Leg, Usage

_STANDARD_TIERS: Final = frozenset(
    {"", "standard", "default", "auto", "standard_only", "on_demand", "unspecified", "traffic_type_unspecified"}
)
"""What vendors call their normal service (Anthropic, OpenAI, Gemini API, Vertex AI; 2026-11)."""
_TIER_NAMES: Final = {
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "on_demand_offpeak": "offpeak",
    # OpenAI: a request for `fast` is answered as `priority`, at the same price (2026-11).
    "fast": "priority",
}
_NEUTRAL_GEOS: Final = frozenset({"", "global", "not_available"})
_SCALE: Final = MICRO**4
"""Four multipliers meet in a component: variant, geography, region, contract. Each is in millionths."""
_ONE: Final = MICRO


class _UnpricedError(Exception):
    def __init__(self, flag: str, *more: str) -> None:
        self.flags = (flag, *more)


def price(
    usage: Usage,
    *,
    vendor: str,
    model_asked: str | None,
    at_us: int,
    book: Book,
    kind: str = Kind.MAIN,
    host: str | None = None,
    contract: Contract | None = None,
    others: Callable[[str], Contract | None] | None = None,
) -> Cost:
    """Price one call.

    Args:
        usage: what the vendor counted.
        vendor: the route's name (``anthropic``, ``chatgpt`` …); ``chatgpt`` is priced as the OpenAI API would be.
        model_asked: the model of the request; priced when the answer names none.
        at_us: the call's start, UTC epoch microseconds: chooses among dated prices.
        book: the price book.
        kind: the call's kind. ``count`` is free by the vendors' terms; ``batch`` is priced as batch even where the
            answer says ``default`` (OpenAI's batch results do, 2026-11).
        host: the upstream's host name, for vendors that charge more for some regions.
        contract: prices agreed with the vendor; the result is then the contract's cost, not the list's.
        others: what was agreed for a leg of another model; by default ``contract`` holds for all legs.
    """
    if usage.stated_pico is not None and not _replaces(contract):
        return _stated(usage.stated_pico, contract, book)
    if kind == Kind.COUNT:
        return Cost(pico=0, basis=Basis.FREE_TIER, book=book.version)
    if not usage.legs:
        if usage.error is not None:
            return Cost(pico=0, basis=Basis.LIST, book=book.version, flags=("not_billed",))
        return _unpriced(book, "no_usage")
    try:
        return _Pricing(usage, vendor, model_asked, at_us, book, kind, host, contract, others).cost()
    except _UnpricedError as reason:
        return _unpriced(book, *reason.flags)


def _replaces(contract: Contract | None) -> bool:
    """Whether rates were agreed for this very vendor."""
    return contract is not None and contract.rates is not None and contract.provider is not None


def _stated(stated: int, contract: Contract | None, book: Book) -> Cost:
    flags: tuple[str, ...] = ("stated",)
    basis = Basis.PROVIDER_STATED
    if contract is not None and contract.provider is not None:
        if contract.multiplier is not None:
            stated = half_even(stated * contract.multiplier, MICRO)
            basis = Basis.CONTRACT
        elif contract.discount is not None:
            flags = ("stated", "discount_not_applied")
    return Cost(pico=stated, basis=basis, book=book.version, components=(("stated", stated),), flags=flags)


class _Pricing:
    """One call being priced. Lives for one ``price``."""

    __slots__ = (
        "_asked",
        "_at_us",
        "_book",
        "_contract",
        "_flags",
        "_found",
        "_kind",
        "_others",
        "_region",
        "_sums",
        "_usage",
        "_vendor",
    )

    def __init__(
        self,
        usage: Usage,
        vendor: str,
        model_asked: str | None,
        at_us: int,
        book: Book,
        kind: str,
        host: str | None,
        contract: Contract | None,
        others: Callable[[str], Contract | None] | None,
    ) -> None:
        self._usage = usage
        self._vendor = vendor
        self._asked = model_asked
        self._at_us = at_us
        self._book = book
        self._kind = kind
        self._contract = contract
        self._others = others
        self._flags: list[str] = []
        # Component → exact amount in pico-USD times _SCALE.
        self._sums: dict[str, int] = {}
        self._found = self._same(usage.model) or self._find(usage.model or model_asked, contract)
        # The name that was asked may spell a cloud's regional profile which the answer's short name does not repeat.
        region = None
        if self._found is not None:
            region = (None if host is None else self._found.provider.region_of(host)) or self._found.region
        if region is None and model_asked is not None and usage.model is not None:
            asked = book.find(vendor, model_asked)
            region = None if asked is None else asked.region
        self._region = region

    def cost(self) -> Cost:
        main = self._found
        usage = self._usage
        tier: str | None = None
        if main is not None:
            if (main.model.local or main.model.free) and not _replaces(self._contract):
                basis = Basis.LOCAL if main.model.local else Basis.FREE_TIER
                return Cost(pico=0, basis=basis, book=self._book.version)
            if "audio_seconds" in usage.flags and (self._contract is None or self._contract.rates is None):
                raise _UnpricedError("missing_rate", "missing_rate:audio_seconds")
            if _refused(usage, main):
                return Cost(pico=0, basis=Basis.LIST, book=self._book.version, flags=("not_billed",))
            tier = self._tier(main)
        agreed = self._contract is not None
        for leg in usage.legs:
            other = None if leg.model == (usage.model or self._asked) else leg.model
            found, contract = main, self._contract
            if other is not None:
                contract = contract if self._others is None else self._others(other)
                found = self._leg(other, contract)
            agreed = agreed or contract is not None
            # The same model under two names (with and without its date) is one.
            own = other is None or (found is not None and main is not None and found.model is main.model)
            self._add_leg(leg, found, tier, own, contract)
        self._add_searches(main)
        if main is not None and main.resold:
            self._flag("resold")
        components = tuple((name, half_even(amount, _SCALE)) for name, amount in self._sums.items())
        return Cost(
            pico=sum(amount for _, amount in components),
            basis=Basis.CONTRACT if agreed else Basis.LIST,
            book=self._book.version,
            components=components,
            flags=tuple(self._flags),
        )

    def _find(self, model: str | None, contract: Contract | None) -> Found | None:
        """The model in the book; ``None`` when agreed rates make it unnecessary to know it."""
        # Without a name only what runs on the user's own machine has a price.
        found = self._book.find(self._vendor, model or "")
        if found is None and (model is None or contract is None or contract.rates is None):
            raise _UnpricedError("unknown_model")
        return found

    def _same(self, served: str | None) -> Found | None:
        """What was asked, if a cloud answered with its maker's short name of it, which the cloud does not sell."""
        if served is None or self._asked is None or self._book.find(self._vendor, served) is not None:
            return None
        asked = self._book.find(self._vendor, self._asked)
        made = None if asked is None else self._book.find(asked.model.provider, served)
        return asked if asked is not None and made is not None and made.model is asked.model else None

    def _leg(self, model: str, contract: Contract | None) -> Found | None:
        """A leg's own model: as the vendor sells it, or by the maker's short name inside a cloud's answer."""
        found = self._book.find(self._vendor, model)
        if found is None and self._found is not None:
            found = self._book.find(self._found.model.provider, model)
        return found if found is not None else self._find(model, contract)

    def _tier(self, main: Found) -> str | None:
        """The variant that the service tier asks for."""
        if self._kind == Kind.BATCH:
            return "batch"
        tier = (self._usage.tier or "").lower()
        if tier in _STANDARD_TIERS:
            return None
        if tier in main.provider.committed:
            self._flag("committed")
            return None
        return _TIER_NAMES.get(tier, tier)

    def _variant(self, found: Found, tier: str | None, own: bool) -> str | None:
        """The variant of one leg. Speed is a property of the call's own model; a tier holds for every leg."""
        speed = (self._usage.speed or "").lower()
        fast = own and speed not in ("", "standard")
        if not fast:
            if tier is not None and tier not in found.model.variants:
                raise _UnpricedError("unknown_tier", "missing_rate")
            return tier
        if speed not in found.model.variants or tier is not None:
            raise _UnpricedError("unknown_speed", "missing_rate")
        return speed

    def _add_leg(self, leg: Leg, found: Found | None, tier: str | None, own: bool, contract: Contract | None) -> None:
        counts = [(name, count) for name in TOKENS if (count := getattr(leg, name)) > 0]
        if found is None or (contract is not None and contract.rates is not None):
            self._add(counts, {} if contract is None else contract.rates or {}, _ONE**3, None)
            return
        variant = self._variant(found, tier, own)
        quote: Quote | None = found.model.quote(self._at_us, leg.prompt, variant)
        if quote is None:
            raise _UnpricedError("no_price_at_that_time")
        if variant is not None:
            self._flag(variant)
        if quote.long_prompt:
            self._flag("long_prompt")
        self._add(counts, quote.rates, quote.multiplier * self._geo(found) * self._uplift(found), contract)

    def _add(self, counts: list[tuple[str, int]], rates: Rates, factor: int, contract: Contract | None) -> None:
        """Add tokens or searches; ``factor`` is in millionths to the third, the contract's the fourth."""
        sums = self._sums
        for name, count in counts:
            rate = rates.get(name)
            if rate is None:
                raise _UnpricedError("missing_rate", f"missing_rate:{name}")
            agreed = _ONE if contract is None else contract.times(name)
            sums[name] = sums.get(name, 0) + count * rate * factor * agreed

    def _geo(self, found: Found) -> int:
        geo = (self._usage.geo or "").lower()
        if geo in _NEUTRAL_GEOS:
            return _ONE
        factor = found.model.geo.get(geo)
        if factor is None:
            raise _UnpricedError("unknown_geo")
        self._flag(f"geo:{geo}")
        return factor

    def _uplift(self, found: Found) -> int:
        # A model without an entry for the region has no uplift there: vendors list those that have one. GovCloud is
        # another price list.
        factor = _ONE if self._region is None else found.model.region.get(self._region, _ONE)
        if self._region == BEDROCK_GOV and self._region not in found.model.region:
            raise _UnpricedError("unknown_region")
        if factor != _ONE:
            self._flag(f"region:{self._region}")
        return factor

    def _add_searches(self, found: Found | None) -> None:
        usage = self._usage
        searches = usage.web_searches
        if found is not None and found.model.search_unit == "prompt":
            searches = min(searches, 1)
        counts = [(n, c) for n, c in (("web_search", searches), ("file_search", usage.file_searches)) if c > 0]
        if not counts:
            return
        quote = None if found is None else found.model.quote(self._at_us)
        rates: dict[str, int] = {} if quote is None else dict(quote.rates)
        if self._contract is not None:
            rates.update({n: r for n, r in (self._contract.rates or {}).items() if n in SEARCHES})
        self._add(counts, rates, _ONE**3, self._contract)

    def _flag(self, flag: str) -> None:
        if flag not in self._flags:
            self._flags.append(flag)


def _refused(usage: Usage, found: Found) -> bool:
    """Anthropic's own API does not bill a refusal without output (platform release notes, 2026-11)."""
    return "refused" in usage.flags and found.provider.id == "anthropic" and usage.total("output") == 0


def _unpriced(book: Book, *flags: str) -> Cost:
    return Cost(pico=None, basis=Basis.UNPRICED, book=book.version, flags=flags)
