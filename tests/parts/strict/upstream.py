"""The strict vendor: the simulated one, with the judge in front and seals on its reasoning.

Everything that turns a judge into a server lives here. It is used where the simulated vendor is: in a ``VendorThread``,
or behind a whole Spendlight, in an end-to-end module whose fixture ``upstream`` gives one.

Rules: what the judge refuses is answered in the vendor's own shape and counted at nothing; everything that reaches it
stands in ``seen``. Where a model thinks about a request, its answer carries reasoning that is sealed with its name,
in the form and under the conditions of its wire. Codex is told in ``openai-model`` which model served.
A body that lacks what even the simulated vendor demands is its plain 400: that stands in ``counted`` only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from strict import claude, claude_turns, openai_models, refusal, seals, seen
from strict.checks import check
from strict.claude_models import MODELS as CLAUDE
from strict.claude_models import name_of
from strict.gemini import MODELS as GEMINI
from strict.rules import Rules
from trayapp.demo import endpoints, wire_anthropic, wire_gemini, wire_openai
from trayapp.demo.script import Ask, Planner, Script, default_plan
from trayapp.demo.vendor import SimulatedVendor

THOUGHT: Final = "The simulated vendor thinks."
_THOUGHT_TOKENS: Final = 10


class StrictVendor(SimulatedVendor):
    """A vendor that serves only what its documentation allows.

    ``seen`` is the record of what arrived; ``counted`` is, as ever, what a bill would say.
    """

    def __init__(self, planner: Planner = default_plan, *, rules: Rules | None = None, **more: Any) -> None:
        """Configure the server.

        Args:
            planner: chooses the script for each request that is served; may be replaced later (``planner``).
            rules: how strict to be; the strictest is the default.
            more: what ``SimulatedVendor`` takes.
        """
        super().__init__(planner, **more)
        self.rules = rules or Rules()
        self.seen = seen.Seen()

    def read(self, path: str, query: str, headers: Mapping[str, str], body: bytes) -> endpoints.Asked:
        """Read a request, and judge it.

        Raises:
            BodyError: the body cannot be used.
        """
        asked = super().read(path, query, headers, body)
        ask = _marked(asked.ask)
        refused = check("POST", path, headers, ask.body, self.rules)
        given = msgspec.json.decode(ask.body)
        self.seen.add(
            seen.SeenCall(
                vendor=ask.vendor,
                wire=ask.wire,
                op=ask.op,
                path=path,
                model=ask.model,
                stream=ask.stream,
                request_id=ask.request_id,
                parameters=seen.parameters(given),
                headers=seen.told(headers),
                roles=seen.roles(given),
                blocks=seen.blocks(given),
                tools=tuple(name for name, _ in seen.offered(given)),
                refused=refused,
            )
        )
        answer = None
        if refused is not None:
            in_array = ask.wire == wire_gemini.WIRE and ask.stream and not ask.sse
            answer = refusal.answer(refused, ask.vendor, ask.request_id, in_array=in_array)
        return dataclasses.replace(asked, ask=ask, refused=answer)

    def plan(self, ask: Ask) -> Script:
        """The planner's script, with sealed reasoning where the model thinks."""
        script = super().plan(ask)
        body = msgspec.json.decode(ask.body)
        if ask.wire == wire_anthropic.WIRE:
            return _think(script, ask, body)
        if ask.wire == wire_gemini.WIRE:
            name = ask.model
            return dataclasses.replace(script, seal=seals.seal(name)) if name in GEMINI and script.tool else script
        if ask.wire != wire_openai.RESPONSES:
            return script
        served = script.model or ask.model
        script = dataclasses.replace(script, headers=(*script.headers, ("openai-model", served)))
        return _reason(script, ask, body)


def _marked(ask: Ask) -> Ask:
    """An answer's identifier that tells its model, as ``previous_response_id`` has to agree with it."""
    if ask.wire != wire_openai.RESPONSES:
        return ask
    return dataclasses.replace(ask, message_id=ask.message_id + seals.mark(openai_models.name_of(ask.model)))


def _think(script: Script, ask: Ask, body: Mapping[str, Any]) -> Script:
    name = name_of(ask.model)
    model = CLAUDE.get(name)
    if model is None or not claude.thinks(body, model):
        return script
    display = (body.get("thinking") or {}).get("display")
    hidden = display == "omitted" or (display is None and model.hides)
    spent = script.reasoning_tokens if script.reasoning_tokens is not None else _THOUGHT_TOKENS
    return dataclasses.replace(
        script,
        thinking="" if hidden else script.thinking or THOUGHT,
        reasoning_tokens=spent,
        seal=seals.seal(name, claude_turns.prefix(body)),
    )


def _reason(script: Script, ask: Ask, body: Mapping[str, Any]) -> Script:
    """A reasoning item, with its encrypted content where the request includes it."""
    name = openai_models.name_of(ask.model)
    model = openai_models.MODELS.get(name)
    effort = (body.get("reasoning") or {}).get("effort") or (model.default_effort if model else "")
    if ask.op == "compact":
        return dataclasses.replace(script, seal=seals.seal(name))
    if model is None or not model.efforts or effort == "none":
        return script
    if "reasoning.encrypted_content" not in (body.get("include") or []):
        return script
    spent = script.reasoning_tokens if script.reasoning_tokens is not None else _THOUGHT_TOKENS
    return dataclasses.replace(script, reasoning_tokens=spent, seal=seals.seal(name))
