"""A checked price book in memory: whose price is asked for, and in which order.

Everything that finds a model lives here; ``trayapp.pricing.book`` makes a ``Book`` of a file,
``trayapp.pricing.names`` takes a model's name apart, ``trayapp.pricing.prices`` says what a price is.

Rules:

* a name is found exactly or not at all (``None``: unpriced). Never by family, never by similarity;
* a provider's own book is asked first, then those that it resells at list price (``also``). A provider with
  ``own_prices`` ends there: what it charges for others' models is its own affair. For any other, a gateway above all,
  the provider that the name spells is asked (``anthropic/claude-…``, ``bedrock/us.anthropic.…``), and a bare name is
  priced by its ``maker`` when exactly one sells it. Both are flagged ``resold``;
* vendors' names are compared in small letters, ``_`` and spaces as ``-``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from trayapp.pricing.names import MAX_NAME, take_apart
from trayapp.pricing.prices import ModelPrice

_CACHE: Final = 4096
_GATEWAYS: Final = ("litellm", "litellm_proxy")
"""Heads that say nothing of who serves (LiteLLM's own, 2026-11)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What holds for all models of one provider."""

    id: str
    also: tuple[str, ...] = ()
    """Providers whose list prices it charges for their models."""
    own_prices: bool = False
    """It sells others' models at prices of its own: no other list says what they cost."""
    maker: bool = False
    """Nobody else gives its names to models, so a bare name is known to be its."""
    local: bool = False
    """Its models run on the user's own machine."""
    free_suffix: str | None = None
    """How the names end that cost nothing by its own terms."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Host name to region."""
    committed: frozenset[str] = frozenset()
    """Service tiers that are bought in advance: their list value is the standard rate."""

    def region_of(self, host: str) -> str | None:
        """The region that a host stands for, if it is one of those that have a price of their own."""
        name = host.lower()
        exact = self.hosts.get(name)
        if exact is not None:
            return exact
        return next((r for h, r in self.hosts.items() if h[:1] == "*" and name.endswith(h[1:])), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A model found in the book."""

    model: ModelPrice
    provider: Provider
    """The provider that was asked, not the maker."""
    region: str | None = None
    """The region that the name itself spells (``trayapp.pricing.names`` lists them)."""
    resold: bool = False
    """Priced at its maker's list, because the provider that was asked has no price of its own."""


class Book:
    """A checked price book. Made by ``load``; safe to share between threads."""

    def __init__(
        self,
        version: str,
        providers: Mapping[str, Provider],
        vendors: Mapping[str, str],
        names: Mapping[str, Mapping[str, ModelPrice]],
        models: tuple[ModelPrice, ...],
    ) -> None:
        self._version = version
        self._providers = providers
        self._vendors = vendors
        self._names = names
        self._models = models
        self._makers = tuple(pid for pid, provider in providers.items() if provider.maker)
        self._cache: dict[tuple[str, str], Found | None] = {}

    @property
    def version(self) -> str:
        """Date and content hash, as stamped on each row."""
        return self._version

    @property
    def models(self) -> tuple[ModelPrice, ...]:
        """All models, in the file's order (sorted by provider and id)."""
        return self._models

    def provider(self, vendor: str) -> str | None:
        """The id of the provider that a vendor's name stands for, or ``None`` when the book has no such provider."""
        found = self._provider(vendor)
        return None if found is None else found.id

    def seller(self, vendor: str) -> str:
        """The book's name of who sells under a vendor's name (``chatgpt``: ``openai``); else the name itself."""
        return self.provider(vendor) or plain(vendor)

    def match(self, vendor: str, model: str) -> ModelPrice | None:
        """The price of a model as a vendor sells it, or ``None`` when the book does not know that name."""
        found = self.find(vendor, model)
        return None if found is None else found.model

    def find(self, vendor: str, model: str) -> Found | None:
        """Like ``match``, with what else the name and the vendor say."""
        if len(model) > MAX_NAME or len(vendor) > MAX_NAME:
            return None
        key = (vendor, model)
        try:
            return self._cache[key]
        except KeyError:
            pass
        found = self._look_up(vendor, model)
        if len(self._cache) >= _CACHE:
            # Names come from the wire: a flood of them must not grow memory. Swapping the dict is one atomic step.
            self._cache = {}
        self._cache[key] = found
        return found

    def _provider(self, vendor: str) -> Provider | None:
        return self._providers.get(self._vendors.get(plain(vendor), ""))

    def _look_up(self, vendor: str, model: str) -> Found | None:
        provider = self._provider(vendor)
        name = take_apart(model)
        asked = provider or Provider(id=plain(vendor))
        if asked.local:
            return _local(asked, model.strip().lower())
        if not name.keys:
            return None
        if asked.free_suffix is not None and name.keys[0].endswith(asked.free_suffix):
            return Found(ModelPrice(provider=asked.id, id=name.keys[0], free=True), asked)
        shelves = () if provider is None else (provider.id, *provider.also)
        head = None if name.head is None else self._provider(name.head)
        other = None if head is None or head.id in shelves or head.local else head
        found = self._on(shelves, name.keys if other is None else name.keys[:1])
        if found is not None:
            return Found(found, asked, name.region, found.provider != asked.id)
        if asked.own_prices:
            return None
        inner = None
        if other is not None:
            inner = self._look_up(other.id, name.rest)
        elif name.head in _GATEWAYS:
            inner = self._look_up(vendor, name.rest)
        if inner is not None:
            return Found(inner.model, asked, inner.region, resold=True)
        if name.maker is not None:
            maker = self._provider(name.maker)
            found = None if maker is None else self._on((maker.id, *maker.also), name.keys)
            return None if found is None else Found(found, asked, name.region, found.provider != asked.id)
        if name.head is None and (provider is None or provider.maker):
            sold = {m: price for m in self._makers if (price := self._on((m,), name.keys)) is not None}
            # A cloud that has a list of its own for another maker's models did not make them.
            own = [price for m, price in sold.items() if not sold.keys() & set(self._providers[m].also)]
            if len(own) == 1:
                return Found(own[0], asked, name.region, resold=True)
        return None

    def _on(self, shelves: Iterable[str], keys: Iterable[str]) -> ModelPrice | None:
        """The first shelf's price of the best key."""
        for shelf in shelves:
            names = self._names.get(shelf, {})
            for key in keys:
                price = names.get(key)
                if price is not None:
                    return price
        return None


def plain(vendor: str) -> str:
    """A vendor's name as it is compared."""
    return vendor.strip().lower().replace("_", "-").replace(" ", "-")


def _local(provider: Provider, key: str) -> Found | None:
    # Ollama forwards models with this mark to its paid cloud (ollama.com/cloud, 2026-11): no known zero.
    if key.endswith(("-cloud", ":cloud")):
        return None
    return Found(ModelPrice(provider=provider.id, id=key, local=True), provider)
