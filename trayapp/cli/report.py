"""``spendlight report``: the page of a week, a month or some days, as text, Markdown, HTML, PDF, PNG or JSON.

Rules: a running engine is asked; without one the ledger is read as ``spendlight calls`` does, and the report then knows
no suggestion and no rule. Files hold what a person may want to keep to themselves: they are made with mode 0600, beside
their target first, and never take the place of another file unasked. A picture goes out without names of projects and
sessions unless names are asked for; everything else has them unless they are not wanted. Qt is loaded only for a
picture, a PDF or another language than English.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client, ControlError
from trayapp.pages import words
from trayapp.pages.page import printable
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.reports import Report, nameless, report_from_json
from trayapp.trouble import Trouble

FORMATS: Final = ("text", "md", "html", "json", "pdf", "png")
DRAWN: Final = ("pdf", "png")
"""Made by Qt, and bytes: they go to a file or a pipe, never to a terminal."""
LANGUAGES: Final = ("en", "de")


def run(arguments: list[str]) -> int:
    """Make a report."""
    options = _parser().parse_args(arguments)
    paths = places.find()
    _no_clash(options)
    if options.what_if is not None:
        return _what_if(paths, {**_wanted(options), "model": options.what_if}, options.format)
    form = options.format or _by_name(options.output)
    if options.trend and form == "png":
        raise CommandError(
            Trouble(
                title="There is no picture of the trend",
                message="A card is about one week or month.",
                fix="Take --format html or pdf.",
                code="bad_output",
            )
        )
    if form in DRAWN and options.output is None and sys.stdout.isatty():
        raise CommandError(
            Trouble(
                title="A picture cannot be shown in a terminal",
                message=f"{form.upper()} is bytes.",
                fix=f"Name a file: --output week.{form}",
                code="bad_output",
            )
        )
    if options.output is not None:
        _may_be_written(options.output, force=options.force)
    made = _trend(paths) if options.trend else report_from_json(_report(paths, _wanted(options)))
    named = options.names if options.names is not None else form != "png"
    made = made if named else nameless(made)
    if not made.sum.calls and made.began > made.period.last:
        print(f"The first call is of {made.began}; `spendlight report --week` shows this week so far.", file=sys.stderr)
    content = _made(made, form, options.language, options.theme, names=named)
    if options.output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    _write(options.output, content, force=options.force)
    what = "The trend" if options.trend else f"{words.title(made.period)} ({words.total(made.sum)})"
    print(f"{what} written to {options.output}", file=sys.stderr)
    return 0


def _made(report: Report, form: str, language: str, theme: str, *, names: bool) -> bytes:
    if form == "json":
        from trayapp.snapshot import to_json

        return (json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    if form in DRAWN or language != "en":
        from trayapp.cli import drawing

        return drawing.made(report, form, language, theme, names=names)
    from trayapp.pages import written

    return written(report, form, language).encode("utf-8", "replace")


def _report(paths: Paths, wanted: dict[str, Any]) -> dict[str, Any]:
    """The engine's report, or one from the ledger itself when no engine runs."""
    try:
        client = Client(Address(paths.control), timeout=60)
    except ControlError:
        return _alone(paths, wanted)
    with client:
        answer: dict[str, Any] = _ask(client, "report", wanted)
    return answer


def _alone(paths: Paths, wanted: dict[str, Any]) -> dict[str, Any]:
    from trayapp import currency, settings
    from trayapp.cli.agreed import agreements
    from trayapp.cli.source import own_ledger, price_book
    from trayapp.engine.insights import insights
    from trayapp.engine.projects import Projects
    from trayapp.engine.report_verbs import asked
    from trayapp.engine.reporting import Circumstances, report
    from trayapp.engine.wasteledger import WasteLedger
    from trayapp.moments import micros
    from trayapp.snapshot import to_json

    now_us = micros(datetime.now().astimezone())
    stretch = asked(wanted, now_us, None)
    chosen = settings.load(paths.settings)
    try:
        rates = currency.read(chosen.currency, chosen.sections.get("currency") or ())
    except currency.CurrencyError:
        rates = currency.Rates()
    book, mark = price_book(), Projects(places.read_or_make_secret(paths.install_key)).mark
    about = Circumstances(
        agreements=agreements(),
        book=book,
        now_us=now_us,
        rates=rates,
        budgeted=bool(chosen.budgets),
        insights=insights(lambda: book, lambda own: WasteLedger(own, lambda: book, mark), lambda: chosen.repositories),
    )
    if not paths.ledger.exists():
        return to_json(report(None, stretch, about))
    with own_ledger() as ledger:
        return to_json(report(ledger, stretch, about))


def _ask(client: Client, verb: str, arguments: dict[str, Any]) -> Any:
    try:
        return client.ask(verb, **arguments)
    except ControlError as error:
        if error.trouble.code != "unknown_verb":
            raise
        raise ControlError(
            Trouble(
                title="The running engine does not know that",
                message=f"Its version has no {verb!r}.",
                fix="Update Spendlight, then `spendlight stop` and `spendlight`.",
                code="unknown_verb",
            )
        ) from None


def _trend(paths: Paths) -> Report:
    """The months that an engine knows, as a report without days."""
    with Client(Address(paths.control), timeout=120) as client:
        answer = _ask(client, "trend", {})
    months = answer.get("months") or []
    if not months:
        raise CommandError(
            Trouble(title="There is no trend yet", message="No month has a call.", fix="", code="no_trend")
        )
    period = {"kind": "span", "first": f"{months[0]['name']}-01", "last": f"{months[-1]['name']}-01"}
    made_us = int(datetime.now().astimezone().timestamp()) * 10**6
    return report_from_json({"period": period, "made_us": made_us, **answer, "days": []})


def _what_if(paths: Paths, arguments: dict[str, Any], form: str | None) -> int:
    """What only an engine can answer; of the last month, unless another time is named."""
    from trayapp.cli.whatif import lines
    from trayapp.engine.report_verbs import asked
    from trayapp.moments import micros

    model = arguments.pop("model")
    now_us = micros(datetime.now().astimezone())
    stretch = asked(arguments or {"month": "last"}, now_us, None)
    with Client(Address(paths.control), timeout=120) as client:
        answer = _ask(
            client, "whatif", {"model": model, "since_us": stretch.since_us, "until_us": min(stretch.until_us, now_us)}
        )
    if form == "json":
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print("\n".join(printable(line) for line in lines(answer, stretch.period(now_us))))
    return 0


def _may_be_written(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise CommandError(
            Trouble(
                title="That is a folder",
                message=f"{target} is a folder; the report goes to a file.",
                fix=f"Name a file in it: --output {target / 'week.html'}",
                code="bad_output",
            )
        )
    if target.is_file() and not force:
        raise CommandError(
            Trouble(
                title="That file is there already",
                message=f"{target} was not touched.",
                fix="Name another one, or say --force to replace it.",
                code="bad_output",
            )
        )


def _write(target: Path, content: bytes, *, force: bool) -> None:
    """Whole or not at all; a pipe or a device is written to directly."""
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    temporary = target.with_name(f".{target.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123  opened 0600 above
            file.write(content)
        if not force:
            _may_be_written(target, force=False)  # somebody else may have made it meanwhile
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _by_name(target: Path | None) -> str:
    """The format that a file's name says; text otherwise."""
    ending = "" if target is None else target.suffix.removeprefix(".").lower()
    return {"htm": "html", "markdown": "md"}.get(ending, ending if ending in FORMATS else "text")


def _no_clash(options: argparse.Namespace) -> None:
    """Options that would be taken and do nothing are refused."""
    timed = any((options.week, options.month, options.since, options.until, options.last))
    if options.trend and timed:
        message = "--trend is about the last twelve months; it takes no time."
    elif options.what_if is not None and (options.output or options.format not in (None, "text", "json")):
        message = "--what-if is printed, as text or with --format json; it makes no file."
    elif options.what_if is not None and options.trend:
        message = "--what-if and --trend are two questions."
    else:
        return
    raise CommandError(
        Trouble(title="That does not go together", message=message, fix="`spendlight report --help`", code="bad_output")
    )


def _wanted(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of the verb."""
    wanted = {"week": options.week, "month": options.month, "from": options.since, "to": options.until}
    if wanted["to"] is not None and wanted["from"] is None:
        raise CommandError(
            Trouble(title="From when?", message="--to needs --from.", fix="Write --from 2026-11-03.", code="bad_time")
        )
    if options.last:
        wanted |= {"month": "last"} if options.month is not None else {"week": "last"}
    return {name: value for name, value in wanted.items() if value is not None}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spendlight report",
        description="What a week, a month or some days came to, why it changed, and what is worth doing. Without"
        " a time: the last whole week.",
    )
    time = parser.add_mutually_exclusive_group()
    time.add_argument("--week", nargs="?", const="this", metavar="2026-W48", help="this week so far, or that one")
    time.add_argument("--month", nargs="?", const="this", metavar="2026-11", help="this month so far, or that one")
    time.add_argument("--from", dest="since", metavar="DATE", help="the first local day")
    parser.add_argument("--to", dest="until", metavar="DATE", help="the last local day (default: today)")
    parser.add_argument("--last", action="store_true", help="the last whole week, or with --month the last whole month")
    parser.add_argument("--format", choices=FORMATS, help="default: what the file's name says, else text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="a file, readable by you alone (default: stdout)")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of the picture")
    names = parser.add_mutually_exclusive_group()
    names.add_argument("--names", action="store_true", default=None, help="with projects and sessions (not in png)")
    names.add_argument("--nameless", dest="names", action="store_false", help="without them, to be forwarded")
    parser.add_argument("--trend", action="store_true", help="month by month, changes of price apart from volume")
    parser.add_argument("--what-if", metavar="MODEL", help="the same calls on another model, cold starts priced")
    return parser
