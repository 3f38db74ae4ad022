"""Real clients, connected by ``spendlight connect`` in an empty home: each works, each call is one exact row."""

from __future__ import annotations

import json

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
