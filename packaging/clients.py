"""Install the real AI tools from PyPI that some tests drive: ``python3 packaging/clients.py [FOLDER]``.

Each has an environment of its own in ``FOLDER/py`` (usually ``.clients``), since their needs contradict each other. An
environment that is complete says so in ``.complete``, with the versions that are in it, and is kept. Bounded: three
attempts each and fifteen minutes for all. The exit code is 1 when one is missing at the end, and the last lines say
which and why. Nothing here is part of Spendlight: its own tests are skipped where a tool is not installed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from interpreter import candidates, version_of

ATTEMPTS = 3
LIMIT_S = 900
"""For all of them together."""
_PATIENCE_S = 400
"""For one attempt."""


@dataclass(frozen=True)
class Client:
    """What goes into one environment."""

    packages: tuple[str, ...]
    oldest: tuple[int, int] = (3, 11)
    newest: tuple[int, int] = (3, 13)

    def fits(self, version: tuple[int, int] | None) -> bool:
        """Whether it runs on such a Python."""
        return version is not None and self.oldest <= version <= self.newest


CLIENTS: Mapping[str, Client] = {
    "llm": Client(("llm==0.36", "llm-anthropic==0.30", "llm-gemini==0.35")),
    "sdks": Client(("openai==3.57.0", "anthropic==2.14.0", "google-genai==3.6.1", "mistralai==3.7.0", "ollama==0.6.3")),
    "mistral-vibe": Client(("mistral-vibe==3.0.2",), oldest=(3, 12)),
    "aider": Client(("aider-chat==0.86.2",), newest=(3, 12)),
}


class ClientError(Exception):
    """One could not be installed. The text says why."""


def python_for(client: Client) -> str:
    """A Python on this machine that the tool runs on.

    Raises:
        ClientError: there is none.
    """
    for python in (sys.executable, *candidates()):
        if client.fits(version_of(python)):
            return python
    raise ClientError("it needs Python {}.{} to {}.{}, and none is here".format(*client.oldest, *client.newest))


def is_complete(folder: Path, client: Client) -> bool:
    """Whether the environment holds these versions."""
    try:
        return (folder / ".complete").read_text("utf-8") == " ".join(client.packages)
    except OSError:
        return False


def install(folder: Path, client: Client, until: float) -> None:
    """Make the environment; what an earlier attempt left is made anew.

    Raises:
        ClientError: it could not be made.
    """
    python = python_for(client)
    said = "there was no time left"
    for _ in range(ATTEMPTS):
        left = min(_PATIENCE_S, until - time.monotonic())
        if left <= 0:
            break
        steps = (
            [python, "-P", "-m", "venv", "--clear", str(folder)],
            [str(folder / "bin" / "python"), "-P", "-m", "pip", "install", "--quiet", "--no-input", *client.packages],
        )
        try:
            for step in steps:
                done = subprocess.run(step, stdin=subprocess.DEVNULL, capture_output=True, timeout=left, check=False)
                if done.returncode:
                    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
                    said = next((line for line in reversed(lines) if "ERROR" in line), lines[-1] if lines else "")
                    break
            else:
                (folder / ".complete").write_text(" ".join(client.packages), "utf-8")
                return
        except subprocess.TimeoutExpired:
            said = f"it took longer than {left:.0f} s"
        except OSError as error:
            raise ClientError(str(error)) from None
    raise ClientError(said.strip()[:300])


def main(arguments: list[str]) -> int:
    """Install what is missing."""
    target = Path(arguments[0] if arguments else ".clients") / "py"
    until = time.monotonic() + LIMIT_S
    failed = []
    for name, client in CLIENTS.items():
        folder = target / name
        if is_complete(folder, client):
            print(f"kept: {name} ({', '.join(client.packages)})")
            continue
        print(f"installing {name} ({', '.join(client.packages)})", flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            install(folder, client, until)
        except ClientError as error:
            failed.append(f"{name}: {error}")
    for line in failed:
        print(f"not installed: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
