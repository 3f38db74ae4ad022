"""Shared by the routing tests: the shipped book, and models in a few numbers."""

from __future__ import annotations

import socket
from collections.abc import Callable
from fractions import Fraction

import pytest

from trayapp.platform.resources import resource
from trayapp.pricing import Book, load
from trayapp.routing.session import Dated, ModelCost, Step, TurnRates


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routing is pure: whoever opens a socket fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("routing opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.fixture(scope="session")
def shipped() -> Book:
    """The book that Spendlight ships."""
    return load(resource("pricebook.json").read_bytes())


Rates = tuple[int, int, int]


@pytest.fixture(scope="session")
def model() -> Callable[..., ModelCost]:
    """A model from its rates (read, write, output) in pico-USD a token; ``over`` adds a tier."""

    def make(
        read: int, write: int, output: int, *, over: int | None = None, long: Rates | None = None, **more: object
    ) -> ModelCost:
        steps = [Step(0, TurnRates(Fraction(read), Fraction(write), Fraction(output)))]
        if over is not None and long is not None:
            steps.append(Step(over + 1, TurnRates(*(Fraction(rate) for rate in long))))
        return ModelCost(**{"name": "model", "prices": (Dated(None, tuple(steps)),), **more})  # type: ignore[arg-type]

    return make
