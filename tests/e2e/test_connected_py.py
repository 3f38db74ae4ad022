"""Real Python clients, connected by ``spendlight connect`` in an empty home: each works, each call is one exact row.

The clients' own checks for updates and their telemetry are switched off by their settings where they would ask a host
other than the vendor; everything else is as it is on the first start.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trayapp.demo.script import Script

PROMPT = "Say the magic word."
ANSWER = Script(text="The magic word is xyzzy.", output_tokens=321)
ASK = Path(__file__).with_name("ask_by_sdk.py")
KEYS = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-test",
    "OPENAI_API_KEY": "sk-test",
    "GEMINI_API_KEY": "AIza-test",
    "MISTRAL_API_KEY": "mistral-test",
}
AIDER = ["--yes-always", "--no-git", "--no-check-update", "--no-show-model-warnings", "--no-analytics"]
AIDER_MINE = """\
# mine
dark-mode: true
set-env:
- MY_VARIABLE=1   # keep
- OTHER=two

read:   [CONVENTIONS.md]
"""


def told(ran: Any) -> None:
    """The client has told the user what the vendor answered."""
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err


def aider(home: Any, model: str, *options: str, **more: str) -> Any:
    return home.run(["aider", "--model", model, "--message", PROMPT, *AIDER, *options], {**KEYS, **more})


AIDER_MODELS = {
    "anthropic": "anthropic/claude-sonnet-4-6",
    "gemini": "gemini/gemini-2.5-flash",
    "openai": "openai/gpt-5.5",
}


class TestAider:
    @pytest.mark.parametrize(
        ("vendor", "mine"),
        [
            ("anthropic", ""),
            ("gemini", AIDER_MINE),
            pytest.param("anthropic", AIDER_MINE.replace("\n", "\r\n"), marks=pytest.mark.thorough),
            pytest.param("gemini", "", marks=pytest.mark.thorough),
        ],
        ids=["anthropic", "gemini, own settings", "anthropic, CRLF", "gemini"],
    )
    def test_its_settings_lead_it_here(self, scene, client_home, vendor, mine):
        home = client_home("aider")
        if mine:
            (home.path / ".aider.conf.yml").write_bytes(mine.encode())
        changed = home.connect("aider")
        assert changed == [home.path / ".aider.conf.yml"]
        scene.scripts = [ANSWER]
        told(aider(home, AIDER_MODELS[vendor]))
        (row,) = scene.exactly_done(1)
        assert (row["tool"], row["vendor"], row["output"]) == ("aider", vendor, 321)
        home.disconnect("aider", changed)

    def test_without_a_question_for_the_usage_it_is_an_estimate(self, scene, client_home):
        home = client_home("aider")
        changed = home.connect("aider")
        scene.scripts = [ANSWER]
        told(aider(home, AIDER_MODELS["openai"]))
        (call,), (row,) = [c for c in scene.vendor.counted.calls() if c.wire], scene.rows(1)
        assert (row["tool"], row["vendor"], row["state"], row["metering"]) == ("aider", "openai", "done", "estimated")
        assert not call.usage_sent
        scene.begin()
        with scene.setting("metering.ask_usage", True):
            scene.scripts = [ANSWER]
            told(aider(home, AIDER_MODELS["openai"]))
            (row,) = scene.exactly_done(1)
        assert (row["output"], "usage_asked" in row["flags"]) == (321, True)
        home.disconnect("aider", changed)

    def test_one_start_without_a_file(self, scene, client_home):
        home = client_home("aider")
        scene.scripts = [ANSWER]
        command = ["aider", "--model", AIDER_MODELS["anthropic"], "--message", PROMPT, *AIDER]
        told(home.spendlight("run", "--", *command, more=KEYS))
        (row,) = scene.exactly_done(1)
        assert (row["tool"], row["vendor"]) == ("aider", "anthropic")
        assert not (home.path / ".aider.conf.yml").exists()

    @pytest.mark.thorough
    def test_what_decides_over_its_address(self, scene, client_home):
        """As ``trayapp.tools.aider`` says: set-env before .env files and the shell; a project's list replaces ours."""
        home = client_home("aider")
        home.connect("aider")
        nobody = "http://127.0.0.1:9"
        (home.project / ".env").write_text(f"ANTHROPIC_API_BASE={nobody}\nOPENAI_BASE_URL={nobody}\n")
        scene.scripts = [ANSWER] * 4
        told(aider(home, AIDER_MODELS["anthropic"], ANTHROPIC_API_BASE=nobody))
        told(aider(home, AIDER_MODELS["openai"], OPENAI_BASE_URL=nobody))
        told(aider(home, AIDER_MODELS["openai"], "--openai-api-base", nobody))
        assert [row["tool"] for row in scene.rows(3)] == ["aider"] * 3
        (home.project / ".env").unlink()
        (home.project / ".aider.conf.yml").write_text(f"set-env:\n- ANTHROPIC_API_BASE={scene.vendor.url}\n")
        told(aider(home, AIDER_MODELS["anthropic"]))
        assert len(scene.rows(3)) == 3


class TestLlm:
    @pytest.mark.parametrize(
        ("model", "vendor", "tool"),
        [("gpt-5.5", "openai", "python-openai"), ("claude-sonnet-4.6", "anthropic", "python-anthropic")],
    )
    def test_new_shells_lead_it_here(self, scene, client_home, model, vendor, tool):
        home = client_home("llm")
        home.write(".bashrc", "# mine\nexport  EDITOR=vi", 0o600)
        changed = home.connect("llm")
        scene.scripts = [ANSWER]
        told(home.run(["llm", "-m", model, PROMPT], KEYS, shell=True))
        (row,) = scene.exactly_done(1)
        assert (row["tool"], row["vendor"], row["output"], row["stream"]) == (tool, vendor, 321, True)
        home.disconnect("llm", changed)

    def test_a_model_of_ones_own_that_is_a_route(self, scene, client_home):
        home = client_home("llm")
        groq = f"{scene.vendor.url}/openai"
        mine = (
            f"# mine\n- model_id: tiny   # quick\n  model_name: openai/gpt-oss-20b\n  api_base: '{groq}/v1'\n"
            "  api_key_name: groq\n\n- model_id: far\n  model_name: far\n  api_base: http://127.0.0.1:9/v1\n"
        )
        models = home.write(".config/io.datasette.llm/extra-openai-models.yaml", mine)
        home.write(".config/io.datasette.llm/keys.json", json.dumps({"groq": "gsk_test"}), 0o600)
        assert home.connect("llm", "--mode", "extra-models") == [models]
        scene.scripts = [ANSWER]
        told(home.run(["llm", "-m", "tiny", PROMPT]))
        (row,) = scene.exactly_done(1)
        assert (row["tool"], row["vendor"], row["output"]) == ("llm", "groq", 321)
        assert "http://127.0.0.1:9/v1" in models.read_text()
        home.disconnect("llm", [models])

    def test_gemini_is_not_led_and_its_stream_is_read(self, scene, client_home):
        """Its plugin has Google's address in its code; here the test itself bends that one to see its stream read."""
        home = client_home("llm")
        found = json.loads(home.spendlight("tools", "llm", "--format", "json").out)[0]
        assert "Gemini models go to Google directly, unmetered" in found["modes"][0]["costs"][0]
        bend = (
            "import httpx\n"
            "inner = httpx.stream\n"
            f"address = {scene.url('gemini', 'llm')!r}\n"
            "def stream(method, url, **rest):\n"
            "    return inner(method, url.replace('https://generativelanguage.googleapis.com', address), **rest)\n"
            "httpx.stream = stream\n"
            "from llm.cli import cli\n"
            "cli(['-m', 'gemini-2.5-flash', 'Say the magic word.'])\n"
        )
        scene.scripts = [ANSWER]
        told(home.run(["python", "-c", bend], {"LLM_GEMINI_KEY": "AIza-test"}))
        (row,) = scene.exactly_done(1)
        (call,) = [c for c in scene.vendor.counted.calls() if c.wire]
        assert (row["tool"], row["vendor"], row["output"], row["stream"]) == ("llm", "gemini", 321, True)
        assert call.path.endswith(":streamGenerateContent")


class TestMistralVibe:
    COMMAND = ("vibe", "--trust", "-p", PROMPT)

    @pytest.mark.parametrize(
        "mine",
        [
            "",
            '# mine\r\nenable_telemetry   = false\r\n\r\n[[providers]] # local\r\nname = "llamacpp"\r\n'
            'api_base = "http://127.0.0.1:9/v1"\r\n',
            pytest.param(
                'active_model = "small"\n\n[[providers]]\nname = "mistral"\napi_base = "https://api.mistral.ai/v1"\n'
                'api_key_env_var = "MISTRAL_API_KEY" # keep\nbackend = "mistral"\n\n'
                '[[models]]\nname = "devstral-medium-latest"\nprovider = "mistral"\nalias = "small"\n',
                marks=pytest.mark.thorough,
            ),
        ],
        ids=["no settings", "own settings, CRLF", "own entry"],
    )
    def test_its_settings_lead_it_here(self, scene, client_home, mine):
        home = client_home("vibe")
        settings = home.path / ".vibe" / "config.toml"
        if mine:
            settings.parent.mkdir(mode=0o700)
            settings.write_bytes(mine.encode())
        changed = home.connect("mistral-vibe")
        assert changed == [settings]
        scene.scripts = [ANSWER]
        told(home.run([*self.COMMAND], KEYS))
        (row,) = scene.exactly_done(1)
        assert (row["tool"], row["vendor"], row["output"]) == ("mistral-vibe", "mistral", 321)
        (call,) = [c for c in scene.vendor.counted.calls() if c.wire]
        assert ("authorization", "Bearer mistral-test") in [(n.lower(), v) for n, v in call.headers]
        home.disconnect("mistral-vibe", changed)

    def test_one_start_without_a_file(self, scene, client_home):
        home = client_home("vibe")
        scene.scripts = [ANSWER]
        told(home.spendlight("run", "--", *self.COMMAND, more=KEYS))
        (row,) = scene.exactly_done(1)
        assert (row["tool"], row["vendor"]) == ("mistral-vibe", "mistral")
        assert not (home.path / ".vibe" / "config.toml").exists()


SDKS = {
    "openai": ("openai", "python-openai"),
    "openai_responses": ("openai", "python-openai"),
    "azure": ("azure", "python-openai"),
    "anthropic": ("anthropic", "python-anthropic"),
    "genai": ("gemini", "python-genai"),
    "ollama": ("ollama", "python-ollama"),
    "mistral": ("mistral", "python-mistral"),
}


class TestSdks:
    def asked(self, scene: Any, ran: Any, sdk: str) -> None:
        """The SDK, the vendor and the ledger agree about one call."""
        told(ran)
        _, prompt, output = ran.out.strip().split("|")
        (call,) = [c for c in scene.vendor.counted.calls() if c.wire]
        (row,) = scene.rows(1) if sdk == "ollama" else scene.exactly_done(1)  # Ollama gives no request ids
        vendor, tool = SDKS[sdk]
        assert (row["vendor"], row["tool"], row["state"], row["metering"]) == (vendor, tool, "done", "exact")
        assert (int(prompt), int(output)) == (row["input"], row["output"]) == (call.leg.prompt, 321)
        if sdk == "ollama":
            assert (row["usd_list"], row["basis"]) == ("0", "local")

    def keys(self, scene: Any) -> dict[str, str]:
        more = {"AZURE_OPENAI_API_KEY": "az-test", "MY_SERVER_URL": scene.url("mistral")}
        return {**KEYS, **more}

    @pytest.mark.parametrize("sdk", SDKS)
    def test_one_start(self, scene, client_home, sdk):
        home = client_home("python")
        served = {"model": "gpt-5.4-2026-03-05"} if sdk == "azure" else {}
        scene.scripts = [Script(text=ANSWER.text, output_tokens=321, **served)]
        options = ["--mode", "with-ollama"] if sdk == "ollama" else []
        command = ["run", *options, "--", "python", str(ASK), sdk]
        self.asked(scene, home.spendlight(*command, more=self.keys(scene)), sdk)

    def test_new_shells(self, scene, client_home):
        home = client_home("python")
        home.write(".bashrc", "# mine\nexport  EDITOR=vi", 0o600)
        changed = home.connect("sdk", "--mode", "with-ollama")
        for sdk in ("openai", "anthropic", "genai", "ollama"):
            scene.begin()
            scene.scripts = [ANSWER]
            self.asked(scene, home.run(["python", str(ASK), sdk], self.keys(scene), shell=True), sdk)
        home.disconnect("sdk", changed)
