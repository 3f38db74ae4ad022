"""What ``spendlight economics`` says of two models: reckoned from the price book, told in words or as JSON.

Rules: a forecast is drawn as an estimate; what is assumed (the tokenizers' ratio, how a plan's window weighs, what a
new session begins with) is said. List prices, since the question is which model is cheaper, not whose bill it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from trayapp import moments as clock
from trayapp.cli.prices import look_up, unknown
from trayapp.cli.trouble import CommandError
from trayapp.dialects import ratios
from trayapp.engine.rows import usd
from trayapp.money import count, dollars, plural
from trayapp.pricing import Book
from trayapp.routing.booked import Booked, Cache, NoRateError, booked
from trayapp.routing.economics import FAR, Economics, RoundTrip, compare, round_trip, round_trip_break_even
from trayapp.routing.moments import Advice, Moment, Option, Situation, advise
from trayapp.routing.session import Change, ModelCost, Session
from trayapp.routing.windowshare import Range, Weighing, WindowShare, by_list, by_requests
from trayapp.trouble import Trouble

_WHEN: Final = {
    Moment.NOW: "now",
    Moment.SUBAGENT: "sub-agents",
    Moment.COMPACTION: "compaction",
    Moment.IDLE: "pause",
    Moment.NEW_SESSION: "new session",
    Moment.NEVER: "stay",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command was asked; the options' help says what each means."""

    model: str
    to: str
    context: int
    turns: int
    new: int
    output: int
    cold: bool
    idle: int
    pace: int
    cache: Cache
    tokenizer_ratio: Fraction | None
    turn_inflation: Fraction
    output_inflation: Fraction
    back: int | None
    in_tool_loop: bool
    subagents: bool
    compacts_at: int | None
    after_compaction: int | None
    fresh: int
    to_window: int | None
    window_usd: Fraction | None
    window_requests: int | None
    weights: tuple[Fraction, Fraction] | None
    vendor: str | None
    to_vendor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that is to be told."""

    asked: Asked
    a: ModelCost
    b: ModelCost
    change: Change
    figures: Economics
    trip: RoundTrip | None
    trip_break_even: int | None
    advice: Advice
    share: WindowShare
    notes: tuple[str, ...]
    book: str


def answer(asked: Asked, book: Book, at: datetime) -> Answer:
    """Reckon it.

    Raises:
        CommandError: the book does not know a model, or not what it costs that way.
    """
    at_us = clock.micros(at)
    vendor = asked.vendor or _maker(book, asked.model)
    a = _booked(book, vendor, asked.model, at_us, asked.cache)
    other = asked.to_vendor or asked.vendor or _maker(book, asked.to)
    notes = []
    try:
        b = booked(book, other, asked.to, at_us, asked.cache)
    except NoRateError as error:
        if not error.flag.startswith("missing_rate:cache_write") or asked.cache is Cache.DEFAULT:
            raise CommandError(_trouble(book, other, asked.to, error)) from None
        b = _booked(book, other, asked.to, at_us, Cache.DEFAULT)
        notes.append(f"{b.cost.name} has no cache of {asked.cache}; its own kind is reckoned.")
    ratio, known = _ratio(asked)
    if known:
        notes.append(known)
    notes += _dated(a) + _dated(b)
    target = ModelCost(name=b.cost.name, prices=b.cost.prices, life_us=b.cost.life_us, window=asked.to_window)
    session = Session(
        context=asked.context,
        new=asked.new,
        output=asked.output,
        turns=asked.turns,
        idle_us=asked.idle,
        pace_us=asked.pace,
        at_us=at_us,
        cold=asked.cold,
    )
    change = Change(tokens=ratio, turns=asked.turn_inflation, output=asked.output_inflation)
    situation = Situation(
        session=session,
        fresh=asked.fresh,
        in_tool_loop=asked.in_tool_loop,
        subagents=asked.subagents,
        compacts_at=asked.compacts_at,
        after_compaction=asked.after_compaction,
    )
    figures = compare(session, a.cost, target, change)
    trip = due = None
    if asked.back is not None:
        trip = round_trip(session, a.cost, target, change, back=asked.back)
        due = round_trip_break_even(session, a.cost, target, change, back=asked.back)
    return Answer(
        asked=asked,
        a=a.cost,
        b=target,
        change=change,
        figures=figures,
        trip=trip,
        trip_break_even=due,
        advice=advise(situation, a.cost, target, change),
        share=_share(asked, figures),
        notes=tuple(notes),
        book=book.version,
    )


def _share(asked: Asked, figures: Economics) -> WindowShare:
    if asked.window_requests is not None and asked.weights is not None:
        return by_requests(asked.turns, asked.window_requests, *asked.weights, asked.turn_inflation)
    return by_list(figures, None if asked.window_usd is None else Range(asked.window_usd, asked.window_usd))


def as_json(answer: Answer) -> str:
    """One JSON object; amounts are decimal texts of USD, shares of 1."""
    figures, trip = answer.figures, answer.trip
    best = answer.advice.best
    told: dict[str, Any] = {
        "from": answer.a.name,
        "to": answer.b.name,
        "turns": figures.turns,
        "warm": figures.warm,
        "stay_usd": usd(figures.stay_pico),
        "switch_usd": usd(figures.switch_pico),
        "saving_usd": usd(figures.saving_pico),
        "once_usd": usd(figures.once_pico),
        "per_turn_usd": usd(figures.per_turn_pico),
        "break_even_turns": figures.break_even,
        "pays_until_turns": figures.pays_until,
        "tokenizer_ratio": _decimal(answer.change.tokens),
        "round_trip": None
        if trip is None
        else {
            "there": trip.there,
            "back": trip.back,
            "warm": trip.warm,
            "stay_usd": usd(trip.stay_pico),
            "trip_usd": usd(trip.trip_pico),
            "saving_usd": usd(trip.saving_pico),
            "break_even_turns": answer.trip_break_even,
        },
        "moment": {"best": str(best.moment), "why": best.why, "options": [_option(o) for o in answer.advice.options]},
        "window": {
            "weighing": str(answer.share.weighing),
            "stay": _bounds(answer.share.stay),
            "switch": _bounds(answer.share.switch),
            "ratio": None if answer.share.ratio is None else _decimal(answer.share.ratio),
        },
        "notes": list(answer.notes),
        "book": answer.book,
    }
    return json.dumps(told, ensure_ascii=False)


def _option(option: Option) -> dict[str, Any]:
    return {
        "moment": str(option.moment),
        "good": option.good,
        "why": option.why,
        "saving_usd": None if option.economics is None else usd(option.economics.saving_pico),
        "wait_turns": option.wait_turns,
        "wait_seconds": None if option.wait_us is None else -(-option.wait_us // 10**6),
    }


def as_text(answer: Answer) -> str:
    """For a person: once, each turn, after how many it pays, when not to."""
    asked, figures = answer.asked, answer.figures
    state = "warm" if figures.warm else "cold"
    lines = [
        f"{answer.a.name} → {answer.b.name}: {count(asked.context)} tokens of {state} context, "
        f"{count(asked.new)} new and {count(asked.output)} of output a turn, {plural(figures.turns, 'turn')} to come",
        "",
        f"  Stay    {_about(figures.stay_pico)}",
        f"  Switch  {_about(figures.switch_pico)}",
        f"  {'Saves ' if figures.saving_pico >= 0 else 'Loses '}  {_about(abs(figures.saving_pico))}",
        "",
        f"  Once    {_once(answer)}",
        f"  Then    {_then(figures)}",
        f"  Pays    {_pays(figures)}",
        f"  Not     {_not(answer)}",
    ]
    if answer.trip is not None:
        lines.append(f"  Return  {_trip(answer.trip, answer.trip_break_even)}")
    best = answer.advice.best
    lines += ["", f"  Moment  {_WHEN[best.moment]}: {best.why}."]
    lines += [
        f"          {_WHEN[option.moment]}{'' if option.good else ' – no'}: {option.why}."
        for option in answer.advice.options
        if option is not best
    ]
    lines.append(f"  Plan    {_plan(answer.share)}")
    lines += ["", *(f"  {note}" for note in answer.notes)]
    lines.append(
        f"  A forecast at list prices of the book {answer.book}; a new session is taken to begin with "
        f"{count(asked.fresh)} tokens."
    )
    return "\n".join(lines)


def _once(answer: Answer) -> str:
    once = answer.figures.once_pico
    lost = f"{answer.b.name} has nothing in its cache and is given all {count(answer.asked.context)} tokens again"
    if once > 0:
        return f"{_about(once)} more on the next turn: {lost}."
    return f"nothing: the next turn is already {_about(-once)} cheaper, although {lost}."


def _then(figures: Economics) -> str:
    later = figures.per_turn_pico
    word = "saves" if later >= 0 else "costs"
    return f"each turn {word} {_about(abs(later))}{'' if later >= 0 else ' more'}, on average."


def _pays(figures: Economics) -> str:
    due, end = figures.break_even, figures.pays_until
    if due is None:
        return "never."
    text = "from the first turn on" if due == 1 else f"after {plural(due, 'turn')}"
    return (
        f"{text}." if end is None else f"{text}, but no longer after {plural(end, 'turn')}: then each turn costs more."
    )


def _not(answer: Answer) -> str:
    figures = answer.figures
    words = ["inside a tool loop"]
    if figures.break_even is None:
        return "in this session, while its cache is warm." if figures.warm else "for this work."
    if figures.break_even > 1:
        words.insert(0, f"when fewer than {plural(figures.break_even, 'turn')} are left")
    if figures.pays_until is not None:
        words.insert(0, f"when more than {plural(figures.pays_until, 'turn')} are left")
    if answer.a.life_us is not None and figures.warm and figures.break_even > 1:
        words.append("to and fro: on return the turns between have to be written again")
    return f"{'; '.join(words)}."


def _trip(trip: RoundTrip, due: int | None) -> str:
    saving = trip.saving_pico
    held = "its cache still warm" if trip.warm else "its cache gone"
    total = f"{'saves' if saving > 0 else 'loses'} {_about(abs(saving))}"
    from_then = f"not within {count(FAR)} turns" if due is None else f"from {plural(due, 'turn')} there on"
    return (
        f"{plural(trip.there, 'turn')} there and {count(trip.back)} back, {held}: {total} in all; it pays {from_then}."
    )


def _plan(share: WindowShare) -> str:
    ratio = "" if share.ratio is None else f"{_decimal(share.ratio, 2)} times"
    if share.weighing is Weighing.UNKNOWN:
        if not ratio:
            return "nothing is known about what either uses of a plan's window."
        return (
            f"how a plan's window weighs models is not known; if by list prices, the switch uses {ratio} as much. "
            "--window-usd tells shares."
        )
    basis = "as the plan states" if share.weighing is Weighing.STATED else "if the window counts list prices (assumed)"
    return f"staying uses {_percent(share.stay)} of the window, switching {_percent(share.switch)}, {basis}."


def _percent(span: Range | None) -> str:
    if span is None:
        return "an unknown share"
    low = _decimal(span.low * 100, 1)
    if span.high is None:
        return f"at least {low} %"
    high = _decimal(span.high * 100, 1)
    return f"{low} %" if low == high else f"{low} to {high} %"


def _bounds(span: Range | None) -> list[str | None] | None:
    return None if span is None else [_decimal(span.low), None if span.high is None else _decimal(span.high)]


def _ratio(asked: Asked) -> tuple[Fraction, str]:
    if asked.tokenizer_ratio is not None:
        return asked.tokenizer_ratio, ""
    own, other = (ratios.family("", model) for model in (asked.model, asked.to))
    # A name that no pattern knows comes back as the wire's usual family.
    strangers = [
        model
        for model, family in ((asked.model, own), (asked.to, other))
        if family.name == "openai" and "gpt-" not in model.lower()
    ]
    if strangers and asked.model != asked.to:
        return Fraction(1), (
            f"How {' and '.join(strangers)} counts tokens is not known here; it is taken to count like the other. "
            "--tokenizer-ratio says better."
        )
    ratio = Fraction(str(other.per_o200k)) / Fraction(str(own.per_o200k))
    if ratio == 1:
        return ratio, ""
    return ratio, (
        f"{asked.to} is taken to count {_decimal(ratio, 2)} tokens for each one of {asked.model} "
        "(an average over recorded texts)."
    )


def _dated(model: Booked) -> list[str]:
    notes = []
    name = model.cost.name
    if model.hourly:
        notes.append(f"{name} is priced by the hour; this is the price of that moment.")
    changes = (dated.since_us for dated in model.cost.prices if dated.since_us is not None)
    notes += [f"The price of {name} changes on {clock.at(since_us).date()}." for since_us in changes]
    if model.ends_us is not None:
        notes.append(f"The book's price of {name} ends on {clock.at(model.ends_us).date()}.")
    first = model.cost.prices[0].steps
    if len(first) > 1 and first[0].rates.write:
        times = _decimal(first[1].rates.write / first[0].rates.write, 2)
        notes.append(
            f"From {first[1].least:,} prompt tokens on, {name} costs {times} times as much for the whole call."
        )
    return notes


def _maker(book: Book, model: str) -> str:
    # An unnamed gateway's price for a name is its maker's.
    made = book.find("", model)
    if made is not None:
        return made.model.provider
    sellers = {found.provider.id for found in look_up(book, model, None)}
    if len(sellers) == 1:
        return sellers.pop()
    if not sellers:
        raise CommandError(unknown(book, model, None))
    raise CommandError(
        Trouble(
            title="Several sell that model",
            message=f"{model!r} is sold by {', '.join(sorted(sellers))}, each at prices of its own.",
            fix="Say which with --vendor (or --to-vendor).",
            code="unknown_vendor",
        )
    )


def _booked(book: Book, vendor: str, model: str, at_us: int, cache: Cache) -> Booked:
    try:
        return booked(book, vendor, model, at_us, cache)
    except NoRateError as error:
        raise CommandError(_trouble(book, vendor, model, error)) from None


def _trouble(book: Book, vendor: str, model: str, error: NoRateError) -> Trouble:
    if error.flag == "unknown_model":
        return unknown(book, model, vendor)
    return Trouble(
        title="No price is known",
        message=f"{error.message[:1].upper()}{error.message[1:]}.",
        fix=f"`spendlight prices {model} --why` shows what the book has; `spendlight prices set` adds a price.",
        code="unpriced",
    )


def _about(pico: int) -> str:
    return dollars(pico, estimated=True, fine=True)


def _decimal(value: Fraction, places: int = 6) -> str:
    text = format(round(Decimal(value.numerator) / value.denominator, places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
