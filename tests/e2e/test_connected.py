"""Real clients, connected by ``spendlight connect`` in an empty home: each works, each call is one exact row."""

from __future__ import annotations

import json

import pytest

from trayapp.demo.script import Script

PROMPT = "Say the magic word."
ANSWER = Script(text="The magic word is xyzzy.", output_tokens=321)


def test_claude_code(scene, client_home):
    home = client_home("claude")
    changed = home.connect("claude-code")
    assert changed == [home.path / ".claude" / "settings.json"]
    scene.scripts = [ANSWER]
    ran = home.run(["claude", "-p", PROMPT], {"ANTHROPIC_API_KEY": "sk-ant-api03-test", "IS_SANDBOX": "1"})
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.err
    (row,) = scene.exactly_done(1)
    assert (row["tool"], row["vendor"], row["output"]) == ("claude-code", "anthropic", 321)
    home.disconnect("claude-code", changed)


def test_codex(scene, client_home):
    home = client_home("codex")
    home.write(".codex/auth.json", json.dumps({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-test"}), 0o600)
    mine = '# mine\r\nmodel = "gpt-5.5"\r\n\r\n[features]\r\n'
    home.write(".codex/config.toml", mine)
    changed = home.connect("codex")
    assert changed == [home.path / ".codex" / "config.toml"]
    scene.scripts = [ANSWER]
    ran = home.run(["codex", "exec", "--skip-git-repo-check", PROMPT])
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.err
    (row,) = scene.exactly_done(1)
    assert (row["tool"], row["vendor"], row["output"]) == ("codex", "openai", 321)
    home.disconnect("codex", changed)


@pytest.mark.parametrize("tool", ["claude-code", "codex"])
def test_with_a_virtual_key(scene, client_home, tool):
    """The vendor gets the real key; the tool's file holds one that is worth nothing elsewhere."""
    real = "sk-ant-api03-reallyreal" if tool == "claude-code" else "sk-reallyreal-0123456789"
    home = client_home("claude" if tool == "claude-code" else "codex")
    if tool == "claude-code":
        file = home.write(".claude/settings.json", json.dumps({"env": {"ANTHROPIC_API_KEY": real}}), 0o600)
        command, header = ["claude", "-p", PROMPT], ("x-api-key", real)
    else:
        file = home.write(".codex/auth.json", json.dumps({"auth_mode": "apikey", "OPENAI_API_KEY": real}), 0o600)
        command, header = ["codex", "exec", "--skip-git-repo-check", PROMPT], ("authorization", f"Bearer {real}")
    dry = home.spendlight("connect", tool, "--dry-run", "--virtual-key", "--no-autostart")
    assert dry.code == 0, dry.err
    assert str(file) in dry.out
    assert real not in dry.out
    changed = home.connect(tool, "--virtual-key")
    assert file in changed
    assert real not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    scene.scripts = [ANSWER]
    ran = home.run(command, {"IS_SANDBOX": "1"})
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.err
    (row,) = scene.exactly_done(1)
    (call,) = [c for c in scene.vendor.counted.calls() if c.wire]
    assert header in call.headers
    assert row["credential"]
    # Connecting once more changes nothing of that.
    held = file.read_text()
    assert home.spendlight("connect", tool, "--no-autostart").code == 0
    assert file.read_text() == held
    assert json.loads(home.spendlight("keys", "--format", "json", "list").out)[0]["name"].startswith(tool)
    home.disconnect(tool, changed)
    assert json.loads(home.spendlight("keys", "--format", "json", "list").out) == []
