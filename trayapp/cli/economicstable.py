"""``spendlight economics`` without models: cases as CSV in, amounts as CSV out.

Rules: one line out for each line in, in the same order. A line that cannot be reckoned keeps its id and has no
amounts, and standard error names it. An empty ``break_even_turns`` beside amounts means never. Amounts are exact
decimal texts, rounded to pico-USD once. Whatever a column's name, spelling and order are the header's.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, TextIO

from trayapp.engine.rows import usd
from trayapp.money import PICO
from trayapp.routing.economics import Economics, compare
from trayapp.routing.session import Change, Dated, ModelCost, Session, Step, TurnRates

ANSWER: Final = ("id", "stay_usd", "switch_usd", "saving_usd", "break_even_turns")
NEEDED: Final = (
    "id",
    *(f"{side}_{rate}" for side in "ab" for rate in ("in", "cache_read", "cache_write", "out")),
    "context_tokens",
    "new_tokens_per_turn",
    "output_per_turn",
    "turns",
    "a_cache_warm",
)
OPTIONAL: Final = ("tokenizer_ratio", "turn_inflation", "output_inflation")
_MANY: Final = 10**12
_DEAR: Final = 10**6
"""USD per million tokens; more is a slip."""


class ColumnsError(Exception):
    """The header lacks columns."""


class CaseError(Exception):
    """One line cannot be reckoned; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written for one line, and what is said about it."""

    row: tuple[str, ...]
    error: str = ""


def answers(source: Iterable[str]) -> Iterator[Answer]:
    """The answers to a table, line by line.

    Raises:
        ColumnsError: the first line does not name all columns. It is read at once, the others as they are asked for.
    """
    reader = csv.reader(source, strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise ColumnsError(f"its first line is no CSV ({error})") from None
    names = [name.strip() for name in header]
    if missing := [name for name in NEEDED if name not in names]:
        raise ColumnsError(f"its first line does not name {', '.join(missing)}")

    def each() -> Iterator[Answer]:
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Answer(("", "", "", "", ""), f"line {reader.line_num} is no CSV ({error}).")
                continue
            if any(cell.strip() for cell in cells):
                yield _answer(names, cells, reader.line_num)

    return each()


def _answer(names: list[str], cells: list[str], line: int) -> Answer:
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
    name = row.get("id", "")
    try:
        if len(cells) != len(names):
            raise CaseError(f"it has {len(cells)} values, the first line names {len(names)}")
        figures = _case(row)
    except CaseError as error:
        where = f"line {line} ({name})" if name else f"line {line}"
        return Answer((name, "", "", "", ""), f"{where} cannot be reckoned: {error}.")
    amounts = (figures.stay_pico, figures.switch_pico, figures.saving_pico)
    due = "" if figures.break_even is None else str(figures.break_even)
    return Answer((name, *(usd(amount) or "" for amount in amounts), due))


def write(answers: Iterable[Answer], out: TextIO, errors: TextIO) -> bool:
    """Write answers as they come; whether all were amounts."""
    writer = csv.writer(out, lineterminator="\n")
    fine = True
    writer.writerow(ANSWER)
    for answer in answers:
        writer.writerow(answer.row)
        if answer.error:
            fine = False
            print(f"spendlight: {answer.error}", file=errors)
    return fine


def _case(row: Mapping[str, str]) -> Economics:
    warm = row["a_cache_warm"]
    if warm not in ("0", "1"):
        raise CaseError(f"a_cache_warm is {warm!r}; it has to be 1 or 0")
    session = Session(
        context=_tokens(row, "context_tokens"),
        new=_tokens(row, "new_tokens_per_turn"),
        output=_tokens(row, "output_per_turn"),
        turns=_tokens(row, "turns", least=1),
        cold=warm == "0",
    )
    try:
        change = Change(
            tokens=_ratio(row, "tokenizer_ratio"),
            turns=_ratio(row, "turn_inflation"),
            output=_ratio(row, "output_inflation"),
        )
    except ValueError as error:
        raise CaseError(str(error)) from None
    return compare(session, _model(row, "a"), _model(row, "b"), change)


def _model(row: Mapping[str, str], side: str) -> ModelCost:
    # Where a vendor asks nothing for writing, and where it caches nothing, the input price is what is paid.
    paid = _rate(row, f"{side}_in")
    read, write = (_rate(row, f"{side}_cache_{what}", paid) for what in ("read", "write"))
    rates = TurnRates(read, write, _rate(row, f"{side}_out"))
    return ModelCost(name=side, prices=(Dated(None, (Step(0, rates),)),))


def _rate(row: Mapping[str, str], name: str, otherwise: Fraction | None = None) -> Fraction:
    """USD per million tokens as pico-USD per token."""
    text = row[name]
    if not text and otherwise is not None:
        return otherwise
    return _number(text, name, _DEAR) * PICO / 10**6


def _ratio(row: Mapping[str, str], name: str) -> Fraction:
    text = row.get(name, "")
    return _number(text, name, 1000) if text else Fraction(1)


def _tokens(row: Mapping[str, str], name: str, least: int = 0) -> int:
    value = _number(row[name], name, _MANY)
    if value.denominator != 1 or value < least:
        raise CaseError(f"{name} is {row[name]!r}; it has to be a whole number of at least {least}")
    return value.numerator


def _number(text: str, name: str, most: int) -> Fraction:
    if not text:
        raise CaseError(f"{name} is empty")
    try:
        if len(text) > 64:
            raise InvalidOperation
        value = Decimal(text)
        # The first comparison keeps 1e999999 from becoming an integer of a million digits.
        if not value.is_finite() or not 0 <= value <= most or abs(value.adjusted()) > 64:
            raise InvalidOperation
    except InvalidOperation:
        raise CaseError(f"{name} is {text[:40]!r}; it has to be a number from 0 to {most}") from None
    return Fraction(value)
