"""Builds the packed translations: source texts from the code, German from ``packaging/i18n``, ``.qm`` into resources.

    python packaging/build_translations.py            collect texts, write the .ts and the .qm
    python packaging/build_translations.py --check    change nothing; exit 1 when something is missing or stale

A source text is a literal in a call of ``tr``, ``several`` or ``mark`` (``trayapp.tongue``), or of ``say`` or
``counted`` (``trayapp.said``), whose context is always the same. They are found in Python's own syntax tree and handed
to Qt's lupdate, which merges them into the ``.ts``; a person translates there (in Qt Linguist or an editor) and
lrelease packs it. Both tools come with PySide6-Essentials. Texts that are gone are dropped.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPO: Final = Path(__file__).resolve().parent.parent
LANGUAGES: Final = {"de": "de_DE"}
SOURCES: Final = REPO / "packaging" / "i18n"
PACKED: Final = REPO / "resources" / "i18n"
_CALLS: Final = {"tr": False, "mark": False, "several": True}
_SAID: Final = {"say": False, "counted": True}
_SAID_CONTEXT: Final = "said"
_PLACES: Final = re.compile(r"\{\w+(?:!r)?\}|%n")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One source text."""

    context: str
    source: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in a ``.ts``, with its translation: one form, or one for each plural of the language."""

    text: Text
    forms: tuple[str, ...]
    finished: bool


def texts(package: Path = REPO / "trayapp") -> set[Text]:
    """All source texts of the code.

    Raises:
        ValueError: a call names no literal context, or a text in two ways.
    """
    found: set[Text] = set()
    for path in sorted(package.rglob("*.py")):
        if path.name != "tongue.py":
            found.update(_of_module(ast.parse(path.read_text("utf-8"), _shown(path))))
    names = [(text.context, text.source) for text in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"counted and not: {twice}")
    return found


def _shown(path: Path) -> str:
    return path.relative_to(REPO).as_posix() if path.is_relative_to(REPO) else path.name


def _of_module(tree: ast.Module) -> Iterator[Text]:
    spoken, said = (
        {
            name.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module == module
            for name in node.names
        }
        for module in ("trayapp.tongue", "trayapp.said")
    )
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in said and node.func.id in _SAID:
            if not node.args or not _is_text(node.args[0]):
                raise ValueError(f"line {node.lineno}: {node.func.id} wants a literal text")
            yield Text(_SAID_CONTEXT, node.args[0].value, _SAID[node.func.id])
            continue
        if node.func.id not in spoken or node.func.id not in _CALLS:
            continue
        if len(node.args) < 2 or not _is_text(node.args[0]):
            raise ValueError(f"line {node.lineno}: {node.func.id} wants a literal context and a text")
        context, source = node.args[:2]
        if _is_text(source):  # else it was marked where it stands
            yield Text(context.value, source.value, _CALLS[node.func.id])
        elif node.func.id == "mark":
            raise ValueError(f"line {node.lineno}: only a literal can be marked")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def read(path: Path) -> list[Entry]:
    """What a ``.ts`` holds."""
    entries = []
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            counted = message.get("numerus") == "yes"
            forms = (
                [form.text or "" for form in translation.iter("numerusform")] if counted else [translation.text or ""]
            )
            text = Text(context.findtext("name", ""), message.findtext("source", ""), counted)
            entries.append(Entry(text, tuple(forms), translation.get("type") is None))
    return entries


def faults(wanted: set[Text], entries: list[Entry]) -> list[str]:
    """What keeps a translation from being whole, a line each."""
    there = {entry.text for entry in entries}
    found = [f"not in the translation: {text.context}: {text.source}" for text in sorted(wanted - there)]
    found += [f"no longer in the code: {text.context}: {text.source}" for text in sorted(there - wanted)]
    for entry in entries:
        places = _places(entry.text.source)
        if not entry.finished or not all(entry.forms):
            found.append(f"not translated: {entry.text.context}: {entry.text.source}")
        elif any(_places(form) not in (places, _without_count(places, entry)) for form in entry.forms):
            found.append(f"other places: {entry.text.context}: {entry.text.source} → {' | '.join(entry.forms)}")
    return found


def _places(text: str) -> list[str]:
    """What is put in; how a language quotes it is its own affair."""
    return sorted(place.replace("!r", "") for place in _PLACES.findall(text))


def _without_count(places: list[str], entry: Entry) -> list[str]:
    """A singular may say "one" instead of the number."""
    return [place for place in places if not (entry.text.counted and place == "%n")]


def collect(wanted: set[Text], path: Path, locale: str) -> None:
    """Merge the code's texts into a ``.ts``."""
    with tempfile.TemporaryDirectory() as folder:
        marked = Path(folder) / "texts.cpp"
        lines = (
            f"QT_TRANSLATE_{'N_' if text.counted else ''}NOOP({_literal(text.context)}, {_literal(text.source)})\n"
            for text in sorted(wanted)
        )
        marked.write_text("".join(lines), "utf-8")
        options = ["-silent", "-no-obsolete", "-locations", "none", "-disable-heuristic", "similartext"]
        _tool("lupdate", *options, "-source-language", "en", "-target-language", locale, marked, "-ts", path)


def pack(path: Path, packed: Path) -> None:
    """Make the ``.qm`` of a ``.ts``."""
    packed.parent.mkdir(parents=True, exist_ok=True)
    _tool("lrelease", "-silent", path, "-qm", packed)


def _literal(text: str) -> str:
    # JSON's escapes of quotation marks, backslashes and line ends are C++'s as well.
    return json.dumps(text, ensure_ascii=False)


def _tool(name: str, *arguments: object) -> None:
    spec = importlib.util.find_spec("PySide6")
    folder = Path(next(iter(spec.submodule_search_locations or ()))) if spec is not None else None
    tool = None if folder is None else next((p for p in (folder / name, folder / f"{name}.exe") if p.exists()), None)
    if tool is None:
        raise SystemExit(f"{name} is missing: it comes with PySide6-Essentials")
    subprocess.run([tool, *map(str, arguments)], check=True)


def main(argv: list[str] | None = None) -> int:
    """Build, or check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; say what is missing or stale")
    options = parser.parse_args(argv)
    wanted, failed = texts(), False
    for language, locale in LANGUAGES.items():
        path, packed = SOURCES / f"spendlight_{language}.ts", PACKED / f"spendlight_{language}.qm"
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            collect(wanted, path, locale)
            pack(path, packed)
        found = faults(wanted, read(path))
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / packed.name
            pack(path, fresh)
            if not packed.exists() or packed.read_bytes() != fresh.read_bytes():
                found.append(f"{packed.name} is stale")
        for line in found:
            print(f"{language}: {line}")
        failed = failed or bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
