"""Real clients through Spendlight to a vendor that checks each parameter: each makes a tool work and is never refused.

No request is rewritten here. This proves the judge: what real clients send to the models that they name passes it, over
a conversation with sealed reasoning, tool calls and their results.
"""

from __future__ import annotations

import json

import pytest
from strict.loops import SHELL, ToolLoop
from strict.upstream import StrictVendor

from trayapp.demo.vendor import SimulatedVendor

PROMPT = "Run the command `echo xyzzy` once and tell me what it printed."


@pytest.fixture(scope="module")
def upstream() -> SimulatedVendor:
    return StrictVendor(keep_headers=True)


@pytest.fixture
def strict(scene) -> StrictVendor:
    """The vendor, whose models call a shell twice after each of the user's words."""
    vendor = scene.vendor.vendor
    vendor.seen.clear()
    vendor.planner = ToolLoop(SHELL, times=2)
    return vendor


def worked(scene, vendor: StrictVendor, results: str, model: str) -> None:
    """Nothing was refused, two of a tool's results arrived, and all of it is in the ledger."""
    assert [(call.model, call.refused) for call in vendor.seen.refusals()] == []
    calls = [call for call in vendor.seen.calls(model=model) if call.op == "generate"]
    assert max(call.blocks.get(results, 0) for call in calls) == 2, [(c.model, c.blocks, c.tools) for c in calls]
    scene.rows(len(vendor.seen.calls()))


@pytest.mark.parametrize(
    "model",
    ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-sonnet-4-6", "claude-haiku-4-5-20251001"],
)
def test_claude_code(scene, strict, claude_code, model):
    options = ("--model", model, "--allowedTools", "Bash", "--output-format", "json")
    ran = claude_code(scene.url("anthropic"), "-p", PROMPT, *options)
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    worked(scene, strict, "tool_result", model)
    last = strict.seen.calls(model=model)[-1]
    assert last.blocks["thinking"] == 2
    assert last.parameters["thinking"]["type"] == ("enabled" if "4-5" in model else "adaptive")


def test_claude_code_goes_on(scene, strict, claude_code):
    """A conversation that is taken up again sends the thinking of its former turns, and nothing before it changed."""
    options = ("--model", "claude-opus-5-5", "--allowedTools", "Bash")
    for more in ((), ("--continue",)):
        ran = claude_code(scene.url("anthropic"), "-p", PROMPT, *options, *more)
        assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    assert [call.refused for call in strict.seen.refusals()] == []
    assert strict.seen.last().blocks["thinking"] == 5
    scene.rows(len(strict.seen.calls()))


@pytest.mark.parametrize("model", ["gpt-6.1-sol", "gpt-6-luna", "gpt-5.5"])
@pytest.mark.parametrize("login", ["apikey", "chatgpt"])
def test_codex(scene, strict, codex, model, login):
    ran = codex(scene.url("openai") + "/v1", "--model", model, PROMPT, login=login)
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    assert "rerouted" not in ran.out + ran.err
    lite = model.startswith("gpt-6")
    worked(scene, strict, "custom_tool_call_output" if lite else "function_call_output", model)
    assert strict.seen.last().blocks["reasoning"] == 2


def test_codex_goes_on(scene, strict, codex):
    """A conversation that is taken up again sends the reasoning of its former turns."""
    for arguments in ((PROMPT,), ("resume", "--last", PROMPT)):
        ran = codex(scene.url("openai") + "/v1", "--model", "gpt-6.1-sol", *arguments)
        assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    assert [call.refused for call in strict.seen.refusals()] == []
    assert strict.seen.last().blocks["reasoning"] == 5
    scene.rows(len(strict.seen.calls()))


def test_gemini_cli(scene, strict, client_home):
    home = client_home("gemini")
    env = {"GEMINI_CLI_TRUST_WORKSPACE": "true", "GEMINI_API_KEY": "AIza-test"}
    changed = home.connect("gemini-cli", more=env)
    ran = home.run(["gemini", "--yolo", "-p", PROMPT], env)
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    worked(scene, strict, "functionResponse", strict.seen.last().model)
    home.disconnect("gemini-cli", changed)


@pytest.mark.parametrize(
    ("model", "results"),
    [
        ("anthropic/claude-sonnet-5", "tool_result"),
        ("openai/gpt-5.5", "function_call_output"),
        ("google/gemini-3.8-flash", "functionResponse"),
    ],
)
def test_opencode(scene, strict, client_home, model, results):
    home = client_home("opencode")
    keys = ("anthropic", "openai", "google")
    auth = {name: {"type": "api", "key": f"{name}-test"} for name in keys}
    home.write(".local/share/opencode/auth.json", json.dumps(auth), 0o600)
    changed = home.connect("opencode")
    ran = home.run(["opencode", "run", "--model", model, PROMPT])
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    worked(scene, strict, results, model.partition("/")[2])
    home.disconnect("opencode", changed)
