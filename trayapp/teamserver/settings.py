"""How a team server is set up: from the environment and one folder, read once at its start.

=============================  ======================================================================================
variable                       what
=============================  ======================================================================================
``SPENDLIGHT_TEAM_HOME``       the folder for the secret and the SQLite database
``SPENDLIGHT_TEAM_DATABASE``   ``sqlite:///…`` (default: in that folder) or ``postgresql://app-role@…``
``SPENDLIGHT_TEAM_SECRET``     the secret, base64 of 32 bytes; or the file ``secret`` in the folder (mode 0600)
``SPENDLIGHT_TEAM_URL``        the address that people reach it at, behind TLS: ``https://…``
``SPENDLIGHT_TEAM_TENANT``     whom the commands mean; or the file ``tenant`` in the folder
=============================  ======================================================================================

Rules: a secret that others may read is refused; all replicas share one secret, since every key is derived from it.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trayapp.trouble import Trouble, TroubleError

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it."""

    home: Path
    database: str
    secret: bytes = field(repr=False)
    url: str = ""
    tenant: str = ""

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.url.startswith("https://")


def home_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where it keeps its files."""
    if environment.get("SPENDLIGHT_TEAM_HOME"):
        return Path(environment["SPENDLIGHT_TEAM_HOME"])
    if environment.get("SPENDLIGHT_HOME"):
        return Path(environment["SPENDLIGHT_HOME"]) / "teamserver"
    import platformdirs

    return Path(platformdirs.user_data_dir("spendlight-teamserver", appauthor=False))


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """What is set up.

    Raises:
        TroubleError: there is no secret, or it is not private.
    """
    home = home_folder(environment)
    tenant = environment.get("SPENDLIGHT_TEAM_TENANT", "")
    if not tenant and (home / "tenant").is_file():
        tenant = (home / "tenant").read_text("utf-8", errors="replace").strip()
    return Settings(
        home=home,
        database=environment.get("SPENDLIGHT_TEAM_DATABASE") or f"sqlite:///{home / 'team.sqlite3'}",
        secret=_secret(home / "secret", environment.get("SPENDLIGHT_TEAM_SECRET")),
        url=environment.get("SPENDLIGHT_TEAM_URL", "").rstrip("/"),
        tenant=tenant,
    )


def make(environment: Mapping[str, str] = os.environ) -> None:
    """Make the folder and the secret, where there is none yet."""
    home = home_folder(environment)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if environment.get("SPENDLIGHT_TEAM_SECRET"):
        return
    try:
        handle = os.open(home / "secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(SECRET_BYTES)) + b"\n")


def _secret(path: Path, given: str | None) -> bytes:
    if given is None:
        try:
            mode = path.stat().st_mode
            given = path.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            raise TroubleError(
                Trouble(
                    title="No team server is set up here",
                    message=f"There is no secret in {path.parent}.",
                    fix="Run `spendlight teamserver init --name NAME`.",
                    code="no_teamserver",
                )
            ) from None
        if sys.platform != "win32" and mode & 0o077:
            raise TroubleError(
                Trouble(
                    title="The team server's secret is not private",
                    message=f"Others may read {path}.",
                    fix=f"Run `chmod 600 {path}`; if they may have read it, set the server up anew.",
                    code="secret_not_private",
                )
            )
    try:
        secret = base64.b64decode(given.strip(), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) < SECRET_BYTES:
        raise TroubleError(
            Trouble(
                title="The team server's secret is damaged",
                message="It is not base64 of 32 bytes.",
                fix="Bring it back from a backup; all keys of the team are derived from it.",
                code="bad_secret",
            )
        )
    return secret
