"""The strict vendor on the wire: real clients' captured requests, the official SDKs, tools at work, the record."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types
from strict import seals
from strict.checks import check
from strict.loops import SHELL, ToolLoop
from strict.responses import LITE_HEADER
from strict.seen import SeenCall
from strict.upstream import StrictVendor

from trayapp.demo.script import Script
from trayapp.demo.vendor import VendorThread

HELLO = [{"role": "user", "content": "Hello"}]
BASH = {"name": "bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}
NOT_REAL = {
    "claude_thinking_400_retry": "thinking type",  # what Claude Code tries after an invented refusal
    "copilot_byok_anthropic": "unknown model",  # GitHub's name for the model, sent to a mock
    "copilot_byok_openai": "max_tokens",  # Copilot's help says to use the Responses format for GPT-5
}
"""Captures that the real vendor would refuse as well, and the rule."""


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(StrictVendor(ToolLoop(SHELL))) as thread:
        yield thread


@pytest.fixture
def strict(vendor) -> StrictVendor:
    return vendor.vendor


@pytest.fixture
def claude(vendor) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=vendor.url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(vendor) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=vendor.url + "/v1", api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def gemini(vendor) -> Iterator[genai.Client]:
    client = genai.Client(api_key="k", http_options=genai_types.HttpOptions(base_url=vendor.url))
    yield client
    client.close()


def whole(value: Any) -> Any:
    """A captured body without the notes that stand for what was trimmed."""
    if isinstance(value, dict):
        return {name: whole(part) for name, part in value.items()}
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return [whole(part) for part in value if isinstance(part, dict)]
    return value


def versioned(path: str) -> str:
    """A path with the version segment that some clients leave to their base URL."""
    if path.startswith("/models/"):
        return "/v1beta" + path
    return "/v1" + path if path == "/messages" else path


def captured(folder: Path) -> Iterator[tuple[str, str, dict[str, str], dict[str, Any]]]:
    """Requests for tokens that real clients sent: name, path, headers, body."""
    for file in sorted(folder.glob("*.json")):
        sample = json.loads(file.read_text())
        if not isinstance(sample, dict):
            continue
        request = sample["request"]
        headers = {name.lower(): value for name, value in request["headers"]}
        path = versioned(request["target"].partition("?")[0])
        if request["method"] == "POST" and isinstance(request["body"], dict):
            yield file.stem, path, headers, whole(request["body"])
        for frame in sample["response_by_mock"].get("ws") or []:
            body = frame.get("msg")
            if isinstance(body, dict) and body.get("type") == "response.create":
                # A socket's response belongs to the mock that answered it; its headers stand in the body.
                body = {name: part for name, part in whole(body).items() if name != "previous_response_id"}
                lite = (body.get("client_metadata") or {}).get(
                    "ws_request_header_x_openai_internal_codex_responses_lite"
                )
                yield file.stem, path, headers | ({LITE_HEADER: lite} if lite else {}), body


def test_what_real_clients_sent_is_served(shared):
    folder = shared / "data" / "clients"
    if not folder.is_dir():
        pytest.skip("no captures beside the repository")
    judged = 0
    for name, path, headers, body in captured(folder):
        found = check("POST", path, headers, json.dumps(body).encode())
        assert (found.rule if found else None) == NOT_REAL.get(name), (name, found)
        judged += 1
    assert judged >= 50


class TestAnthropic:
    def talk(self, claude: anthropic.Anthropic, model: str, **more: Any) -> dict[str, Any]:
        """A first turn, in which the model calls a tool, and its result: what the second turn has to send."""
        ask = {"max_tokens": 4000, "tools": [BASH], "system": "Be brief.", **more}
        first = claude.messages.create(model=model, messages=HELLO, **ask)
        assert [block.type for block in first.content] == ["thinking", "tool_use"]
        result = {"type": "tool_result", "tool_use_id": first.content[1].id, "content": "xyzzy"}
        said = {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]}
        return {**ask, "messages": [*HELLO, said, {"role": "user", "content": [result]}]}

    def test_two_turns_on_one_model(self, claude, strict):
        talk = self.talk(claude, "claude-opus-5-5")
        second = claude.messages.create(model="claude-opus-5-5", **talk)
        assert second.content[-1].text == "The magic word is xyzzy."
        assert [call.blocks.get("thinking", 0) for call in strict.seen.served()] == [0, 1]

    @pytest.mark.parametrize("target", ["claude-haiku-5-5", "claude-sonnet-4-6", "claude-haiku-4-5"])
    def test_two_turns_after_a_naive_change_of_the_model(self, claude, target):
        talk = self.talk(claude, "claude-opus-5-5")
        with pytest.raises(anthropic.BadRequestError) as caught:
            claude.messages.create(model=target, **talk)
        assert "messages.1.content.0: Invalid `signature` in `thinking` block" in caught.value.message
        assert caught.value.body["error"]["type"] == "invalid_request_error"
        assert caught.value.request_id == caught.value.body["request_id"]

    def test_two_turns_without_the_thinking_of_the_other_model(self, claude):
        talk = self.talk(claude, "claude-opus-5-5")
        talk["messages"][1]["content"].pop(0)
        assert claude.messages.create(model="claude-haiku-5-5", **talk).content[-1].type == "text"

    def test_streams(self, claude):
        shown = {"thinking": {"type": "adaptive", "display": "summarized"}}
        ask = {"model": "claude-sonnet-4-6", "max_tokens": 4000, "messages": HELLO, "tools": [BASH], **shown}
        with claude.messages.stream(**ask) as stream:
            message = stream.get_final_message()
        thought, call = message.content
        assert thought.thinking
        assert seals.read(thought.signature).model == "claude-sonnet-4-6"
        assert call.input == json.loads(SHELL["bash"])

    @pytest.mark.parametrize(
        ("model", "more", "kinds"),
        [
            ("claude-opus-5-5", {}, ["thinking", "text"]),
            ("claude-sonnet-4-6", {}, ["text"]),
            ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}, ["text"]),
            ("claude-haiku-4-5", {"thinking": {"type": "enabled", "budget_tokens": 1024}}, ["thinking", "text"]),
        ],
    )
    def test_thinks_where_the_model_does(self, claude, vendor, model, more, kinds):
        answer = claude.messages.create(model=model, max_tokens=4000, messages=HELLO, **more)
        assert [block.type for block in answer.content] == kinds
        leg = vendor.counted.calls()[-1].leg
        assert (answer.usage.output_tokens, leg.reasoning) == (leg.output, 10 if "thinking" in kinds else 0)

    def test_unknown_model(self, claude, vendor):
        with pytest.raises(anthropic.NotFoundError) as caught:
            claude.messages.create(model="claude-haiku-9", max_tokens=10, messages=HELLO)
        assert caught.value.body["error"] == {"type": "not_found_error", "message": "model: claude-haiku-9"}
        counted = vendor.counted.wait(1)[0]
        assert (counted.status, counted.leg.output, counted.request_id) == (404, 0, caught.value.request_id)

    def test_count_tokens(self, claude):
        assert claude.messages.count_tokens(model="claude-haiku-4-5", messages=HELLO).input_tokens > 0
        with pytest.raises(anthropic.BadRequestError):
            claude.messages.count_tokens(model="claude-haiku-4-5", messages=HELLO, thinking={"type": "adaptive"})


class TestOpenAI:
    tool = {"type": "function", "name": "shell", "parameters": {"type": "object"}}  # noqa: RUF012

    def talk(self, gpt: openai.OpenAI, model: str) -> dict[str, Any]:
        """A first turn, in which the model calls a tool, and its result: what the second turn has to send."""
        ask = {"tools": [self.tool], "store": False, "include": ["reasoning.encrypted_content"]}
        first = gpt.responses.create(model=model, input="Hello", **ask)
        assert [item.type for item in first.output] == ["reasoning", "function_call"]
        output = {"type": "function_call_output", "call_id": first.output[1].call_id, "output": "xyzzy"}
        said = [item.model_dump(exclude_none=True) for item in first.output]
        return {**ask, "input": [*HELLO, *said, output]}

    def test_two_turns_on_one_model(self, gpt):
        talk = self.talk(gpt, "gpt-6.1-sol")
        with gpt.responses.stream(model="gpt-6.1-sol", **talk) as stream:
            assert stream.get_final_response().output_text == "The magic word is xyzzy."

    def test_two_turns_after_a_naive_change_of_the_model(self, gpt):
        talk = self.talk(gpt, "gpt-6.1-sol")
        with pytest.raises(openai.BadRequestError) as caught:
            gpt.responses.create(model="gpt-6-luna", **talk)
        assert (caught.value.code, caught.value.type) == ("invalid_encrypted_content", "invalid_request_error")
        assert caught.value.request_id.startswith("req_")

    def test_previous_response(self, gpt):
        first = gpt.responses.create(model="gpt-5.5", input="Hello")
        assert gpt.responses.create(model="gpt-5.5", input="Go on", previous_response_id=first.id).id != first.id
        with pytest.raises(openai.BadRequestError) as caught:
            gpt.responses.create(model="gpt-5.4", input="Go on", previous_response_id=first.id)
        assert caught.value.code == "previous_response_not_found"

    def test_effort(self, gpt):
        with pytest.raises(openai.BadRequestError) as caught:
            gpt.responses.create(model="gpt-5.5", input="Hello", reasoning={"effort": "max"})
        assert (caught.value.code, caught.value.param) == ("unsupported_value", "reasoning.effort")

    def test_tells_who_served(self, gpt, strict):
        assert gpt.responses.with_raw_response.create(model="gpt-5.5", input="Hi").headers["openai-model"] == "gpt-5.5"
        strict.planner = lambda _: Script(model="gpt-5.4-mini")
        raw = gpt.responses.with_raw_response.create(model="gpt-5.5", input="Hi")
        assert raw.headers["openai-model"] == "gpt-5.4-mini"

    def test_chat(self, gpt):
        assert gpt.chat.completions.create(model="gpt-5.5", messages=HELLO).choices[0].finish_reason == "stop"
        with pytest.raises(openai.NotFoundError) as caught:
            gpt.chat.completions.create(model="gpt-9", messages=HELLO)
        assert caught.value.code == "model_not_found"
        with pytest.raises(openai.BadRequestError, match="max_completion_tokens"):
            gpt.chat.completions.create(model="gpt-5.5", messages=HELLO, max_tokens=5)


class TestGemini:
    def config(self) -> genai_types.GenerateContentConfig:
        declared = {"name": "bash", "parameters_json_schema": {"type": "object", "properties": {}}}
        tool = genai_types.Tool(function_declarations=[genai_types.FunctionDeclaration(**declared)])
        manual = genai_types.AutomaticFunctionCallingConfig(disable=True)
        return genai_types.GenerateContentConfig(tools=[tool], automatic_function_calling=manual)

    def talk(self, gemini: genai.Client, model: str) -> list[Any]:
        first = gemini.models.generate_content(model=model, contents="Hello", config=self.config())
        part = first.candidates[0].content.parts[0]
        assert seals.read(base64.b64encode(part.thought_signature).decode()).model == model
        result = genai_types.Part.from_function_response(name="bash", response={"output": "xyzzy"})
        ask = genai_types.Content(role="user", parts=[genai_types.Part(text="Hello")])
        return [ask, first.candidates[0].content, genai_types.Content(role="user", parts=[result])]

    def test_two_turns_on_one_model(self, gemini):
        talk = self.talk(gemini, "gemini-3.8-flash")
        answers = list(
            gemini.models.generate_content_stream(model="gemini-3.8-flash", contents=talk, config=self.config())
        )
        assert "".join(part.text or "" for part in answers) == "The magic word is xyzzy."

    def test_two_turns_after_a_naive_change_of_the_model(self, gemini):
        talk = self.talk(gemini, "gemini-3.1-pro-preview")
        with pytest.raises(genai_errors.ClientError) as caught:
            gemini.models.generate_content(model="gemini-3.5-flash-lite", contents=talk, config=self.config())
        assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")
        assert caught.value.message == "Invalid thought signature."

    def test_two_turns_without_a_signature(self, gemini):
        talk = self.talk(gemini, "gemini-3.8-flash")
        talk[1].parts[0].thought_signature = None
        with pytest.raises(genai_errors.ClientError, match="missing a thought_signature"):
            gemini.models.generate_content(model="gemini-3.8-flash", contents=talk, config=self.config())

    def test_unknown_model(self, gemini):
        with pytest.raises(genai_errors.ClientError) as caught:
            gemini.models.generate_content(model="gemini-9", contents="Hello")
        assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")

    def test_level(self, gemini):
        config = genai_types.GenerateContentConfig(thinking_config={"thinking_level": "MINIMAL"})
        with pytest.raises(genai_errors.ClientError, match="Thinking level MINIMAL is not supported"):
            list(gemini.models.generate_content_stream(model="gemini-3.8-flash", contents="Hello", config=config))


class TestTheRecord:
    def test_holds_parameters_and_no_text(self, claude, strict):
        secret = [{"role": "user", "content": "a secret of mine"}]
        ask = {"system": "a secret of mine", "tools": [BASH], "output_config": {"effort": "low"}}
        claude.messages.create(model="claude-haiku-5-5", max_tokens=777, messages=secret, **ask)
        call = strict.seen.last()
        assert (call.vendor, call.wire, call.op) == ("anthropic", "anthropic-messages", "generate")
        assert (call.model, call.stream, call.refused) == ("claude-haiku-5-5", False, None)
        assert call.parameters == {"model": call.model, "max_tokens": 777, "output_config": {"effort": "low"}}
        assert (call.roles, dict(call.blocks), call.tools) == (("user",), {"text": 1}, ("bash",))
        assert "secret" not in repr(call)

    def test_tells_the_served_from_the_refused(self, claude, strict):
        for model, effort in (("claude-haiku-4-5", "low"), ("claude-haiku-5-5", "low")):
            ask = {"max_tokens": 10, "messages": HELLO, "output_config": {"effort": effort}}
            beta = {"anthropic-beta": "claude-code-20250219, effort-2025-11-24"} if "5-5" in model else {}
            with pytest.raises(anthropic.BadRequestError) if "4-5" in model else nullcontext():
                claude.messages.create(model=model, extra_headers=beta, **ask)
        (bad,), (good,) = strict.seen.refusals(), strict.seen.served()
        assert (bad.model, bad.refused.rule) == ("claude-haiku-4-5", "effort")
        assert (good.model, good.betas) == ("claude-haiku-5-5", ("claude-code-20250219", "effort-2025-11-24"))
        assert strict.seen.models() == ["claude-haiku-4-5", "claude-haiku-5-5"]
        assert strict.seen.calls(model="claude-haiku-5-5") == [good]
        strict.seen.clear()
        assert strict.seen.calls() == []

    def test_of_code_assist(self, vendor, strict):
        request = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "generationConfig": {"temperature": 1}}
        url = vendor.url + "/v1internal:generateContent"
        answer = httpx.post(url, json={"model": "gemini-3-flash", "project": "p", "request": request})
        assert answer.status_code == 200
        call: SeenCall = strict.seen.last()
        assert (call.model, call.roles, call.parameters["generationConfig"]) == (
            "gemini-3-flash",
            ("user",),
            {"temperature": 1},
        )
