"""Virtual keys in tools' own files: which are swapped, which stay, and that none is left over."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trayapp.platform import paths as places
from trayapp.toolbox import Toolbox
from trayapp.tools.connection import Standing
from trayapp.tools.registry import named
from trayapp.tools.tool import Tool
from trayapp.trouble import TroubleError
from trayapp.virtualkeys.cabinet import Cabinet
from trayapp.virtualkeys.register import MARK

REAL = "sk-real-0123456789abcdef"
CONTINUE = f"""# mine
models:
  - name: big
    provider: openai
    model: gpt-5.5
    apiKey: {REAL}
  - name: small
    provider: openai
    model: gpt-5.5-mini
    apiKey: "{REAL}"  # the same
  - name: claude
    provider: anthropic
    model: claude-haiku-5-5
    apiKey: sk-ant-api03-another
  - name: local
    provider: ollama
    apiKey: none-needed
"""


@pytest.fixture
def box(home: Path) -> Toolbox:
    """A toolbox of a profile that was started once."""
    paths = places.find()
    paths.make()
    paths.port.write_text("29999")
    paths.token.write_text("t0K" * 14 + "_")
    return Toolbox(paths)


def tool(name: str) -> Tool:
    found = named(name)
    assert found is not None
    return found


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_each_real_key_gets_one_virtual_key(box: Toolbox, home: Path) -> None:
    file = write(home / "user" / ".continue" / "config.yaml", CONTINUE)
    done = box.connect(tool("continue"), no_autostart=True, virtual_key=True)
    text = file.read_text()
    assert REAL not in text
    assert "sk-ant-api03-another" not in text
    assert "none-needed" in text
    assert text.count(MARK) == 3
    assert done.swapped.minted == ("continue-openai", "continue-anthropic")
    assert {key.name: key.vendor for key in Cabinet(box.paths).listed()} == {
        "continue-openai": "openai",
        "continue-anthropic": "anthropic",
    }
    assert Cabinet(box.paths).reveal("continue-openai") == REAL
    again = box.connect(tool("continue"))
    assert again.swapped.minted == ()
    assert file.read_text() == text
    box.disconnect("continue")
    assert file.read_text() == CONTINUE
    assert Cabinet(box.paths).listed() == ()
    assert not any(REAL in p.read_text("utf-8", "replace") for p in (home / "state").rglob("*") if p.is_file())


def test_where_no_key_stands_nothing_is_done(box: Toolbox, home: Path) -> None:
    write(home / "user" / ".codex" / "config.toml", "")
    with pytest.raises(TroubleError) as caught:
        box.connect(tool("codex"), no_autostart=True, virtual_key=True)
    assert caught.value.trouble.code == "no_key_there"
    assert (home / "user" / ".codex" / "config.toml").read_text() == ""


def test_a_failure_leaves_no_key_behind(box: Toolbox, home: Path) -> None:
    auth = write(home / "user" / ".codex" / "auth.json", json.dumps({"OPENAI_API_KEY": REAL}))
    write(home / "user" / ".codex" / "config.toml", "[broken")
    with pytest.raises(TroubleError):
        box.connect(tool("codex"), no_autostart=True, virtual_key=True)
    assert json.loads(auth.read_text()) == {"OPENAI_API_KEY": REAL}
    assert Cabinet(box.paths).listed() == ()


def test_a_key_that_the_user_pasted_himself_is_his(box: Toolbox, home: Path) -> None:
    from trayapp import settings

    routes = settings.load(box.paths.settings).routes()
    minted = Cabinet(box.paths).mint("openai", REAL, upstream=routes["openai"])
    auth = write(home / "user" / ".codex" / "auth.json", json.dumps({"OPENAI_API_KEY": minted.virtual}))
    box.connect(tool("codex"), no_autostart=True, virtual_key=True)
    box.disconnect("codex")
    assert json.loads(auth.read_text()) == {"OPENAI_API_KEY": minted.virtual}
    assert [key.name for key in Cabinet(box.paths).listed()] == ["openai"]


@pytest.mark.parametrize(
    ("name", "file", "text", "vendor"),
    [
        ("claude-code", ".claude/settings.json", {"env": {"ANTHROPIC_AUTH_TOKEN": REAL}}, "anthropic"),
        ("codex", ".codex/auth.json", {"OPENAI_API_KEY": REAL}, "openai"),
        ("gemini-cli", ".gemini/.env", f"# mine\nGEMINI_API_KEY={REAL}\n", "gemini"),
        (
            "cline",
            ".cline/data/settings/providers.json",
            {"providers": {"anthropic": {"settings": {"provider": "anthropic", "apiKey": REAL}}}},
            "anthropic",
        ),
    ],
)
def test_each_tool_that_keeps_keys(box: Toolbox, home: Path, name: str, file: str, text: object, vendor: str) -> None:
    before = text if isinstance(text, str) else json.dumps(text, indent=2)
    path = write(home / "user" / file, before)
    box.connect(tool(name), no_autostart=True, virtual_key=True)
    assert REAL not in path.read_text()
    assert MARK in path.read_text()
    assert [key.vendor for key in Cabinet(box.paths).listed()] == [vendor]
    box.disconnect(name)
    assert path.read_text() == before
    assert Cabinet(box.paths).listed() == ()


def claude(home: Path, key: str = REAL) -> Path:
    return write(home / "user" / ".claude" / "settings.json", json.dumps({"env": {"ANTHROPIC_API_KEY": key}}, indent=2))


def restore(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp", "restore", *arguments], capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in done.stderr
    return done


def test_leading_a_tool_to_the_present_address_keeps_its_virtual_key(box: Toolbox, home: Path) -> None:
    file = claude(home)
    before = file.read_text()
    box.connect(tool("claude-code"), no_autostart=True, virtual_key=True)
    virtual = json.loads(file.read_text())["env"]["ANTHROPIC_API_KEY"]
    box.paths.port.write_text("29998")
    assert "spendlight" in virtual
    box.lead_anew(tool("claude-code"), "base-url")
    env = json.loads(file.read_text())["env"]
    assert (env["ANTHROPIC_API_KEY"], ":29998/" in env["ANTHROPIC_BASE_URL"]) == (virtual, True)
    box.disconnect("claude-code")
    assert file.read_text() == before


@pytest.mark.parametrize("arguments", [(), ("claude",)])
def test_restore_takes_virtual_keys_out_of_use_too(box: Toolbox, home: Path, arguments: tuple[str, ...]) -> None:
    before = claude(home).read_text()
    box.connect(tool("claude-code"), no_autostart=True, virtual_key=True)
    assert restore("--dry-run", *arguments).returncode == 0
    assert len(Cabinet(box.paths).listed()) == 1
    assert restore(*arguments).returncode == 0
    assert (home / "user" / ".claude" / "settings.json").read_text() == before
    assert Cabinet(box.paths).listed() == ()
    assert not any(REAL in p.read_text("utf-8", "replace") for p in (home / "state").rglob("*") if p.is_file())


@pytest.mark.parametrize("by", ["disconnect", "restore"])
def test_a_real_key_that_is_not_put_back_is_kept_and_told(box: Toolbox, home: Path, by: str) -> None:
    file = claude(home)
    box.connect(tool("claude-code"), no_autostart=True, virtual_key=True)
    document = json.loads(file.read_text())
    document["env"]["ANTHROPIC_API_KEY"] = "sk-rotated-0123456789abc"
    file.write_text(json.dumps(document))
    told = restore().stdout if by == "restore" else " ".join(outcome.text for outcome in box.disconnect("claude-code"))
    assert "`spendlight keys remove claude-code-anthropic --print`" in told
    assert Cabinet(box.paths).reveal("claude-code-anthropic") == REAL
    assert json.loads(file.read_text())["env"] == {"ANTHROPIC_API_KEY": "sk-rotated-0123456789abc"}


def test_a_damaged_register_hinders_no_undoing(box: Toolbox, home: Path) -> None:
    file = claude(home)
    before = file.read_text()
    box.connect(tool("claude-code"), no_autostart=True, virtual_key=True)
    box.paths.virtual_keys.write_text("{")
    outcomes = box.disconnect("claude-code")
    assert file.read_text() == before
    assert "the register of virtual keys cannot be read" in outcomes[-1].text


def test_one_key_for_two_vendors_is_two(box: Toolbox, home: Path) -> None:
    text = CONTINUE.replace("sk-ant-api03-another", REAL)
    file = write(home / "user" / ".continue" / "config.yaml", text)
    box.connect(tool("continue"), no_autostart=True, virtual_key=True)
    assert sorted(key.vendor for key in Cabinet(box.paths).listed()) == ["anthropic", "openai"]
    assert "sk-ant-api03-spendlight-" in file.read_text()


def test_where_the_file_only_refers_to_a_key_nothing_is_swapped(box: Toolbox, home: Path) -> None:
    text = CONTINUE.replace(REAL, "${{secrets.OPENAI}}").replace("sk-ant-api03-another", "${{ secrets.CLAUDE }}")
    file = write(home / "user" / ".continue" / "config.yaml", text)
    with pytest.raises(TroubleError) as caught:
        box.connect(tool("continue"), no_autostart=True, virtual_key=True)
    assert caught.value.trouble.code == "no_key_there"
    assert file.read_text() == text


def test_a_key_of_another_profile_is_told(box: Toolbox, home: Path) -> None:
    file = claude(home, "sk-ant-api03-spendlight-" + "x" * 43)
    done = box.connect(tool("claude-code"), no_autostart=True)
    assert done.notes == (
        f"{file} holds a virtual key that this profile does not know: calls with it are refused. Put the real one "
        "there.",
    )


def test_what_was_led_here_by_hand_is_said_and_left(box: Toolbox, home: Path) -> None:
    links = box.needed_links()
    address = links.to("anthropic", "claude-code")
    file = write(home / "user" / ".claude" / "settings.json", json.dumps({"env": {"ANTHROPIC_BASE_URL": address}}))
    before = file.read_text()
    (seen,) = box.seen(tool("claude-code"))
    assert seen.stands.standing is Standing.BY_HAND
    assert "led to Spendlight already" in box.connect(tool("claude-code"), no_autostart=True).notes[0]
    assert box.seen(tool("claude-code"))[0].stands.standing is Standing.CONNECTED
    outcomes = box.disconnect("claude-code")
    assert file.read_text() == before
    assert ([outcome.done for outcome in outcomes], "still leads to Spendlight" in outcomes[-1].text) == (
        [True, False],
        True,
    )
    box.paths.port.write_text("29998")
    assert box.seen(tool("claude-code"))[0].stands.standing is Standing.STALE


@pytest.mark.parametrize("by", ["disconnect", "restore"])
def test_with_the_keyring_shut_nothing_is_lost_and_nothing_confused(box: Toolbox, home: Path, by: str) -> None:
    file = claude(home)
    before = file.read_text()
    box.connect(tool("claude-code"), no_autostart=True, virtual_key=True)
    folders = (box.paths.secrets, box.paths.edits / "vault")
    kept = {p: p.read_bytes() for f in folders for p in f.iterdir() if p.suffix != ".ring" and p.name[0] != "."}
    for path in kept:  # as if a keyring had taken them, which is not there now
        path.unlink()
        path.with_name(f"{path.name}.ring").write_text("holds SecretService")
    if by == "restore":
        done = restore()
        assert done.returncode == 1
        told = done.stdout + done.stderr
    else:
        told = " ".join(outcome.text for outcome in Toolbox(box.paths).disconnect("claude-code"))
    assert "unlock it and restore again" in told
    assert "spendlight keys remove" not in told
    assert MARK not in file.read_text()
    (seen,) = Toolbox(box.paths).seen(tool("claude-code"))
    assert (seen.stands.standing, "unlock it" in seen.stands.note) == (Standing.CHANGED, True)
    assert [key.name for key in Cabinet(box.paths).listed()] == ["claude-code-anthropic"]
    for path, data in kept.items():
        path.with_name(f"{path.name}.ring").unlink()
        path.write_bytes(data)
    assert [outcome.done for outcome in Toolbox(box.paths).disconnect("claude-code")] == [True]
    assert file.read_text() == before
    assert Cabinet(box.paths).listed() == ()


def test_a_key_beside_an_address_for_any_vendor_is_not_swapped(box: Toolbox, home: Path) -> None:
    address = box.needed_links().to("any", "cline")
    settings = {"providers": {"mine": {"settings": {"baseUrl": address, "apiKey": REAL}}}}
    file = write(home / "user" / ".cline" / "data" / "settings" / "providers.json", json.dumps(settings))
    with pytest.raises(TroubleError) as caught:
        box.connect(tool("cline"), no_autostart=True, virtual_key=True)
    assert caught.value.trouble.code == "unknown_vendor"
    assert json.loads(file.read_text()) == settings


def test_keys_that_would_not_come_through_here_are_left_alone(box: Toolbox, home: Path) -> None:
    text = CONTINUE.replace("provider: anthropic", "provider: gemini")
    file = write(home / "user" / ".continue" / "config.yaml", text)
    box.connect(tool("continue"), no_autostart=True, virtual_key=True)
    assert "apiKey: sk-ant-api03-another" in file.read_text()
    auth = write(home / "user" / ".codex" / "auth.json", json.dumps({"OPENAI_API_KEY": REAL}))
    write(home / "user" / ".codex" / "config.toml", 'model_provider = "corp"\n')
    with pytest.raises(TroubleError):
        box.connect(tool("codex"), no_autostart=True, virtual_key=True)
    assert json.loads(auth.read_text()) == {"OPENAI_API_KEY": REAL}


def test_where_a_virtual_key_costs_more_it_is_said(box: Toolbox, home: Path) -> None:
    write(home / "user" / ".gemini" / ".env", f"GEMINI_API_KEY={REAL}\n")
    assert not any("virtual key" in note for note in box.connect(tool("gemini-cli"), no_autostart=True).notes)
    done = box.connect(tool("gemini-cli"), no_autostart=True, virtual_key=True)
    assert "folders that you have not trusted" in done.notes[0]
