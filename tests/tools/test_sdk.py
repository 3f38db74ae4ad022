"""Programs with an official SDK: which variables, and what the user has set himself is not outdone silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from trayapp.tools import registry
from trayapp.tools.connection import Connector
from trayapp.tools.files import EditError
from trayapp.tools.sdk import WITH_OLLAMA, Sdk
from trayapp.tools.tool import Links, Machine

TOOL = Sdk()


def with_routes(links: Links, **more: str) -> Links:
    return Links(links.port, links.token, {**links.upstreams, **more})


def test_the_variables(user: Path, links: Links) -> None:
    machine = Machine(user, {})
    assert TOOL.variables(machine, links, "environment") == {
        "ANTHROPIC_BASE_URL": links.to("anthropic", None),
        "OPENAI_BASE_URL": links.to("openai", None, "v1"),
        "GOOGLE_GEMINI_BASE_URL": links.to("gemini", None),
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-5-5",
    }
    both = with_routes(links, azure="https://r.openai.azure.com", ollama="http://127.0.0.1:11434")
    assert "OLLAMA_HOST" not in TOOL.variables(machine, both, "environment")
    found = TOOL.variables(machine, both, WITH_OLLAMA)
    assert (found["AZURE_OPENAI_ENDPOINT"], found["OLLAMA_HOST"]) == (both.to("azure", None), both.to("ollama", None))


def test_ollama_needs_its_route(user: Path, links: Links) -> None:
    with pytest.raises(EditError) as caught:
        TOOL.variables(Machine(user, {}), links, WITH_OLLAMA)
    assert caught.value.trouble.fix == "Say so once: spendlight upstream set ollama=https://…"


def test_it_is_found_by_its_former_name_and_has_no_program() -> None:
    assert registry.named("other") is registry.named("sdk")
    assert registry.of_program("python") is None


@pytest.mark.parametrize("shell", ["/bin/bash", "/usr/bin/fish"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".bashrc", 'alias a=b\nexport OPENAI_BASE_URL="https://gw.corp/v1" # ours\n'),
        (".profile", "  OPENAI_BASE_URL=https://gw.corp/v1; export OPENAI_BASE_URL\n"),
        (".zshrc", "typeset -gx OPENAI_BASE_URL='https://gw.corp/v1'\n"),
        (".config/fish/config.fish", "set -gx OPENAI_BASE_URL https://gw.corp/v1\n"),
        (".config/fish/config.fish", "    set --export OPENAI_BASE_URL 'https://gw.corp/v1'\n"),
    ],
)
def test_an_address_in_a_start_file_is_not_outdone(
    connect_on, user: Path, links: Links, name: str, text: str, shell: str
) -> None:
    start = user / name
    start.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    start.write_text(text)
    connector = connect_on(Machine(user, {"SHELL": shell}))
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.message == f"{start}: OPENAI_BASE_URL is https://gw.corp/v1."
    assert "spendlight upstream set openai=https://gw.corp/v1" in caught.value.trouble.fix
    assert start.read_text() == text
    connector.connect(TOOL, with_routes(links, openai="https://gw.corp"))
    connector.disconnect(TOOL.name)
    assert start.read_text() == text
    connector.connect(TOOL, links, replace_address=True)


@pytest.mark.parametrize(
    "text",
    [
        "# export OPENAI_BASE_URL=https://gw.corp\n",
        "export MY_OPENAI_BASE_URL=https://gw.corp\n",
        "echo OPENAI_BASE_URL=https://gw.corp\n",
        "unset OPENAI_BASE_URL\n",
        "export OPENAI_BASE_URL=\n",
        'export OPENAI_BASE_URL=""\n',
        "set -e OPENAI_BASE_URL\n",
    ],
)
def test_what_sets_no_address_does_not_matter(connector: Connector, user: Path, links: Links, text: str) -> None:
    (user / ".bashrc").write_text(text)
    connector.connect(TOOL, links)


def test_an_address_in_the_environment_is_not_outdone(connect_on, user: Path, links: Links) -> None:
    elsewhere = {"SHELL": "/bin/bash", "ANTHROPIC_BASE_URL": "https://gw.corp"}
    with pytest.raises(EditError) as caught:
        connect_on(Machine(user, elsewhere)).connect(TOOL, links)
    assert caught.value.trouble.message == "the variable ANTHROPIC_BASE_URL of this shell is https://gw.corp."
    ours = {"SHELL": "/bin/bash", "ANTHROPIC_BASE_URL": links.to("anthropic", "x")}
    connect_on(Machine(user, ours)).connect(TOOL, links)


def test_an_address_without_a_route_is_left_alone(connect_on, home: Path, user: Path, links: Links) -> None:
    machine = Machine(user, {"SHELL": "/bin/bash", "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com"})
    connector = connect_on(machine)
    connector.connect(TOOL, links)
    assert "AZURE" not in (home / "config" / "shell" / "env.sh").read_text()
    connector.connect(TOOL, with_routes(links, azure="https://r.openai.azure.com/"))
    assert "AZURE" in (home / "config" / "shell" / "env.sh").read_text()
    with pytest.raises(EditError):
        connector.connect(TOOL, with_routes(links, azure="https://other.openai.azure.com"))
