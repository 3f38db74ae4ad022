"""The ledger's tables, and how one version of them becomes the next.

``PRAGMA user_version`` says which steps a file has seen. Each step is applied in its own transaction, together with
its number, so a crash leaves a file either before a step or after it. Steps are only ever added. A file from a
newer Spendlight is refused unchanged.

Tables
    calls    one row for each upstream attempt; the truth. Unknown is NULL, money is INTEGER pico-USD.
    dims     the distinct combinations by which rows are counted.
    buckets  sums over the *final* rows of ``calls``, per combination and UTC hour, day and block of 32 days.
             Derived: may be rebuilt from ``calls`` at any time. Money is kept as whole dollars and pico-USD below a
             dollar, since a plain 64-bit sum of pico-USD would end at 9.2 million dollars, where SQLite turns sums
             into floats.
    cells    the distinct models, variants of price and attempts by which the mix is counted.
    mix      tokens and list price by component over the *priced* final rows, per cell and UTC hour. Derived, too.
    unmixed  up to when rows from before this table are not in ``mix`` yet; empty once they are.
    projects display names of projects. They never leave the machine.
    seen     keys of imported lines, so that a repeated import adds nothing.
    team, unsent, outbox  what a team's server is to be told; empty while its user is in none (``ledger.outbox``).

All tables are STRICT: a float can never slip into a money column.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from trayapp.ledger.errors import LedgerError
from trayapp.said import say

MIN_SQLITE: Final = (3, 37, 0)
"""STRICT tables (3.37, 2021-11); UPDATE … FROM needs 3.33."""

UNFINISHED: Final = "state IN ('open','sent','streaming')"
"""The condition of the partial index; queries must repeat it word for word to use the index."""

UNPRICED: Final = "basis='unpriced' AND metering<>'unmetered' AND state NOT IN ('open','sent','streaming','not_sent')"
"""The condition of the partial index of final rows that have no price yet; to be repeated word for word, too."""

_V1: Final = (
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY,
        started_us INTEGER NOT NULL,
        ended_us INTEGER,
        state TEXT NOT NULL,
        metering TEXT NOT NULL,
        source TEXT NOT NULL,
        confidence TEXT NOT NULL,
        vendor TEXT NOT NULL,
        wire TEXT NOT NULL,
        tool TEXT,
        tool_version TEXT,
        session TEXT,
        project TEXT,
        project_name TEXT,
        model_asked TEXT,
        model_served TEXT,
        kind TEXT NOT NULL,
        effort TEXT,
        account TEXT,
        streamed INTEGER NOT NULL,
        context_bytes INTEGER NOT NULL,
        upstream TEXT NOT NULL,
        attempt_of INTEGER,
        http_status INTEGER,
        vendor_request_id TEXT,
        message_id TEXT,
        input INTEGER NOT NULL DEFAULT 0,
        cache_read INTEGER NOT NULL DEFAULT 0,
        cache_write INTEGER NOT NULL DEFAULT 0,
        cache_write_1h INTEGER NOT NULL DEFAULT 0,
        cache_write_12h INTEGER NOT NULL DEFAULT 0,
        output INTEGER NOT NULL DEFAULT 0,
        reasoning INTEGER NOT NULL DEFAULT 0,
        input_audio INTEGER NOT NULL DEFAULT 0,
        cache_read_audio INTEGER NOT NULL DEFAULT 0,
        output_audio INTEGER NOT NULL DEFAULT 0,
        output_image INTEGER NOT NULL DEFAULT 0,
        web_searches INTEGER NOT NULL DEFAULT 0,
        file_searches INTEGER NOT NULL DEFAULT 0,
        tier_asked TEXT,
        tier TEXT,
        speed TEXT,
        geo TEXT,
        error TEXT,
        pico_list INTEGER,
        pico_contract INTEGER,
        pico_marginal INTEGER,
        pico_stated INTEGER,
        basis TEXT NOT NULL DEFAULT 'unpriced',
        book TEXT,
        components TEXT,
        cost_flags TEXT,
        legs TEXT,
        ttfb_us INTEGER,
        bytes_up INTEGER NOT NULL DEFAULT 0,
        bytes_down INTEGER NOT NULL DEFAULT 0,
        flags TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX calls_started ON calls (started_us)",
    f"CREATE INDEX calls_unfinished ON calls (id) WHERE {UNFINISHED}",
    """
    CREATE TABLE dims (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        tool TEXT NOT NULL,
        vendor TEXT NOT NULL,
        model TEXT NOT NULL,
        project TEXT NOT NULL,
        session TEXT NOT NULL,
        kind TEXT NOT NULL,
        account TEXT NOT NULL,
        metering TEXT NOT NULL,
        basis TEXT NOT NULL,
        UNIQUE (session, source, tool, vendor, model, project, kind, account, metering, basis)
    ) STRICT
    """,
    """
    CREATE TABLE buckets (
        grain INTEGER NOT NULL,
        bucket INTEGER NOT NULL,
        dims INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        done INTEGER NOT NULL,
        vendor_error INTEGER NOT NULL,
        client_abort INTEGER NOT NULL,
        upstream_cut INTEGER NOT NULL,
        interrupted INTEGER NOT NULL,
        not_sent INTEGER NOT NULL,
        priced INTEGER NOT NULL,
        unpriced INTEGER NOT NULL,
        unmetered INTEGER NOT NULL,
        contract_known INTEGER NOT NULL,
        marginal_known INTEGER NOT NULL,
        input INTEGER NOT NULL,
        cache_read INTEGER NOT NULL,
        cache_write INTEGER NOT NULL,
        cache_write_1h INTEGER NOT NULL,
        cache_write_12h INTEGER NOT NULL,
        output INTEGER NOT NULL,
        reasoning INTEGER NOT NULL,
        input_audio INTEGER NOT NULL,
        cache_read_audio INTEGER NOT NULL,
        output_audio INTEGER NOT NULL,
        output_image INTEGER NOT NULL,
        web_searches INTEGER NOT NULL,
        list_usd INTEGER NOT NULL,
        list_pico INTEGER NOT NULL,
        estimated_usd INTEGER NOT NULL,
        estimated_pico INTEGER NOT NULL,
        contract_usd INTEGER NOT NULL,
        contract_pico INTEGER NOT NULL,
        marginal_usd INTEGER NOT NULL,
        marginal_pico INTEGER NOT NULL,
        PRIMARY KEY (grain, bucket, dims)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE projects (project TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE seen (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        call INTEGER NOT NULL,
        PRIMARY KEY (source, key)
    ) STRICT, WITHOUT ROWID
    """,
)

_V2: Final = (
    "ALTER TABLE calls ADD COLUMN credential TEXT",
    "ALTER TABLE calls ADD COLUMN agreement TEXT",
    f"CREATE INDEX calls_unpriced ON calls (started_us) WHERE {UNPRICED}",
    "CREATE INDEX calls_agreement ON calls (agreement, started_us) WHERE agreement IS NOT NULL",
)
"""Who paid by which agreement, and the rows that wait for a price."""

_V3: Final = (
    "ALTER TABLE calls ADD COLUMN task TEXT",
    "ALTER TABLE calls ADD COLUMN rule TEXT",
    "ALTER TABLE calls ADD COLUMN model_sent TEXT",
    "ALTER TABLE calls ADD COLUMN pico_asked INTEGER",
    "ALTER TABLE calls ADD COLUMN saved_low INTEGER",
    "ALTER TABLE calls ADD COLUMN saved_high INTEGER",
    "CREATE INDEX calls_rule ON calls (started_us) WHERE rule IS NOT NULL",
)
"""What a call was for, which rule concerned it, and what it would have cost as it was asked for."""

_MIX_TOKENS: Final = (
    *("input", "cache_read", "cache_write", "cache_write_1h", "cache_write_12h", "output", "reasoning"),
    *("input_audio", "cache_read_audio", "output_audio", "output_image"),
)
_MIX_KINDS: Final = tuple(name for name in _MIX_TOKENS if name != "reasoning")
"""What has a rate for a token, by its name in ``components``."""
_MIX_PARTS: Final = tuple(f"{name}_{part}" for name in (*_MIX_KINDS, "other") for part in ("usd", "pico"))
_FLAT: Final = "(components IS NULL OR NOT json_valid(components))"
_BLEND: Final = (
    "(legs IS NOT NULL AND (instr(legs,'\"model\":\"')>0 OR instr(COALESCE(cost_flags,''),'long_prompt')>0))"
)
_MIX_CELL: Final = (
    "vendor,COALESCE(NULLIF(model_served,''),model_asked,'') AS model,"
    f"TRIM(COALESCE(cost_flags,'')||CASE WHEN {_FLAT} THEN ' flat' ELSE '' END"
    f"||CASE WHEN {_BLEND} THEN ' blend' ELSE '' END) AS variant,attempt_of IS NOT NULL AS attempt"
)
_PRICED: Final = "FROM calls WHERE pico_list IS NOT NULL AND state NOT IN ('open','sent','streaming')"
_MIX_ALL: Final = "+".join(f"m_{name}" for name in _MIX_KINDS)
_MIX_READ: Final = tuple(f"COALESCE(json_extract(parts,'$.{name}'),0) AS m_{name}" for name in _MIX_KINDS)
MIX_ROWS: Final = (
    f"SELECT hour,vendor,model,variant,attempt,{','.join(_MIX_TOKENS)},"  # noqa: S608
    f"{','.join(f'CASE WHEN fits THEN m_{name} ELSE 0 END AS m_{name}' for name in _MIX_KINDS)},"
    f"pico_list-CASE WHEN fits THEN {_MIX_ALL} ELSE 0 END AS m_other FROM ("
    f"SELECT *,MIN({','.join(f'm_{name}' for name in _MIX_KINDS)})>=0 AND {_MIX_ALL}<=pico_list AS fits FROM (SELECT *,"
    f"{','.join(_MIX_READ)} FROM ("
    f"SELECT started_us/3600000000 AS hour,{_MIX_CELL},pico_list,{','.join(_MIX_TOKENS)},"
    f"CASE WHEN {_FLAT} OR {_BLEND} THEN 'null' ELSE components END AS parts {_PRICED} AND {{span}}"
    " LIMIT -1) LIMIT -1) LIMIT -1) LIMIT -1"
)
"""Priced rows as ``trayapp.ledger.mix`` sees them; ``{span}`` is a condition on ``started_us``. SQLite turns a sum
beyond 64 bits into a float, which no price is as large as: such a row has no parts. The limits keep SQLite from
reckoning each figure anew wherever it is used."""
MIX_FILL: Final = (
    f"INSERT OR IGNORE INTO cells (vendor,model,variant,attempt) SELECT DISTINCT {_MIX_CELL} {_PRICED} AND {{span}}",
    f"INSERT INTO mix (cell,hour,calls,{','.join((*_MIX_TOKENS, *_MIX_PARTS))})"  # noqa: S608
    f" SELECT cells.id,hour,COUNT(*),{','.join(f'SUM({name})' for name in _MIX_TOKENS)},"
    + ",".join(
        f"SUM(m_{n}/1000000000000)+SUM(m_{n}%1000000000000)/1000000000000,SUM(m_{n}%1000000000000)%1000000000000"
        for n in (*_MIX_KINDS, "other")
    )
    + f" FROM ({MIX_ROWS}) r JOIN cells USING (vendor,model,variant,attempt) GROUP BY 1,2",
)
"""Fills ``mix`` for a ``{span}`` of whole hours that it holds nothing of, from the rows."""

_V4: Final = (
    """
    CREATE TABLE cells (
        id INTEGER PRIMARY KEY,
        vendor TEXT NOT NULL,
        model TEXT NOT NULL,
        variant TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        UNIQUE (model, vendor, variant, attempt)
    ) STRICT
    """,
    "CREATE TABLE mix (cell INTEGER NOT NULL,hour INTEGER NOT NULL,calls INTEGER NOT NULL,"
    f"{','.join(f'{name} INTEGER NOT NULL DEFAULT 0' for name in (*_MIX_TOKENS, *_MIX_PARTS))},PRIMARY KEY (cell,hour))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE unmixed (until_us INTEGER NOT NULL) STRICT",
    "INSERT INTO unmixed SELECT MAX(started_us)+1 FROM calls HAVING COUNT(*)>0",
)
"""What the money was spent on, component by component. Filling it takes 1 s for 100,000 rows; ``mix.fill`` does that in
parts, so that whoever is killed meanwhile goes on where it was."""

_CHANGED: Final = (
    "state NOT IN ('open','sent','streaming') AND EXISTS (SELECT 1 FROM team WHERE {row}.started_us>=since_us)"
)
_MARK: Final = (
    # Two statements, since what a trigger does on a conflict is decided by the statement that sets it off.
    "INSERT OR IGNORE INTO unsent (hour,mark) VALUES ({row}.started_us/3600000000,0);"
    " UPDATE unsent SET mark=random() WHERE hour={row}.started_us/3600000000;"
)


def _on(event: str, name: str, row: str, *, more: str = "") -> str:
    """A trigger that notes the hour of a final row for the team."""
    when = f"{row}.{_CHANGED.format(row=row)}"
    return f"CREATE TRIGGER {name} AFTER {event} ON calls WHEN {when}{more} BEGIN {_MARK.format(row=row)} END"


_TEAM: Final = (
    """
    CREATE TABLE team (
        id INTEGER PRIMARY KEY CHECK (id=1),
        epoch TEXT NOT NULL,
        since_us INTEGER NOT NULL,
        dimensions TEXT NOT NULL,
        revision INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE unsent (hour INTEGER PRIMARY KEY, mark INTEGER NOT NULL) STRICT",
    """
    CREATE TABLE outbox (
        hour INTEGER NOT NULL,
        key TEXT NOT NULL,
        dims TEXT NOT NULL,
        totals TEXT,
        book TEXT NOT NULL,
        revision INTEGER NOT NULL,
        sent INTEGER NOT NULL DEFAULT 0,
        why TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (hour, key)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX outbox_waiting ON outbox (hour, key) WHERE revision>sent",
    "CREATE INDEX outbox_refused ON outbox (hour) WHERE why<>''",
    _on("INSERT", "calls_added", "NEW"),
    _on("UPDATE", "calls_changed", "NEW"),
    # A row that leaves its hour; nothing moves one today.
    _on("UPDATE OF started_us", "calls_moved", "OLD", more=" AND OLD.started_us<>NEW.started_us"),
    _on("DELETE", "calls_removed", "OLD"),
)
"""What a team's server has not been told yet (``trayapp.ledger.outbox``)."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (_V1, _V2, _V3, _V4, _TEAM)
"""Step ``n`` (counted from 1) takes a file from version ``n - 1`` to ``n``."""

VERSION: Final = len(STEPS)


def _reads_json() -> bool:
    """Whether SQLite was built with its JSON functions: before 3.38 that was a choice. Asked beside the file, since a
    function that is missing must not pass for damage."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("SELECT json_valid('1'),json_extract('1','$')")
        except sqlite3.OperationalError:
            return False
    return True


def migrate(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> int:
    """Bring a file to the current version; the connection must be in autocommit mode.

    Returns:
        The version found before.

    Raises:
        LedgerError: the file is from a newer Spendlight, or SQLite is too old for these tables.
        sqlite3.Error: the file cannot be read or written.
    """
    if sqlite3.sqlite_version_info < MIN_SQLITE or not _reads_json():
        raise LedgerError(
            say("Python's SQLite is too old"),
            say(
                "Spendlight's ledger needs SQLite 3.37 or newer, with its JSON functions; this Python"
                " brings {version}.",
                version=sqlite3.sqlite_version,
            ),
            say("Use a current Python 3.11, 3.12 or 3.13."),
            "ledger_failed",
        )
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > len(steps):
        raise LedgerError(
            say("The ledger is from a newer Spendlight"),
            say(
                "Its format is number {found}; this version knows formats up to {known}. Nothing was changed.",
                found=found,
                known=len(steps),
            ),
            say("Update Spendlight, or start it with another SPENDLIGHT_HOME."),
            "ledger_newer",
        )
    for number, statements in enumerate(steps[found:], start=found + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return found
