"""A process to be killed: prices rows that have none, part by part, and prints what was reported committed."""

from __future__ import annotations

import sys
from pathlib import Path

from trayapp.ledger import REPRICE_PART, Ledger, Repriced
from trayapp.values import Basis, Cost


def main() -> None:
    ledger = Ledger.open(Path(sys.argv[1]))
    while rows := ledger.unpriced(limit=REPRICE_PART).result():
        priced = [
            Repriced(id=row.id, cost=Cost(pico=pico, basis=Basis.LIST, book="b2", components=(("output", pico),)))
            for row in rows
            for pico in (row.usage.total("output") + 1,)
        ]
        ledger.reprice(priced).result()
        sys.stdout.write("".join(f"{row.id}\n" for row in rows))
        sys.stdout.flush()
    sys.stdout.write("all\n")
    sys.stdout.flush()
    sys.stdin.read()


main()
