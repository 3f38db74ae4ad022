"""The packed translations: whole, of the code as it is, with what their builder makes of them."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    path = REPO / "packaging" / "build_translations.py"
    spec = importlib.util.spec_from_file_location("build_translations", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def german(builder: ModuleType) -> Path:
    return builder.SOURCES / "spendlight_de.ts"


def test_every_text_is_translated(builder: ModuleType, german: Path) -> None:
    assert builder.faults(builder.texts(), builder.read(german)) == []


def test_the_packed_file_says_the_same(builder: ModuleType, german: Path) -> None:
    core = pytest.importorskip("PySide6.QtCore")
    translator = core.QTranslator()
    assert translator.load(str(builder.PACKED / "spendlight_de.qm"))
    for entry in builder.read(german):
        numbers = (1, 2) if entry.text.counted else (-1,)
        said = tuple(translator.translate(entry.text.context, entry.text.source, None, n) for n in numbers)
        assert said == entry.forms


def test_it_is_packed_anew_byte_for_byte(builder: ModuleType, german: Path, tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    builder.pack(german, tmp_path / "again.qm")
    assert (tmp_path / "again.qm").read_bytes() == (builder.PACKED / "spendlight_de.qm").read_bytes()


def test_german_is_set_as_german_is(builder: ModuleType, german: Path) -> None:
    """Its quotation marks, its dash, and no break between a number and its unit."""
    for entry in builder.read(german):
        for form in entry.forms:
            assert not re.search(r"[\"“”]", form.replace("„", "").replace("“", "", form.count("„"))), form
            assert " — " not in form, form
            assert not re.search(r"[0-9] (Stunde|%|\$)", form), form
            assert not re.search(r"\b([Dd]u|[Dd]ein\w*|Sie|Ihr\w*)\b", form) or "Sie läuft" in form, form


def test_texts_are_found_wherever_they_are_called(builder: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        "from trayapp.tongue import mark, several, tr\n"
        "A = mark('c', 'marked')\n"
        "def f(n):\n"
        "    x = tr('d', 'two ' 'parts')\n"
        "    return f\"{tr('c', 'in a text', x=n)}\" + several('c', '%n thing(s)', n, y=x) + tr('c', A)\n"
    )
    (tmp_path / "other.py").write_text("def tr(a, b): ...\ntr('c', 'not ours')\n")
    found = {(text.context, text.source, text.counted) for text in builder.texts(tmp_path)}
    assert found == {
        ("c", "marked", False),
        ("c", "in a text", False),
        ("c", "%n thing(s)", True),
        ("d", "two parts", False),
    }


@pytest.mark.parametrize("call", ["tr(C, 'text')", "mark('c', TEXT)", "tr('c')"])
def test_what_could_not_be_found_is_refused(builder: ModuleType, tmp_path: Path, call: str) -> None:
    (tmp_path / "one.py").write_text(f"from trayapp.tongue import mark, tr\nC = TEXT = 'x'\n{call}\n")
    with pytest.raises(ValueError, match="line 3"):
        builder.texts(tmp_path)


def test_a_lost_place_is_a_fault(builder: ModuleType) -> None:
    text = builder.Text("c", "{amount} of %n", True)
    entry = builder.Entry(text, ("{amount} von einem", "%n"), True)
    assert len(builder.faults({text}, [entry])) == 1
    assert builder.faults({text}, [builder.Entry(text, ("{amount} von einem", "{amount} von %n"), True)]) == []
