"""The ledger: one exact row for each upstream attempt, and the sums over them.

SQLite in WAL mode, opened by one process, written by one thread (``writer``), read by others (``reader``).

What holds, whatever happens:

* a row is made before its request leaves (``open_row``), or its opening is in the late spool (``note_late``); a row
  reaches a final state once and never changes it; no row is lost or doubled by a kill at any moment;
* sums (``rollups``) change in the transaction that changes the row, so a total is always the sum of its rows;
* money is an integer of pico-USD or unknown, never a float, never a silent zero;
* a full or failing disk delays rows and says so; it never delays a call. A damaged file never prevents a start.

Modules: ``ledger`` (the front), ``schema`` (tables, migrations), ``records`` (values to and from SQL), ``rollups``
(sums), ``intake`` (what waits, which rows are open), ``batch`` (one transaction), ``writer`` (the thread),
``outcomes`` (its answers), ``upkeep`` (the file in use), ``storage`` (files: open, check, copy, restore), ``reader``,
``queries``, ``localdays`` (local days from UTC days), ``divided`` (by several dimensions), ``sessions``, ``agreed``
(pools and keys), ``mix`` (what money was spent on), ``sums`` (both kinds of sums at once), ``pastrows`` (rows to price
anew), ``savings`` (what rules saved), ``reportsums`` (all that a report asks), ``short`` (rows in short, for counting),
``outbox`` (what a team has not heard), ``reprice`` (prices that come later), ``spool`` (late openings, the guard's
lines), ``ids``, ``lock``, ``errors``.
"""

from trayapp.ledger.agreed import Key
from trayapp.ledger.errors import LedgerError, StorageTrouble
from trayapp.ledger.ledger import Ledger, Status
from trayapp.ledger.pastrows import PastRow
from trayapp.ledger.queries import By, Share, Totals
from trayapp.ledger.records import OUT_OF_RANGE
from trayapp.ledger.reportsums import ReportSums
from trayapp.ledger.reprice import REPRICE_PART, Repriced, Unpriced, UnpricedModel
from trayapp.ledger.savings import Reroutable, RuleSaved, Saved
from trayapp.ledger.sessions import SessionSum

__all__ = [
    "OUT_OF_RANGE",
    "REPRICE_PART",
    "By",
    "Key",
    "Ledger",
    "LedgerError",
    "PastRow",
    "ReportSums",
    "Repriced",
    "Reroutable",
    "RuleSaved",
    "Saved",
    "SessionSum",
    "Share",
    "Status",
    "StorageTrouble",
    "Totals",
    "Unpriced",
    "UnpricedModel",
]
