"""Shared by the routing tests: the shipped book and weights, models in a few numbers, requests in each wire format."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from trayapp.platform.resources import resource
from trayapp.pricing import Book, load
from trayapp.routing.classify import Verdict
from trayapp.routing.line import read_line
from trayapp.routing.linear import Model
from trayapp.routing.linear import load as load_weights
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


WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")


class Requests:
    """Conversations in any wire format; a turn is ("user" | "model", text), ("call", name) or ("result", text)."""

    def body(
        self,
        wire: str,
        turns: list[tuple[str, str]],
        *,
        system: str = "You are a coding agent.",
        tools: tuple[str, ...] = ("Bash", "Read", "Edit"),
        limit: int | None = 32000,
        schema: dict[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        build: Callable[..., dict[str, Any]] = getattr(self, "_" + wire.replace("-", "_"))
        return {**build(turns, system, tools, limit, schema), **more}

    def _anthropic(self, turns: Any, system: str, tools: Any, limit: Any, schema: Any) -> dict[str, Any]:
        made: dict[str, Callable[[str], dict[str, Any]]] = {
            "user": lambda t: {"role": "user", "content": [{"type": "text", "text": t}]},
            "model": lambda t: {"role": "assistant", "content": [{"type": "text", "text": t}]},
            "call": lambda t: {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "1", "name": t, "input": {}}],
            },
            "result": lambda t: {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "1", "content": t}],
            },
        }
        body = {
            "model": "claude-opus-5-5",
            "max_tokens": limit,
            "system": [{"type": "text", "text": system}],
            "messages": [made[who](text) for who, text in turns],
            "tools": [{"name": name, "input_schema": {"type": "object"}} for name in tools],
        }
        return {**body, **({"output_config": {"format": {"type": "json_schema", "schema": schema}}} if schema else {})}

    def _openai_chat(self, turns: Any, system: str, tools: Any, limit: Any, schema: Any) -> dict[str, Any]:
        made: dict[str, Callable[[str], dict[str, Any]]] = {
            "user": lambda t: {"role": "user", "content": t},
            "model": lambda t: {"role": "assistant", "content": t},
            "call": lambda t: {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": t, "arguments": "{}"}}],
            },
            "result": lambda t: {"role": "tool", "tool_call_id": "1", "content": t},
        }
        body: dict[str, Any] = {
            "model": "gpt-5.6-sol",
            "max_completion_tokens": limit,
            "messages": [{"role": "system", "content": system}, *(made[who](text) for who, text in turns)],
        }
        if tools:
            body["tools"] = [{"type": "function", "function": {"name": name}} for name in tools]
        if schema:
            body["response_format"] = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        return body

    def _openai_responses(self, turns: Any, system: str, tools: Any, limit: Any, schema: Any) -> dict[str, Any]:
        made: dict[str, Callable[[str], dict[str, Any]]] = {
            "user": lambda t: {"type": "message", "role": "user", "content": [{"type": "input_text", "text": t}]},
            "model": lambda t: {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": t}],
            },
            "call": lambda t: {"type": "function_call", "call_id": "1", "name": t, "arguments": "{}"},
            "result": lambda t: {"type": "function_call_output", "call_id": "1", "output": t},
        }
        body: dict[str, Any] = {
            "model": "gpt-5.6-sol",
            "instructions": system,
            "max_output_tokens": limit,
            "input": [made[who](text) for who, text in turns],
        }
        if tools:
            body["tools"] = [{"type": "function", "name": name} for name in tools]
        if schema:
            body["text"] = {"format": {"type": "json_schema", "name": "x", "schema": schema}}
        return body

    def _gemini(self, turns: Any, system: str, tools: Any, limit: Any, schema: Any) -> dict[str, Any]:
        made: dict[str, Callable[[str], dict[str, Any]]] = {
            "user": lambda t: {"role": "user", "parts": [{"text": t}]},
            "model": lambda t: {"role": "model", "parts": [{"text": t}]},
            "call": lambda t: {"role": "model", "parts": [{"functionCall": {"name": t, "args": {}}}]},
            "result": lambda t: {
                "role": "user",
                "parts": [{"functionResponse": {"name": "x", "response": {"output": t}}}],
            },
        }
        config: dict[str, Any] = {"maxOutputTokens": limit, **({"responseSchema": schema} if schema else {})}
        body: dict[str, Any] = {
            "contents": [made[who](text) for who, text in turns],
            "systemInstruction": {"parts": [{"text": system}]},
            "generationConfig": config,
        }
        if tools:
            body["tools"] = [{"functionDeclarations": [{"name": name} for name in tools]}]
        return body


@pytest.fixture(scope="session")
def requests() -> Requests:
    return Requests()


@pytest.fixture(scope="session")
def weights() -> Model:
    return load_weights((Path(__file__).resolve().parents[2] / "resources" / "routing" / "weights.json").read_bytes())


class Judge:
    """Asks as ``spendlight classify`` does."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def text(self, text: str) -> Verdict:
        return read_line(json.dumps({"id": 1, "text": text}).encode(), self.model)

    def request(self, wire: str, body: Any) -> Verdict:
        return read_line(json.dumps({"id": 1, "wire": wire, "request": body}).encode(), self.model)


@pytest.fixture(scope="session")
def judge(weights: Model) -> Judge:
    return Judge(weights)
