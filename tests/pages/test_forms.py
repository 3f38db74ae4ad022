"""A page in every form: the same words and amounts, nothing of a name that steers, a file that needs nothing else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from report_samples import HOSTILE, full, reports

from trayapp.pages import html, markdown, plain, weekly, words, written
from trayapp.pages.page import Bars, Mix, Page, Sentence, Steps, Table, Todo, printable
from trayapp.pages.style import DARK, LIGHT, contrast, sheet
from trayapp.reports import Anomaly, Plan, Report, nameless
from trayapp.values import PICO

EVERY = pytest.mark.parametrize("name", sorted(reports()))
VOID = {"meta", "br"}


def columns(line: str) -> int:
    return len(line) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in line)


class Reader(HTMLParser):
    """Reads a document as strictly as XML: every tag that opens has to close, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.declared = ""

    def handle_decl(self, decl: str) -> None:
        self.declared = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in VOID, "void tags close themselves"
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def read(document: str) -> Reader:
    reader = Reader()
    reader.feed(document)
    reader.close()
    assert reader.open == []
    return reader


def said(page: Page) -> list[str]:
    """Every text of a page that no form may leave out."""
    found = [page.title, *page.small]
    for figure in page.figures:
        found += [figure.name, figure.value, figure.note]
    for section in page.sections:
        found.append(section.title)
        for block in section.blocks:
            if isinstance(block, Sentence):
                found.append(block.text)
            elif isinstance(block, Table):
                found += [cell for row in block.rows for cell in row[1:]]
            elif isinstance(block, Bars):
                found += [bar.text for bar in block.bars]
            elif isinstance(block, Mix):
                found += [part.text for part in block.parts]
            elif isinstance(block, Steps):
                found += [step.text for step in block.steps]
            elif isinstance(block, Todo):
                found += [block.text, block.command]
    return [each for each in found if each]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u00a0", " "))


@EVERY
def test_every_form_says_the_same(name: str) -> None:
    report = reports()[name]
    page = weekly.page(report)
    forms = {
        "text": squeezed(plain.text(page)),
        "html": squeezed("".join(read(html.html(page)).text)),
        "md": squeezed(unescape(re.sub(r"\\(.)", r"\1", markdown.markdown(page)))),
    }
    for each in said(page):
        wanted = squeezed(printable(each))
        for form, text in forms.items():
            if form == "text" and (len(each) > 40 or name in ("long", "hostile")) and "…" in text:
                continue  # a table's name may have lost its middle
            # HTML has an element for what a terminal shows between marks.
            assert wanted in text or (form == "html" and wanted.replace("`", "") in text), (form, each)


@EVERY
def test_text_is_80_columns_and_steers_no_terminal(name: str) -> None:
    text = written(reports()[name], "text")
    commands = {printable(action.command) for action in reports()[name].actions}
    for line in text.split("\n"):
        assert columns(line) <= 80 or line.strip() in commands, line
        assert line == line.rstrip()
        assert all(letter.isprintable() or letter == "\u00a0" for letter in line), repr(line)


def test_numbers_stand_under_each_other() -> None:
    lines = written(full(), "text").split("\n")
    at = lines.index("Models")
    rows = lines[lines.index(next(line for line in lines[at:] if line.startswith("Model "))) :]
    table = rows[: next(number for number, line in enumerate(rows) if line.startswith("Sum")) + 1]
    ends = {len(line) for line in table if not line.startswith("─")}
    assert len(ends) == 1


@EVERY
def test_markdown_has_valid_tables_and_no_html(name: str) -> None:
    text = written(reports()[name], "md")
    width = 0
    for line in text.split("\n"):
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line)) - 1
            width = width or cells
            assert cells == width, line
        else:
            width = 0
        bare = re.sub(r"\\.", "", re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", line))
        assert "<" not in bare, line
        assert "](" not in bare, line
        assert not re.search(r"https?://", bare), line
    assert [line for line in text.split("\n") if line.startswith("# ")] == [text.split("\n", 1)[0]]


@EVERY
def test_html_is_one_file_that_needs_nothing_else(name: str) -> None:
    document = written(reports()[name], "html", "de")
    reader = read(document)
    assert reader.declared.lower() == "doctype html"
    names = [tag for tag, _ in reader.tags]
    assert not set(names) & {"script", "link", "iframe", "object", "embed", "img", "image", "base", "form", "a"}
    for tag, attributes in reader.tags:
        assert not [each for each in attributes if each.startswith("on")], tag
        assert not attributes.keys() & {"href", "src", "srcset", "action", "style", "xlink:href"}, tag
    style = sheet()
    assert "url(" not in style
    assert "@import" not in style
    if name != "hostile":
        assert "http://" not in document
        assert "https://" not in document
    assert dict(reader.tags)["html"] == {"lang": "de"}


@EVERY
def test_html_can_be_heard(name: str) -> None:
    reader = read(written(reports()[name], "html"))
    names = [tag for tag, _ in reader.tags]
    assert names.count("h1") == names.count("main") == 1
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in reader.tags:
        for each in (attributes.get("aria-labelledby") or "").split():
            assert each in ids, tag
        if tag == "svg":
            assert attributes["role"] == "img"
    assert names.count("caption") == names.count("table")
    assert names.count("title") == names.count("svg") + 1
    assert names.count("desc") == names.count("svg")


def test_hostile_names_stay_text() -> None:
    document = written(reports()["hostile"], "html")
    assert "<script" not in document
    assert "&lt;script" in document
    assert "\u202e" not in document
    assert "\x1b" not in written(reports()["hostile"], "text")
    assert printable(HOSTILE)[:7] in "".join(read(document).text)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_read(palette) -> None:
    for ground in (palette.window, palette.card, "#ffffff" if palette is LIGHT else palette.window):
        for ink in (palette.text, palette.dim):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    for ground in (palette.window, "#ffffff" if palette is LIGHT else palette.window):
        for ink in (palette.warn, palette.more, palette.less):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(palette.demo_text, palette.demo) >= 4.5
    for number, colour in enumerate(palette.series):
        assert contrast(colour, palette.window) >= 3
        assert contrast(palette.on(number), colour) >= 4.5, colour


def lines_of(report: Report, key: str) -> list[str]:
    page = weekly.page(report)
    section = next((each for each in page.sections if each.key == key), None)
    return [] if section is None else [block.text for block in section.blocks if isinstance(block, Sentence)]


def test_a_quiet_week_says_so() -> None:
    samples = reports()
    assert lines_of(samples["quiet"], "unusual") == ["Nothing unusual."]
    assert lines_of(samples["quiet"], "waste") == ["None was counted."]
    assert lines_of(samples["quiet"], "actions") == []
    assert lines_of(replace(samples["quiet"], unusual_known=False), "unusual") == [
        "What is usual here is not known yet."
    ]
    assert lines_of(replace(full(), change=None), "change")[:2] == [
        "$18.00 less than the week before (−16 %).",
        "What that goes with was not looked at.",
    ]
    assert lines_of(samples["empty"], "counted") == ["There was no call."]


def test_the_signed_lines_sum_to_the_change() -> None:
    page = weekly.page(full())
    section = next(each for each in page.sections if each.key == "change")
    steps = next(block for block in section.blocks if isinstance(block, Steps))
    assert len(steps.steps) == 5
    assert steps.start.pico + sum(step.pico for step in steps.steps) == steps.end.pico
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert table.rows[-1] == ("Sum", "−$18.00")


def test_the_mix_sums_to_what_has_a_price() -> None:
    for report in reports().values():
        assert sum(pico for _, pico in weekly.mix(report)) == sum(part.pico for part in report.models)
        assert len(weekly.mix(report)) <= weekly.MIX + 1


def test_nothing_is_said_to_be_caused() -> None:
    for report in reports().values():
        text = written(report, "text").lower().replace("no proof of a cause", "")
        assert "caused" not in text
        assert "because" not in text


def test_without_names_a_page_has_none() -> None:
    text = written(nameless(full()), "html")
    assert "storefront" not in text
    assert "0a1b2c3d" not in text
    assert "storefront" in written(full(), "html")


def test_another_currency_says_its_rate() -> None:
    text = written(reports()["euro"], "text")
    assert "€80.54" in text
    assert "0.8642 EUR for $1" in text


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_what_is_worth_doing_is_told_in_the_pages_currency(form: str) -> None:
    text = " ".join(unescape(written(reports()["euro"], form)).split())
    assert "would save ≈€7.92 a week" in text
    assert "has lost ≈€1.04 on 31 calls" in text
    assert "A usual week costs ≈€77.78; €103.70 would be passed" in text
    assert not re.findall(r"(?<!for )(?<!from )(?<!to )\$(?=\d)", text)  # a rate and a vendor's list are in dollars


def test_a_plan_is_worth_what_is_known_of_its_calls() -> None:
    """What its price is held against leaves out calls without a price, and says so."""
    plan = Plan(name="max", pico_value=46 * PICO, pico_price=10 * PICO, calls=9)
    assert words.leverage(plan) == "4.6 ×"
    assert words.leverage(replace(plan, unpriced=2)) == "at least 4.6 ×"
    assert words.leverage(replace(plan, pico_value=0, unpriced=9)) == ""
    assert words.leverage(replace(plan, pico_value=0, calls=0)) == "0.0 ×"


def test_what_has_no_price_is_no_zero() -> None:
    page = weekly.page(reports()["unpriced"])
    assert page.total == "unpriced"
    assert [figure.value for figure in page.figures] == ["unpriced", "not known", "not known"]


def test_the_trend_is_a_page_of_its_own() -> None:
    alone = replace(full(), days=(), months=reports()["months"].months)
    text = written(alone, "text")
    assert text.startswith("Month by month · Jul 2026 – Nov 2026")
    assert "Oct 2026" in text
    assert "API value of" not in text.split("Month by month")[0]
    row = next(line for line in text.split("\n") if line.startswith("Nov 2026") and "+" in line)
    assert re.findall(r"[+−]\$[\d.]+", row) == ["+$120.00", "+$115.00", "+$8.00", "−$4.00", "+$1.00"]
    read(written(alone, "html"))
    assert written(alone, "md").startswith("# Month by month")
    assert "Month by month" in written(reports()["months"], "text")


def test_an_unusual_session_is_called_by_what_people_know() -> None:
    """Project, tool and when it began; never by an id."""
    began = int(datetime(2026, 11, 18, 14, 5).astimezone().timestamp() * 1e6)
    found = Anomaly(kind="session", name="0f3c-9d", pico=50 * PICO, pico_usual=4 * PICO, tool="codex", project="api",
                    started_us=began)  # fmt: skip
    assert words.anomaly(found) == "api · codex · 18 Nov 14:05: $50.00, usually $4.00."
    assert words.anomaly(Anomaly(kind="session", name="0f3c-9d", pico=PICO)).startswith("A session: ")
