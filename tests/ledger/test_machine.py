"""Any sequence of openings, marks, closings, later prices, late notes, kills and restarts, as in a plain dictionary."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from trayapp.ledger import Ledger, Repriced, rollups
from trayapp.values import (
    Basis,
    Closing,
    Confidence,
    Cost,
    Leg,
    Metering,
    Opening,
    State,
    Usage,
)

WAIT = 20.0
FINAL = [state for state in State if state.final]
START = 1_780_000_000_000_000


class Machine(RuleBasedStateMachine):
    """The model: what each committed row must say. ``None`` as amount means unpriced."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spendlight-ledger-"))
        self.life = 0
        self.clock = START
        self.rows: dict[int, tuple[State, int | None]] = {}
        self.flagged: set[int] = set()
        self.openings: dict[int, Opening] = {}
        self.ledger = self._open()

    @property
    def path(self) -> Path:
        return self.folder / str(self.life) / "ledger.sqlite3"

    def _open(self) -> Ledger:
        return Ledger.open(self.path, now_us=lambda: self.clock)

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(target=ids, step=st.integers(-7_200_000_000, 7_200_000_000), wait=st.booleans(), name=st.sampled_from("ab"))
    def open_row(self, step: int, wait: bool, name: str) -> int:
        self.clock += step
        row_id = self.ledger.new_id()
        assert row_id > max(self.openings, default=0)
        opening = Opening(id=row_id, started_us=self.clock, vendor="v", wire="w", tool=name, session=f"s{name}")
        future = self.ledger.open_row(opening)
        if wait:
            future.result(WAIT)
        self.openings[row_id] = opening
        self.rows[row_id] = (State.OPEN, None)
        return row_id

    @rule(target=ids)
    def open_only_late(self) -> int:
        """The process dies between the note and the commit: all that is left is the spool's line."""
        row_id = self.ledger.new_id()
        opening = Opening(id=row_id, started_us=self.clock, vendor="v", wire="w")
        self.ledger._late.add(opening)
        self._kill()
        self.openings[row_id] = opening
        self.rows[row_id] = (State.INTERRUPTED, None)
        self.flagged.add(row_id)
        return row_id

    @rule(row_id=ids)
    def late(self, row_id: int) -> None:
        self.ledger.note_late(self.openings[row_id])
        self.flagged.add(row_id)

    @rule(row_id=ids)
    def sent(self, row_id: int) -> None:
        self.ledger.mark_sent(row_id)
        if self.rows[row_id][0] is State.OPEN:
            self.rows[row_id] = (State.SENT, None)

    @rule(row_id=ids, pico=st.none() | st.integers(0, 10**9))
    def streaming(self, row_id: int, pico: int | None) -> None:
        cost = None if pico is None else Cost(pico=pico, basis=Basis.ESTIMATED, book="b")
        self.ledger.mark_streaming(row_id, usage=Usage(legs=(Leg(input=3),)), cost=cost)
        if not self.rows[row_id][0].final:
            self.rows[row_id] = (State.STREAMING, pico)

    @rule(row_id=ids, state=st.sampled_from(FINAL), pico=st.none() | st.integers(0, 10**19), wait=st.booleans())
    def close_row(self, row_id: int, state: State, pico: int | None, wait: bool) -> None:
        cost = None if pico is None else Cost(pico=pico, basis=Basis.LIST, book="b")
        future = self.ledger.close_row(
            Closing(
                id=row_id,
                ended_us=self.clock,
                state=state,
                metering=Metering.EXACT,
                confidence=Confidence.EXACT,
                usage=Usage(legs=(Leg(input=5, output=7),), model="m"),
                cost=cost,
            )
        )
        if self.rows[row_id][0].final:
            assert isinstance(future.exception(WAIT), LookupError)
            return
        if wait:
            future.result(WAIT)
        self.rows[row_id] = (state, pico if pico is None or pico < 2**63 else None)

    @rule(row_id=ids, pico=st.integers(0, 10**9))
    def reprice(self, row_id: int, pico: int) -> None:
        state, amount = self.rows[row_id]
        waits = state.final and state is not State.NOT_SENT and amount is None
        entry = Repriced(id=row_id, cost=Cost(pico=pico, basis=Basis.LIST, book="b2"))
        assert self.ledger.reprice([entry]).result(WAIT) == waits
        if waits:
            self.rows[row_id] = (state, pico)

    @rule(row_id=consumes(ids))
    def forget(self, row_id: int) -> None:
        """The caller loses interest; the row stays as it is."""

    @rule()
    def kill(self) -> None:
        self.ledger.flush()
        self._kill()

    def _kill(self) -> None:
        """What a kill leaves: the files as they are, nothing closed. Copied in an order that a kill could leave."""
        self.ledger.flush()
        old = self.path
        self.life += 1
        self.path.parent.mkdir()
        for suffix in (".late.jsonl", "", "-wal"):
            source = old.with_name(old.name + suffix)
            if source.exists():
                shutil.copyfile(source, self.path.with_name(self.path.name + suffix))
        self.ledger.close()
        self._restart()

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self._restart()

    def _restart(self) -> None:
        self.ledger = self._open()
        for row_id, (state, pico) in self.rows.items():
            if not state.final:
                self.rows[row_id] = (State.INTERRUPTED, pico)

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        self.ledger.flush()
        rows = {row.id: row for row in self.ledger.rows().result(WAIT)}
        assert {row_id: (row.state, row.pico_list) for row_id, row in rows.items()} == self.rows
        assert {row_id for row_id, row in rows.items() if "late_open" in row.flags} == self.flagged
        final = [row for row in rows.values() if row.state.final]
        totals = self.ledger.totals().result(WAIT)
        assert (totals.calls, totals.input) == (len(final), sum(row.input for row in final))
        assert totals.pico_list == sum(row.pico_list or 0 for row in final)
        for grain in range(6):
            counted = self.ledger._reports.submit(
                lambda c, grain=grain: c.execute("SELECT SUM(calls) FROM buckets WHERE grain=?", (grain,)).fetchone()
            ).result(WAIT)
            assert (counted[0] or 0) == len(final)
        assert rollups.COLUMNS[0] == "calls"


def test_any_sequence_keeps_every_row_once() -> None:
    run_state_machine_as_test(Machine, settings=settings(max_examples=40, stateful_step_count=25))
