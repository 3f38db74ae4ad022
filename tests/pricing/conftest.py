"""Shared by the pricing tests: the shipped book, small books, moments."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from trayapp.platform.resources import resource
from trayapp.pricing import Book, load


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pricing is pure: whoever opens a socket fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("pricing opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.fixture(scope="session")
def shipped() -> Book:
    """The book that Spendlight ships."""
    return load(resource("pricebook.json").read_bytes())


@pytest.fixture(scope="session")
def us() -> Callable[[str], int]:
    """An ISO timestamp as epoch microseconds."""
    return lambda text: round(datetime.fromisoformat(text).timestamp()) * 10**6


@pytest.fixture(scope="session")
def document() -> Callable[..., dict[str, Any]]:
    """A small valid book as a document, to be changed by the test."""

    def make(**model: Any) -> dict[str, Any]:
        row = {"provider": "acme", "id": "coder", "prices": [{"rates": {"input": 100, "output": 500}}], **model}
        return {
            "format": 1,
            "version": "test",
            "providers": {"acme": {"vendors": ["acme-api"], "hosts": {"eu.acme.test": "eu"}}},
            "models": [row],
        }

    return make


@pytest.fixture(scope="session")
def book_of(document: Callable[..., dict[str, Any]]) -> Callable[..., Book]:
    """A book of one model ``coder`` of the provider ``acme``, with the given fields."""
    return lambda **model: load(json.dumps(document(**model)).encode())
