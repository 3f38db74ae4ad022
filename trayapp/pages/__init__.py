"""A report as a page, and the page in every form that needs no Qt: text, Markdown, HTML.

``page`` says what a page consists of, ``words`` how a report's parts are said, ``weekly`` puts the page together and
``trend`` its months; ``plain``, ``markdown`` and ``html`` (with ``svg`` and ``style``) write it down. The desktop draws
the same page as PDF, and the same words on its card.

Rules: pure; standard library, ``trayapp.reports``, ``trayapp.money`` and ``trayapp.tongue`` only. Every form shows the
same sentences, tables and amounts: what one says, all say.
"""

from __future__ import annotations

from trayapp.pages.page import Page
from trayapp.reports import Report


def written(report: Report, form: str, language: str = "en") -> str:
    """A report as ``text``, ``md`` or ``html``."""
    from trayapp.pages import html, markdown, plain

    page = page_of(report, language)
    return {"text": plain.text, "md": markdown.markdown, "html": html.html}[form](page)


def page_of(report: Report, language: str = "en") -> Page:
    """The page of a report; of one without days that of its months."""
    from trayapp.pages import trend, weekly

    page = weekly.page(report, language)
    return trend.alone(page, report) if report.months and not report.days else page
