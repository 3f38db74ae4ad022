"""A report as a page, and the page in every form that needs no Qt: text, Markdown, HTML.

``page`` says what a page consists of, ``words`` how a report's parts are said, ``weekly`` puts the page together;
``plain``, ``markdown`` and ``html`` (with ``svg`` and ``style``) write it down. The desktop draws the same page as PDF,
and the same words on its card.

Rules: pure; standard library, ``trayapp.reports``, ``trayapp.money`` and ``trayapp.tongue`` only. Every form shows the
same sentences, tables and amounts: what one says, all say.
"""

from __future__ import annotations

from trayapp.reports import Report


def written(report: Report, form: str, language: str = "en") -> str:
    """A report as ``text``, ``md`` or ``html``."""
    from trayapp.pages import html, markdown, plain, weekly

    page = weekly.page(report, language)
    return {"text": plain.text, "md": markdown.markdown, "html": html.html}[form](page)
