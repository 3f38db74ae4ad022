"""Real clients from npm, connected by ``spendlight connect``: each works, each of its calls is one exact row.

Each kind starts in a home that holds only what its user would have to sign in; the second of a pair has settings
written by hand, with comments and odd spacing where the format allows them. Disconnecting leaves all of it as it was.
Their ways beyond the first of each kind, and ``spendlight run``, are marked ``thorough``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from connected import Home

from tests.e2e.conftest import Scene
from trayapp.demo.script import Script

PROMPT = "Say the magic word."
ANSWER = Script(text="The magic word is xyzzy.", output_tokens=321)
GEMINI = {"GEMINI_CLI_TRUST_WORKSPACE": "true"}
COPILOT = ["copilot", "-p", PROMPT, "--allow-all-tools", "--no-auto-update"]
CLINE_KEYS = {"anthropic": "claude-sonnet-5", "openai-native": "gpt-5.5", "gemini": "gemini-3.8-flash"}
CONTINUE_MODELS = {"anthropic": "claude-sonnet-5", "mistral": "codestral-2508"}


@dataclass(frozen=True)
class Case:
    """A client as one user has it."""

    tool: str
    command: list[str]
    vendor: str
    """The route of its calls."""
    calls: int = 1
    """Side calls included."""
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    mode: str = ""
    """Empty: the usual one, which has to be found out."""
    wires: tuple[str, ...] = ()
    """The paths at the vendor must end so; empty: not looked at."""
    unpriced: tuple[str, ...] = ()
    """Models that the book does not know under this name."""
    own: bool = True
    """Whether the client leaves its settings file alone. Cline writes it anew at each start."""


def opencode(model: str) -> list[str]:
    return ["opencode", "run", "--model", model, PROMPT]


def cline(provider: str, indent: int | None = 2) -> dict[str, str]:
    settings = {"provider": provider, "apiKey": "sk-test", "model": CLINE_KEYS[provider]}
    entry = {"settings": settings, "updatedAt": "2026-11-23T00:00:00.000Z", "tokenSource": "manual"}
    document = {"version": 1, "lastUsedProvider": provider, "modes": {}, "providers": {provider: entry}}
    return {".cline/data/settings/providers.json": json.dumps(document, indent=indent)}


def config_yaml(provider: str) -> dict[str, str]:
    text = (
        "name: mine\nversion: 1.0.0\nschema: v1\nmodels:\n"
        f"  - name: Mine\n    provider: {provider}\n    model: {CONTINUE_MODELS[provider]}\n    apiKey: sk-test\n"
    )
    return {".continue/config.yaml": text}


QWEN = json.dumps({"security": {"auth": {"selectedType": "openai"}}, "$version": 4}, indent=2)
QWEN_MODELS = """{
  // mine
  "modelProviders": {
    "openai": [
      {"id": "gpt-5.5", "envKey": "OPENAI_API_KEY", "baseUrl": "https://api.openai.com/v1"}
    ]
  },
  "model": { "name": "gpt-5.5" },
  "security": { "auth": { "selectedType": "openai" } },
  "$version": 4
}
"""

FIRST = [
    Case(
        "gemini-cli",
        ["gemini", "-p", PROMPT],
        "gemini",
        calls=2,
        env={**GEMINI, "GEMINI_API_KEY": "AIza-test"},
        wires=(":generateContent", ":streamGenerateContent"),
    ),
    Case(
        "gemini-cli",
        ["gemini", "-p", PROMPT],
        "gemini",
        calls=2,
        env=GEMINI,
        files={
            ".gemini/.env": '# my key\r\nexport GEMINI_API_KEY="AIza-test"   # not for you\r\n\r\n',
            ".gemini/settings.json": '{ // mine\n\t"ui":  {"hideTips": true},\n  "security": {"auth": '
            '{"selectedType":   "gemini-api-key"}}}\n',
        },
    ),
    Case(
        "gemini-cli",
        ["gemini", "-p", PROMPT],
        "vertex",
        calls=2,
        env={**GEMINI, "GOOGLE_API_KEY": "AQ.test", "GOOGLE_GENAI_USE_VERTEXAI": "true"},
        mode="vertex",
    ),
    Case(
        "gemini-cli",
        ["gemini", "-p", PROMPT],
        "code-assist",
        calls=2,
        env={**GEMINI, "GOOGLE_GENAI_USE_GCA": "true", "GOOGLE_CLOUD_ACCESS_TOKEN": "ya29.test"},
        mode="oauth",
        unpriced=("gemini-3-flash",),
        wires=("/v1internal:generateContent", "/v1internal:streamGenerateContent"),
    ),
    Case("copilot", COPILOT, "copilot", env={"COPILOT_GITHUB_TOKEN": "github_pat_test"}, wires=("/chat/completions",)),
    Case(
        "copilot",
        [*COPILOT, "--model", "mine/claude-sonnet-5"],
        "anthropic",
        files={
            ".copilot/providers.json": '{\n"providers":[ {"name":"mine", "type":"anthropic",\n\t"baseUrl":'
            '"https://api.anthropic.com", "apiKey":"sk-ant-test"}],\n\n'
            '"models":[{"provider":"mine","id":"claude-sonnet-5"}]}\n',
            ".copilot/settings.json": '{\n  // mine\n  "banner": "never"\n}\n',
        },
    ),
    Case(
        "copilot",
        COPILOT,
        "anthropic",
        env={
            "COPILOT_PROVIDER_BASE_URL": "https://api.anthropic.com",
            "COPILOT_PROVIDER_TYPE": "anthropic",
            "COPILOT_PROVIDER_API_KEY": "sk-ant-test",
            "COPILOT_MODEL": "claude-sonnet-5",
        },
        mode="byok",
        wires=("/v1/messages",),
    ),
    Case("opencode", opencode("anthropic/claude-sonnet-5"), "anthropic", 2, {"ANTHROPIC_API_KEY": "sk-ant-test"}),
    Case("opencode", opencode("openai/gpt-5.5"), "openai", 2, {"OPENAI_API_KEY": "sk-test"}),
    Case(
        "opencode",
        opencode("google/gemini-3.8-flash"),
        "gemini",
        2,
        {},
        {
            ".config/opencode/opencode.jsonc": '{\r\n  "$schema": "https://opencode.ai/config.json", // mine\r\n'
            '\t"autoupdate":false,\r\n}\r\n',
            ".local/share/opencode/auth.json": '{"google": {"type": "api", "key": "AIza-test"}}',
        },
    ),
    Case(
        "qwen-code",
        ["qwen", "-p", PROMPT],
        "openai",
        2,
        {"OPENAI_API_KEY": "sk-test", "OPENAI_MODEL": "gpt-5.5"},
        {".qwen/settings.json": QWEN},
    ),
    Case(
        "qwen-code",
        ["qwen", "-p", PROMPT],
        "openai",
        2,
        {"OPENAI_API_KEY": "sk-test"},
        {".qwen/settings.json": QWEN_MODELS},
    ),
    Case("pi", ["pi", "-p", PROMPT], "anthropic", env={"ANTHROPIC_API_KEY": "sk-ant-test"}),
    Case(
        "pi",
        ["pi", "-p", "--model", "openai/gpt-5.5", PROMPT],
        "openai",
        files={
            ".pi/agent/models.json": '{ "providers": {\r\n\t// mine\r\n\t"ollama": {"baseUrl": '
            '"http://localhost:11434/v1", "api": "openai-completions", "apiKey": "x", "models": [{"id": "m"}]},\r\n'
            '\t"openai":   {"baseUrl": "https://api.openai.com/v1/"}\r\n} }\r\n',
            ".pi/agent/auth.json": '{"openai": {"type": "api_key", "key": "sk-test"}}',
        },
    ),
    Case("cline", ["cline", PROMPT], "anthropic", files=cline("anthropic"), own=False),
    Case("cline", ["cline", PROMPT], "openai", files=cline("openai-native", indent=None), own=False),
    Case("continue", ["cn", "-p", PROMPT], "anthropic", files=config_yaml("anthropic")),
    Case(
        "continue",
        ["cn", "-p", PROMPT],
        "openai",
        files={
            ".continue/config.yaml": "# mine\r\nname:   mine\r\nversion: 1.0.0\r\nschema: v1\r\n\r\nmodels:\r\n"
            "- provider: openai  # the dear one\r\n  name: 'Mine'\r\n  model: gpt-5.5\r\n  apiKey: sk-test\r\n"
            "- name: Local\r\n  provider: ollama\r\n  model: m\r\n  apiBase: http://localhost:11434\r\n",
        },
    ),
]
MORE = [
    Case(
        "copilot",
        [*COPILOT, "--model", "gpt-5.5"],
        "copilot",
        env={"COPILOT_GITHUB_TOKEN": "github_pat_test"},
        wires=("/responses",),
    ),
    *(
        Case(
            "copilot",
            COPILOT,
            "openai",
            env={
                "COPILOT_PROVIDER_BASE_URL": "https://api.openai.com/v1",
                "COPILOT_PROVIDER_API_KEY": "sk-test",
                "COPILOT_PROVIDER_WIRE_API": wire,
                "COPILOT_PROVIDER_TRANSPORT": way,
                "COPILOT_MODEL": "gpt-5.5",
            },
            mode="byok",
            wires=(path,),
        )
        for wire, path, way in (
            ("completions", "/v1/chat/completions", "http"),
            ("responses", "/v1/responses", "http"),
            ("responses", "/v1/responses", "websockets"),
        )
    ),
    Case("opencode", opencode("xai/grok-4.5"), "xai", 2, {"XAI_API_KEY": "xai-test"}),
    Case(
        "qwen-code",
        ["qwen", "-p", PROMPT],
        "anthropic",
        2,
        {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_MODEL": "claude-sonnet-5"},
        {".qwen/settings.json": QWEN.replace('"openai"', '"anthropic"')},
        wires=("/v1/messages", "/v1/messages"),
    ),
    Case("pi", ["pi", "-p", "--model", "google/gemini-2.5-flash", PROMPT], "gemini", env={"GEMINI_API_KEY": "AIza"}),
    Case("cline", ["cline", PROMPT], "gemini", files=cline("gemini"), own=False),
    Case("continue", ["cn", "-p", PROMPT], "mistral", files=config_yaml("mistral")),
]
FORMS = {
    "gemini-cli": (["-o", "json"], ["-o", "stream-json"]),
    "copilot": (["--stream", "off"], ["--output-format", "json"]),
    "opencode": (["--format", "json"],),
    "qwen-code": (["-o", "json"], ["-o", "stream-json"]),
    "pi": (["--mode", "json"],),
    "cline": (["--json"],),
    "continue": (["--format", "json"],),
}


def named(case: Case) -> str:
    return f"{case.tool}-{case.vendor}" + ("-own" if case.files else "")


@pytest.fixture
def more_of(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], dict[str, str]]:
    """What the environment holds beside a case's own: for Copilot, whose plan it is, and its unpacked program."""

    def make(case: Case) -> dict[str, str]:
        if case.tool != "copilot":
            return dict(case.env)
        unpacked = tmp_path_factory.getbasetemp() / "copilot-cache"
        unpacked.mkdir(exist_ok=True)
        github = {"COPILOT_DEBUG_GITHUB_API_URL": scene.vendor.url, "XDG_CACHE_HOME": str(unpacked)}
        return {**github, **case.env}

    return make


def works(scene: Scene, home: Home, case: Case, env: Mapping[str, str], command: list[str], *, shell: bool) -> None:
    """Run the client: it answers, and each call that the vendor counted is an exact row under its name."""
    scene.scripts = [ANSWER] if case.calls == 1 else []
    ran = home.run(command, env, shell=shell)
    assert ran.code == 0, ran.out + ran.err
    assert ("xyzzy" if case.calls == 1 else "answer was written") in ran.out, ran.out + ran.err
    rows = scene.exactly_done(case.calls, unpriced=case.unpriced)
    assert {(row["tool"], row["vendor"]) for row in rows} == {(case.tool, case.vendor)}
    paths = [call.path for call in scene.vendor.counted.calls() if call.wire]
    assert not case.wires or [p for p, end in zip(paths, case.wires, strict=True) if not p.endswith(end)] == []


def check(scene: Scene, client_home: Callable[..., Home], case: Case, env: dict[str, str]) -> None:
    home = client_home(case.command[0])
    for name, text in case.files.items():
        home.write(name, text, 0o600)
    before = {name: (home.path / name).read_bytes() for name in case.files}
    own = {k: v for k, v in env.items() if k != "COPILOT_PROVIDER_BASE_URL"}
    options = ("--mode", case.mode) if case.mode == "byok" else ()
    changed = home.connect(case.tool, *options, more=env)
    if case.mode:
        stands = json.loads(home.spendlight("tools", case.tool, "--format", "json", more=env).out)[0]
        assert stands["mode"] == stands["usual_mode"] == case.mode
    works(scene, home, case, own, case.command, shell=case.mode == "byok")
    if case.own:
        home.disconnect(case.tool, changed)
        return
    # Cline writes its file at each start: what it holds has to be what it would hold without us.
    assert home.spendlight("disconnect", case.tool).code == 0
    (name,) = case.files
    now, then = (json.loads(data) for data in ((home.path / name).read_bytes(), before[name]))
    for document in (now, then):
        for entry in document["providers"].values():
            del entry["updatedAt"]
    assert now == then


@pytest.mark.parametrize("case", FIRST, ids=named)
def test_connected(scene, client_home, more_of, case):
    check(scene, client_home, case, more_of(case))


@pytest.mark.thorough
@pytest.mark.parametrize("case", MORE, ids=named)
def test_connected_otherwise(scene, client_home, more_of, case):
    check(scene, client_home, case, more_of(case))


@pytest.mark.thorough
@pytest.mark.parametrize(("tool", "form"), [(tool, form) for tool, forms in FORMS.items() for form in forms])
def test_connected_in_every_form(scene, client_home, more_of, tool, form):
    case = next(case for case in FIRST if case.tool == tool)
    check(scene, client_home, replace(case, command=[*case.command, *form]), more_of(case))


@pytest.mark.parametrize("case", [case for case in FIRST if case.files], ids=named)
def test_a_file_that_nobody_touched_comes_back_byte_for_byte(scene, client_home, more_of, case):
    home = client_home(case.command[0])
    for name, text in case.files.items():
        home.write(name, text, 0o600)
    home.disconnect(case.tool, home.connect(case.tool, more=more_of(case)))


@pytest.mark.thorough
@pytest.mark.parametrize("tool", ["gemini-cli", "copilot", "opencode", "qwen-code"])
def test_one_start_without_a_file(scene, client_home, more_of, tool):
    case = next(case for case in FIRST if case.tool == tool)
    home = client_home(case.command[0])
    if tool == "gemini-cli":
        home.write(".gemini/settings.json", '{"security": {"auth": {"selectedType": "gemini-api-key"}}}')
    for name, text in case.files.items():
        home.write(name, text, 0o600)
    before = {path: path.read_bytes() for path in _all(home.path)}
    env = home.environment({**more_of(case), "SPENDLIGHT_HOME": str(scene.paths.config.parent)})
    works(scene, home, case, env, [*home.spendlight_command(), "run", "--", *case.command], shell=False)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("tool", ["cline", "continue", "pi", "crush"])
def test_one_start_of_a_tool_that_reads_no_variable_is_told(client_home, tool):
    home = client_home()
    ran = home.spendlight("run", "--tool", tool, "--", "true")
    assert ran.code == 0
    assert f"spendlight connect {tool}" in ran.err


def _all(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
