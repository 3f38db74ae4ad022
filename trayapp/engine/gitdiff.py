"""Whether anything has changed in a repository within a span of time.

Everything that asks git lives here. A change is a commit on any branch, stash or reflog, by the date of its author or
of its committer, or a file that is not committed as it is and was changed (or taken away) within the span.

Rules: git is run by its arguments and never through a shell, reads only, takes no lock, runs no hook and no program
that a repository's settings name, fetches nothing, and has ten seconds; names of files are looked at in memory and go
nowhere; what cannot be told is ``None``, never "nothing".
"""

from __future__ import annotations

import os
import subprocess
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from trayapp.engine.repositories import Repository

SECONDS: Final = 10.0
_COMMITS: Final = 50_000
_FILES: Final = 20_000
_READ_ONLY: Final = (
    "--no-pager",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "core.quotePath=false",
)
_OPEN: Final = (
    # None of them compares contents, so no filter of the repository runs; the time of what looks changed decides.
    ("diff-files", "--name-only", "-z", "--ignore-submodules"),
    ("diff-index", "--cached", "--name-only", "-z", "--ignore-submodules", "HEAD"),
    ("ls-files", "--others", "--exclude-standard", "-z"),
)

Span = tuple[int, int]


class NoGitError(Exception):
    """There is no git to be asked."""


def changed(repository: Repository, spans: Sequence[Span]) -> list[bool | None] | None:
    """For each span (epoch seconds, both ends inside) whether something has changed; ``None``: it cannot be told.

    A file that is not committed remembers only when it was saved last: one that was saved again after a span may have
    been changed in it, too, so of such a span nothing is told.

    Raises:
        NoGitError: there is no git.
    """
    if not spans:
        return []
    tree = next((each for each in repository.trees if each.is_dir()), None)
    if tree is None:
        return None
    since = min(first for first, _ in spans)
    said = _git(
        tree, "log", "--all", "--reflog", f"--since=@{since}", f"--max-count={_COMMITS}", "--format=%at %ct", "--"
    )
    if said is None:
        return None
    moments = sorted(int(word) for word in said.split() if word.isdigit())
    found = [_any(span, moments) for span in spans]
    if all(found):
        return [*found]
    touched: list[int] = []
    for each in repository.trees:
        files = _touched(each)
        if files is None:
            return None
        touched += files
    touched.sort()
    return [_judged(known, span, touched) for known, span in zip(found, spans, strict=True)]


def _judged(known: bool, span: Span, touched: Sequence[int]) -> bool | None:
    if known or _any(span, touched):
        return True
    return None if touched and touched[-1] > span[1] else False


def _any(span: Span, moments: Sequence[int]) -> bool:
    at = bisect_left(moments, span[0])
    return at < len(moments) and moments[at] <= span[1]


def _touched(tree: Path) -> list[int] | None:
    """When the files of a work tree that are not committed as they are were changed."""
    if not tree.is_dir():
        return []
    moments = []
    for command in _OPEN:
        said = _git(tree, *command)
        if said is None:
            if command[0] == "diff-index":
                continue  # there is no commit yet
            return None
        moments += [moment for name in said.split(b"\0")[:_FILES] if name for moment in _time(tree, name)]
    return moments


def _time(tree: Path, name: bytes) -> Iterator[int]:
    path = tree / os.fsdecode(name)
    for each in (path, *path.parents):  # of a file that is gone its folder tells
        try:
            yield int(each.lstat().st_mtime)
        except OSError:
            if each == tree:
                return
            continue
        return


def _git(tree: Path, *arguments: str) -> bytes | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(
            ["git", "-C", str(tree), *_READ_ONLY, *arguments],  # noqa: S607  the user's own git
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise NoGitError from None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
