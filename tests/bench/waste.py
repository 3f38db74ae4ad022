"""How long the waste ledger takes: a week of a busy user among a million rows, and all of them.

``python tests/bench/waste.py [ROWS] [WEEK]`` makes a ledger of ROWS (1,000,000) in a scratch folder, of which WEEK
(20,000) lie in the last seven days, by the same generator as the tests, and prints the median of five counts of that
week, the time and memory of all of it, and how long another thread that wakes up every millisecond was kept waiting
meanwhile. The garbage collector rests as in the engine.
"""

from __future__ import annotations

import gc
import resource as usage
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parts"))

import wasteful
from wasteful import DAY, START

from trayapp.engine.projects import Projects
from trayapp.engine.wasteledger import WasteLedger
from trayapp.ledger import Ledger
from trayapp.platform.resources import resource
from trayapp.pricing import load


def main(rows: int = 1_000_000, week: int = 20_000) -> None:
    """Make the ledger and measure."""
    book = load(resource("pricebook.json").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        ledger = Ledger.open(path)
        traffic = wasteful.week(book, 1, sessions=week // 13, scenes=week // 26)
        traffic.write(ledger)
        ledger.close()
        made = len(traffic.calls)
        copy(path, rows // made - 1)
        ledger = Ledger.open(path)
        count = sqlite3.connect(path).execute("SELECT COUNT(*) FROM calls").fetchone()[0]
        print(f"{count} rows, {made} in the week")
        del traffic
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 50)
        waste = WasteLedger(ledger, lambda: book, Projects("key").mark)
        ledger.back_up().result()  # what a start does in the background is over then
        times, busy = [], []
        for n in range(5):
            began, worked = time.perf_counter(), time.process_time()
            found = waste.counted(START - n, START + 7 * DAY)
            times.append(time.perf_counter() - began)
            busy.append(time.process_time() - worked)
        print(
            f"a week: median {statistics.median(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms,"
            f" CPU {statistics.median(busy) * 1000:.0f} ms"
        )
        print("  " + ", ".join(f"{line.kind} {line.rows}" for line in found.lines))
        began = time.perf_counter()
        waste.counted(START, START + 7 * DAY)
        waste.counted(START, START + 7 * DAY)
        print(f"the same again: {(time.perf_counter() - began) * 500:.1f} ms")
        before = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss
        over = threading.Event()
        waits: list[float] = []
        watch = threading.Thread(target=lambda: awake(over, waits))
        watch.start()
        began = time.perf_counter()
        waste.counted(START - 400 * DAY, START + 7 * DAY)
        took = time.perf_counter() - began
        over.set()
        watch.join()
        more = (usage.getrusage(usage.RUSAGE_SELF).ru_maxrss - before) / 1024
        waits.sort()
        print(
            f"all: {took:.1f} s, {count / took:.0f} rows/s, {more:.0f} MiB more at the most; a thread beside it waited"
            f" {waits[len(waits) // 2] * 1000:.1f} ms (median), {waits[len(waits) * 99 // 100] * 1000:.1f} ms (p99)"
        )
        ledger.close()


def awake(over: threading.Event, waits: list[float]) -> None:
    """Wake up every millisecond and note how much later it was."""
    while not over.is_set():
        began = time.perf_counter()
        over.wait(0.001)
        waits.append(time.perf_counter() - began - 0.001)


def copy(path: Path, times: int) -> None:
    """The same week again and again, each a week earlier, with sessions of its own."""
    db = sqlite3.connect(path)
    names = [row[1] for row in db.execute("PRAGMA table_info(calls)")]
    changed = {
        "id": "id-(?1*100000000000)",
        "started_us": "started_us-?1*604800000000",
        "ended_us": "ended_us-?1*604800000000",
        "session": "session||'-'||?1",
        "attempt_of": "attempt_of-(?1*100000000000)",
    }
    chosen = ",".join(changed.get(name, name) for name in names)
    week = db.execute("SELECT MIN(id),MAX(id) FROM calls").fetchone()
    for n in range(1, times + 1):
        db.execute(f"INSERT INTO calls SELECT {chosen} FROM calls WHERE id BETWEEN ?2 AND ?3", (n, *week))
    db.commit()
    db.close()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
