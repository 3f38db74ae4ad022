"""A whole Spendlight in front of the simulated vendor, the comparison of the two, and the real clients.

The real command-line clients come from npm and PyPI and are not part of the repository: Claude Code, Codex, and a Node
that both can use; aider, llm, Mistral Vibe and the official SDKs, each in an environment of its own. ``INSTALL`` and
``INSTALL_PYTHON`` are the commands; ``SPENDLIGHT_TEST_CLIENTS`` names another folder than ``.clients``. Each run
gets an empty home, nothing of the caller's environment, no input and a time limit. Without them their tests are
skipped with a reason that names the command. (A range of ``2.1`` alone lets an npm on Node 20 choose an older Claude
Code, for its engine's sake.)
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from connected import Home, Ran, end_processes_of, run_program

from trayapp import frontdoor
from trayapp.control import Address, Client
from trayapp.demo.counted import CountedCall
from trayapp.demo.script import Ask, Script, default_plan
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths
from trayapp.settings_edit import set_value

REPO = Path(__file__).resolve().parents[2]
INSTALL = (
    'npm install --prefix .clients "@anthropic-ai/claude-code@~2.1.330" "@openai/codex@0.169" "node@24" '
    '"@google/gemini-cli@0.61" "@github/copilot@1.0" "opencode-ai@1.18" "@qwen-code/qwen-code@0.24" '
    '"@mariozechner/pi-coding-agent@0.73" "cline@3.0" "@continuedev/cli@1.5"'
)
INSTALL_PYTHON = ".venv/bin/python packaging/clients.py"
PYTHON_CLIENTS = {"aider": "aider", "llm": "llm", "vibe": "mistral-vibe", "python": "sdks"}
"""A program to its environment in ``py``; ``python`` is one that has the SDKs."""

RUNNING = {"open", "sent", "streaming"}
TOKENS = ("input", "cache_read", "cache_write", "cache_write_1h", "output")


class Scene:
    """Spendlight at work. One for a module; ``begin`` forgets what an earlier test did."""

    def __init__(self, paths: Paths, vendor: VendorThread) -> None:
        self.paths = paths
        self.vendor = vendor
        self.scripts: list[Script] = []
        self.port = int(paths.port.read_text())
        self._token = paths.token.read_text().strip()
        self._before: set[str] = set()

    def plan(self, ask: Ask) -> Script:
        return self.scripts.pop(0) if self.scripts and ask.op != "count" else default_plan(ask)

    def begin(self) -> None:
        self.scripts.clear()
        self.vendor.counted.clear()
        self._before = {row["id"] for row in self._all()}

    def url(self, vendor: str, tool: str | None = None) -> str:
        return frontdoor.base_url(self.port, self._token, vendor, tool)

    @contextmanager
    def setting(self, key: str, value: Any) -> Iterator[None]:
        """With this setting, taken up by the running engine."""
        self._set(key, value)
        try:
            yield
        finally:
            self._set(key, None)

    def _set(self, key: str, value: Any) -> None:
        set_value(self.paths.settings, key, value)
        with Client(Address(self.paths.control)) as client:
            client.ask("reload")

    def rows(self, number: int, timeout: float = 10.0) -> list[dict[str, Any]]:
        """This test's rows in order, once ``number`` of them have ended; fails when there are more or fewer."""
        until = time.monotonic() + timeout
        while True:
            new = [row for row in self._all() if row["id"] not in self._before]
            if sum(row["state"] not in RUNNING for row in new) >= number or time.monotonic() > until:
                break
            time.sleep(0.02)
        assert [row["state"] in RUNNING for row in new] == [False] * number, [row["state"] for row in new]
        return sorted(new, key=lambda row: int(row["id"]))

    def pairs(self, number: int) -> list[tuple[CountedCall, dict[str, Any]]]:
        """What the vendor counted and what the ledger says, call by call, joined by the vendor's request id."""
        counted = [c for c in self.vendor.counted.wait(number) if c.wire]
        assert len(counted) == number
        rows = {row["vendor_request_id"]: row for row in self.rows(number)}
        return [(call, rows[call.request_id]) for call in counted]

    def exactly_done(self, number: int, *, unpriced: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Each of ``number`` calls is one ``done`` row whose tokens are those that the vendor counted.

        Each has a price, but for the models ``unpriced``, which the book does not know.
        """
        pairs = self.pairs(number)
        for call, row in pairs:
            assert row["state"] == "done"
            assert row["metering"] == "exact"
            assert {name: row[name] for name in TOKENS} == {name: getattr(call.leg, name) for name in TOKENS}
            assert row["reasoning"] == call.leg.reasoning
            assert row["model_served"] == call.model
            assert (row["usd_list"] is None) == (call.model in unpriced)
        return [row for _, row in pairs]

    def _all(self) -> list[dict[str, Any]]:
        with Client(Address(self.paths.control)) as client:
            return client.ask("calls", limit=100_000)["rows"]


@pytest.fixture(scope="module")
def upstream() -> SimulatedVendor:
    """The vendor behind the running Spendlight; a module that wants another one has a fixture of this name."""
    return SimulatedVendor(keep_headers=True)


@pytest.fixture(scope="module")
def spendlight(tmp_path_factory: pytest.TempPathFactory, upstream: SimulatedVendor) -> Iterator[Scene]:
    """A running Spendlight whose vendors are all the simulated one."""
    home = tmp_path_factory.mktemp("spendlight")
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    paths.make()
    with VendorThread(upstream) as vendor:
        paths_of = {"chatgpt": "/backend-api/codex", "groq": "/openai"}
        names = dict.fromkeys((*frontdoor.DEFAULT_UPSTREAMS, "azure", "groq", "ollama"))
        lines = [f'{name} = "{vendor.url}{paths_of.get(name, "")}"' for name in names]
        paths.settings.write_text("[upstreams]\n" + "\n".join(lines) + "\n")
        launch.start(paths, wait=30)
        try:
            scene = Scene(paths, vendor)
            vendor.vendor.planner = scene.plan
            yield scene
        finally:
            launch.stop(paths)


@pytest.fixture
def scene(spendlight: Scene) -> Scene:
    """The running Spendlight, as if nothing had happened before."""
    spendlight.begin()
    return spendlight


@pytest.fixture
def client_home(home: Path, spendlight: Scene) -> Iterator[Callable[..., Home]]:
    """An empty home with some clients' programs on PATH; the test is skipped when one of them is not installed.

    Processes that a client leaves behind (Cline's daemon) are ended with the test.
    """

    def make(*programs: str) -> Home:
        folders = tuple(dict.fromkeys(_find(name).parent for name in programs))
        return Home(home / "user", spendlight.paths.config.parent, folders)

    yield make
    end_processes_of(home / "user")


@pytest.fixture
def claude_code(home: Path) -> Callable[..., Ran]:
    """Run Claude Code headless: base URL without a version segment, then its arguments."""
    command = _find("claude")

    def run(url: str, *arguments: str, key: str = "sk-ant-api03-test") -> Ran:
        environment = {"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": url, "IS_SANDBOX": "1"}
        return _run([str(command), *arguments], home / "user", command.parent, environment)

    return run


@pytest.fixture
def codex(home: Path) -> Callable[..., Ran]:
    """Run ``codex exec``: base URL with a version segment, then its arguments; ``login`` is how it is signed in."""
    command = _find("codex")

    def run(url: str, *arguments: str, login: str = "apikey", key: str = "sk-test") -> Ran:
        settings = home / "user" / ".codex"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "config.toml").write_text(f'openai_base_url = "{url}"\n')
        (settings / "auth.json").write_text(json.dumps(_codex_login(login, key)))
        return _run([str(command), "exec", "--skip-git-repo-check", *arguments], home / "user", command.parent, {})

    return run


def _codex_login(kind: str, key: str) -> dict[str, Any]:
    if kind == "apikey":
        return {"auth_mode": "apikey", "OPENAI_API_KEY": key}
    plan = {"chatgpt_account_id": "acct-test", "chatgpt_plan_type": "pro", "chatgpt_user_id": "user-test"}
    claims = {"email": "demo@example.com", "exp": 4_000_000_000, "https://api.openai.com/auth": plan}
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    jwt = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".c2ln"
    tokens = {"id_token": jwt, "access_token": jwt, "refresh_token": "none", "account_id": "acct-test"}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": now}


def _find(name: str) -> Path:
    folder = Path(os.environ.get("SPENDLIGHT_TEST_CLIENTS") or REPO / ".clients")
    if name in PYTHON_CLIENTS:
        environment = folder / "py" / PYTHON_CLIENTS[name]
        if not (environment / ".complete").exists():
            pytest.skip(f"{name} is not installed; run: {INSTALL_PYTHON}")
        return (environment / "bin" / name).absolute()
    command = folder / "node_modules" / ".bin" / name
    if not command.exists():
        pytest.skip(f"{name} is not installed; run: {INSTALL}")
    return command.absolute()


def _run(command: list[str], home: Path, programs: Path, environment: dict[str, str]) -> Ran:
    project = home / "project"
    project.mkdir(parents=True, exist_ok=True)
    clean = {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(home), **environment}
    return run_program(command, project, clean)
