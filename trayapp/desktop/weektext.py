"""The last week in one line, for the menu and the notification. Pure."""

from __future__ import annotations

from datetime import date, datetime, time

from trayapp import tongue
from trayapp.desktop import money
from trayapp.snapshot import Snapshot, Week
from trayapp.tongue import several, tr


def amount(week: Week, shown: money.Currency) -> str:
    """ "$84.20", "$84.20 + 3 unpriced", "unpriced"."""
    if _unknown(week):
        return money.unpriced()
    told = money.dollars(week.pico, estimated=week.estimated, shown=shown)
    return f"{told} + {money.count(week.unpriced)} {money.unpriced()}" if week.unpriced else told


def _unknown(week: Week) -> bool:
    """Whether not one of its calls has a price: then a zero would be a lie."""
    unknown = week.unpriced + week.unmetered
    return not week.pico and unknown > 0 and unknown >= week.calls - week.errors


def versus(week: Week) -> str:
    """ "18 % less than the week before"; empty where nothing is known of that, or nothing differs."""
    if not week.pico_before or _unknown(week):
        return ""
    percent = (abs(week.pico - week.pico_before) * 100 + week.pico_before // 2) // week.pico_before
    if not percent:
        return tr("weektext", "as much as the week before")
    share = money.percent(min(percent, 9_999))
    if week.pico > week.pico_before:
        return tr("weektext", "{share} more than the week before", share=share)
    return tr("weektext", "{share} less than the week before", share=share)


def entry(snapshot: Snapshot) -> str:
    """The menu's entry: "Last week: $84.20…"; empty: there is none."""
    week = snapshot.week
    if week is None:
        return ""
    return tr("weektext", "Last &week: {amount}…", amount=amount(week, snapshot.shown))


def title(week: Week, shown: money.Currency) -> str:
    """ "Your week: $84.20"."""
    return tr("weektext", "Your week: {amount}", amount=amount(week, shown))


def body(week: Week, shown: money.Currency) -> str:
    """ "16 Nov to 22 Nov, 18 % less than the week before. Rules saved $19.40. Nothing unusual."""
    figures = tongue.figures()
    try:
        first, last = (date.fromisoformat(each) for each in (week.first, week.last))
        days = tr("weektext", "{first} to {last}", first=_day(first, figures), last=_day(last, figures))
    except ValueError:
        days = week.name
    told = versus(week)
    sentences = [f"{days}, {told}." if told else f"{days}."]
    if week.pico_saved:
        saved = money.dollars(abs(week.pico_saved), estimated=True, shown=shown)
        won = tr("weektext", "Rules saved {amount}.", amount=saved)
        sentences.append(won if week.pico_saved > 0 else tr("weektext", "Rules lost {amount}.", amount=saved))
    if week.unusual:
        sentences.append(several("weektext", "%n thing(s) unusual.", week.unusual))
    return " ".join(sentences)


def _day(day: date, figures: tongue.Figures) -> str:
    return figures.date(datetime.combine(day, time.min))
