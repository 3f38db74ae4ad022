"""The official Python SDKs work through Spendlight; the ledger says what the vendor counted, call by call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

import anthropic
import openai
import pytest
from google import genai
from google.genai import types as genai_types

from trayapp.demo.script import Script

WORDS = "An answer of some length, so that it comes in several pieces. " * 8
PREFIX = "You work on a large code base. " * 400
MESSAGES = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def claude(scene) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=scene.url("anthropic"), api_key="sk-ant-api03-t", max_retries=2) as client:
        yield client


@pytest.fixture
def gpt(scene) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=scene.url("openai") + "/v1", api_key="sk-test", max_retries=0) as client:
        yield client


@pytest.fixture
def gemini(scene) -> Iterator[genai.Client]:
    options = genai_types.HttpOptions(base_url=scene.url("gemini"))
    client = genai.Client(api_key="AIza-test", http_options=options)
    yield client
    client.close()


class TestAnthropic:
    ask: ClassVar = {"model": "claude-opus-5-5", "max_tokens": 4000, "messages": MESSAGES}

    def test_whole(self, claude, scene):
        scene.scripts = [Script(text=WORDS, thinking="Hm. " * 20)]
        answer = claude.messages.create(**self.ask)
        (row,) = scene.exactly_done(1)
        assert answer.usage.output_tokens == row["output"]
        assert row["tool"] == "python-anthropic"
        assert not row["stream"]

    @pytest.mark.parametrize("encoding", ["", "gzip", "br", "accept"])
    def test_stream(self, claude, scene, encoding):
        scene.scripts = [Script(text=WORDS, encoding=encoding, chunk_ms=1)]
        with claude.messages.stream(**self.ask) as stream:
            assert "".join(stream.text_stream) == WORDS
        (row,) = scene.exactly_done(1)
        assert row["stream"]

    def test_cache(self, claude, scene):
        system = [{"type": "text", "text": PREFIX, "cache_control": {"type": "ephemeral"}}]
        claude.messages.create(**self.ask, system=system)
        claude.messages.create(**self.ask, system=system)
        first, second = scene.exactly_done(2)
        assert first["cache_write"] == second["cache_read"] > 3000

    def test_hourly_cache(self, claude, scene):
        system = [{"type": "text", "text": "1h. " + PREFIX, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
        claude.messages.create(**self.ask, system=system)
        (row,) = scene.exactly_done(1)
        assert row["cache_write_1h"] > 3000

    def test_a_retry_is_a_row_of_its_own(self, claude, scene):
        scene.scripts = [Script(status=529, retry_after="0"), Script(text=WORDS)]
        claude.messages.create(**self.ask)
        refused, done = scene.rows(2)
        assert (refused["state"], refused["http_status"], refused["output"]) == ("vendor_error", 529, 0)
        assert done["state"] == "done"

    def test_stopped_by_the_user(self, claude, scene):
        scene.scripts = [Script(text=WORDS, stall_after=6)]
        with claude.messages.stream(**self.ask) as stream:
            next(stream.text_stream)
        (row,) = scene.rows(1)
        assert (row["state"], row["metering"]) == ("client_abort", "estimated")
        assert row["input"] == scene.vendor.counted.calls()[0].leg.input

    def test_cut_by_the_vendor(self, claude, scene):
        scene.scripts = [Script(text=WORDS, cut_after=6)]
        with pytest.raises(Exception, match=r"."), claude.messages.stream(**self.ask) as stream:
            stream.until_done()
        (row,) = scene.rows(1)
        assert row["state"] == "upstream_cut"

    def test_a_model_without_a_price_is_unpriced(self, claude, scene):
        claude.messages.create(**{**self.ask, "model": "nightjar-2-preview"})
        (row,) = scene.rows(1)
        assert (row["state"], row["basis"], row["usd_list"]) == ("done", "unpriced", None)
        assert row["output"] == scene.vendor.counted.calls()[0].leg.output

    def test_side_calls_cost_nothing(self, claude, scene):
        assert claude.messages.count_tokens(model="claude-opus-5-5", messages=MESSAGES).input_tokens > 0
        assert claude.models.list().data
        assert {row["kind"] for row in scene.rows(1)} == {"count"}

    def test_the_vendor_sees_what_the_sdk_sent(self, claude, scene):
        claude.messages.create(**self.ask)
        with anthropic.Anthropic(base_url=scene.vendor.url, api_key="sk-ant-api03-t") as direct:
            direct.messages.create(**self.ask)
        through, straight = scene.vendor.counted.wait(2)
        hops = {"connection", "host"}
        assert [h for h in through.headers if h[0].lower() not in hops] == [
            h for h in straight.headers if h[0].lower() not in hops
        ]
        assert through.body_sha256 == straight.body_sha256

    def test_many_at_once(self, scene):
        async def everyone() -> None:
            url = scene.url("any")
            async with anthropic.AsyncAnthropic(base_url=url, api_key="sk-ant-api03-t", max_retries=0) as client:

                async def one(streamed: bool) -> None:
                    if not streamed:
                        await client.messages.create(**self.ask)
                        return
                    async with client.messages.stream(**self.ask) as stream:
                        await stream.until_done()

                await asyncio.gather(*(one(i % 2 == 0) for i in range(60)))

        scene.scripts = [Script(text=WORDS, chunk_ms=i % 3, output_tokens=100 + i) for i in range(60)]
        asyncio.run(everyone())
        rows = scene.exactly_done(60)
        assert len({row["message_id"] for row in rows}) == 60


class TestOpenAI:
    ask: ClassVar = {"model": "gpt-6.1-sol", "messages": MESSAGES}

    def test_chat(self, gpt, scene):
        scene.scripts = [Script(text=WORDS, output_tokens=400, reasoning_tokens=90)]
        assert gpt.chat.completions.create(**self.ask).choices[0].message.content == WORDS
        (row,) = scene.exactly_done(1)
        assert row["tool"] == "python-openai"

    def test_chat_stream_whose_usage_is_asked_for_in_its_place(self, gpt, scene):
        with scene.setting("metering.ask_usage", True):
            scene.scripts = [Script(text=WORDS, chunk_ms=1), Script(text=WORDS, encoding="accept")]
            for _ in range(2):
                chunks = list(gpt.chat.completions.create(**self.ask, stream=True))
                assert all(chunk.choices for chunk in chunks)
                assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == WORDS
            assert all("usage_asked" in row["flags"] for row in scene.exactly_done(2))
        gpt.chat.completions.create(**self.ask)
        assert "usage_asked" not in scene.rows(3)[2]["flags"]

    def test_chat_stream(self, gpt, scene):
        scene.scripts = [Script(text=WORDS)]
        options = {"include_usage": True}
        chunks = list(gpt.chat.completions.create(**self.ask, stream=True, stream_options=options))
        assert chunks[-1].usage.completion_tokens == scene.exactly_done(1)[0]["output"]

    def test_chat_stream_without_usage_is_an_estimate(self, gpt, scene):
        scene.scripts = [Script(text=WORDS)]
        chunks = list(gpt.chat.completions.create(**self.ask, stream=True))
        assert all(c.usage is None for c in chunks)
        (row,) = scene.rows(1)
        assert (row["state"], row["metering"]) == ("done", "estimated")
        assert row["output"] > 20

    def test_cache(self, gpt, scene):
        ask = {**self.ask, "messages": [{"role": "system", "content": PREFIX}, *MESSAGES]}
        gpt.chat.completions.create(**ask)
        gpt.chat.completions.create(**ask)
        first, second = scene.exactly_done(2)
        assert first["cache_write"] == second["cache_read"] > 2000

    def test_responses(self, gpt, scene):
        scene.scripts = [Script(text=WORDS, thinking="Hm. " * 20)]
        assert gpt.responses.create(model="gpt-6.1-sol", input="Hello").output_text == WORDS
        scene.exactly_done(1)

    def test_responses_stream(self, gpt, scene):
        scene.scripts = [Script(text=WORDS, thinking="Hm. " * 20, encoding="accept")]
        with gpt.responses.stream(model="gpt-6.1-sol", input="Hello") as stream:
            stream.until_done()
            assert stream.get_final_response().output_text == WORDS
        scene.exactly_done(1)

    def test_through_the_common_door(self, scene):
        with openai.OpenAI(base_url=scene.url("any", "notebook") + "/v1", api_key="sk-test") as client:
            client.chat.completions.create(**self.ask)
        (row,) = scene.exactly_done(1)
        assert (row["vendor"], row["tool"]) == ("openai", "notebook")

    def test_errors(self, gpt, scene):
        scene.scripts = [Script(status=429)]
        with pytest.raises(openai.RateLimitError):
            gpt.chat.completions.create(**self.ask)
        assert [row["state"] for row in scene.rows(1)] == ["vendor_error"]


class TestGemini:
    model = "gemini-3.8-flash"

    def test_whole(self, gemini, scene):
        scene.scripts = [Script(text=WORDS, thinking="Hm. " * 20)]
        gemini.models.generate_content(model=self.model, contents="Hello")
        (row,) = scene.exactly_done(1)
        assert row["tool"] == "python-genai"

    def test_stream(self, gemini, scene):
        scene.scripts = [Script(text=WORDS, encoding="gzip")]
        parts = list(gemini.models.generate_content_stream(model=self.model, contents="Hello"))
        assert "".join(p.text or "" for p in parts) == WORDS
        (row,) = scene.exactly_done(1)
        assert row["stream"]

    def test_cache(self, gemini, scene):
        for _ in range(2):
            gemini.models.generate_content(model=self.model, contents=[PREFIX, "Hello"])
        first, second = scene.exactly_done(2)
        assert first["cache_read"] == 0
        assert second["cache_read"] > 2000
