"""The environment of new shells: real bash, zsh and fish get the variables, and each tool keeps its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.llm import Llm
from trayapp.tools.sdk import WITH_OLLAMA, Sdk
from trayapp.tools.shell import Exported, Shell
from trayapp.tools.tool import Links, Machine

ODD = "it's $HOME `x` \"q\" \\ *?; & #\\' é"
"""A value that no shell may touch."""
SHELLS = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/conf.d/spendlight.fish"}
SMALL = "ANTHROPIC_DEFAULT_HAIKU_MODEL"
ConnectOn = Callable[[Machine], Connector]


@pytest.fixture(params=SHELLS)
def kind(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed; run: apt-get install {request.param}")
    return str(request.param)


def said(kind: str, user: Path, *names: str, **more: str) -> list[str]:
    """What a new interactive shell has in these variables, an empty text where it has none."""
    words = " ".join(f'"${name}"' for name in names)
    clean = {"HOME": str(user), "PATH": os.environ["PATH"], "TERM": "dumb", "LANG": "C.UTF-8", **more}
    ran = subprocess.run(
        [kind, "-ic", f"printf '%s\\n' {words}"],
        env=clean,
        cwd=user,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        start_new_session=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split("\n")[:-1]


def test_values_arrive_as_they_are(connect_on: ConnectOn, home: Path, user: Path, links: Links, kind: str) -> None:
    connector = connect_on(Machine(user, {"SHELL": f"/bin/{kind}"}))
    connector.connect(Sdk(), links)
    Shell(home / "config" / "shell", Path(sys.executable)).put("odd", Exported("m", {"ODD": ODD}))
    assert said(kind, user, "ODD", "OPENAI_BASE_URL") == [ODD, links.to("openai", None, "v1")]
    assert said(kind, user, SMALL) == ["claude-haiku-5-5"]
    assert said(kind, user, SMALL, **{SMALL: "mine"}) == ["mine"], "no address: the user's own word stays"


def test_two_tools_share_variables_and_one_goes(connect_on: ConnectOn, user: Path, links: Links, kind: str) -> None:
    start = user / SHELLS[kind]
    mine = b"# mine\n" if kind != "fish" else None
    if mine:
        start.write_bytes(mine)
    connector = connect_on(Machine(user, {"SHELL": f"/bin/{kind}"}))
    names = ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL")
    all_three = [links.to("anthropic", None), links.to("openai", None, "v1"), links.to("gemini", None)]
    connector.connect(Sdk(), links)
    connector.connect(Llm(), links)
    assert said(kind, user, *names) == all_three
    assert all(outcome.done for outcome in connector.disconnect("sdk"))
    assert said(kind, user, *names) == [*all_three[:2], ""]
    assert connector.standing(Llm(), links).standing is Standing.CONNECTED
    assert connector.standing(Sdk(), links).standing is Standing.NOT_CONNECTED
    connector.connect(Sdk(), links)
    assert all(outcome.done for outcome in connector.disconnect("llm"))
    assert said(kind, user, *names) == all_three
    assert all(outcome.done for outcome in connector.disconnect("sdk"))
    assert said(kind, user, *names) == ["", "", ""]
    assert (start.read_bytes() if start.exists() else None) == mine


def test_without_spendlight_nobody_is_led_astray(
    connect_on: ConnectOn, home: Path, user: Path, links: Links, kind: str
) -> None:
    connect_on(Machine(user, {"SHELL": f"/bin/{kind}"})).connect(Sdk(), links)
    Shell(home / "config" / "shell", home / "gone" / "python").put("sdk", Exported("m", {"OPENAI_BASE_URL": "x"}))
    assert said(kind, user, "OPENAI_BASE_URL") == [""]


def test_a_mode_takes_the_place_of_another(connector: Connector, home: Path, links: Links) -> None:
    written = home / "config" / "shell" / "env.sh"
    more = Links(links.port, links.token, {**links.upstreams, "ollama": "http://127.0.0.1:11434"})
    connector.connect(Sdk(), more, WITH_OLLAMA)
    assert f"export OLLAMA_HOST={more.to('ollama', None)}" in written.read_text()
    assert written.stat().st_mode & 0o777 == 0o600
    connector.connect(Sdk(), more)
    assert "OLLAMA_HOST" not in written.read_text()


def test_two_tools_cannot_have_two_values(home: Path) -> None:
    shell = Shell(home / "config" / "shell", Path(sys.executable))
    shell.put("one", Exported("m", {"U": "a", "V": "b"}))
    with pytest.raises(EditError) as caught:
        shell.put("two", Exported("m", {"U": "c"}))
    assert caught.value.trouble.fix == "Disconnect one of them: spendlight disconnect one"
    assert list(shell.tools()) == ["one"]


def test_after_another_port_tools_that_share_variables_are_connected_again(connector: Connector, links: Links) -> None:
    connector.connect(Sdk(), links)
    connector.connect(Llm(), links)
    moved = Links(27999, links.token, links.upstreams)
    connector.connect(Llm(), moved)
    assert connector.standing(Llm(), moved).standing is Standing.CONNECTED
    assert connector.standing(Sdk(), moved).standing is Standing.STALE
    connector.connect(Sdk(), moved)
    assert {connector.standing(tool, moved).standing for tool in (Sdk(), Llm())} == {Standing.CONNECTED}


def test_another_small_model_is_no_clash(connect_on: ConnectOn, user: Path, links: Links) -> None:
    connect_on(Machine(user, {"SHELL": "/bin/bash"})).connect(Sdk(), links)
    connect_on(Machine(user, {"SHELL": "/bin/bash", SMALL: "mine"})).connect(Llm(), links)


def test_on_windows_nothing_is_pretended(
    connector: Connector, user: Path, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(EditError) as caught:
        connector.connect(Sdk(), links)
    assert caught.value.trouble.code == "no_start_file"
    assert list(user.iterdir()) == []


@pytest.mark.parametrize(("kind", "variable"), [("zsh", "ZDOTDIR"), ("fish", "XDG_CONFIG_HOME")])
def test_a_folder_that_the_user_names_may_lie_anywhere(
    connect_on: ConnectOn, user: Path, home: Path, links: Links, kind: str, variable: str
) -> None:
    folder = home / "elsewhere"
    folder.mkdir()
    connector = connect_on(Machine(user, {"SHELL": f"/bin/{kind}", variable: str(folder)}))
    connector.connect(Sdk(), links)
    assert [path for path in folder.rglob("*") if path.is_file()]
    assert all(outcome.done for outcome in connector.disconnect("sdk"))
    assert list(folder.rglob("*")) == []


def test_tools_that_are_connected_at_the_same_time_lose_nothing(home: Path) -> None:
    folder = home / "config" / "shell"
    with ThreadPoolExecutor(8) as pool:
        for n in range(24):
            pool.submit(Shell(folder, Path(sys.executable)).put, f"t{n}", Exported("m", {f"V{n}": str(n)}))
    assert len(Shell(folder, Path(sys.executable)).tools()) == 24
