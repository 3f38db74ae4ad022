"""The report on paper: A4, selectable, nothing clipped, sheets that break where they should."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from desktop_tongues import speaking
from PySide6.QtCore import QRectF
from report_samples import full, reports

from trayapp.desktop.ink import Written
from trayapp.desktop.paper import pdf
from trayapp.pages import style, weekly
from trayapp.pages.page import Sentence, Table, Todo, printable

EVERY = pytest.mark.parametrize("name", sorted(reports()))
SHEET = QRectF(0, 0, 595, 842)


def faults(sheet: list[Written]) -> list[str]:
    found = []
    for at, text in enumerate(sheet):
        if not SHEET.contains(text.place) or text.place.bottom() > 842 - 28:
            found.append(f"clipped: {text.words}")
        if style.contrast(text.ink, text.ground) < 4.5:
            found.append(f"faint: {text.words}")
        for other in sheet[at + 1 :]:
            both = text.place.intersected(other.place)
            if both.width() > 0.6 and both.height() > 1.6:
                found.append(f"on each other: {text.words} | {other.words}")
    return found


@EVERY
@pytest.mark.parametrize("language", ["en", "de"])
def test_everything_fits_on_its_sheet(qapp, name: str, language: str) -> None:
    with speaking(qapp, language):
        document, sheets = pdf(weekly.page(reports()[name], language))
    assert document.startswith(b"%PDF-1.")
    for sheet in sheets:
        assert faults(sheet) == []
        assert sheet, "no sheet is empty"
    if folder := os.environ.get("SPENDLIGHT_TEST_PICTURES"):
        (Path(folder) / f"paper-{name}-{language}.pdf").write_bytes(document)


@EVERY
def test_it_says_what_the_page_says(qapp, name: str) -> None:
    page = weekly.page(reports()[name])
    _, sheets = pdf(page)
    text = _squeezed("".join(written.words for sheet in sheets for written in sheet))
    for section in page.sections:
        assert _squeezed(section.title) in text
        for block in section.blocks:
            if isinstance(block, Sentence):
                assert _squeezed(printable(block.text)) in text
            elif isinstance(block, Todo):
                assert _squeezed(printable(block.text)) in text
                assert _squeezed(printable(block.command)) in text
            elif isinstance(block, Table):
                right = [at for at, column in enumerate(block.columns) if column.right]
                for row in block.rows:
                    for at in right:
                        assert _squeezed(row[at]) in text


def test_a_heading_is_never_the_last_thing_on_a_sheet(qapp) -> None:
    for report in reports().values():
        page = weekly.page(report)
        titles = {section.title for section in page.sections}
        _, sheets = pdf(page)
        for sheet in sheets:
            # The last two are the foot.
            assert sheet[-3].words not in titles


def test_the_text_can_be_selected(qapp, tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is missing (poppler-utils)")
    page = weekly.page(full())
    file = tmp_path / "week.pdf"
    file.write_bytes(pdf(page)[0])
    text = subprocess.run([program, "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    plain = _squeezed(text)
    wanted = ("Week 47, 2026", "≈$93.20", "$18.00 less than the week before (−16 %)", "claude-sonnet-5-5")
    for each in (*wanted, "spendlight suggest --accept 1", "nothing would have been cheaper for these calls"):
        assert _squeezed(each).lower() in plain.lower(), each
    info = shutil.which("pdfinfo")
    if info is not None:
        told = subprocess.run([info, str(file)], capture_output=True, check=True, text=True).stdout
        assert re.search(r"Page size:\s+59[45]\S* x 84[12]\S* pts \(A4\)", told)
        assert re.search(r"Title:\s+Week 47, 2026", told)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
