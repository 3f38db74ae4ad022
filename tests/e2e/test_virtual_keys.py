"""Virtual keys in the hands of real SDKs and tools, through an engine's death, a crash loop and a cold start."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types as genai_types

from trayapp import frontdoor
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.frontdoor import Upstream
from trayapp.guard import launch
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths
from trayapp.virtualkeys.cabinet import Cabinet

REAL = {"anthropic": "sk-ant-api03-c4nary", "openai": "sk-proj-c4nary", "gemini": "AIzaSyC4nary"}
MESSAGES: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def virtual(scene) -> Callable[[str], str]:
    def mint(vendor: str) -> str:
        return Cabinet(scene.paths).mint(vendor, REAL[vendor], upstream=Upstream.parse(scene.vendor.url)).virtual

    return mint


def carried(scene) -> list[dict[str, str]]:
    """What the vendor was given as a key, by field."""
    fields = ("x-api-key", "authorization", "x-goog-api-key", "api-key")
    return [{n: v for n, v in c.headers if n.lower() in fields} for c in scene.vendor.counted.calls()]


def test_anthropics_sdk(scene, virtual) -> None:
    with anthropic.Anthropic(base_url=scene.url("anthropic"), api_key=virtual("anthropic"), max_retries=0) as client:
        client.messages.create(model="claude-opus-5-5", max_tokens=50, messages=MESSAGES)
        client.messages.count_tokens(model="claude-opus-5-5", messages=MESSAGES)
    key = virtual("anthropic")
    with anthropic.Anthropic(base_url=scene.url("any"), auth_token=key, max_retries=0) as client:
        client.messages.create(model="claude-opus-5-5", max_tokens=50, messages=MESSAGES)
    # Its present version sends keys, too, as `Authorization: Bearer`.
    assert [[v.removeprefix("Bearer ") for v in each.values()] for each in carried(scene)] == [[REAL["anthropic"]]] * 3


def test_openais_sdk(scene, virtual) -> None:
    with openai.OpenAI(base_url=scene.url("openai") + "/v1", api_key=virtual("openai"), max_retries=0) as client:
        client.chat.completions.create(model="gpt-5.5", messages=MESSAGES)
        client.responses.create(model="gpt-5.5", input="Hello")
    assert carried(scene) == [{"authorization": f"Bearer {REAL['openai']}"}] * 2
    never = "sk-spendlight-" + "A" * 43
    with (
        openai.OpenAI(base_url=scene.url("openai") + "/v1", api_key=never, max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="Spendlight: this key is none"),
    ):
        client.chat.completions.create(model="gpt-5.5", messages=MESSAGES)


def test_googles_sdk(scene, virtual) -> None:
    options = genai_types.HttpOptions(base_url=scene.url("gemini"))
    client = genai.Client(api_key=virtual("gemini"), http_options=options)
    client.models.generate_content(model="gemini-3.8-flash", contents="Hello")
    client.close()
    assert carried(scene) == [{"x-goog-api-key": REAL["gemini"]}]


def test_claude_code(scene, claude_code, virtual) -> None:
    ran = claude_code(scene.url("anthropic"), "-p", "Say hello.", key=virtual("anthropic"))
    assert ran.code == 0, ran.err
    assert {tuple(each.values()) for each in carried(scene) if each} == {(REAL["anthropic"],)}


def test_codex(scene, codex, virtual) -> None:
    ran = codex(scene.url("openai") + "/v1", "Say hello.", key=virtual("openai"))
    assert ran.code == 0, ran.err
    assert {tuple(each.values()) for each in carried(scene) if each} == {(f"Bearer {REAL['openai']}",)}


ENGINE = """
import os, sys
if os.path.exists(sys.argv[1]):
    sys.exit(1)
os.execv(sys.executable, [sys.executable, "-P", "-m", "trayapp.engine", *sys.argv[2:]])
"""


class Profile:
    """A Spendlight whose engine can be broken."""

    def __init__(self, folder: Path, vendor: VendorThread) -> None:
        self.folder = folder
        self.paths = Paths(folder / "config", folder / "state", folder / "cache", folder / "run")
        self.paths.make()
        self.paths.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n')
        (folder / "engine.py").write_text(ENGINE)
        self.broken = folder / "broken"
        self.vendor = vendor

    def start(self) -> None:
        command = [sys.executable, str(self.folder / "engine.py"), str(self.broken)]
        launch.start(self.paths, wait=30, engine_command=command)

    def wait(self, state: str) -> None:
        until = time.monotonic() + 30
        while (now := read_state(self.paths)) is None or now.state != state:
            assert time.monotonic() < until
            time.sleep(0.01)

    def ask(self, key: str) -> str:
        """One call with the SDK; the error's code, or the key that the vendor got."""
        port, token = int(self.paths.port.read_text()), self.paths.token.read_text()
        url = frontdoor.base_url(port, token, "anthropic")
        with anthropic.Anthropic(base_url=url, api_key=key, max_retries=0) as client:
            try:
                client.messages.create(model="claude-opus-5-5", max_tokens=50, messages=MESSAGES)
            except anthropic.APIStatusError as error:
                return f"{error.status_code} {error.response.headers['x-spendlight-error']}"
        headers = {name.lower(): value for name, value in self.vendor.counted.calls()[-1].headers}
        return headers.get("x-api-key") or headers["authorization"].removeprefix("Bearer ")


@pytest.fixture
def profile(home: Path) -> Iterator[Profile]:
    with VendorThread(SimulatedVendor(keep_headers=True)) as vendor:
        made = Profile(home / "p", vendor)
        yield made
        launch.stop(made.paths)


def test_from_an_engines_death_to_a_cold_start(profile: Profile) -> None:
    profile.start()
    cabinet = Cabinet(profile.paths)
    minted = cabinet.mint("anthropic", REAL["anthropic"], upstream=Upstream.parse(profile.vendor.url))
    assert profile.ask(minted.virtual) == REAL["anthropic"]
    engine = read_state(profile.paths).engine_pid  # type: ignore[union-attr]
    profile.broken.touch()
    os.kill(engine or 0, signal.SIGKILL)
    profile.wait("relaying")
    assert profile.ask(minted.virtual) == REAL["anthropic"]
    assert profile.ask("sk-ant-api03-own") == "sk-ant-api03-own"
    launch.stop(profile.paths)
    # A cold start: the guard has never had an engine, and so has no keys.
    profile.start()
    profile.wait("relaying")
    assert profile.ask(minted.virtual) == "503 key_not_available"
    assert profile.ask("sk-ant-api03-own") == "sk-ant-api03-own"
    launch.stop(profile.paths)
    profile.broken.unlink()
    profile.start()
    profile.wait("running")
    assert profile.ask(minted.virtual) == REAL["anthropic"]
    launch.stop(profile.paths)
    holding = [p for p in profile.folder.rglob("*") if p.is_file() and REAL["anthropic"].encode() in p.read_bytes()]
    assert holding == [profile.paths.secrets / minted.key.secret]
    assert not [p for p in profile.folder.rglob("*") if p.is_file() and minted.virtual.encode() in p.read_bytes()]
    assert json.loads(profile.paths.virtual_keys.read_text())["keys"][0]["name"] == "anthropic"
