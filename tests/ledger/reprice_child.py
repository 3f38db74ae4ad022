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
            Repriced(id=row.id, cost=Cost(pico=row.usage.total("output") + 1, basis=Basis.LIST, book="b2"))
            for row in rows
        ]
        ledger.reprice(priced).result()
        sys.stdout.write("".join(f"{row.id}\n" for row in rows))
        sys.stdout.flush()
    sys.stdout.write("all\n")
    sys.stdout.flush()
    sys.stdin.read()


main()
