"""Where this profile's secrets lie, for ``spendlight doctor``: one line, and a finding when it is not a keyring.

Apart from ``trayapp.platform.doctor``, which must be quick and ask nobody: this asks the keyring, in a process of its
own, for up to ``PATIENCE`` seconds, and has nothing unlocked. No secret is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp.platform.doctor import Finding, Severity
from trayapp.platform.paths import Paths
from trayapp.platform.secrets import Place, SecretStore

PATIENCE: Final = 5.0
_FIX: Final = {
    "none": "Start a keyring in your session (gnome-keyring, KWallet or KeePassXC with its Secret Service), or keep "
    "these files: nobody but you and root can read them.",
    "locked": "Log in to the desktop or unlock the keyring there; then `spendlight doctor` again.",
    "no_module": "Run `python3 packaging/start.py` again, or install the package `keyring` into this environment.",
    "insecure": "Unset PYTHON_KEYRING_BACKEND, or choose another back end in keyringrc.cfg.",
}


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """What there is to say about the secrets of a profile."""

    place: Place
    """Where the next secret would go."""
    in_files: tuple[Path, ...]
    """Secrets in clear, in 0600 files."""
    in_keyring: int
    """How many lie in the keyring."""

    @property
    def line(self) -> str:
        """One line for people."""
        kept = f"{self.in_keyring} in the keyring, {len(self.in_files)} in files"
        why = f" ({self.place.why})" if self.place.why else ""
        return f"Secrets go to: {self.place.badge}{why}; kept now: {kept}."

    @property
    def finding(self) -> Finding | None:
        """What is worse than it should be: secrets in clear, or in a keyring that cannot be asked."""
        shut = self.place.keyring is None and self.in_keyring > 0
        if not self.in_files and not shut:
            return None
        if shut:
            title = "The keyring with Spendlight's secrets cannot be used now"
            message = f"{self.in_keyring} of them lie there: {self.place.why}."
        else:
            title = "Secrets lie in files, not in a keyring"
            message = ""
        if self.in_files:
            folders = " and ".join(sorted({str(path.parent) for path in self.in_files}))
            message += f" {len(self.in_files)} lie in clear in {folders}, readable by you alone"
            message += f": {self.place.why}." if self.place.why and not shut else "."
        fix = _FIX.get(self.place.reason, "They move into the keyring when they are written again.")
        return Finding(code="keyring", title=title, message=message.strip(), fix=fix, severity=Severity.WARNING)


def secret_place(paths: Paths, *, patience: float = PATIENCE) -> SecretPlace:
    """Look where the secrets of a profile lie and where the next one would go."""
    stores = [SecretStore(folder, patience=patience) for folder in (paths.secrets, paths.edits / "vault")]
    places = [(store.folder / name, store.where(name)) for store in stores for name in store.names()]
    files = tuple(path for path, place in places if place is not None and place.keyring is None)
    return SecretPlace(stores[0].look(), files, len(places) - len(files))


def check_keyring(paths: Paths) -> Finding | None:
    """The finding ``keyring``, or ``None`` when no secret is worse off than it should be."""
    return secret_place(paths).finding
