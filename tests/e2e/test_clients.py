"""Real Claude Code and real Codex work through Spendlight; the ledger says what the vendor counted."""

from __future__ import annotations

import pytest

from trayapp.demo.script import Script

PROMPT = "Say the magic word."


@pytest.mark.parametrize("form", ["text", "json", "stream-json"])
def test_claude_code(scene, claude_code, form):
    scene.scripts = [Script(text="The magic word is xyzzy.", output_tokens=321, encoding="accept")]
    extra = ["--verbose"] if form == "stream-json" else []
    ran = claude_code(scene.url("anthropic"), "-p", PROMPT, "--output-format", form, *extra)
    assert ran.code == 0, ran.err
    assert "xyzzy" in ran.out
    (row,) = scene.exactly_done(1)
    assert row["tool"] == "claude-code"
    assert row["session"]
    assert row["output"] == 321
    assert row["cache_write"] > 5000
    assert row["stream"]


def test_claude_code_meets_an_overloaded_vendor(scene, claude_code):
    scene.scripts = [Script(status=529, retry_after="0"), Script(text="Now xyzzy.")]
    ran = claude_code(scene.url("any"), "-p", PROMPT)
    assert ran.code == 0, ran.err
    assert "xyzzy" in ran.out
    refused, done = scene.rows(2)
    assert (refused["state"], refused["http_status"]) == ("vendor_error", 529)
    assert (done["state"], done["tool"]) == ("done", "claude-code")


@pytest.mark.parametrize("door", ["openai", "any"])
def test_codex(scene, codex, door):
    scene.scripts = [Script(text="The magic word is xyzzy.", thinking="Hm.", output_tokens=500, reasoning_tokens=120)]
    ran = codex(scene.url(door) + "/v1", PROMPT)
    assert ran.code == 0, ran.err
    assert "xyzzy" in ran.out
    (row,) = scene.exactly_done(1)
    assert row["tool"] == "codex"
    assert row["session"]
    assert (row["output"], row["reasoning"]) == (500, 120)
    assert row["stream"]
    # Its WebSocket attempt was refused by the proxy itself and is no call.
    assert all(c.op != "other" or c.status != 426 for c in scene.vendor.counted.calls())


def test_codex_with_a_chatgpt_login_sends_compressed_bodies(scene, codex):
    scene.scripts = [Script(text="The magic word is xyzzy.", output_tokens=77)]
    ran = codex(scene.url("openai") + "/v1", PROMPT, login="chatgpt")
    assert ran.code == 0, ran.err
    assert "xyzzy" in ran.out
    (row,) = scene.exactly_done(1)
    assert (row["tool"], row["vendor"], row["account"]) == ("codex", "chatgpt", "subscription")
    (counted,) = [c for c in scene.vendor.counted.calls() if c.wire]
    assert counted.path == "/backend-api/codex/responses"
    assert ("content-encoding", "zstd") in counted.headers
    assert counted.bytes_in < row["context_bytes"]
