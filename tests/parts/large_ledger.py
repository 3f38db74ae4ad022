"""A ledger of a year of calls, as many as are wanted, made without the writer: for measuring how long reading takes."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed
from pathlib import Path

from trayapp.ledger import rollups
from trayapp.ledger.schema import migrate


def make_large(path: Path, count: int) -> None:
    """A year of calls: 12 tools, 9 models, 30 projects, sessions of 40 calls."""
    with closed(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.execute(
            f"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<{count - 1})
            INSERT INTO calls (id,started_us,ended_us,state,metering,source,confidence,vendor,wire,tool,session,
                project,project_name,model_asked,model_served,kind,streamed,context_bytes,upstream,http_status,
                vendor_request_id,message_id,input,cache_read,output,pico_list,pico_contract,pico_marginal,basis,book)
            SELECT i+1, 1750000000000000+i*31536000000000/{count}, 1750000000000000+i*31536000000000/{count}+4000000,
                CASE WHEN i%97=0 THEN 'vendor_error' ELSE 'done' END, 'exact', 'proxy',
                CASE WHEN i%50=0 THEN 'partial' ELSE 'exact' END, 'vendor'||(i%3), 'wire', 'tool'||(i/40%12),
                'session-'||(i/40), 'project'||(i/400%30), 'name', 'model-'||(i%9), 'model-'||(i%9), 'main', 1, 2000,
                'api.example.test:443', 200, 'req_'||i, 'msg_'||i, i%1000, i%50000, i%300,
                CASE WHEN i%40=0 THEN NULL ELSE i*977 END, i*900, 0, 'list', 'book-1'
            FROM n
            """
        )
        rollups.rebuild(connection)
        connection.execute("COMMIT")
