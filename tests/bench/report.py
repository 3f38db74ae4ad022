"""How long a report takes over a year of a million calls: ``python tests/bench/report.py [calls]``.

It makes the ledger that the ledger's own tests use (12 tools, 9 models, 30 projects, sessions of 40 calls), asks for
reports of several lengths on fresh connections and prints milliseconds; wanted are 300 at the most.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import closing as closed
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO), str(REPO / "tests" / "parts")]

from large_ledger import make_large  # noqa: E402

from trayapp.insight import stretches  # noqa: E402
from trayapp.ledger.reportsums import report_sums  # noqa: E402
from trayapp.ledger.storage import connect, connect_reader  # noqa: E402

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
                        began = time.perf_counter()
                        report_sums(connection, stretch.edges, (former.since_us, former.until_us))
                        times.append(time.perf_counter() - began)
                print(f"{name:6} {place!s:14} {min(times) * 1000:7.1f} ms  (worst {max(times) * 1000:.1f})")


if __name__ == "__main__":
    main()
