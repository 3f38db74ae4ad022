"""``spendlight teamserver``: from nothing to a served team, as a person does it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from teamfleet import Replica
from teamworld import Cluster, public_key

import trayapp.cli.teamserver as command
from trayapp.cli import main
from trayapp.teamserver import retention

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def here(monkeypatch, capsys) -> Run:
    """The command in this process, where an exception that nobody caught fails the test."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as within:
            for name, value in environment.items():
                within.setenv(name, value)
            capsys.readouterr()
            code = main(["teamserver", *arguments])
        said_ = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, said_.out, said_.err)

    return run


def spendlight(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process."""
    line = [sys.executable, "-W", "error", "-m", "trayapp", "teamserver", *arguments]
    return subprocess.run(
        line, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_without_the_extra_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(command, "NEEDED", (*command.NEEDED, "no_such_package_here"))
    assert main(["teamserver", "run"]) == 1
    told = capsys.readouterr().err
    assert "no_such_package_here" in told
    assert "-m pip install 'spendlight[teamserver]'" in told


def test_before_it_is_set_up_it_says_so(capsys):
    assert main(["teamserver", "invite"]) == 1
    assert "spendlight teamserver init" in capsys.readouterr().err


def test_from_nothing_to_a_member(home, capsys):
    assert main(["teamserver", "init", "--name", "Acme", "--team", "Tools"]) == 0
    told = capsys.readouterr().out
    tenant = re.search(r"Tenant: (\w{12}) \(Acme\)", told)
    assert tenant is not None
    folder = home / "teamserver"
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert main(["teamserver", "init"]) == 0
    assert tenant[1] in capsys.readouterr().out
    assert main(["teamserver", "pool", "add", "--name", "p", "--limit", "90", "--kind", "hard"]) == 0
    assert "p: hard, $90.00 a month, 0.00 used" in capsys.readouterr().out
    assert main(["teamserver", "pool", "add", "--name", "p", "--limit", "-1"]) == 1
    assert "no amount" in capsys.readouterr().err
    assert main(["teamserver", "pool", "add", "--name", "p", "--limit", "99.50"]) == 1
    assert "the nearest are $90.00 and $100.00" in capsys.readouterr().err
    assert main(["teamserver", "policy"]) == 0
    policy = json.loads(capsys.readouterr().out)
    policy["mode"] = "balanced"
    (home / "policy.json").write_text(json.dumps(policy))
    assert main(["teamserver", "policy", str(home / "policy.json")]) == 0
    assert "Version 2 is in force" in capsys.readouterr().out
    (home / "policy.json").write_text(json.dumps({**policy, "upstream": "https://elsewhere.example"}))
    assert main(["teamserver", "policy", str(home / "policy.json")]) == 1
    assert main(["teamserver", "team", "--add", "Research"]) == 0
    assert main(["teamserver", "invite"]) == 1
    assert "Which team?" in capsys.readouterr().err
    assert main(["teamserver", "invite", "--team", "Research", "--role", "lead"]) == 0
    invite = capsys.readouterr().out.splitlines()[0]
    assert main(["teamserver", "role", "--new", "--team", "Tools", "--set", "finance", "--token"]) == 0
    token = capsys.readouterr().out.splitlines()[-1]
    secret = base64.b64decode((folder / "secret").read_text())
    replica = Replica(folder, f"sqlite:///{folder / 'team.sqlite3'}", secret)
    replica.start()
    try:
        until_up(replica)
        assert main(["teamserver", "health", "--url", replica.url]) == 0
        body = {"invite": invite, "public_key": public_key(Ed25519PrivateKey.generate()), "client": "1"}
        told_ = httpx.post(f"{replica.url}/v1/enrol", json=body, trust_env=False).json()
        assert (told_["team_name"], told_["roles"]) == ("Research", ["lead", "member"])
        head = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{replica.url}/v1/spend/tenant", headers=head, trust_env=False).status_code == 200
        assert httpx.get(f"{replica.url}/v1/devices", headers=head, trust_env=False).status_code == 403
        metrics = httpx.get(f"{replica.url}/metrics", trust_env=False).text
        assert 'spendlight_team_requests_total{method="POST",route="/v1/enrol",status="200"} 1.0' in metrics
        assert told_["device"] not in metrics
        again = main(["teamserver", "invite", "--team", "Research", "--device", told_["device"]])
        assert again == 0
    finally:
        replica.kill()
    assert "TLS belongs in front" in replica.log()
    assert main(["teamserver", "health", "--url", replica.url]) == 6
    assert main(["teamserver", "retention", "--months", "6", "--run"]) == 0
    assert "bucket: 0 rows" in capsys.readouterr().out
    assert main(["teamserver", "retention", "--months", "1"]) == 1


def until_up(replica: Replica) -> None:
    import asyncio

    async def wait() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await replica.up(client)

    asyncio.run(wait())


def test_a_secret_that_others_may_read_is_refused(home, capsys):
    assert main(["teamserver", "init"]) == 0
    (home / "teamserver" / "secret").chmod(0o644)
    assert main(["teamserver", "invite"]) == 1
    assert "is not private" in capsys.readouterr().err
    (home / "teamserver" / "secret").chmod(0o600)
    (home / "teamserver" / "secret").write_text("short\n")
    assert main(["teamserver", "invite"]) == 1
    assert "damaged" in capsys.readouterr().err


def test_on_postgresql_the_owner_sets_up_and_another_role_serves(postgres: Cluster, home):
    postgres.sql("CREATE DATABASE by_hand OWNER team_owner")
    served, owner = (postgres.address(role, "by_hand") for role in ("team_app", "team_owner"))
    environment = {"SPENDLIGHT_TEAM_DATABASE": served}
    early = spendlight("run", "--port", "1", SPENDLIGHT_TEAM_SECRET=base64.b64encode(bytes(32)).decode(), **environment)
    assert early.returncode == 1
    assert "not in its latest form" in early.stderr
    done = spendlight("init", "--owner-database", owner, **environment)
    assert done.returncode == 0, done.stderr
    assert spendlight("pool", "add", "--name", "p", "--limit", "5", **environment).stdout.startswith("p: soft")
    strong = spendlight("run", "--port", "1", SPENDLIGHT_TEAM_DATABASE=owner)
    assert strong.returncode != 0
    assert "sees too much" in strong.stderr
    assert "Traceback" not in strong.stderr


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a command said that did not work: title, message, what to do; never a traceback."""
    assert done.returncode not in (0, -6, -11), done.stdout
    lines = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr, done.stderr
    assert 'File "' not in done.stderr
    assert lines[-2].startswith("spendlight: "), done.stderr
    assert lines[-1].startswith("  → "), done.stderr
    return done.stderr


SECRET = base64.b64encode(bytes(32)).decode()
VERBS = (
    ("init", "--name", "x"),
    ("run", "--port", "1"),
    ("invite",),
    ("team", "--add", "x"),
    ("policy",),
    ("role", "--new"),
    ("pool", "add", "--name", "p", "--limit", "5"),
    ("retention", "--run"),
)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer"),
        ("postgresql://user:canary-pw@/none?host=/nowhere", "does not answer"),
        ("sqlite:////nowhere/at/all/team.sqlite3", "does not answer"),
        ("mysql://user:canary-pw@localhost/team", "No such database"),
        ("canary-pw no address", "No such database"),
        ("postgresql://user:canary-pw@host:port/x", "No such database"),
    ],
)
def test_a_database_that_is_not_there_is_told_in_words_by_every_verb(home, here, address, code):
    for number, verb in enumerate(VERBS):
        run = here if number else spendlight
        done = run(
            *verb, SPENDLIGHT_TEAM_DATABASE=address, SPENDLIGHT_TEAM_SECRET=SECRET, SPENDLIGHT_TEAM_TENANT="a" * 12
        )
        assert code in said(done), (verb, done.stderr)
        assert "canary" not in done.stderr


def test_a_database_of_another_version_is_told_in_words_by_every_verb(home, here, sqlite_model):
    import sqlite3

    newer, empty = home / "newer.sqlite3", home / "empty.sqlite3"
    newer.write_bytes(sqlite_model.read_bytes())
    with contextlib.closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("ALTER TABLE tenant RENAME TO tenants")
        connection.execute("ALTER TABLE pool RENAME TO pools")
        connection.execute("ALTER TABLE team RENAME TO teams")
    sqlite3.connect(empty).close()
    for verb in VERBS:
        for place in (newer, empty):
            if place == empty and verb[0] in ("init", "run"):
                continue  # they bring it into its latest form
            more = {"SPENDLIGHT_TEAM_SECRET": SECRET, "SPENDLIGHT_TEAM_TENANT": "a" * 12}
            done = here(*verb, SPENDLIGHT_TEAM_DATABASE=f"sqlite:///{place}", **more)
            text = said(done)
            assert "not one of this version" in text or "not in its latest form" in text, (verb, text)


def test_other_mistakes_are_told_in_words(home, here, tmp_path):
    assert here("init", SPENDLIGHT_TEAM_HOME=str(home)).returncode == 0
    place = {"SPENDLIGHT_TEAM_HOME": str(home)}
    (tmp_path / "bad.json").write_bytes(b"\xff{")
    (tmp_path / "deep.json").write_bytes(b"[" * 100_000)
    (tmp_path / "type.json").write_text('{"mode": 5}')
    (tmp_path / "sense.json").write_text(
        '{"budgets": [{"name": "x", "scope": "me", "period": "day", "pico_limit": "0"}]}'
    )
    for name in ("bad", "deep", "type", "none"):
        assert "No policy" in said(here("policy", str(tmp_path / f"{name}.json"), **place))
    assert "No policy" in said(here("policy", str(tmp_path), **place))
    assert "budgets.0.pico_limit is nothing" in said(here("policy", str(tmp_path / "sense.json"), **place))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = here("run", "--port", str(taken.getsockname()[1]), **place)
    assert "The port is taken" in said(done)
    assert done.returncode == 4
    for host, port in (("no.such.host.invalid", "8765"), ("127.0.0.1", "99999"), ("192.0.2.1", "8765")):
        assert "cannot listen there" in said(here("run", "--host", host, "--port", port, **place))
    for url in ("no address", "http://[", "ftp://x", "http://127.0.0.1:1", "http://127.0.0.1:99999"):
        assert "does not answer" in said(here("health", "--url", url, **place))
    for arguments in (
        ("role", "--member", "nobody", "--token"),
        ("role", "--device", "nobody", "--set", "lead"),
        ("pool", "remove", "--name", "nothing"),
        ("pool", "add", "--name", "a/b", "--limit", "5"),
        ("pool", "add", "--name", "p", "--limit", "123"),
        ("pool", "add", "--name", "p", "--limit", "1e999999"),
        ("pool", "add", "--name", "p", "--limit", "NaN"),
        ("invite", "--device", "nobody"),
        ("invite", "--team", "nothing"),
    ):
        said(here(*arguments, **place))
    (home / "secret").chmod(0o600)
    (home / "secret").write_bytes(b"\xff\xfe")
    assert "damaged" in said(here("invite", **place))
    assert "damaged" in said(here("invite", SPENDLIGHT_TEAM_SECRET="\u00e9", **place))


@pytest.mark.parametrize(
    ("now", "months", "first"),
    [(1_795_651_200, 13, "2025-10-26"), (1_774_915_200, 1, "2026-02-28")],
)
def test_months_that_are_kept(now, months, first):
    from datetime import UTC, datetime

    assert datetime.fromtimestamp(retention.before(now, months), UTC).date().isoformat() == first


def test_what_is_too_old_is_forgotten(world):
    from teamworld import HOUR, bucket

    device = world.join()
    device.put(bucket((world.now() // HOUR - 24) * HOUR))
    count = world.do(lambda c: retention.run(c, world.tenant, world.now()))
    assert count["bucket"] == 0
    later = world.now() + 14 * 31 * 86_400
    count = world.do(lambda c: retention.run(c, world.tenant, later))
    assert (count["bucket"], count["daily"], count["nonce"], count["invite"]) == (1, 1, 1, 1)
