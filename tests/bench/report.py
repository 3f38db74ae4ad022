"""How long a report takes over a year of a million calls: ``python tests/bench/report.py [calls]``.

It makes the ledger that the ledger's own tests use (12 tools, 9 models, 30 projects, sessions of 40 calls), asks for
reports of several lengths and prints milliseconds, on the clock and of processor (on a busy machine the second tells
more); wanted are 300 at the most.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import closing as closed
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO), str(REPO / "tests" / "parts")]

from large_ledger import make_large  # noqa: E402

from trayapp.engine.insights import insights  # noqa: E402
from trayapp.engine.pricebook import shipped_bytes  # noqa: E402
from trayapp.engine.reporting import Circumstances, report  # noqa: E402
from trayapp.engine.wasteledger import WasteLedger  # noqa: E402
from trayapp.insight import stretches  # noqa: E402
from trayapp.ledger import Ledger  # noqa: E402
from trayapp.ledger.reportsums import report_sums  # noqa: E402
from trayapp.ledger.storage import connect, connect_reader  # noqa: E402
from trayapp.pages import written  # noqa: E402
from trayapp.pricing import Agreements  # noqa: E402
from trayapp.pricing.book import load  # noqa: E402

NOW_US = 1_781_600_000_000_000


def main() -> None:
    """Measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        make_large(path, count)
        connect(path).close()
        for place in (UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")):
            asked = {
                "week": stretches.week(date(2026, 5, 20), place),
                "month": stretches.month(date(2026, 5, 20), place),
                "year": stretches.span(date(2025, 6, 16), date(2026, 6, 15), place),
            }
            for name, stretch in asked.items():
                former = stretches.before(stretch, NOW_US)
                times = []
                for _ in range(3):
                    with closed(connect_reader(path)) as connection:
                        began = now()
                        report_sums(connection, stretch.edges, (former.since_us, former.until_us))
                        times.append(since(began))
                told(f"sums of a {name}, {place}", times)
        about = Circumstances(agreements=Agreements(), book=load(shipped_bytes()), now_us=NOW_US, budgeted=False)
        year = stretches.span(date(2025, 6, 16), date(2026, 6, 15), ZoneInfo("Europe/Berlin"))
        ledger = Ledger.open(path)
        ledger.back_up().result()  # what a start looks after is done
        times = []
        for _ in range(5):
            began = now()
            made = report(ledger, year, about)
            times.append(since(began))
        told("the report of a year, sums alone", times)
        book = load(shipped_bytes())
        anew = insights(lambda: book, lambda own: WasteLedger(own, lambda: book, lambda path: path), tuple)
        waste = WasteLedger(ledger, lambda: book, lambda path: path)
        kept = insights(lambda: book, lambda _own: waste, tuple)
        berlin = ZoneInfo("Europe/Berlin")
        long = {"week": stretches.week(date(2026, 5, 20), berlin), "month": stretches.month(date(2026, 5, 20), berlin)}
        for name, stretch in (long | {"year": year}).items():
            for how, looked in (("", kept), (", without an engine", anew)):
                if not how and name != "year":
                    waste.ahead(stretch.since_us, stretch.until_us)  # as an engine has a minute after it began
                times = []
                for _ in range(3):
                    began = now()
                    made = report(ledger, stretch, replace(about, insights=looked))
                    times.append(since(began))
                told(f"the whole report of a {name}{how}", times)
        ledger.close()
        began = now()
        written(made, "html")
        told("its HTML", [since(began)])


def now() -> tuple[float, float]:
    """The clock, and the processor time of all threads; seconds."""
    return time.perf_counter(), time.process_time()


def since(began: tuple[float, float]) -> tuple[float, float]:
    """What both have moved on."""
    return time.perf_counter() - began[0], time.process_time() - began[1]


def told(what: str, times: list[tuple[float, float]]) -> None:
    """One line."""
    clock, processor = (1000 * min(each) for each in zip(*times, strict=True))
    print(f"{what:45} {clock:7.1f} ms on the clock  {processor:7.1f} of processor")


if __name__ == "__main__":
    main()
