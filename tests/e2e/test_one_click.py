"""One click in the tray, and a real client is served by the cheaper model; another click takes it back.

The tray is a process of its own on a real screen and bus, the panel clicks its entries as a desktop does, the vendor
checks every parameter. What the command line does is in ``test_downgrade``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from connected import run_program
from downgrading import PROMPT, Switching
from screen import bus, display, make_panel, make_tray, screen
from strict.upstream import StrictVendor

from trayapp.demo.vendor import SimulatedVendor
from trayapp.platform.paths import Paths

__all__ = ["bus", "display", "make_panel", "make_tray", "screen"]

OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
SOL, LUNA = "gpt-6.1-sol", "gpt-6-luna"
FLASH, LITE = "gemini-3.8-flash", "gemini-3.5-flash-lite"
GEMINI = {"GEMINI_CLI_TRUST_WORKSPACE": "true", "GEMINI_API_KEY": "AIza-test"}


@pytest.fixture(scope="module")
def upstream() -> SimulatedVendor:
    return StrictVendor(keep_headers=True)


@pytest.fixture
def profile(scene: Any) -> Paths:
    return scene.paths


@pytest.fixture
def switching(scene: Any) -> Iterator[Switching]:
    made = Switching(scene)
    yield made
    made.end()


@pytest.fixture
def panel(make_panel: Callable[[], Any], make_tray: Callable[..., Any]) -> Any:
    found = make_panel()
    make_tray()
    found.wait_item()
    return found


def click(panel: Any, asked: str, cheaper: str) -> int:
    """Choose a model for the one in use; the entry that takes it back."""

    def option() -> Any:
        of = next((entry for entry in panel.entries() if entry.label.startswith(f"{asked} · ")), None)
        shown = [] if of is None else [child for child in of.children if child.visible and child.enabled]
        return next((child for child in shown if child.label.split(":")[0] == cheaper), None)

    panel.click_id(panel.until(option).id)
    undo = panel.until(lambda: next((e for e in panel.entries() if e.label.startswith("Undo: ")), None))
    return int(undo.id)


def there_and_back(panel: Any, switching: Switching, say: Callable[..., None], asked: str, cheaper: str) -> None:
    say()
    assert set(switching.watching.models()) == {asked}
    switching.begin()
    undo = click(panel, asked, cheaper)
    say(again=True)
    assert set(switching.watching.models()) == {cheaper}
    assert {(row["model_asked"], row["model_served"]) for row in switching.mine()} == {(asked, cheaper)}
    switching.begin()
    panel.click_id(undo)
    panel.until(lambda: not any(entry.label.startswith("Undo: ") for entry in panel.entries()))
    say(again=True)
    assert set(switching.watching.models()) == {asked}
    assert switching.vendor.seen.refusals() == []


def answered(ran: Any) -> None:
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    assert not any(words in ran.out + ran.err for words in ("rerouted", "high-risk"))


def test_claude_code(panel, switching, claude_code):
    def say(*, again: bool = False) -> None:
        more = ("--continue",) if again else ()
        options = ("-p", PROMPT, "--model", OPUS, "--allowedTools", "Bash", *more)
        answered(claude_code(switching.scene.url("anthropic", "claude-code"), *options))

    there_and_back(panel, switching, say, OPUS, HAIKU)


def test_codex(panel, switching, codex):
    def say(*, again: bool = False) -> None:
        more = ("resume", "--last") if again else ()
        answered(codex(switching.scene.url("openai", "codex") + "/v1", "--model", SOL, *more, PROMPT))

    there_and_back(panel, switching, say, SOL, LUNA)


def test_gemini_cli(client_home, panel, switching):
    home = client_home("gemini")
    changed = home.connect("gemini-cli", more=GEMINI)

    def say(*, again: bool = False) -> None:
        more = ("--resume", "latest") if again else ()
        answered(home.run(["gemini", "--yolo", *more, "-p", PROMPT], GEMINI))

    there_and_back(panel, switching, say, FLASH, LITE)
    home.disconnect("gemini-cli", changed)


def test_opencode(client_home, panel, switching):
    home = client_home("opencode")
    home.write(".local/share/opencode/auth.json", json.dumps({"openai": {"type": "api", "key": "k"}}), 0o600)
    changed = home.connect("opencode")

    def say(*, again: bool = False) -> None:
        more = ("--continue",) if again else ()
        answered(home.run(["opencode", "run", *more, "--model", "openai/gpt-5.5", PROMPT]))

    there_and_back(panel, switching, say, "gpt-5.5", "gpt-5.4-mini")
    home.disconnect("opencode", changed)


PROGRAMS = {
    "anthropic": (
        OPUS,
        HAIKU,
        "anthropic.Anthropic(api_key='k', base_url=URL).messages.create(model=MODEL, max_tokens=2000,"
        " messages=[{'role': 'user', 'content': 'hello'}])",
        "anthropic",
    ),
    "responses": (
        SOL,
        LUNA,
        "openai.OpenAI(api_key='k', base_url=URL + '/v1').responses.create(model=MODEL, input='hello')",
        "openai",
    ),
    "chat": (
        "gpt-5.4",
        "gpt-5.4-mini",
        "openai.OpenAI(api_key='k', base_url=URL + '/v1').chat.completions.create(model=MODEL,"
        " messages=[{'role': 'user', 'content': 'hello'}])",
        "openai",
    ),
    "gemini": (
        FLASH,
        LITE,
        "client = genai.Client(api_key='k', http_options={'base_url': URL})\n"
        "client.models.generate_content(model=MODEL, contents='hello')",
        "gemini",
    ),
}


@pytest.mark.parametrize("sdk", PROGRAMS)
def test_sdks(panel, switching, sdk, tmp_path):
    asked, cheaper, program, vendor = PROGRAMS[sdk]
    imports = "from google import genai" if sdk == "gemini" else f"import {vendor}"
    code = f"{imports}\nURL = {switching.scene.url(vendor, 'sdk')!r}\nMODEL = {asked!r}\n{program}\n"

    def say() -> str:
        ran = run_program([sys.executable, "-c", code], Path(tmp_path), {"PATH": "/usr/bin:/bin"})
        assert ran.code == 0, ran.err
        return switching.vendor.seen.last().model

    assert say() == asked
    undo = click(panel, asked, cheaper)
    assert say() == cheaper
    panel.click_id(undo)
    panel.until(lambda: not any(entry.label.startswith("Undo: ") for entry in panel.entries()))
    assert say() == asked
    assert switching.vendor.seen.refusals() == []
