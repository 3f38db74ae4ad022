"""What every test run shares: where things are, what a test may see of its machine, how long it may look.

Everything that is the same for all rooms' tests lives here; what one room alone needs is in its own conftest.

Rules:

* a test never sees the developer's own Spendlight, tools or keys: proxies, vendors' keys and tools' settings are
  taken out of the environment before the first fixture runs, and each test gets its own empty ``HOME`` and
  ``SPENDLIGHT_HOME``. Variables that begin with ``SPENDLIGHT_TEST_`` are left alone; the language is none;
* no test needs the network or a screen; Qt paints off screen unless ``QT_QPA_PLATFORM`` says otherwise;
* a default run is repeatable: hypothesis draws the same examples each time. ``--thorough`` runs the tests marked
  ``thorough`` too and lets hypothesis search anew, ten times as long;
* data that is not part of the repository is found beside it (fixture ``shared``); tests pass without it.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPO = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SPENDLIGHT_TEST_SHARED") or REPO.parent / "shared")

STRAY_NAMES = frozenset(
    {
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "CLAUDECODE",
        "GOOGLE_API_KEY",
        "GOOGLE_HOST",
        "GOOGLE_CLOUD_PROJECT",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AWS_BEARER_TOKEN_BEDROCK",
        "OPENROUTER_API_KEY",
        "SSLKEYLOGFILE",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "LANGUAGE",
        "LC_ALL",
        "LC_MESSAGES",
        "LC_MONETARY",
        "LC_NUMERIC",
        "LC_TIME",
    }
)
"""Variables that would let the machine's own set-up reach a test; compared in upper case."""

STRAY_PREFIXES = (
    "AIDER_",
    "ANTHROPIC_",
    "AZURE_OPENAI_",
    "CLAUDE_",
    "CODEX_",
    "GEMINI_",
    "GOOGLE_GEMINI_",
    "GOOGLE_GENAI_",
    "GOOGLE_VERTEX_",
    "LLM_",
    "MISTRAL_",
    "OLLAMA_",
    "OPENAI_",
    "OPENCODE_",
    "OTEL_",
    "SPENDLIGHT_",
    "VIBE_",
)

settings.register_profile("dev", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "thorough", deadline=None, max_examples=1000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)

_QT_ERROR = pytest.StashKey[str]()


def is_stray(name: str) -> bool:
    """Whether the variable ``name`` is taken away from tests."""
    name = name.upper()
    return name in STRAY_NAMES or (name.startswith(STRAY_PREFIXES) and not name.startswith("SPENDLIGHT_TEST_"))


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer ``--thorough``; do without pytest-qt where Qt cannot be loaded, as it would end the whole run."""
    parser.addoption("--thorough", action="store_true", help="run the long versions too (marker `thorough`)")
    try:
        import PySide6.QtTest
        import PySide6.QtWidgets  # noqa: F401
    except ImportError:
        pluginmanager.set_blocked("pytest-qt")


def pytest_configure(config: pytest.Config) -> None:
    """Clean the environment once, so that module- and session-wide fixtures do not see it either."""
    for name in list(os.environ):
        if is_stray(name):
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if config.getoption("--thorough"):
        settings.load_profile("thorough")
    else:
        settings.load_profile("ci" if os.environ.get("CI") else "dev")
    if not config.pluginmanager.hasplugin("pytest-qt"):
        try:
            import PySide6.QtTest
            import PySide6.QtWidgets  # noqa: F401
        except ImportError as error:
            config.stash[_QT_ERROR] = str(error)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what this run leaves out as a whole."""
    lines = []
    if _QT_ERROR in config.stash:
        lines.append(f"Qt cannot be loaded ({config.stash[_QT_ERROR]}): its tests are left out")
    if not SHARED.is_dir():
        lines.append("no shared data beside the repository: tests that need it are skipped")
    return lines


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without Qt the desktop's test modules cannot even be imported."""
    if _QT_ERROR in config.stash and collection_path == REPO / "tests" / "desktop":
        return True
    return None


def pytest_collection_finish() -> None:
    """Nine thousand tests that wait stay where they are: looking through them at each collection takes minutes."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this run was not asked for or cannot do."""
    thorough = config.getoption("--thorough")
    for item in items:
        if not thorough and item.get_closest_marker("thorough"):
            item.add_marker(pytest.mark.skip(reason="long version; runs with --thorough"))
        if _QT_ERROR in config.stash and {"qtbot", "qapp"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(reason=f"Qt cannot be loaded: {config.stash[_QT_ERROR]}"))


@pytest.fixture(scope="session")
def repo() -> Path:
    """The repository's root."""
    return REPO


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with data that is not part of the repository; skips the test where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("no shared data beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def _homes() -> Iterator[tuple[Path, Iterator[int]]]:
    """One short folder for all tests' homes: Unix sockets' paths are bounded."""
    with tempfile.TemporaryDirectory(prefix="spendlight-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder), itertools.count()


@pytest.fixture(autouse=True)
def home(_homes: tuple[Path, Iterator[int]], monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's ``SPENDLIGHT_HOME``: exists, is empty, mode 0700. ``HOME`` is its sub-folder ``user``."""
    root, numbers = _homes
    folder = root / str(next(numbers))
    for made in (folder, folder / "user", folder / "xdg"):
        made.mkdir(mode=0o700)
    for name in list(os.environ):
        if is_stray(name):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SPENDLIGHT_HOME", str(folder))
    monkeypatch.setenv("HOME", str(folder / "user"))
    if os.name == "nt":
        monkeypatch.setenv("USERPROFILE", str(folder / "user"))
    # Qt and D-Bus libraries want one; with the user's own, a test could meet the user's own sockets.
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "xdg"))
    # Nor the developer's keyring; ``with_keyring`` has one of its own.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return folder


class UserManager:
    """A systemd user manager of one test's own, for its ``HOME`` and ``XDG_RUNTIME_DIR``.

    systemd wants to see a machine that was booted with it, and moves what it finds in its control group. Where there is
    no such machine, root gives it namespaces of its own: a ``/run`` that says so, and a control group as the root of
    all groups that it sees, so that it meets no process but its own. On a machine with systemd it runs in a scope.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._group: Path | None = None

    def log_in(self) -> None:
        """Start it, as the first login does; skips the test where that cannot be."""
        program = next((p for p in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if Path(p).exists()), None)
        if program is None or shutil.which("systemctl") is None:
            pytest.skip("systemd is not installed")
        manager = [program, "--user", "--log-target=console", "--log-level=info", "--show-status=no"]
        environment = {name: os.environ[name] for name in ("HOME", "XDG_RUNTIME_DIR", "PATH")}
        if Path("/run/systemd/system").is_dir():
            scope = ["systemd-run", "--quiet", "--scope", "--property=Delegate=yes"]
            scope += [] if os.getuid() == 0 else ["--user"]
            outer = os.environ | {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}"}
            command = [*scope, "env", "-i", *(f"{name}={value}" for name, value in environment.items()), *manager]
        elif os.getuid() == 0 and shutil.which("unshare") and (group := self._make_group()) is not None:
            inner = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && mount -t cgroup2 none /sys/fs/cgroup"
            script = f'echo $$ >{group}/cgroup.procs && exec unshare -C -m sh -c \'{inner} && exec "$@"\' sh "$@"'
            command, outer = ["sh", "-c", script, "sh", *manager], environment
        else:
            pytest.skip("no systemd user manager can be run: neither booted with systemd, nor root with its cgroups")
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(command, env=outer, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        until = time.monotonic() + 20
        while subprocess.run(["systemctl", "--user", "show-environment"], capture_output=True).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > until:
                self.log_out()
                pytest.skip(f"a systemd user manager does not come up here: {self.log.read_text()[-300:]}")
            time.sleep(0.02)

    def log_out(self) -> None:
        """End it and what it started, as the last logout does."""
        if self._process is None:
            return
        subprocess.run(["systemctl", "--user", "exit"], capture_output=True)
        try:
            self._process.wait(40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        # What is left of a session is killed by the system's manager; here that is us.
        if self._group is not None:
            for folder in sorted((path.parent for path in self._group.rglob("cgroup.procs")), reverse=True):
                while pids := (folder / "cgroup.procs").read_text().split():
                    for pid in pids:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(int(pid), signal.SIGKILL)
                    time.sleep(0.01)
                folder.rmdir()
            self._group = None

    def _make_group(self) -> Path | None:
        """A control group of its own, in the hierarchy of the second version."""
        mounts = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
        place = next((Path(words[1]) for words in mounts if words[2] == "cgroup2"), None)
        if place is None or not os.access(place / "cgroup.procs", os.W_OK):
            return None
        self._group = place / f"spendlight-{os.getpid()}-{time.monotonic_ns()}"
        self._group.mkdir()
        return self._group

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        command = ["systemctl", "--user", "show", f"--property={name}", "--value", unit]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def user_manager(home: Path) -> Iterator[UserManager]:
    """A systemd user manager, logged in."""
    manager = UserManager(home / "manager.log")
    try:
        manager.log_in()
        yield manager
    finally:
        manager.log_out()


@pytest.fixture
def with_keyring(home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a Python program in a D-Bus session of its own with a real GNOME keyring, which lives on between runs.

    The first run's password makes the keyring; a later run with another one finds it locked. ``password=None`` runs it
    without a session. Anything else that is named goes into its environment.
    """
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    unlock = 'printf %s "$0" | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; exec "$@"'

    def run(
        program: str, *arguments: str, password: str | None = "pw", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-c", program, *arguments]
        if password is not None:
            command = ["dbus-run-session", "--", "bash", "-c", unlock, password, *command]
        foreign = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHON_KEYRING_BACKEND")
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        if password is None:
            kept["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={home}/no-bus"
        kept |= {"XDG_DATA_HOME": str(home / "user" / "data"), **environment}
        return subprocess.run(command, capture_output=True, text=True, cwd=REPO, env=kept, timeout=120, check=False)

    return run
