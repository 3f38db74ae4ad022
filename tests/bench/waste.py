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
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "parts")]

import wasteful  # noqa: E402
from wasteful import DAY, START  # noqa: E402

from trayapp.engine.projects import Projects  # noqa: E402
from trayapp.engine.wasteledger import WasteLedger  # noqa: E402
from trayapp.ledger import Ledger  # noqa: E402
from trayapp.platform.resources import resource  # noqa: E402
from trayapp.pricing import load  # noqa: E402


def main(rows: int = 1_000_000, week: int = 20_000) -> None:
    """Make the ledger, then measure in a process of its own, whose memory has seen nothing of that."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        book = load(resource("pricebook.json").read_bytes())
        ledger = Ledger.open(path)
        traffic = wasteful.week(book, 1, sessions=week // 13, scenes=week // 26)
        traffic.write(ledger)
        ledger.close()
        copy(path, rows // len(traffic.calls) - 1)
        print(f"{len(traffic.calls)} rows in the week", flush=True)
        subprocess.run([sys.executable, __file__, str(path)], check=True)


def measure(path: Path) -> None:
    """Count the week, and then all of it."""
    book = load(resource("pricebook.json").read_bytes())
    ledger = Ledger.open(path)
    count = ledger.back_up().result() and sqlite3.connect(path).execute("SELECT COUNT(*) FROM calls").fetchone()[0]
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    waste = WasteLedger(ledger, lambda: book, Projects("key").mark)
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
    print(f"a thread that wakes up beside nothing waits {waited(lambda: time.sleep(3))}")
    before = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    beside = waited(lambda: waste.counted(START - 400 * DAY, START + 7 * DAY))
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    more = (usage.getrusage(usage.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"all {count} rows: {took:.1f} s, CPU {cpu:.1f} s, {more:.0f} MiB more at the most; beside it {beside}")
    ledger.close()


def waited(work: Callable[[], object]) -> str:
    """How long another thread waits while this one works."""
    over = threading.Event()
    waits: list[float] = []
    watch = threading.Thread(target=lambda: awake(over, waits))
    watch.start()
    work()
    over.set()
    watch.join()
    waits.sort()
    return f"{waits[len(waits) // 2] * 1000:.1f} ms (median), {waits[len(waits) * 99 // 100] * 1000:.1f} ms (p99)"


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
    if len(sys.argv) == 2 and not sys.argv[1].isdecimal():
        measure(Path(sys.argv[1]))
    else:
        main(*(int(word) for word in sys.argv[1:]))
