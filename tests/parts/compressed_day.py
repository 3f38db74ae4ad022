"""A long day in few snapshots: models, tools, projects, budgets, plan windows, troubles, notices and suggestions come
and go, calls begin and end. The same seed gives the same day. ``Usage`` says what a process uses of the machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from trayapp.budgetviews import Budgets, BudgetView
from trayapp.choices import Choices, Record, RuleView, Suggestion, Undo
from trayapp.snapshot import LiveCall, Notice, Slice, Snapshot, Today, Unpriced, Window
from trayapp.trouble import Trouble
from trayapp.values import PICO

NOON_US = 1_795_000_000_000_000
_TOOLS = ("claude-code", "codex", "aider", "gemini-cli", "opencode", "R&D")
_MODELS = tuple(
    f"{maker}-{size}-{version}" for maker in ("claude", "gpt", "gemini") for size in "abc" for version in "12"
)
_PROJECTS = tuple(f"project-{number}" for number in range(12))
_SCOPES = ("", "tool:aider", "project:shop", "")


def day(seed: int, moments: int) -> Iterator[Snapshot]:
    """So many moments of a day from midnight to midnight; its sums only grow."""
    dice = random.Random(seed)
    start = NOON_US - 12 * 3_600_000_000
    pico = calls = 0
    live: list[LiveCall] = []
    for moment in range(moments):
        at_us = start + moment * 86_400_000_000 // moments
        calls += dice.randint(0, 3)
        pico += dice.randint(0, PICO // 20)
        live = _calls(dice, live, at_us, moment)
        part = moment * 8 // moments  # what is so for an eighth of the day
        yield replace(
            _setting(random.Random(seed * 8 + part), at_us, part),
            at_us=at_us,
            version="0.1.0",
            book="2026-11-20",
            today=Today(pico=pico, pico_estimated=pico // 9, calls=calls, errors=calls // 40, day="2026-11-18"),
            running_pico=sum(call.pico or 0 for call in live),
            rate_pico_hour=dice.randint(0, 9 * PICO),
            live=tuple(live[:20]),
            by_tool=_slices(dice, _TOOLS, pico, calls),
            by_model=_slices(dice, _MODELS, pico, calls),
            by_project=_slices(dice, _PROJECTS, pico, calls),
        )


def _calls(dice: random.Random, live: list[LiveCall], at_us: int, moment: int) -> list[LiveCall]:
    kept = []
    for call in live:
        if call.ended_us:
            continue
        more = replace(call, tokens_out=call.tokens_out + dice.randint(0, 90), pico=(call.pico or 0) + PICO // 900)
        if dice.random() < 0.2:
            more = replace(more, ended_us=at_us, state=dice.choice(("done", "client_abort", "vendor_error")))
        kept.append(more)
    if dice.random() < 0.5 and len(kept) < 12:
        kept.insert(
            0,
            LiveCall(
                id=moment + 1,
                tool=dice.choice(_TOOLS),
                vendor="anthropic",
                model=dice.choice(_MODELS),
                started_us=at_us,
                state="streaming",
                tokens_in=dice.randint(10, 90_000),
                pico=dice.choice((None, 0)),
            ),
        )
    return kept


def _slices(dice: random.Random, names: tuple[str, ...], pico: int, calls: int) -> tuple[Slice, ...]:
    chosen = names[: dice.randint(1, len(names))]
    return tuple(
        Slice(name=n, pico=pico // (i + 2), calls=calls // (i + 2), tokens=calls * 900) for i, n in enumerate(chosen)
    )


def _setting(dice: random.Random, at_us: int, part: int) -> Snapshot:
    """What changes seldom: budgets, windows, troubles, notices, what is suggested."""
    at_s = at_us // 10**6
    budgets = tuple(
        BudgetView(
            name=f"b{i}",
            text="today" if i == 0 else f"budget {i}",
            scope=_SCOPES[i % 4],
            period="day",
            action=dice.choice(("tell", "stop", "frugal")),
            pico_spent=dice.randint(0, 30) * PICO,
            pico_limit=20 * PICO,
            share=dice.random() * 1.2,
            pace=dice.random(),
            until_us=at_us + 3_600_000_000,
        )
        for i in range(dice.randint(0, 5))
    )
    windows = tuple(
        Window(vendor="anthropic", name=name, minutes=300, used=dice.random(), resets_at=at_s + dice.randint(60, 9_000))
        for name in ("5h", "7d", "7d_oi")[: dice.randint(0, 3)]
    )
    record = Record(state="proven", good=38, tried=40)
    suggestion = Suggestion(
        id=f"s{part}",
        title=f"Titles to {dice.choice(_MODELS)}?",
        lines=("One sentence.", "Another sentence.", "A third one."),
        model="claude-a-1",
        pico_saved=dice.randint(1, 9) * PICO,
        scope="kind",
        value="side:title",
        asked="claude-b-1",
        calls=212,
        days=7,
        record=record,
    )
    rules = tuple(
        RuleView(id=f"r{i}", text=f"Rule {i}", vendor="anthropic", model=dice.choice(_MODELS), calls=i, pico_saved=PICO)
        for i in range(dice.randint(0, 4))
    )
    undo = Undo(rule="r0", text="Titles now go elsewhere", until_us=at_us + 10_000_000)
    trouble = Trouble(title=f"Trouble {part}", message="It does not do.", fix="`spendlight doctor`", code="odd")
    return Snapshot(
        mode=dice.choice(("metering", "metering", "paused")),
        paused_until_us=at_us + 1_800_000_000,
        budget_day_pico=dice.choice((None, 20 * PICO, 300 * PICO)),
        pace=dice.random(),
        currency=dice.choice(("USD", "EUR")),
        currency_rate="0.92",
        currency_since="2026-11-01",
        troubles=(trouble,) * dice.randint(0, 1),
        notices=(Notice(title=f"Notice {part}", message="Good to know.", at_us=at_us),) * (part % 2),
        unpriced=(Unpriced(vendor="openai", model=f"kimi-k{part}", calls=2, tokens=9),) * dice.randint(0, 1),
        windows=windows,
        choices=Choices(
            rules=rules, suggestion=dice.choice((None, suggestion)), undo=dice.choice((None, None, undo)),
            pico_saved_week=dice.choice((None, PICO)),
        ),
        budgets=Budgets(budgets=budgets, tightest="b0"),
    )  # fmt: skip


class Usage:
    """What one process uses, as the kernel counts it."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def busy_seconds(self) -> float:
        """Time on a processor of the threads that live, to the nanosecond."""
        return sum(int(file.read_text().split()[0]) for file in self._folder.glob("task/*/schedstat")) / 1e9

    def wakeups(self) -> int:
        """How often its threads have begun to run anew after waiting."""
        lines = "".join(file.read_text() for file in self._folder.glob("task/*/status")).splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))

    def rss_mib(self) -> float:
        """What is resident, shared libraries and all."""
        return self._kib("status", "VmRSS:") / 1024

    def own_mib(self) -> float:
        """What is resident and comes from no file: the same whoever else has the same libraries in use."""
        return self._kib("smaps_rollup", "Anonymous:") / 1024

    def _kib(self, file: str, name: str) -> int:
        lines = (self._folder / file).read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))
