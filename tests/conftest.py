"""What every test run shares: where things are, what a test may see of its machine, how long it may look.

Everything that is the same for all rooms' tests lives here; what one room alone needs is in its own conftest.

Rules:

* a test never sees the developer's own Spendlight, tools or keys: proxies, vendors' keys and tools' settings are
  taken out of the environment before the first fixture runs, and each test gets its own empty ``HOME`` and
  ``SPENDLIGHT_HOME``. Variables that begin with ``SPENDLIGHT_TEST_`` are left alone;
* no test needs the network or a screen; Qt paints off screen unless ``QT_QPA_PLATFORM`` says otherwise;
* a default run is repeatable: hypothesis draws the same examples each time. ``--thorough`` runs the tests marked
  ``thorough`` too and lets hypothesis search anew, ten times as long;
* data that is not part of the repository is found beside it (fixture ``shared``); tests pass without it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
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
        "GOOGLE_CLOUD_PROJECT",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AWS_BEARER_TOKEN_BEDROCK",
        "OPENROUTER_API_KEY",
        "SSLKEYLOGFILE",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
    }
)
"""Variables that would let the machine's own set-up reach a test; compared in upper case."""

STRAY_PREFIXES = (
    "ANTHROPIC_",
    "AZURE_OPENAI_",
    "CLAUDE_",
    "CODEX_",
    "GEMINI_",
    "GOOGLE_GEMINI_",
    "GOOGLE_GENAI_",
    "GOOGLE_VERTEX_",
    "OPENAI_",
    "OPENCODE_",
    "OTEL_",
    "SPENDLIGHT_",
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
