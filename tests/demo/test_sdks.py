"""The official Python SDKs read what the simulated vendor writes, and read the tokens that it counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types

from trayapp.demo.script import Script, ToolUse
from trayapp.demo.vendor import VendorThread

WORDS = "Forty-two is a fine number, and so is any other – naïve or not. " * 6
PREFIX = "You work on a large code base. " * 400


@pytest.fixture
def claude(vendor: VendorThread) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=vendor.url, api_key="sk-ant-api03-test", max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(vendor: VendorThread) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=vendor.url + "/v1", api_key="sk-test", max_retries=0) as client:
        yield client


@pytest.fixture
def gemini(vendor: VendorThread) -> Iterator[genai.Client]:
    options = genai_types.HttpOptions(base_url=vendor.url)
    client = genai.Client(api_key="AIza-test", http_options=options)
    yield client
    client.close()


def last(vendor: VendorThread, number: int = 1):
    return [c for c in vendor.counted.wait(number) if c.wire][-1]


class TestAnthropic:
    ask: ClassVar = {"model": "claude-opus-5-5", "max_tokens": 4000, "messages": [{"role": "user", "content": "Hello"}]}

    def test_whole_message(self, claude, vendor, board):
        board.scripts = [Script(text=WORDS, thinking="Hm. " * 30, tool=ToolUse(name="Bash", arguments='{"a":1}'))]
        message = claude.messages.create(**self.ask)
        counted = last(vendor)
        assert [b.type for b in message.content] == ["thinking", "text", "tool_use"]
        assert message.content[1].text == WORDS
        assert message.content[2].input == {"a": 1}
        assert message.stop_reason == "tool_use"
        assert (message.usage.input_tokens, message.usage.output_tokens) == (counted.leg.input, counted.leg.output)
        assert message.usage.output_tokens_details.thinking_tokens == counted.leg.reasoning > 0
        assert message.id == f"msg_{counted.message_id}"
        assert message._request_id == counted.request_id
        assert counted.completed
        assert counted.model == "claude-opus-5-5"

    @pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br", "accept"])
    def test_stream(self, claude, vendor, board, encoding):
        board.scripts = [Script(text=WORDS, tool=ToolUse(name="Bash", arguments='{"a": [1]}'), encoding=encoding)]
        with claude.messages.stream(**self.ask) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        counted = last(vendor)
        assert text == WORDS
        assert final.content[1].input == {"a": [1]}
        assert (final.usage.input_tokens, final.usage.output_tokens) == (counted.leg.input, counted.leg.output)
        assert counted.stream
        assert counted.completed

    def test_cache_is_written_once_and_read_after(self, claude, vendor):
        system = [{"type": "text", "text": PREFIX, "cache_control": {"type": "ephemeral"}}]
        first = claude.messages.create(**self.ask, system=system).usage
        second = claude.messages.create(**self.ask, system=system).usage
        other = claude.messages.create(**{**self.ask, "model": "claude-haiku-5-5"}, system=system).usage
        assert first.cache_creation_input_tokens > 3000
        assert first.cache_creation.ephemeral_5m_input_tokens == first.cache_creation_input_tokens
        assert first.cache_read_input_tokens == 0
        assert second.cache_read_input_tokens == first.cache_creation_input_tokens
        assert second.cache_creation_input_tokens == 0
        assert other.cache_read_input_tokens == 0
        legs = [c.leg for c in vendor.counted.calls()]
        assert [leg.cache_read for leg in legs] == [0, second.cache_read_input_tokens, 0]

    def test_hourly_cache(self, claude):
        system = [{"type": "text", "text": PREFIX, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
        usage = claude.messages.create(**self.ask, system=system).usage
        assert usage.cache_creation.ephemeral_1h_input_tokens == usage.cache_creation_input_tokens > 3000

    def test_probe_of_one_token(self, claude):
        message = claude.messages.create(**{**self.ask, "max_tokens": 1})
        assert message.usage.output_tokens == 1
        assert message.stop_reason == "max_tokens"

    def test_count_tokens_and_models(self, claude, vendor):
        ask = {name: self.ask[name] for name in ("model", "messages")}
        assert claude.messages.count_tokens(**ask).input_tokens == last(vendor).leg.input > 0
        assert "claude-opus-5-5" in [m.id for m in claude.models.list()]

    @pytest.mark.parametrize(
        ("status", "expected"),
        [(529, anthropic.APIStatusError), (429, anthropic.RateLimitError), (400, anthropic.BadRequestError)],
    )
    def test_errors(self, claude, vendor, board, status, expected):
        board.scripts = [Script(status=status, retry_after="1")]
        with pytest.raises(expected) as caught:
            claude.messages.create(**self.ask)
        assert caught.value.status_code == status
        assert caught.value.response.headers["retry-after"] == "1"
        assert last(vendor).leg.prompt == 0

    def test_error_in_a_stream(self, claude, board):
        board.scripts = [Script(text=WORDS, error_after=4)]
        with pytest.raises(anthropic.APIStatusError), claude.messages.stream(**self.ask) as stream:
            stream.until_done()

    @pytest.mark.parametrize("after", [0, 4])
    def test_cut(self, claude, vendor, board, after):
        board.scripts = [Script(text=WORDS, cut_after=after)]
        with pytest.raises(Exception), claude.messages.stream(**self.ask) as stream:  # noqa: B017, PT012
            stream.until_done()
            assert stream.get_final_message().stop_reason == "end_turn"
        assert last(vendor).ended == "cut"

    def test_stall_ends_with_the_client(self, claude, vendor, board):
        board.scripts = [Script(text=WORDS, stall_after=5)]
        with claude.messages.stream(**self.ask) as stream:
            assert next(stream.text_stream)
        assert last(vendor).ended == "client_gone"

    def test_without_required_fields(self, vendor):
        with anthropic.Anthropic(base_url=vendor.url, api_key="k", max_retries=0) as client:  # noqa: SIM117
            with pytest.raises(anthropic.BadRequestError):
                client.post("/v1/messages", body={"model": "claude-opus-5-5"}, cast_to=object)


class TestChat:
    ask: ClassVar = {"model": "gpt-6.1-sol", "messages": [{"role": "user", "content": "Hello"}]}

    def test_whole(self, gpt, vendor, board):
        board.scripts = [Script(text=WORDS, output_tokens=500, reasoning_tokens=120, tool=ToolUse(name="ls"))]
        answer = gpt.chat.completions.create(**self.ask)
        counted = last(vendor)
        assert answer.choices[0].message.content == WORDS
        assert answer.choices[0].message.tool_calls[0].function.name == "ls"
        assert answer.usage.prompt_tokens == counted.leg.prompt
        assert answer.usage.completion_tokens == counted.leg.output == 500
        assert answer.usage.completion_tokens_details.reasoning_tokens == 120
        assert answer._request_id == counted.request_id

    @pytest.mark.parametrize("usage", [True, False])
    def test_stream(self, gpt, vendor, board, usage):
        board.scripts = [Script(text=WORDS, tool=ToolUse(name="ls", arguments='{"path":"."}'))]
        options = {"stream_options": {"include_usage": True}} if usage else {}
        chunks = list(gpt.chat.completions.create(**self.ask, stream=True, **options))
        counted = last(vendor)
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert text == WORDS
        assert counted.usage_sent is usage
        if usage:
            assert chunks[-1].choices == []
            assert chunks[-1].usage.completion_tokens == counted.leg.output
            assert all(c.usage is None for c in chunks[:-1])
        else:
            assert all(c.usage is None for c in chunks)
            assert counted.leg.output > 0

    def test_cache_is_automatic(self, gpt, vendor):
        ask = {**self.ask, "messages": [{"role": "system", "content": PREFIX}, *self.ask["messages"]]}
        first = gpt.chat.completions.create(**ask).usage.prompt_tokens_details
        second = gpt.chat.completions.create(**ask).usage.prompt_tokens_details
        assert (first.cached_tokens, second.cache_write_tokens) == (0, 0)
        assert first.cache_write_tokens == second.cached_tokens > 2000
        assert second.cached_tokens % 128 == 0

    def test_errors(self, gpt, board):
        board.scripts = [Script(status=429), Script(status=404)]
        with pytest.raises(openai.RateLimitError):
            gpt.chat.completions.create(**self.ask)
        with pytest.raises(openai.NotFoundError):
            gpt.chat.completions.create(**self.ask)

    def test_models(self, gpt):
        assert "gpt-6.1-sol" in [m.id for m in gpt.models.list()]


class TestResponses:
    ask: ClassVar = {"model": "gpt-6.1-sol", "input": "Hello", "instructions": "Be brief."}

    def test_whole(self, gpt, vendor, board):
        board.scripts = [Script(text=WORDS, thinking="Hm. " * 20, tool=ToolUse(name="exec", arguments='{"c":"ls"}'))]
        answer = gpt.responses.create(**self.ask)
        counted = last(vendor)
        assert answer.output_text == WORDS
        assert [i.type for i in answer.output] == ["reasoning", "message", "function_call"]
        assert answer.usage.input_tokens == counted.leg.prompt
        assert answer.usage.output_tokens == counted.leg.output
        assert answer.usage.output_tokens_details.reasoning_tokens == counted.leg.reasoning > 0

    def test_stream(self, gpt, vendor, board):
        board.scripts = [Script(text=WORDS, thinking="Hm. " * 20, tool=ToolUse(name="exec", arguments='{"c":"ls"}'))]
        with gpt.responses.stream(**self.ask) as stream:
            kinds = [event.type for event in stream]
            final = stream.get_final_response()
        counted = last(vendor)
        assert final.output_text == WORDS
        assert final.usage.output_tokens == counted.leg.output
        assert kinds[0] == "response.created"
        assert kinds[-1] == "response.completed"
        assert "response.function_call_arguments.delta" in kinds

    def test_incomplete(self, gpt, board):
        board.scripts = [Script(output_tokens=5000)]
        answer = gpt.responses.create(**self.ask, max_output_tokens=64)
        assert answer.status == "incomplete"
        assert answer.usage.output_tokens == 64

    def test_failed_in_a_stream(self, gpt, board):
        board.scripts = [Script(text=WORDS, error_after=5)]
        kinds = [event.type for event in gpt.responses.create(**self.ask, stream=True)]
        assert kinds[-1] == "response.failed"

    def test_compact(self, gpt, vendor):
        compacted = gpt.responses.compact(model="gpt-6.1-sol", input="Hello")
        assert compacted.usage.input_tokens == last(vendor).leg.prompt
        assert last(vendor).op == "compact"


class TestGemini:
    model = "gemini-3.8-flash"

    def test_whole(self, gemini, vendor, board):
        board.scripts = [Script(text=WORDS, thinking="Hm. " * 20, tool=ToolUse(name="ls", arguments='{"p":"."}'))]
        answer = gemini.models.generate_content(model=self.model, contents="Hello")
        counted = last(vendor)
        usage = answer.usage_metadata
        assert usage.prompt_token_count == counted.leg.prompt
        assert usage.candidates_token_count + usage.thoughts_token_count == counted.leg.output
        assert answer.function_calls[0].args == {"p": "."}
        assert answer.model_version == self.model
        assert answer.response_id == counted.message_id

    def test_stream(self, gemini, vendor, board):
        board.scripts = [Script(text=WORDS, thinking="Hm. " * 20)]
        parts = list(gemini.models.generate_content_stream(model=self.model, contents="Hello"))
        counted = last(vendor)
        assert "".join(p.text or "" for p in parts) == WORDS
        assert parts[-1].usage_metadata.candidates_token_count == counted.leg.output - counted.leg.reasoning
        assert counted.stream

    def test_count_tokens(self, gemini, vendor):
        assert gemini.models.count_tokens(model=self.model, contents="Hello").total_tokens == last(vendor).leg.input

    def test_error(self, gemini, board):
        board.scripts = [Script(status=429)]
        with pytest.raises(genai_errors.ClientError) as caught:
            gemini.models.generate_content(model=self.model, contents="Hello")
        assert caught.value.status == "RESOURCE_EXHAUSTED"

    def test_schema(self, gemini):
        config = genai_types.GenerateContentConfig(
            response_mime_type="application/json",
            response_json_schema={
                "type": "OBJECT",
                "properties": {"complexity_reasoning": {"type": "STRING"}, "complexity_score": {"type": "INTEGER"}},
            },
        )
        answer = gemini.models.generate_content(model=self.model, contents="Route this", config=config)
        assert answer.parsed == {"complexity_reasoning": "Simulated", "complexity_score": 1}


def test_azure_openai(vendor, board):
    board.scripts = [Script(text=WORDS, model="gpt-5.4-2026-03-05")]
    options = {"azure_endpoint": vendor.url, "api_key": "az", "api_version": "2025-04-01-preview"}
    with openai.AzureOpenAI(**options, max_retries=0) as client:
        answer = client.chat.completions.create(model="my-deployment", messages=[{"role": "user", "content": "Hi"}])
    counted = last(vendor)
    assert (answer.choices[0].message.content, answer.model) == (WORDS, "gpt-5.4-2026-03-05")
    assert counted.path == "/openai/deployments/my-deployment/chat/completions"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (counted.leg.input, counted.leg.output)
