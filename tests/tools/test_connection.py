"""Connecting and disconnecting: all files or none, nobody led away silently, new shells, and how a tool stands."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from trayapp.tools.claude_code import ClaudeCode
from trayapp.tools.codex import Codex
from trayapp.tools.connection import Connector, Standing, elsewhere
from trayapp.tools.copilot import Copilot
from trayapp.tools.desk import Desk
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.registry import named
from trayapp.tools.sdk import Sdk
from trayapp.tools.shell import Exported, Shell
from trayapp.tools.spans import Set
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Tool

CLAUDE, CODEX, OTHER = ClaudeCode(), Codex(), Sdk()


class TwoFiles(Tool):
    """A tool with two settings files, the second of which may be anything."""

    name = "two-files"
    title = "Two Files"
    modes = (Mode("one", "only the first file", By.FILE), Mode("both", "both files", By.FILE))

    def find(self, machine: Machine) -> Found:
        return Found(installed=True)

    def usual(self, machine: Machine) -> str:
        return "both"

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        url = links.to("anthropic", self.name)
        first = Edit(self.name, machine.home / "a.json", Format.JSON, (Set(("url",), url),))
        second = Edit(self.name, machine.home / "b.toml", Format.TOML, (Set(("url",), url),))
        return (first, second) if mode == "both" else (first,)


TWO = TwoFiles()


def test_all_files_or_none(connector: Connector, links: Links, user: Path, desk: Desk) -> None:
    (user / "a.json").write_text("{}")
    (user / "b.toml").write_text("url = [\n")
    with pytest.raises(EditError):
        connector.connect(TWO, links)
    assert (user / "a.json").read_text() == "{}"
    (user / "b.toml").write_text("")
    (user / "b.toml").chmod(0o444)
    with pytest.raises(EditError) as caught:
        connector.connect(TWO, links)
    assert caught.value.trouble.code == "locked"
    assert (user / "a.json").read_text() == "{}"
    assert desk.journal.open_entries() == []
    assert connector.standing(TWO, links).standing is Standing.NOT_CONNECTED


def test_a_file_that_fails_only_when_it_is_written_takes_the_others_back(
    connector: Connector, links: Links, user: Path, desk: Desk
) -> None:
    (user / "a.json").write_text("{}")
    connector.connect(OTHER, links)  # its variables stand already
    shared = Exported("x", {"OPENAI_BASE_URL": "http://elsewhere"})
    shell_only = replace(Mode("m", "", By.SHELL), name="m")

    class Clashing(Sdk):
        name = "clashing"
        modes = (shell_only,)

        def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
            return shared.variables

    with pytest.raises(EditError) as caught:
        connector.connect(Clashing(), links)
    assert caught.value.trouble.code == "shared_variable"
    assert connector.standing(OTHER, links).standing is Standing.CONNECTED
    assert connector.connected() == ["sdk"]


def test_another_mode_takes_the_former_ones_files_back(connector: Connector, links: Links, user: Path) -> None:
    (user / "b.toml").write_text("# mine\n")
    connector.connect(TWO, links)
    assert "url" in (user / "b.toml").read_text()
    connector.connect(TWO, links, "one")
    assert (user / "b.toml").read_text() == "# mine\n"
    stands = connector.standing(TWO, links)
    assert (stands.mode, stands.files) == ("one", (user / "a.json",))
    connector.disconnect(TWO.name)
    assert not (user / "a.json").exists()


def test_a_reconnect_that_fails_leaves_the_former_connection(connector: Connector, links: Links, user: Path) -> None:
    (user / "a.json").write_text('{\n  "mine": 1\n}\n')
    (user / "b.toml").write_text("# mine\n")
    connector.connect(TWO, links)
    before = {name: (user / name).read_bytes() for name in ("a.json", "b.toml")}
    (user / "b.toml").chmod(0o444)  # so the former mode's file cannot be taken back
    with pytest.raises(EditError):
        connector.connect(TWO, replace(links, port=27999), "one")
    assert {name: (user / name).read_bytes() for name in before} == before
    stands = connector.standing(TWO, links)
    assert (stands.standing, stands.mode) == (Standing.CONNECTED, "both")
    (user / "b.toml").chmod(0o644)
    connector.disconnect(TWO.name)
    assert (user / "a.json").read_text() == '{\n  "mine": 1\n}\n'
    assert (user / "b.toml").read_text() == "# mine\n"


def test_a_tool_that_goes_elsewhere_is_not_led_away(connector: Connector, links: Links, user: Path) -> None:
    settings = user / ".claude" / "settings.json"
    settings.parent.mkdir(mode=0o700)
    before = '{"env": {"ANTHROPIC_BASE_URL": "https://gateway.corp/anthropic"}}'
    settings.write_text(before)
    with pytest.raises(EditError) as caught:
        connector.connect(CLAUDE, links)
    trouble = caught.value.trouble
    assert trouble.code == "other_address"
    assert "spendlight upstream set anthropic=https://gateway.corp/anthropic" in trouble.fix
    assert settings.read_text() == before
    # With that place as the route, and with the user's word, it is led here; the way back is exact.
    routed = replace(links, upstreams={**links.upstreams, "anthropic": "https://gateway.corp/anthropic/"})
    connector.connect(CLAUDE, routed)
    connector.disconnect(CLAUDE.name)
    assert settings.read_text() == before
    connector.connect(CLAUDE, links, replace_address=True)
    assert links.lead_here(json.loads(settings.read_text())["env"]["ANTHROPIC_BASE_URL"])
    connector.disconnect(CLAUDE.name)
    assert settings.read_text() == before


def test_a_new_port_makes_it_stale_and_connecting_again_leads_back_to_the_users_file(
    connector: Connector, links: Links, user: Path
) -> None:
    config = user / ".codex" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text('model = "gpt-5.5"\n')
    connector.connect(CODEX, links)
    moved = replace(links, port=27999)
    assert connector.standing(CODEX, moved).standing is Standing.STALE
    connector.connect(CODEX, moved)
    assert connector.standing(CODEX, moved).standing is Standing.CONNECTED
    assert connector.standing(CODEX, links).standing is Standing.STALE
    connector.disconnect(CODEX.name)
    assert config.read_text() == 'model = "gpt-5.5"\n'


def test_codex_with_a_provider_of_the_users_own(connector: Connector, links: Links, user: Path) -> None:
    config = user / ".codex" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text('model_provider = "corp"\n[model_providers.corp]\nbase_url = "https://gw.corp/v1"\n')
    assert "provider 'corp'" in CODEX.find(Machine(user, {})).notes[0]
    before = config.read_text()
    with pytest.raises(EditError) as caught:
        connector.connect(CODEX, links)
    assert caught.value.trouble.code == "own_provider"
    with pytest.raises(EditError):  # `spendlight run` says the same and starts it unmetered
        CODEX.arguments(Machine(user, {}), links, "base-url")
    assert config.read_text() == before


def test_a_route_that_nobody_knows_is_said(
    connect_on: Callable[[Machine], Connector], links: Links, user: Path
) -> None:
    bare = replace(links, upstreams={"anthropic": "https://api.anthropic.com"})
    with pytest.raises(EditError) as caught:
        connect_on(Machine(user, {})).connect(CLAUDE, bare, "vertex")
    assert "spendlight upstream set vertex=" in caught.value.trouble.fix
    with pytest.raises(EditError) as caught:
        connect_on(Machine(user, {})).connect(CLAUDE, bare, "nonsense")
    assert caught.value.trouble.code == "bad_mode"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "dash"])
def test_new_shells_get_the_variables(
    connect_on: Callable[[Machine], Connector], links: Links, user: Path, shell: str
) -> None:
    start = {
        "bash": ".bashrc",
        "zsh": ".zshrc",
        "fish": ".config/fish/conf.d/spendlight.fish",
        "dash": ".profile",
    }[shell]
    if shell in ("bash", "zsh"):
        (user / start).write_text("export MINE=1")
    connector = connect_on(Machine(user, {"SHELL": f"/usr/bin/{shell}"}))
    connector.connect(OTHER, links)
    stands = connector.standing(OTHER, links)
    assert (stands.standing, stands.mode) == (Standing.CONNECTED, "environment")
    program = shutil.which(shell)
    if program is not None:
        command = [program, "-ic" if shell != "dash" else "-lc", "env"]
        done = subprocess.run(
            command, env={"HOME": str(user), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
        )
        got = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
        assert got["OPENAI_BASE_URL"] == links.to("openai", None, "v1")
        assert got["ANTHROPIC_BASE_URL"] == links.to("anthropic", None)
    assert (user / start).exists()
    connector.disconnect(OTHER.name)
    assert not (user.parent / "config" / "shell" / "env.sh").exists()
    if shell in ("bash", "zsh"):
        assert (user / start).read_text() == "export MINE=1"
    else:
        assert not (user / start).exists()


def test_the_line_that_the_user_took_out_is_told_and_stays_out(connector: Connector, links: Links, user: Path) -> None:
    connector.connect(OTHER, links)
    (user / ".bashrc").write_text("# mine\n")
    assert connector.standing(OTHER, links).standing is Standing.CHANGED
    with pytest.raises(EditError) as caught:
        connector.connect(OTHER, links)
    assert caught.value.trouble.code == "opted_out"
    assert (user / ".bashrc").read_text() == "# mine\n"


def test_two_tools_share_the_variables(home: Path, connector: Connector, links: Links, user: Path) -> None:
    class Sister(Sdk):
        name = "sister"

    connector.connect(OTHER, links)
    connector.connect(Sister(), links)
    assert connector.connected() == ["sdk", "sister"]
    connector.disconnect("sdk")
    assert "OPENAI_BASE_URL" in (home / "config" / "shell" / "env.sh").read_text()
    assert "spendlight" in (user / ".bashrc").read_text()
    connector.disconnect("sister")
    assert not (user / ".bashrc").exists()


def test_values_are_quoted_for_each_shell(home: Path) -> None:
    shell = Shell(home / "s", Path("/bin/sh"))
    shell.put("t", Exported("m", {"A": 'it\'s "$HOME" \\ x'}))
    done = subprocess.run(
        ["/bin/sh", "-c", '. "$1"; printf %s "$A"', "sh", str(home / "s" / "env.sh")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'it\'s "$HOME" \\ x'
    assert (home / "s" / "env.sh").stat().st_mode & 0o777 == 0o600


def test_a_removed_environment_sets_nothing(home: Path) -> None:
    shell = Shell(home / "s", home / "gone" / "python")
    shell.put("t", Exported("m", {"A": "x"}))
    done = subprocess.run(
        ["/bin/sh", "-c", '. "$1"; printf "[%s]" "$A"', "sh", str(home / "s" / "env.sh")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_damaged_list_of_variables_hinders_no_undoing_of_files(
    connector: Connector, links: Links, user: Path, home: Path, dry_run: bool
) -> None:
    (user / ".claude").mkdir()
    connector.connect(CLAUDE, links)
    (home / "config" / "shell").mkdir(parents=True)
    (home / "config" / "shell" / "tools.json").write_text("{")
    outcomes = connector.disconnect("claude-code", dry_run=dry_run)
    assert [outcome.done for outcome in outcomes] == [True, False]
    assert "it is damaged" in outcomes[1].text
    assert (user / ".claude" / "settings.json").exists() is dry_run


def test_variables_that_cannot_be_written_take_the_start_file_back(
    connector: Connector, links: Links, user: Path, home: Path
) -> None:
    (home / "config").mkdir()
    (home / "config" / "shell").write_text("a file in the folder's place")
    with pytest.raises((OSError, EditError)):
        connector.connect(OTHER, links)
    assert not (user / ".bashrc").exists()
    assert connector.connected() == []


def test_a_former_mode_that_cannot_be_taken_back_leaves_all_as_it_was(
    connect_on: Callable[[Machine], Connector], links: Links, user: Path
) -> None:
    settings = user / ".copilot" / "settings.json"
    settings.parent.mkdir()
    connector = connect_on(Machine(user, {"SHELL": "/bin/bash"}))
    connector.connect(Copilot(), links, "plan")
    settings.chmod(0o400)
    with pytest.raises(EditError):
        connector.connect(Copilot(), links, "byok")
    assert connector.standing(Copilot(), links).mode == "plan"
    assert not (user / ".bashrc").exists()
    assert connector.addresses(Copilot()) == [links.to("copilot", "copilot")]


def test_a_dry_run_shows_the_start_file_too(connector: Connector, links: Links, user: Path) -> None:
    connector.connect(OTHER, links)
    assert any(o.path == user / ".bashrc" and o.diff for o in connector.disconnect("sdk", dry_run=True))
    assert (user / ".bashrc").exists()


@pytest.mark.parametrize(
    ("name", "variable", "mode"),
    [
        ("zed", "XDG_CONFIG_HOME", None),
        ("goose", "XDG_CONFIG_HOME", None),
        ("crush", "XDG_CONFIG_HOME", None),
        ("mistral-vibe", "VIBE_HOME", None),
        ("llm", "LLM_USER_PATH", "extra-models"),
    ],
)
def test_settings_in_a_folder_that_the_user_names(
    connect_on: Callable[[Machine], Connector],
    links: Links,
    home: Path,
    user: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    variable: str,
    mode: str | None,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    folder = home / "elsewhere"
    folder.mkdir()
    if name == "llm":
        (folder / "extra-openai-models.yaml").write_text("- model_id: m\n  api_base: https://api.openai.com/v1\n")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    tool = named(name)
    assert tool is not None
    connector = connect_on(Machine(user, {"SHELL": "/bin/bash", variable: str(folder)}))
    connector.connect(tool, links, mode)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} != before
    assert all(outcome.done for outcome in connector.disconnect(name))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("place", ["this shell", "a start file"])
@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("claude-code", "ANTHROPIC_BASE_URL"),
        ("gemini-cli", "GOOGLE_GEMINI_BASE_URL"),
        ("gemini-cli", "CODE_ASSIST_ENDPOINT"),
        ("qwen-code", "OPENAI_BASE_URL"),
        ("copilot", "COPILOT_API_URL"),
        ("opencode", "ANTHROPIC_BASE_URL"),
    ],
)
def test_a_gateway_in_a_variable_is_not_left_silently(
    connect_on: Callable[[Machine], Connector], links: Links, user: Path, name: str, variable: str, place: str
) -> None:
    environment = {"SHELL": "/bin/bash", "ANTHROPIC_API_KEY": "k"}
    if place == "this shell":
        environment[variable] = "https://gateway.corp/v1"
    else:
        (user / ".zshrc").write_text(f"export {variable}=https://gateway.corp/v1\n")
    tool, machine = named(name), Machine(user, environment)
    assert tool is not None
    before = [path for path in user.rglob("*") if path.is_file()]
    with pytest.raises(EditError) as caught:
        connect_on(machine).connect(tool, links)
    assert caught.value.trouble.code == "other_address"
    assert variable in caught.value.trouble.message
    assert [path for path in user.rglob("*") if path.is_file()] == before
    assert elsewhere(tool, machine, links), "this is what `spendlight run` goes by"
