"""Reports of every kind for tests: a full week, an empty one, one model, twelve, huge amounts, hostile names …"""

from __future__ import annotations

from dataclasses import replace

from trayapp.reports import (
    Action,
    Anomaly,
    Change,
    Day,
    Month,
    Part,
    Period,
    Plan,
    PriceChange,
    Report,
    Saving,
    Sum,
    Waste,
)
from trayapp.values import PICO

HOSTILE = "<script src='https://evil.test/x.js'>alert(1)</script>|`*[a](javascript:b)\x1b[2J\u202e& \"q\"\n# h"
_DAYS = ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22")
_AMOUNTS = (1220, 2040, 1675, 2312, 1890, 0, 183)


def full() -> Report:
    """A week with everything in it."""
    days = tuple(
        Day(day=day, pico=cents * PICO // 100, calls=cents // 10) for day, cents in zip(_DAYS, _AMOUNTS, strict=True)
    )
    pico = sum(day.pico for day in days)
    change = Change(
        pico=-18 * PICO,
        pico_volume=9 * PICO,
        pico_mix=-21 * PICO,
        pico_cache=-7 * PICO,
        pico_price=2 * PICO,
        pico_retries=-PICO,
    )
    models = _parts(pico, ("claude-opus-5-5", "claude-sonnet-5-5", "gpt-5.5", "claude-haiku-5-5"), (55, 29, 13, 3))
    return Report(
        period=Period(
            name="2026-W47",
            first=_DAYS[0],
            last=_DAYS[-1],
            since_us=1_795_000_000_000_000,
            until_us=1_795_604_800_000_000,
        ),
        made_us=1_795_650_000_000_000,
        book="2026-11-25",
        began="2026-09-01",
        sum=Sum(
            pico_list=pico,
            pico_contract=pico - 5 * PICO,
            pico_marginal=40 * PICO,
            pico_estimated=2 * PICO,
            calls=1204,
            errors=17,
            unpriced=8,
            unmetered=2,
            input=9_000_000,
            cache_read=31_000_000,
            cache_write=4_000_000,
            output=812_000,
        ),
        before=Sum(pico_list=pico + 18 * PICO, calls=1300),
        change=change,
        prices=(
            PriceChange(
                vendor="openai", model="gpt-5.5", component="output", day="2026-11-18", before="24", after="30",
                pico=2 * PICO,
            ),
        ),
        days=days,
        models=models,
        tools=_parts(pico, ("claude-code", "codex", "aider"), (70, 20, 10)),
        projects=(
            *_parts(pico, ("storefront", "billing-service", ""), (60, 25, 10)),
            Part(name="", pico=pico - sum(pico * share // 100 for share in (60, 25, 10)), others=4, calls=31),
        ),
        sessions=(
            Part(name="0a1b2c3d-4e5f", pico=9 * PICO, calls=120, tool="claude-code", project="storefront",
                 started_us=1_795_100_000_000_000),
            Part(name="", pico=pico - 9 * PICO, calls=1084, others=61),
        ),
        saving=Saving(pico=1940 * PICO // 100, pico_low=17 * PICO, pico_high=20 * PICO, rows=212, unknown=3),
        plans=(
            Plan(name="claude-max", vendor="anthropic", pico_value=212 * PICO, pico_price=46 * PICO, cheapest=True,
                 calls=700),
            Plan(name="chatgpt", vendor="openai", pico_value=8 * PICO, pico_price=23 * PICO, calls=40),
            Plan(name="kimi-coding", vendor="moonshotai", pico_value=3 * PICO, calls=12),
        ),
        anomalies=(
            Anomaly(kind="day", name="2026-11-19", pico=23 * PICO, pico_usual=11 * PICO, cause="volume",
                    cause_name="storefront", pico_cause=9 * PICO),
        ),
        waste=(
            Waste(kind="retries", rows=31, pico=320 * PICO // 100),
            Waste(kind="cache_rewrites", rows=12, pico=4 * PICO, whole=False, estimated=True),
            Waste(kind="errors", rows=0),
            Waste(kind="no_diff", known=False, why="git was not found"),
        ),
        actions=(
            Action(
                kind="suggestion",
                text="212 title calls on claude-opus-5-5 cost $9.40 in the last 7 days; on claude-haiku-5-5 ≈$0.240."
                " It would save ≈$9.16 a week.",
                verb="accept_suggestion",
                arguments={"suggestion": "kind:title"},
                command="spendlight suggest --accept 1",
                values={
                    "title": "Titles to claude-haiku-5-5?", "model": "claude-haiku-5-5", "asked": "claude-opus-5-5",
                    "scope": "kind", "value": "title", "calls": 212, "days": 7, "pico_now": str(94 * PICO // 10),
                    "pico_then": str(24 * PICO // 100), "pico_week": str(916 * PICO // 100), "trial": False,
                    "plan": False,
                },
            ),
            Action(kind="rule_off", text="The rule “r7” has lost ≈$1.20 on 31 calls. Switch it off.",
                   verb="remove_rule", arguments={"rule": "r7"}, command="spendlight rules remove r7",
                   values={"rule": "r7", "pico_lost": str(12 * PICO // 10), "rows": 31}),
            Action(kind="budget", text="There is no budget yet.", verb="set_budget",
                   arguments={"usd": "120", "period": "week"}, command="spendlight budget set 120 --week",
                   values={"pico_usual": str(90 * PICO), "pico_limit": str(120 * PICO)}),
        ),
    )  # fmt: skip


def _parts(pico: int, names: tuple[str, ...], shares: tuple[int, ...]) -> tuple[Part, ...]:
    made = [Part(name=name, pico=pico * share // 100, pico_before=pico * share // 90, calls=share * 9)
            for name, share in zip(names, shares, strict=True)]  # fmt: skip
    if sum(shares) == 100:
        made[-1] = replace(made[-1], pico=pico - sum(part.pico for part in made[:-1]))
    return tuple(made)


def months() -> tuple[Month, ...]:
    """A trend of five months: tenfold, and one change of price."""
    made = [Month(name="2026-07", sum=Sum(pico_list=40 * PICO, calls=300))]
    for number, factor in ((8, 2), (9, 4), (10, 7), (11, 10)):
        pico, before = 40 * factor * PICO, made[-1].sum.pico_list
        volume = pico - before - 5 * PICO
        change = Change(
            pico=pico - before, pico_volume=volume, pico_mix=8 * PICO, pico_cache=-4 * PICO, pico_price=PICO
        )  # fmt: skip
        price = PriceChange(vendor="openai", model="gpt-5.5", component="output", day=f"2026-{number:02}-03",
                            before="24", after="30", pico=PICO)  # fmt: skip
        made.append(Month(name=f"2026-{number:02}", sum=Sum(pico_list=pico, calls=300 * factor, unpriced=factor // 7),
                          change=change, prices=(price,) if number == 10 else ()))  # fmt: skip
    return tuple(made)


def reports() -> dict[str, Report]:
    """Every kind."""
    week = full()
    empty = replace(
        week, sum=Sum(), before=None, change=None, prices=(), models=(), tools=(), projects=(), sessions=(),
        saving=Saving(), plans=(), anomalies=(), unusual_known=False, waste=(), actions=(), began="",
        days=tuple(Day(day=day) for day in _DAYS),
    )  # fmt: skip
    huge = 987_654_321 * PICO
    long = tuple(f"accounts/some-company/deployments/a-very-long-model-name-{number:02}-preview-2026-11-01-extended"
                 for number in range(12))  # fmt: skip
    pico = week.sum.pico_list
    return {
        "full": week,
        "quiet": replace(week, anomalies=(), waste=(Waste(kind="retries"),), actions=(), prices=()),
        "empty": empty,
        "demo": replace(week, demo=True, period=replace(week.period, over=False)),
        "one": replace(week, models=(Part(name="claude-opus-5-5", pico=pico, calls=1204),)),
        "twelve": replace(week, models=_parts(pico, tuple(f"model-{n}" for n in range(12)), (40, 20, 10, 8, 6, 5, 4, 3,
                                                                                             1, 1, 1, 1))),
        "long": replace(
            week, models=_parts(pico, long, (40, 20, 10, 8, 6, 5, 4, 3, 1, 1, 1, 1)),
            projects=_parts(pico, tuple("x" * 180 for _ in range(4)), (25, 25, 25, 25)),
        ),
        "hostile": replace(
            week,
            models=_parts(pico, (HOSTILE, "b"), (60, 40)),
            tools=_parts(pico, (HOSTILE, "t"), (60, 40)),
            projects=_parts(pico, (HOSTILE, "private-project"), (60, 40)),
            sessions=(Part(name=HOSTILE, pico=pico, tool=HOSTILE, project=HOSTILE, calls=1, started_us=week.made_us),),
            plans=(Plan(name=HOSTILE, pico_value=PICO, pico_price=2 * PICO, calls=1),),
            anomalies=(Anomaly(kind="project", name=HOSTILE, pico=PICO, cause="mix", cause_name=HOSTILE),),
            actions=(Action(kind="price", text=f"1 call of {HOSTILE}", command=f"spendlight prices set '{HOSTILE}'"),),
            book=HOSTILE,
        ),
        "huge": replace(
            week,
            sum=replace(week.sum, pico_list=huge, pico_contract=huge - PICO, pico_marginal=huge // 2,
                        calls=12_345_678, errors=123_456, output=987_654_321_000, input=10**15),
            before=Sum(pico_list=3 * PICO, calls=1),
            change=Change(pico=huge - 3 * PICO, pico_volume=2 * huge, pico_mix=3 * PICO - 0, pico_cache=-huge,
                          pico_price=-6 * PICO, pico_retries=0),
            days=tuple(replace(day, pico=huge // 7) for day in week.days),
            models=_parts(huge, ("claude-opus-5-5", "gpt-5.5"), (99, 1)),
            saving=Saving(pico=-huge, pico_low=-2 * huge, pico_high=0, rows=10**7),
        ),
        "euro": replace(week, currency="EUR", currency_rate="0.8642", currency_since="2026-11-02"),
        "francs": replace(week, currency="CHF", currency_rate="0.8042", currency_since="2026-11-02"),
        "unpriced": replace(
            week, sum=Sum(calls=12, unpriced=12, pico_contract=None, pico_marginal=None, input=100, output=10),
            before=Sum(), change=None, prices=(), models=(Part(name="kimi-k9", calls=12, unpriced=12),), tools=(),
            projects=(), sessions=(), saving=Saving(), plans=(), anomalies=(), waste=(),
            days=tuple(Day(day=day, calls=2) for day in _DAYS),
        ),
        "rising": replace(
            week, before=Sum(pico_list=pico - 30 * PICO),
            change=Change(pico=30 * PICO, pico_volume=44 * PICO, pico_mix=-9 * PICO, pico_cache=-5 * PICO),
            saving=Saving(pico=-12 * PICO // 10, pico_low=-2 * PICO, pico_high=-PICO, rows=31),
        ),
        "month": replace(
            week, period=replace(week.period, name="2026-10", kind="month", first="2026-10-01", last="2026-10-31"),
            days=tuple(Day(day=f"2026-10-{n:02}", pico=(n * 7 % 11) * PICO, calls=n) for n in range(1, 32)),
        ),
        "months": replace(week, months=months()),
        "year": replace(
            week,
            period=replace(week.period, name="y", kind="span", first="2025-12-01", last="2026-11-30"),
            days=tuple(Day(day=f"2026-{1 + n // 28:02}-{1 + n % 28:02}", pico=n * PICO // 9, calls=1)
                       for n in range(308)),
        ),
    }  # fmt: skip
