"""Tools without a way in: they are found, and what is possible is said instead of tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from trayapp.tools import registry
from trayapp.tools.connection import Connector
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine
from trayapp.tools.unreachable import Unreachable

TOOLS = [tool for tool in registry.TOOLS if isinstance(tool, Unreachable)]


def test_which_they_are() -> None:
    assert [tool.name for tool in TOOLS] == ["roo", "vscode-copilot", "jetbrains-ai", "windsurf", "cursor"]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_connecting_says_what_is_possible(connector: Connector, links: Links, tool: Unreachable) -> None:
    with pytest.raises(EditError) as caught:
        connector.connect(tool, links)
    assert caught.value.trouble.code == "not_connectable"
    assert caught.value.trouble.message == tool.advice


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("roo", ".vscode/extensions/rooveterinaryinc.roo-cline-3.30.0"),
        ("vscode-copilot", ".vscode-server/extensions/github.copilot-chat-1.2.3"),
        ("jetbrains-ai", ".config/JetBrains"),
        ("windsurf", ".codeium/windsurf"),
        ("cursor", ".cursor"),
    ],
)
def test_they_are_found(user: Path, tmp_path: Path, name: str, folder: str) -> None:
    tool = registry.named(name)
    assert tool is not None
    machine = Machine(user, {"PATH": str(tmp_path)})
    assert not tool.find(machine).installed
    (user / folder).mkdir(parents=True)
    assert tool.find(machine).installed


def test_each_name_and_program_is_one_tools() -> None:
    names = [tool.name for tool in registry.TOOLS]
    programs = [program for tool in registry.TOOLS for program in tool.programs]
    assert len(set(names)) == len(names)
    assert len(set(programs)) == len(programs)
    assert registry.named("Gemini") is registry.of_program("gemini")
