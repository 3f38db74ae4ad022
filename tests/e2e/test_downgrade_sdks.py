"""The model switch with the official Python SDKs: a conversation with tools, kept by the program, in one process.

The vendor checks every parameter and whose thinking it gets; each turn is three requests, two of which bring a tool's
result. The first turn goes out as asked, the second after a cheaper model was chosen, the third after that was undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from downgrading import Switching, there_and_back, use
from google import genai
from google.genai import types as genai_types
from strict.upstream import StrictVendor

from trayapp.demo.vendor import SimulatedVendor

PROMPT = "Run the command and tell me what it printed."
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}, "description": {"type": "string"}}}
SHELL = {"name": "bash", "description": "Run a command."}
GPT, MINI = "gpt-5.5", "gpt-5.4-mini"


@pytest.fixture(scope="module")
def upstream() -> SimulatedVendor:
    return StrictVendor(keep_headers=True)


@pytest.fixture
def switching(scene) -> Iterator[Switching]:
    made = Switching(scene)
    yield made
    made.end()


@pytest.fixture
def gpt(scene) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=scene.url("openai") + "/v1", api_key="sk-test", max_retries=0) as client:
        yield client


def words(name: str, again: bool) -> str:
    """What the person says; programs give no session, so a conversation is known by its first words."""
    return f"{name}: {'once more: ' if again else ''}{PROMPT}"


@pytest.mark.parametrize(
    ("asked", "cheaper", "thinking"),
    [
        ("claude-opus-5-5", "claude-haiku-5-5", {"type": "adaptive"}),
        ("claude-sonnet-4-6", "claude-haiku-5-5", {"type": "enabled", "budget_tokens": 2000}),
        ("claude-opus-5-5", "claude-haiku-4-5", {"type": "adaptive"}),
    ],
)
def test_anthropic(scene, switching, asked, cheaper, thinking):
    messages: list[dict[str, Any]] = []
    with anthropic.Anthropic(base_url=scene.url("anthropic"), api_key="sk-ant-test", max_retries=0) as client:

        def say(*, again: bool = False) -> None:
            messages.append({"role": "user", "content": words(f"{asked} {cheaper}", again)})
            while True:
                answer = client.messages.create(
                    model=asked,
                    max_tokens=8000,
                    thinking=thinking,
                    tools=[{**SHELL, "input_schema": SCHEMA}],
                    messages=messages,
                )
                messages.append({"role": "assistant", "content": answer.content})
                results = [
                    {"type": "tool_result", "tool_use_id": block.id, "content": "xyzzy"}
                    for block in answer.content
                    if block.type == "tool_use"
                ]
                if not results:
                    assert "xyzzy" in answer.content[-1].text
                    return
                messages.append({"role": "user", "content": results})

        there_and_back(switching, say, asked, cheaper, cached=False)
    signed = [
        block.signature
        for m in messages
        if m["role"] == "assistant"
        for block in m["content"]
        if block.type == "thinking"
    ]
    assert len(signed) == 9  # the program has kept the thinking of both models
    assert switching.vendor.seen.last().blocks["thinking"] == 5  # and the vendor has got only that of its own


def test_responses(switching, gpt):
    items: list[Any] = []

    def say(*, again: bool = False) -> None:
        items.append({"role": "user", "content": words("responses", again)})
        while True:
            with gpt.responses.stream(
                model=GPT,
                input=items,
                store=False,
                include=["reasoning.encrypted_content"],
                reasoning={"effort": "high"},
                tools=[{**SHELL, "type": "function", "parameters": SCHEMA, "strict": False}],
            ) as stream:
                answer = stream.get_final_response()
            items.extend(item.model_dump(exclude_none=True) for item in answer.output)
            calls = [item for item in answer.output if item.type == "function_call"]
            if not calls:
                assert "xyzzy" in answer.output_text
                return
            items.extend({"type": "function_call_output", "call_id": c.call_id, "output": "xyzzy"} for c in calls)

    there_and_back(switching, say, GPT, MINI, cached=False)
    assert len([item for item in items if item.get("type") == "reasoning"]) == 9
    assert switching.vendor.seen.last().blocks["reasoning"] == 5


def test_responses_that_the_vendor_keeps_are_not_switched(switching, gpt):
    """They hang on an answer that only its own model can go on from; a new conversation is switched."""
    first = gpt.responses.create(model=GPT, input="kept: " + PROMPT)
    use(switching.scene, MINI)
    second = gpt.responses.create(model=GPT, input="kept: go on", previous_response_id=first.id)
    third = gpt.responses.create(model=GPT, input="new: " + PROMPT)
    assert [answer.model for answer in (first, second, third)] == [GPT, GPT, MINI]
    assert [row["model_sent"] for row in switching.rows()] == [None, None, MINI]


def test_chat(switching, gpt):
    messages: list[Any] = []

    def say(*, again: bool = False) -> None:
        messages.append({"role": "user", "content": words("chat", again)})
        while True:
            answer = gpt.chat.completions.create(
                model=GPT,
                messages=messages,
                max_completion_tokens=4000,
                tools=[{"type": "function", "function": {**SHELL, "parameters": SCHEMA}}],
            )
            message = answer.choices[0].message
            messages.append(message.model_dump(exclude_none=True))
            if not message.tool_calls:
                assert "xyzzy" in message.content
                return
            messages.extend({"role": "tool", "tool_call_id": c.id, "content": "xyzzy"} for c in message.tool_calls)

    there_and_back(switching, say, GPT, MINI, cached=False)


@pytest.mark.parametrize(
    ("asked", "cheaper"),
    [("gemini-3.1-pro-preview", "gemini-3.5-flash-lite"), ("gemini-3.1-pro-preview", "gemini-2.5-flash-lite")],
)
def test_genai(scene, switching, asked, cheaper):
    def bash(command: str, description: str) -> str:
        """Run a command."""
        return "xyzzy"

    options = genai_types.HttpOptions(base_url=scene.url("gemini"))
    thinking = genai_types.ThinkingConfig(thinking_level="HIGH")
    with genai.Client(api_key="AIza-test", http_options=options) as client:
        config = genai_types.GenerateContentConfig(tools=[bash], thinking_config=thinking)
        chat = client.chats.create(model=asked, config=config)

        def say(*, again: bool = False) -> None:
            assert "xyzzy" in chat.send_message(words(cheaper, again)).text

        there_and_back(switching, say, asked, cheaper, cached=False)


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_names_the_model_that_served(switching, gpt, stream):
    """Nothing is hidden from a program: the answer's own ``model`` stays; only Codex's header is put back."""
    use(switching.scene, MINI)
    text = f"named {stream}: {PROMPT}"
    raw = gpt.responses.with_raw_response.create(model=GPT, input=text, stream=stream)
    assert raw.headers["openai-model"] == GPT
    answer = raw.parse()
    last = list(answer)[-1].response if stream else answer
    assert last.model == MINI
    switching.rows()


class Talk:
    """A conversation that its program keeps, with all thinking in it."""

    def __init__(self, url: str, model: str) -> None:
        self._client = anthropic.Anthropic(base_url=url, api_key="sk-ant-test", max_retries=0)
        self._model = model
        self._messages: list[dict[str, Any]] = []
        self.printed = "xyzzy"

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def say(self, text: str) -> None:
        """One turn, with its tool's calls."""
        content: Any = text
        while content:
            self._messages.append({"role": "user", "content": content})
            answer = self._client.messages.create(
                model=self._model,
                max_tokens=8000,
                thinking={"type": "adaptive"},
                tools=[{**SHELL, "input_schema": SCHEMA}],
                messages=self._messages,
            )
            self._messages.append({"role": "assistant", "content": answer.content})
            content = [
                {"type": "tool_result", "tool_use_id": block.id, "content": self.printed}
                for block in answer.content
                if block.type == "tool_use"
            ]


OPUS, OLD_HAIKU = "claude-opus-5-5", "claude-haiku-4-5"


def test_a_refusal_later_on(scene, switching):
    """The model that was chosen is no longer served: what goes out as asked is without its thinking, and succeeds."""
    with Talk(scene.url("anthropic"), OPUS) as talk:
        use(switching.scene, OLD_HAIKU)
        talk.say("later: " + PROMPT)
        switching.watching.refuses[OLD_HAIKU] = 404
        talk.say("later: once more")
    assert switching.watching.models() == [OLD_HAIKU] * 4 + [OPUS] * 3
    rows = switching.rows()
    assert [row["http_status"] for row in rows] == [200, 200, 200, 404, 200, 200, 200]
    assert ["rewrote_thinking_blocks" in row["flags"] for row in rows] == [False] * 4 + [True] * 3
    assert [row["attempt_of"] for row in rows] == [None] * 4 + [rows[3]["id"], None, None]


def test_a_loop_outgrows_the_cheaper_model(scene, switching):
    """A prompt that only the model asked for can take goes there in the middle of a loop, without foreign thinking."""
    with Talk(scene.url("anthropic"), OPUS) as talk:
        use(switching.scene, OLD_HAIKU)
        talk.printed = "xyzzy " * 150_000
        talk.say("long: " + PROMPT)
    assert switching.watching.models() == [OLD_HAIKU, OPUS, OPUS]
    assert [row["model_sent"] for row in switching.rows()] == [OLD_HAIKU, None, None]
