"""Which folders are git repositories, and which projects of the ledger they are.

Everything that finds repositories lives here. The ledger knows a project by the HMAC of the folder that its tool named,
so a folder is recognised only while somebody says where to look; nothing that is found is stored or logged.

Rules: a folder that is given is looked at itself, with the repository it lies in, and two levels deep; of a repository
each work tree counts, and in it the folders two levels deep, since tools are started there, too; a path counts as it is
reached, as it resolves and, below the home folder, with ``~``; hidden folders and ``node_modules`` are passed over;
everything is bounded, and what cannot be read is not there. No program is run for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DEPTH: Final = 2
_FOLDERS: Final = 4000
"""Folders that are looked at below one that was given."""
_INNER: Final = 1000
"""Folders of one work tree that may be a tool's."""
_REPOSITORIES: Final = 200
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__"})
_MOST_TEXT: Final = 4096


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository with all its work trees."""

    store: Path
    """Where git keeps it; the same for all work trees."""
    trees: tuple[Path, ...]


def projects(folders: Iterable[str], mark: Callable[[str], str]) -> dict[str, Repository]:
    """The projects that can be recognised, each with its repository.

    Args:
        folders: where to look; ``~`` is the home folder, relative ones are passed over.
        mark: the HMAC by which the ledger knows a folder.
    """
    found: dict[Path, dict[Path, None]] = {}
    for folder in folders:
        path = Path(folder).expanduser()
        if not path.is_absolute():
            continue
        for tree in _trees(path):
            store = _store(tree)
            if store is None or (store not in found and len(found) >= _REPOSITORIES):
                continue
            found.setdefault(store, {})[tree] = None
    known: dict[str, Repository] = {}
    inner: list[tuple[Path, Repository]] = []
    for store, reached in found.items():
        for tree in _linked(store):
            reached[tree] = None
        trees = {tree.resolve(): None for tree in reached}
        repository = Repository(store, tuple(trees))
        for tree in {**reached, **trees}:
            for spelled in _spelled(tree):
                known.setdefault(mark(spelled), repository)
            inner += [(below, repository) for below in _below(tree, _INNER)]
    for below, repository in inner:  # last: a repository that lies in another one is its own
        for spelled in _spelled(below):
            known.setdefault(mark(spelled), repository)
    return known


def _trees(folder: Path) -> Iterator[Path]:
    """The work trees that a folder is, lies in, or holds."""
    for outer in (folder, *folder.parents):
        if _is_tree(outer):
            yield outer
            break
    yield from (inner for inner in _below(folder, _FOLDERS) if _is_tree(inner))


def _below(folder: Path, most: int) -> list[Path]:
    """Folders two levels deep; not those inside of another work tree that is met on the way."""
    found: list[Path] = []
    level = [folder]
    for _ in range(_DEPTH):
        level = [inner for outer in level if outer is folder or not _is_tree(outer) for inner in _in(outer)]
        found += level
        if len(found) >= most:
            return found[:most]
    return found


def _in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name[:1] != "." and entry.name not in _PASSED_OVER and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []
    return [folder / name for name in names]


def _is_tree(folder: Path) -> bool:
    try:
        return (folder / ".git").exists()
    except OSError:
        return False


def _store(tree: Path) -> Path | None:
    """Where git keeps what a work tree shows; ``None``: it is none."""
    entry = tree / ".git"
    if entry.is_dir():
        return entry.resolve()
    said = _text(entry)
    if not said.startswith("gitdir:"):
        return None
    own = (tree / said.removeprefix("gitdir:").strip()).resolve()
    common = _text(own / "commondir")
    store = (own / common).resolve() if common else own
    return store if store.is_dir() else None


def _linked(store: Path) -> Iterator[Path]:
    """The work trees that belong to a store beside those that were found."""
    if store.name == ".git":
        yield store.parent
    try:
        entries = sorted(store.joinpath("worktrees").iterdir())[:_REPOSITORIES]
    except OSError:
        return
    for entry in entries:
        said = _text(entry / "gitdir")
        tree = (entry / said).parent
        if said and _is_tree(tree):
            yield tree


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.read(_MOST_TEXT)).strip()
    except OSError:
        return ""


def _spelled(folder: Path) -> Iterator[str]:
    yield str(folder)
    home = Path.home()
    if folder.is_relative_to(home):
        yield "~/" + folder.relative_to(home).as_posix()
