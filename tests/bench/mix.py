"""``python tests/bench/mix.py [ROWS]``: what the mix costs a closing, and how quickly a year of it is read.

Wanted: a few percent of a closing; any range of a year of 1,000,000 rows within 300 ms. Method: rows are closed by the
writer itself, in groups of 64 and alone, with and without the mix, in turns, the quickest of nine (of twelve for
questions); the year is written to a folder that is removed afterwards.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from datetime import UTC, timedelta
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from trayapp import moments  # noqa: E402
from trayapp.engine.trend import trend  # noqa: E402
from trayapp.engine.unusual import unusual  # noqa: E402
from trayapp.ledger import Ledger, mix, rollups  # noqa: E402
from trayapp.ledger.batch import Batch, Close, Open, write  # noqa: E402
from trayapp.ledger.ids import IdSource  # noqa: E402
from trayapp.ledger.records import Closed, opening_parameters  # noqa: E402
from trayapp.ledger.schema import migrate  # noqa: E402
from trayapp.ledger.storage import connect  # noqa: E402
from trayapp.ledger.sums import Sums  # noqa: E402
from trayapp.pricing import load  # noqa: E402
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage  # noqa: E402

START = 1_764_000_000_000_000
YEAR_US = 365 * rollups.DAY_US
MODELS = [("anthropic", f"claude-{n}") for n in range(6)] + [("openai", f"gpt-{n}") for n in range(6)]
VARIANTS = ((), (), (), (), ("long_prompt",), ("priority",))


class Unmixed(Sums):
    """The sums of before."""

    def add(self, connection, contributions, mixed=()):  # type: ignore[no-untyped-def]
        super().add(connection, contributions)


def call(dice: random.Random, number: int, started_us: int) -> tuple[Opening, Closing]:
    vendor, model = MODELS[number // 40 * 7919 % 1009 % len(MODELS)]
    opening = Opening(
        id=number, started_us=started_us, vendor=vendor, wire="w", tool=dice.choice(("a", "b", "c")),
        session=f"s{number // 40}", project=f"p{number // 4000 % 9}", model_asked=model,
        attempt_of=1 if dice.random() < 0.02 else None,
    )  # fmt: skip
    counts: dict[str, int] = {n: dice.randrange(1, 20_000) for n in ("input", "cache_read", "cache_write", "output")}
    components = tuple((name, count * 1_000_007) for name, count in counts.items())
    cost = Cost(
        pico=sum(pico for _, pico in components), basis=Basis.LIST, book="b", components=components,
        flags=dice.choice(VARIANTS),
    )  # fmt: skip
    closing = Closing(
        id=number, ended_us=started_us + 1, state=State.DONE, metering=Metering.EXACT, confidence=Confidence.EXACT,
        usage=Usage(legs=(msgspec.convert(counts, Leg),), model=model, complete=True), cost=cost,
    )  # fmt: skip
    return opening, closing


def closings(folder: Path, sums: Sums, group: int, count: int) -> float:
    """Microseconds of processor time of one closing."""
    path = folder / f"{time.monotonic_ns()}.sqlite3"
    connection = connect(path)
    migrate(connection)
    dice, ids = random.Random(1), IdSource(lambda: 1)
    made = [call(dice, n, START + n * 10**6) for n in range(1, count + 1)]
    write(connection, Batch(opens=[Open(o, opening_parameters(o), None) for o, _ in made]), sums, ids)
    began = time.process_time()
    for at in range(0, count, group):
        batch = Batch(closes=[Close(o, c, Closed(c, o.flags), None) for o, c in made[at : at + group]])
        write(connection, batch, sums, ids)
    took = time.process_time() - began
    connection.close()
    path.unlink()
    return took / count * 1e6


def year(folder: Path, rows: int) -> None:
    """Fill a year, then ask for parts of it."""
    connection = connect(folder / "year.sqlite3")
    migrate(connection)
    connection.execute("PRAGMA synchronous=OFF")
    dice, ids, sums = random.Random(2), IdSource(lambda: 1), Sums()
    at = 0
    while at < rows:
        made = [call(dice, n, START + n * YEAR_US // rows) for n in range(at + 1, min(at + 2000, rows) + 1)]
        write(connection, Batch(opens=[Open(o, opening_parameters(o), None) for o, _ in made]), sums, ids)
        write(connection, Batch(closes=[Close(o, c, Closed(c, o.flags), None) for o, c in made]), sums, ids)
        at += len(made)
    (sizes,) = connection.execute("SELECT COUNT(*) FROM mix")
    print(f"a year of {rows:,} rows: {sizes[0]:,} sums")
    week = 7 * rollups.DAY_US
    for name, since, until in (
        ("year", START, START + YEAR_US),
        ("year, ragged", START + 1234, START + YEAR_US - 1234),
        ("quarter", START + 90 * rollups.DAY_US + 7, START + 180 * rollups.DAY_US + 99),
        ("week", START + 20 * week + 1800_000_000, START + 21 * week + 1800_000_000),
        ("half an hour", START + 20 * week + 60_000_000, START + 20 * week + 1860_000_000),
    ):
        took = []
        for _ in range(12):
            began = time.perf_counter()
            cells = mix.mix(connection, since, until)
            took.append(time.perf_counter() - began)
        print(f"{name}: {min(took) * 1000:.0f} ms, {len(cells)} cells, {sum(c.calls for c in cells):,} calls")
    began = time.perf_counter()
    connection.execute("BEGIN")
    connection.execute("DELETE FROM mix")
    connection.execute("INSERT INTO unmixed VALUES (?)", (START + YEAR_US + 1,))
    connection.execute("COMMIT")
    mix.fill(connection)
    print(f"filled from the rows: {time.perf_counter() - began:.1f} s")
    connection.close()
    asked(folder / "year.sqlite3")


def asked(path: Path) -> None:
    """What a report asks of a year: the trend, and what of the last week is unusual."""
    ledger, book = Ledger.open(path), load((ROOT / "resources" / "pricebook.json").read_bytes())
    end_us = START + YEAR_US
    last = moments.at(end_us).date()
    try:
        for name, ask in (
            ("trend of 12 months", lambda: trend(ledger, book, end_us, UTC)),
            ("what of a week is unusual", lambda: unusual(ledger, last - timedelta(days=7), last, UTC)),
        ):
            took = []
            for _ in range(6):
                began = time.perf_counter()
                asyncio.run(ask())
                took.append(time.perf_counter() - began)
            print(f"{name}: {min(took) * 1000:.0f} ms")
    finally:
        ledger.close()


def main() -> int:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for group, count in ((1, 1500), (64, 6400)):
            found: dict[str, list[float]] = {"without": [], "with": []}
            for _ in range(9):
                found["without"].append(closings(folder, Unmixed(), group, count))
                found["with"].append(closings(folder, Sums(), group, count))
            before, after = min(found["without"]), min(found["with"])
            print(
                f"a closing, {group} at once: {before:.1f} µs, with the mix {after:.1f} µs ({after / before - 1:+.1%})"
            )
        year(folder, rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
