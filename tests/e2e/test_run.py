"""``spendlight run``: one start of any command, by its environment; who goes elsewhere is not led away silently."""

from __future__ import annotations

from typing import Any

import pytest

NAMES = ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL", "AZURE_OPENAI_ENDPOINT")


def environment(ran: Any) -> dict[str, str]:
    assert ran.code == 0, ran.err
    return dict(line.partition("=")[::2] for line in ran.out.splitlines())


def test_an_unknown_command_gets_the_sdks_variables(scene, client_home):
    ran = client_home().spendlight("run", "--", "env")
    found = environment(ran)
    assert ran.err == ""
    assert [found[name] for name in NAMES] == [
        scene.url("anthropic"),
        scene.url("openai") + "/v1",
        scene.url("gemini"),
        scene.url("azure"),
    ]
    assert "OLLAMA_HOST" not in found
    with_ollama = environment(client_home().spendlight("run", "--mode", "with-ollama", "--", "env"))
    assert with_ollama["OLLAMA_HOST"] == scene.url("ollama")


@pytest.mark.parametrize("tool", ["sdk", "aider", "goose"])
def test_one_that_goes_elsewhere_runs_as_it_is(scene, client_home, tool):
    variable = {"sdk": "OPENAI_BASE_URL", "aider": "AIDER_OPENAI_API_BASE", "goose": "OPENAI_HOST"}[tool]
    gateway = {variable: "https://gw.corp/v1"}
    ran = client_home().spendlight("run", "--tool", tool, "--", "env", more=gateway)
    found = environment(ran)
    assert found[variable] == "https://gw.corp/v1"
    assert not [value for value in found.values() if value.startswith(scene.url("openai")[:30])]
    assert f"the variable {variable} of this shell is https://gw.corp/v1, not the vendor" in ran.err
    assert "spendlight upstream set openai=https://gw.corp/v1" in ran.err


def test_the_vendors_own_address_is_led(scene, client_home):
    public = {"OPENAI_BASE_URL": "https://api.openai.com/v1"}
    ran = client_home().spendlight("run", "--", "env", more=public)
    assert environment(ran)["OPENAI_BASE_URL"] == scene.url("openai") + "/v1"


def test_a_tool_without_variables_is_told_of(scene, client_home):
    ran = client_home().spendlight("run", "--tool", "zed", "--", "env")
    assert scene.url("openai") not in ran.out
    assert (ran.code, "spendlight connect zed" in ran.err) == (0, True)
