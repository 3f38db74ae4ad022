"""A process to be killed: opens and closes rows as fast as it can and prints the ids that were reported committed."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from trayapp.ledger import Ledger
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage


def main() -> None:
    ledger = Ledger.open(Path(sys.argv[1]))
    room = threading.Semaphore(20)
    lock = threading.Lock()

    def say(word: str, row_id: int) -> None:
        with lock:
            sys.stdout.write(f"{word} {row_id}\n")
            sys.stdout.flush()

    def opened(row_id: int, future: Future[None]) -> None:
        future.result()
        say("open", row_id)
        ledger.mark_streaming(row_id, usage=Usage(legs=(Leg(input=1),)))
        closing = Closing(
            id=row_id,
            ended_us=2,
            state=State.DONE,
            metering=Metering.EXACT,
            confidence=Confidence.EXACT,
            usage=Usage(legs=(Leg(input=1, output=row_id % 1000),)),
            cost=Cost(
                pico=row_id % 1_000_003,
                basis=Basis.LIST,
                book="b",
                components=(("output", row_id % 1_000_003),),
                flags=("batch",) if row_id % 3 else (),
            ),
        )
        ledger.close_row(closing).add_done_callback(lambda f: done(row_id, f))

    def done(row_id: int, future: Future[None]) -> None:
        future.result()
        say("done", row_id)
        room.release()

    number = 0
    while True:
        room.acquire()
        number += 1
        row_id = ledger.new_id()
        opening = Opening(id=row_id, started_us=(row_id >> 20) * 1000, vendor="v", wire="w", session=f"s{number // 10}")
        future = ledger.open_row(opening)
        if number % 7 == 0:
            ledger.note_late(opening)
            say("late", row_id)
        future.add_done_callback(lambda f, row_id=row_id: opened(row_id, f))


main()
