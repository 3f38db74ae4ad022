"""``spendlight economics``: what staying with a model and switching to another cost, and when a switch pays.

With ``--from`` and ``--to`` for two models of the price book, in words or as JSON; without, for cases as CSV on
standard input (``trayapp.cli.economicstable``). List prices. It needs no running Spendlight and writes nothing.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from trayapp.cli import economicstable, economicswords
from trayapp.cli.economicswords import Asked
from trayapp.cli.prices import moment_of
from trayapp.cli.source import price_book
from trayapp.cli.trouble import CommandError
from trayapp.money import PICO
from trayapp.routing.booked import Cache
from trayapp.trouble import Trouble

FRESH: Final = 20_000
"""What a coding agent's instructions and tools are taken for unless the user says: an assumption, told as such."""
_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6}
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


def run(arguments: list[str]) -> int:
    """Compare two models, or answer a table."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not arguments:
        return _table()
    missing = [
        name
        for name, given in (
            ("--from", options.model),
            ("--to", options.to),
            ("--context", options.context),
            ("--turns", options.turns),
        )
        if given is None
    ]
    if missing:
        parser.error(f"for two models {', '.join(missing)} has to be given, too; a table is read without arguments")
    if (options.window_requests is None) != (options.weights is None):
        parser.error("--window-requests and --weights belong together")
    asked = Asked(**{name: value for name, value in vars(options).items() if name not in ("format", "date")})
    answer = economicswords.answer(asked, price_book(), moment_of(options.date))
    print(economicswords.as_json(answer) if options.format == "json" else economicswords.as_text(answer))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spendlight economics",
        description="What a switch to another model costs once, what it saves a turn, after how many turns it pays, "
        "and when not to. Without --from and --to: cases as CSV on standard input.",
        epilog=f"CSV columns: {', '.join(economicstable.NEEDED)} (prices in USD per million tokens), optionally "
        f"{', '.join(economicstable.OPTIONAL)}. Answer: {', '.join(economicstable.ANSWER)}; an empty last value "
        "beside amounts: never.",
    )
    add = parser.add_argument
    tokens, ratio, span = _tokens, _ratio, _span
    add("--from", dest="model", metavar="MODEL", help="the model that serves now")
    add("--to", metavar="MODEL", help="the other one")
    add("--context", type=tokens(0), metavar="N", help="tokens of the conversation so far (150k is understood)")
    add("--turns", type=tokens(1), metavar="N", help="turns to come")
    add("--new", type=tokens(0), default=2000, metavar="N", help="tokens that each turn adds (default: 2000)")
    add("--output", type=tokens(0), default=600, metavar="N", help="tokens of each answer (default: 600)")
    add("--cold", action="store_true", help="nothing is cached: a new session, or just compacted")
    add("--idle", type=span, default=0, metavar="TIME", help="since the last call: 90s, 7m, 2h")
    add("--pace", type=span, default=0, metavar="TIME", help="from one turn to the next (default: at once)")
    add("--cache", type=Cache, choices=tuple(Cache), default=Cache.DEFAULT, help="the kind of cache the tool uses")
    add("--tokenizer-ratio", type=ratio, metavar="R", help="tokens of the other model for one of this (default: known)")
    add("--turn-inflation", type=_turns, default=Fraction(1), metavar="K", help="turns it needs for one of these")
    add("--output-inflation", type=ratio, default=Fraction(1), metavar="K", help="how much longer its answers are")
    add("--back", type=tokens(1), metavar="N", help="also the round trip: so many turns after going back")
    add("--in-tool-loop", action="store_true", help="the next call brings a tool's result")
    add("--subagents", action="store_true", help="the tool starts sub-agents")
    add("--compacts-at", type=tokens(1), metavar="N", help="tokens at which the tool compacts")
    add("--after-compaction", type=tokens(0), metavar="N", help="tokens that are left then")
    add("--fresh", type=tokens(0), default=FRESH, metavar="N", help=f"tokens of a new session (default: {FRESH})")
    add("--to-window", type=tokens(1), metavar="N", help="the largest prompt that the other model takes")
    add("--window-usd", type=_money, metavar="USD", help="on a plan: what a whole window holds at list prices")
    add("--window-requests", type=tokens(1), metavar="N", help="on a plan that counts requests: how many it holds")
    add("--weights", type=_weights, metavar="FROM:TO", help="what each model's request counts for there, like 1:0.33")
    add("--vendor", help="who sells the models (default: their maker)")
    add("--to-vendor", help="who sells the other one")
    add("--date", help="an ISO date or time, UTC unless it says otherwise (default: now)")
    add("--format", choices=("plain", "json"), default="plain")
    return parser


def _table() -> int:
    if sys.stdin.isatty():
        print("Reading CSV; end with Ctrl-D.", file=sys.stderr)
    source = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace", newline="")
    try:
        fine = economicstable.write(economicstable.answers(source), sys.stdout, sys.stderr)
    except economicstable.ColumnsError as error:
        raise CommandError(
            Trouble(
                title="This is no table of cases",
                message=f"The table cannot be read: {error}.",
                fix="`spendlight economics --help` lists the columns; for two models give --from and --to.",
                code="bad_columns",
            )
        ) from None
    finally:
        source.detach()
    sys.stdout.flush()
    return 0 if fine else 1


def _tokens(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        found = re.fullmatch(r"(\d{1,12})(\.\d{1,6})?([kKmM]?)", text.replace(",", "").replace("_", ""))
        value = None if found is None else Fraction(found[1] + (found[2] or "")) * _UNITS[found[3].lower()]
        if value is None or value.denominator != 1 or not least <= value <= 10**12:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}, like 1500 or 150k")
        return value.numerator

    return parse


def _span(text: str) -> int:
    found = re.fullmatch(r"(\d{1,9})\s*([smh])", text.strip().lower())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time like 90s, 7m or 2h")
    return int(found[1]) * _SECONDS[found[2]] * 10**6


def _decimal(text: str, most: int, places: int) -> Fraction:
    try:
        value = Decimal(text) if len(text) <= 40 else Decimal("NaN")
        if value.is_finite() and 0 < value <= most and value * 10**places == int(value * 10**places):
            return Fraction(value)
    except InvalidOperation:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number above 0, up to {most} and with at most {places} places")


def _ratio(text: str) -> Fraction:
    return _decimal(text, 100, 6)


def _turns(text: str) -> Fraction:
    return _decimal(text, 100, 2)


def _money(text: str) -> Fraction:
    return _decimal(text.removeprefix("$"), 10**6, 6) * PICO


def _weights(text: str) -> tuple[Fraction, Fraction]:
    first, _, second = text.partition(":")
    if not second:
        raise argparse.ArgumentTypeError(f"{text!r} is no pair like 1:0.33")
    # A model may count nothing at all.
    return (
        Fraction(0) if first == "0" else _decimal(first, 1000, 4),
        Fraction(0) if second == "0" else _decimal(second, 1000, 4),
    )
