"""No request inside a tool loop is served by another model than the loop's first one, whatever a person does meanwhile.

Whole conversations in four wire formats, told at random: words, tool calls and their results, several conversations at
once; between any two requests rules come, go, rest, end and begin again, everything is switched off and on, the engine
ends or is killed and comes back, hours pass, the tool itself asks for another model. Each request is a real body that
goes the way of the engine: read, placed, decided, adapted; the answer is signed by the model that the adapted body
names, and no signature of a model that was chosen ever reaches another one.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.dialects import RequestView, recognise
from trayapp.dialects.adapt import Document, Unadaptable, Wanted, adapt, chained, signatures
from trayapp.routing import conversation, lasttext
from trayapp.routing.rules import Asked, Rule, seller
from trayapp.routing.steering import Steering

MINUTE: Final = 60 * 10**6
Wire = Literal["claude", "responses", "chat", "gemini"]
MODELS: Final[dict[Wire, tuple[str, ...]]] = {
    "claude": ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-haiku-4-5"),
    "responses": ("gpt-5.5", "gpt-5.4", "gpt-5.4-mini"),
    "chat": ("gpt-5.5", "gpt-5.4", "gpt-5.4-mini"),
    "gemini": ("gemini-3.1-pro-preview", "gemini-3.5-flash", "gemini-3.5-flash-lite"),
}
"""Dearest first."""
VENDORS: Final[dict[Wire, str]] = {"claude": "anthropic", "responses": "openai", "chat": "openai", "gemini": "gemini"}
PATHS: Final[dict[Wire, str]] = {
    "claude": "/v1/messages",
    "responses": "/v1/responses",
    "chat": "/v1/chat/completions",
    "gemini": "/v1beta/models/{model}:generateContent",
}
SIGNED = re.compile(r"by:([^:\"]+):(\d+)")
RANKS: Final = {name: place for names in MODELS.values() for place, name in enumerate(names)}


def dearer(_vendor: str, asked: str, served: str) -> bool | None:
    return RANKS[served] < RANKS[asked]


@dataclass
class Talk:
    """One conversation as its tool keeps it."""

    wire: Wire
    name: str
    asked: str
    turns: list[Any] = field(default_factory=list)
    looping: bool = False
    """A call of the model's waits for its result."""
    begun_by: str = ""
    """The model that served the loop's first request."""
    begun_switched: bool = False

    def said(self, text: str) -> None:
        self.turns.append(_SAID[self.wire](text))

    def result(self) -> None:
        self.turns.extend(_RESULT[self.wire]())

    def reminded(self) -> None:
        """The tool puts a reminder behind a result: nobody's words."""
        self.said("<system-reminder>\nThe date has changed.\n</system-reminder>")

    def answer(self, sign: str, *, calls: bool) -> None:
        self.turns.extend(_ANSWER[self.wire](sign, calls))

    def request(self) -> tuple[RequestView, str, bytes]:
        path = PATHS[self.wire].format(model=self.asked)
        body: dict[str, Any] = {} if self.wire == "gemini" else {"model": self.asked}
        body |= _REST[self.wire] | {_LIST[self.wire]: self.turns}
        headers = [(b"x-claude-code-session-id", b"s-1")] if self.wire == "claude" else []
        return RequestView(VENDORS[self.wire], "POST", path, headers), path, json.dumps(body).encode()


_LIST: Final = {"claude": "messages", "responses": "input", "chat": "messages", "gemini": "contents"}
_REST: Final[dict[str, dict[str, Any]]] = {
    "claude": {
        "max_tokens": 8000,
        "thinking": {"type": "adaptive"},
        "tools": [{"name": "Bash", "input_schema": {"type": "object"}}],
    },
    "responses": {
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"effort": "high"},
        "tools": [{"type": "function", "name": "run"}],
    },
    "chat": {"tools": [{"type": "function", "function": {"name": "run"}}]},
    "gemini": {"tools": [{"functionDeclarations": [{"name": "run"}]}]},
}
_SAID: Final[dict[str, Any]] = {
    "claude": lambda t: {"role": "user", "content": [{"type": "text", "text": t}]},
    "responses": lambda t: {"type": "message", "role": "user", "content": [{"type": "input_text", "text": t}]},
    "chat": lambda t: {"role": "user", "content": t},
    "gemini": lambda t: {"role": "user", "parts": [{"text": t}]},
}
_RESULT: Final[dict[str, Any]] = {
    "claude": lambda: [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "ok"}]}],
    "responses": lambda: [{"type": "function_call_output", "call_id": "c", "output": "ok"}],
    "chat": lambda: [{"role": "tool", "tool_call_id": "c", "content": "ok"}],
    "gemini": lambda: [{"role": "user", "parts": [{"functionResponse": {"name": "run", "response": {"o": "ok"}}}]}],
}


def _claude(sign: str, calls: bool) -> list[Any]:
    act = {"type": "tool_use", "id": "c", "name": "Bash", "input": {}} if calls else {"type": "text", "text": "Done."}
    return [{"role": "assistant", "content": [{"type": "thinking", "thinking": "", "signature": sign}, act]}]


def _responses(sign: str, calls: bool) -> list[Any]:
    act = (
        {"type": "function_call", "call_id": "c", "name": "run", "arguments": "{}"}
        if calls
        else {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
    )
    return [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": sign}, act]


def _chat(_sign: str, calls: bool) -> list[Any]:
    call = {"id": "c", "type": "function", "function": {"name": "run", "arguments": "{}"}}
    return [{"role": "assistant", "content": None if calls else "Done.", **({"tool_calls": [call]} if calls else {})}]


def _gemini(sign: str, calls: bool) -> list[Any]:
    act = {"functionCall": {"name": "run", "args": {}}} if calls else {"text": "Done."}
    return [{"role": "model", "parts": [{**act, "thoughtSignature": sign}]}]


_ANSWER: Final[dict[str, Any]] = {"claude": _claude, "responses": _responses, "chat": _chat, "gemini": _gemini}


class World:
    """A person, tools and the engine."""

    def __init__(self, talks: list[tuple[Wire, int]]) -> None:
        self.talks = [
            Talk(wire, f"Task {n}", MODELS[wire][model % len(MODELS[wire])]) for n, (wire, model) in enumerate(talks)
        ]
        self.rules: list[Rule] = []
        self.forbidden = ""
        self.now = 1_000_000
        self.steering = Steering(dearer)
        self.written: Any = {}
        self.numbers = itertools.count(1)
        self.switched: set[str] = set()
        """Signatures that a model has made which had not been asked for."""
        self.loops = self.inside = self.changed = 0

    def step(self, step: tuple[Any, ...]) -> None:
        self.now += 1000
        what, *how = step
        getattr(self, f"_{what}")(*how)

    # what a person does

    def _rule(self, place: int, model: int, scope: str, now: bool, lasts: int | None) -> None:
        talk = self.talks[place % len(self.talks)]
        value = {"session": "s-1", "kind": "main"}.get(scope, "")
        number = next(self.numbers)
        self.rules.append(
            Rule(
                id=f"r{number}",
                vendor=VENDORS[talk.wire],
                model=MODELS[talk.wire][model % len(MODELS[talk.wire])],
                scope=scope,  # type: ignore[arg-type]
                value=value,
                now=now,
                until_us=None if lasts is None else self.now + lasts,
                created_us=self.now,
            )
        )

    def _remove(self, place: int) -> None:
        if self.rules:
            del self.rules[place % len(self.rules)]

    def _pause(self, place: int, lasts: int | None) -> None:
        if self.rules:
            at = place % len(self.rules)
            old = self.rules[at]
            paused = "" if old.paused else "user"
            until = None if lasts is None else self.now + lasts
            self.rules[at] = Rule(**{**_fields(old), "paused": paused, "paused_until_us": until if paused else None})

    def _forbid(self, word: str) -> None:
        self.forbidden = word

    def _wait(self, us: int) -> None:
        self.now += us

    def _engine(self, killed: bool) -> None:
        """It ends, or is killed and finds what it wrote when it last decided otherwise."""
        kept = self.written if killed else json.loads(self.steering.kept())
        self.steering = Steering(dearer)
        self.steering.restore(kept)

    # what a tool does

    def _ask(self, place: int, model: int) -> None:
        talk = self.talks[place % len(self.talks)]
        talk.asked = MODELS[talk.wire][model % len(MODELS[talk.wire])]

    def _go(self, place: int, calls: bool, beside: str) -> None:
        """One request: the person's words, or a result."""
        talk = self.talks[place % len(self.talks)]
        inside = talk.looping
        if inside:
            talk.result()
            if beside == "reminder":
                talk.reminded()
            elif beside == "words":
                talk.said("And mind the tests.")  # the person speaks while a tool works
        else:
            talk.said(f"{talk.name}: do the next thing." if talk.turns else f"{talk.name}: begin.")
        served, switched, sent = self._serve(talk)
        if inside:
            self.inside += 1
            assert served == talk.begun_by or (not switched and not talk.begun_switched), (served, talk.begun_by)
        else:
            talk.begun_by, talk.begun_switched = served, switched
            self.loops += 1
        self.changed += switched
        for found in SIGNED.finditer(sent):
            assert found[0] not in self.switched or found[1] == served, (found[0], served)
        sign = f"by:{served}:{next(self.numbers)}"
        if switched:
            self.switched.add(sign)
        talk.answer(sign, calls=calls)
        talk.looping = calls

    def _serve(self, talk: Talk) -> tuple[str, bool, str]:
        """As ``engine.router`` does it; the model that serves, whether it is another one, and what goes out."""
        view, target, body = talk.request()
        dialect = recognise(view.vendor, "POST", view.path)
        assert dialect is not None
        call = dialect.read_request(view, body)
        assert call.model is not None
        asked = Asked(vendor=seller(call.vendor, call.wire), model=call.model, kind=call.kind, session=call.session)
        place = conversation.read(body, _digest)
        turn = lasttext.read(body) if place.spoken else None
        document = Document.read(body)
        assert document is not None
        thoughts = tuple(_digest(text.encode()) for text in signatures(call.wire, document))
        steering = self.steering
        if thoughts and steering.hold(steering.key(asked, place)) is None:
            steering.adopt(asked, place, thoughts)
        decision = steering.decide(
            self.rules,
            asked,
            place,
            at_us=self.now,
            opens=turn is not None and turn.fresh and not turn.awaited,
            chained=chained(call.wire, document),
            life_us=5 * MINUTE,
            forbidden=self.forbidden,
        )
        if decision.turned:
            self.written = json.loads(steering.kept())
        if not (decision.changes or decision.was_changed):
            return call.model, False, body.decode()
        steering.attribute(decision.key, thoughts, decision.before or call.model)
        serving = decision.model or call.model
        wanted = Wanted(
            model=decision.model,
            effort=decision.effort,
            foreign=lambda text: steering.signer(_digest(text.encode())) not in (None, serving),
        )
        adapted = adapt(call, view, target, body, wanted)
        if isinstance(adapted, Unadaptable):
            # Gemini: the tool itself takes a loop to another model, whose vendor will not have it, with us or without.
            assert (adapted.why, decision.changes) == ("chain", False)
            return call.model, False, ""
        sent = json.loads(adapted.body)
        served = sent.get("model") or adapted.target.rpartition("/")[2].partition(":")[0]
        assert served == serving
        if decision.turned:
            self.written = json.loads(steering.kept())
        return served, served != call.model, adapted.body.decode()


def _fields(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in rule.__struct_fields__}


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


SMALL = st.integers(0, 2)
REQUEST = st.tuples(
    st.just("go"), SMALL, st.sampled_from([True, True, True, False]), st.sampled_from(["", "reminder", "words"])
)
CHANGE = st.one_of(
    st.tuples(
        st.just("rule"),
        SMALL,
        SMALL,
        st.sampled_from(["always", "always", "session", "kind"]),
        st.sampled_from([True, True, False]),
        st.sampled_from([None, None, 3000, 2 * MINUTE]),
    ),
    st.tuples(st.just("remove"), SMALL),
    st.tuples(st.just("pause"), SMALL, st.sampled_from([None, 2000])),
    st.tuples(st.just("forbid"), st.sampled_from(["", "", "asis", "let_it_rip", "subscription"])),
    st.tuples(st.just("wait"), st.sampled_from([MINUTE, 6 * MINUTE, 300 * MINUTE])),
    st.tuples(st.just("engine"), st.booleans()),
    st.tuples(st.just("ask"), SMALL, SMALL),
)
STORIES = st.tuples(
    st.lists(st.tuples(st.sampled_from(list(MODELS)), st.just(0) | SMALL), min_size=1, max_size=2),
    st.lists(st.one_of(REQUEST, REQUEST, CHANGE), min_size=12, max_size=40),
)


@settings(max_examples=5 * settings().max_examples)
@given(STORIES)
def test_a_loop_keeps_its_model(story):
    talks, steps = story
    world = World(talks)
    for step in steps:
        world.step(step)


def test_the_stories_say_something():
    """A story by hand in each wire: a loop that is switched, one that is not, each with a rule that comes or goes."""
    for wire in MODELS:
        world = World([(wire, 0)])
        more, done = ("go", 0, True, ""), ("go", 0, False, "reminder")
        rule, gone = ("rule", 0, 2, "always", True, None), ("remove", 0)
        for step in (more, rule, more, done, more, gone, ("engine", True), more, done, more, ("engine", False), done):
            world.step(step)
        assert (world.loops, world.inside, world.changed) == (3, 5, 3), wire
