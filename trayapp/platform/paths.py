"""Where Spendlight keeps its files.

Everything that names a folder or a file of ours lives here. ``SPENDLIGHT_HOME=DIR`` puts all of it under one
folder (tests, several profiles); otherwise platformdirs decides. Folders are made with mode 0700, files with 0600.

The guard imports this module and stays small, so what few need is imported where it is needed.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

_SOCKET_LIMIT = 100
"""A Unix socket's path may have 107 bytes on Linux and 103 on macOS."""


@dataclass(frozen=True, slots=True)
class Paths:
    """All places of one profile."""

    config: Path
    state: Path
    cache: Path
    run: Path

    @property
    def settings(self) -> Path:
        """The user's settings (TOML)."""
        return self.config / "config.toml"

    @property
    def token(self) -> Path:
        """The path token that a tool's address carries."""
        return self.state / "token"

    @property
    def install_key(self) -> Path:
        """The key under which project folders become HMACs."""
        return self.state / "install.key"

    @property
    def ledger(self) -> Path:
        """The SQLite ledger."""
        return self.state / "ledger.sqlite3"

    @property
    def port(self) -> Path:
        """The loopback port that this profile was given at its first start."""
        return self.state / "port"

    @property
    def routes(self) -> Path:
        """The route table, for the guard's own relay (JSON, no secrets)."""
        return self.state / "routes.json"

    @property
    def spool(self) -> Path:
        """What the guard relayed by itself; the engine imports it as unmetered rows."""
        return self.state / "relayed.jsonl"

    @property
    def pricebook(self) -> Path:
        """The price book with what was fetched since the release; missing until something was."""
        return self.state / "pricebook.json"

    @property
    def pricebook_status(self) -> Path:
        """What is known of the fetching: when, from where, what is held back (JSON)."""
        return self.state / "pricebook.status.json"

    @property
    def pricebook_lock(self) -> Path:
        """Held by the one process that changes the price book."""
        return self.run / "pricebook.lock"

    @property
    def windows(self) -> Path:
        """How much of each plan's windows is used, as last heard (JSON)."""
        return self.state / "windows.json"

    @property
    def rules(self) -> Path:
        """The user's rules for other models (JSON)."""
        return self.state / "rules.json"

    @property
    def budgets(self) -> Path:
        """Which thresholds of budgets have been told, and which budgets were lifted (JSON, names and amounts)."""
        return self.state / "budgets.json"

    @property
    def told(self) -> Path:
        """What the tray has told, so that nothing is told twice, and its snooze (JSON; keys, times, counts)."""
        return self.state / "told.json"

    @property
    def delivered(self) -> Path:
        """Which weekly summaries went out, by file and by mail (JSON, dates)."""
        return self.state / "delivered.json"

    @property
    def mini_meter(self) -> Path:
        """Where on the screen the small window was left (JSON)."""
        return self.state / "mini-meter.json"

    @property
    def conversations(self) -> Path:
        """What was decided for conversations that were changed (JSON, no text)."""
        return self.state / "conversations.json"

    @property
    def twins(self) -> Path:
        """What the caches of conversations would hold, had all gone out as asked (JSON, counts and digests)."""
        return self.state / "twins.json"

    @property
    def evidence(self) -> Path:
        """How turns went with which model: counts, no text (JSON)."""
        return self.state / "evidence.json"

    @property
    def team(self) -> Path:
        """What is known of the team: membership, epoch, the signed policy (JSON, no secrets)."""
        return self.state / "team"

    @property
    def edits(self) -> Path:
        """The journal of edits to the tools' files, and what undoes them."""
        return self.state / "edits"

    @property
    def rescue(self) -> Path:
        """The copy of guard and undoing that works without our environment; see ``trayapp.rescue``."""
        return self.state / "rescue.pyz"

    @property
    def no_autostart(self) -> Path:
        """Exists when the user starts Spendlight himself and has said so."""
        return self.state / "no-autostart"

    @property
    def root(self) -> Path | None:
        """What SPENDLIGHT_HOME has to be for this profile; ``None`` for the usual places."""
        root = self.config.parent
        own = (self.config, self.state, self.cache) == (root / "config", root / "state", root / "cache")
        return root if own else None

    @property
    def secrets(self) -> Path:
        """What the keyring does not hold of the real keys behind virtual ones."""
        return self.state / "secrets"

    @property
    def virtual_keys(self) -> Path:
        """The register of virtual keys (JSON, no secrets)."""
        return self.state / "keys.json"

    @property
    def guard_lock(self) -> Path:
        """Held by the one guard of this profile."""
        return self.run / "guard.lock"

    @property
    def guard_state(self) -> Path:
        """What the guard does now (JSON)."""
        return self.run / "guard.json"

    @property
    def control(self) -> Path:
        """The engine's control socket."""
        return self.run / "control.sock"

    @property
    def tray_lock(self) -> Path:
        """Held by the one tray of this profile."""
        return self.run / "tray.lock"

    @property
    def log(self) -> Path:
        """Log folder."""
        return self.state / "log"

    def make(self) -> None:
        """Create the folders.

        Raises:
            OSError: a folder cannot be made (read-only home, no space); ``filename`` names it.
        """
        for folder in (self.config, self.state, self.cache, self.run, self.log):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


_settled: list[Paths] = []


def settle(config: Path, state: Path, cache: Path) -> Paths:
    """Make these the places of this process; for one that knows its profile and lacks platformdirs."""
    places = Paths(config, state, cache, _runtime(state))
    if places.root is not None:
        places = replace(places, run=_run_dir(places.root / "run"))
    _settled[:] = [places]
    return places


def find() -> Paths:
    """The places of the current profile, from the environment."""
    if _settled:
        return _settled[0]
    home = os.environ.get("SPENDLIGHT_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Paths(root / "config", root / "state", root / "cache", _run_dir(root / "run"))
    import platformdirs

    dirs = platformdirs.PlatformDirs("spendlight", appauthor=False)
    state = Path(dirs.user_state_dir)
    return Paths(Path(dirs.user_config_dir), state, Path(dirs.user_cache_dir), _runtime(state))


def _runtime(state: Path) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return _run_dir(Path(runtime) / "spendlight" if runtime and Path(runtime).is_dir() else state / "run")


def _run_dir(wanted: Path) -> Path:
    """``wanted``, or a short stand-in when a Unix socket's path would be too long there."""
    if sys.platform == "win32" or len(os.fsencode(wanted / "control.sock")) <= _SOCKET_LIMIT:
        return wanted
    import hashlib
    import tempfile

    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"spendlight-{os.getuid()}-{name}"


def write_private(path: Path, data: bytes, mode: int = 0o600, *, sync: bool = True) -> None:
    """Replace a file by ``data``, mode 0600 (or 0700), whole or not at all.

    ``sync``: it also survives a power cut. Without, it survives the death of the process, and nobody waits for a disk.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_or_make_secret(path: Path, nbytes: int = 32) -> str:
    """The secret in ``path`` (URL-safe text), made at the first call."""
    try:
        text = path.read_text("ascii").strip()
        if text:
            return text
    except FileNotFoundError:
        pass
    import secrets

    text = secrets.token_urlsafe(nbytes)
    write_private(path, text.encode())
    return text
