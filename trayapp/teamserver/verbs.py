"""What ``spendlight teamserver`` does: setting up, serving, inviting, deciding, forgetting.

Rules: every verb acts on the database inside one tenant, as the server itself does; amounts are read and written in
dollars here, and nowhere else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.money import dollars
from trayapp.teamserver import (
    enrolment,
    founding,
    migrating,
    namedpools,
    policies,
    pools,
    problems,
    retention,
    serving,
    settings,
)
from trayapp.teamserver.database import Database, address
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.people import ROLES
from trayapp.trouble import Trouble, TroubleError

Act = Callable[[AsyncConnection, str, Keys, int], Awaitable[Any]]


def run(arguments: list[str]) -> int:
    """Do one verb.

    Raises:
        TroubleError: it did not work; said in words, whatever it was.
    """
    options = _parser().parse_args(arguments)
    try:
        code: int = options.do(options)
    except sa.exc.SQLAlchemyError as error:
        raise TroubleError(_database_trouble(error)) from None
    except UnicodeError:
        raise TroubleError(
            Trouble(title="Not understood", message="What was given is no text.", fix="Use UTF-8.", code="bad_text")
        ) from None
    return code


def _database_trouble(error: sa.exc.SQLAlchemyError) -> Trouble:
    """What to do; the database's own words are not repeated, since there may be data in them."""
    kind = type(getattr(error, "orig", None) or error).__name__
    if isinstance(error, sa.exc.ProgrammingError) or "no such" in str(getattr(error, "orig", "")):
        return Trouble(
            title="The database is not in its latest form",
            message=f"Something that this version needs is not there, or this role may not see it ({kind}).",
            fix="Run `spendlight teamserver init` (with --owner-database on PostgreSQL).",
            code="old_database",
        )
    if isinstance(error, sa.exc.DataError | sa.exc.IntegrityError):
        return Trouble(
            title="The database does not take that",
            message=f"What was given cannot be stored ({kind}).",
            fix="Look for characters that no name has.",
            code="bad_value",
        )
    return Trouble(
        title="The database does not answer",
        message=f"It could not be opened or asked ({kind}).",
        fix="Look whether it runs and whether SPENDLIGHT_TEAM_DATABASE is right.",
        code="no_database",
    )


def _inside(act: Act, tenant: str | None = None) -> Any:
    """Do something inside the tenant.

    Raises:
        TroubleError: it was refused, or nothing is set up.
    """
    found = settings.load()
    chosen = tenant or found.tenant
    if not chosen:
        raise TroubleError(
            Trouble(
                title="Which tenant?",
                message="None is set up in this folder, and none was named.",
                fix="Set SPENDLIGHT_TEAM_TENANT to the id that `teamserver init` printed.",
                code="no_tenant",
            )
        )

    async def work() -> Any:
        database = Database(found.database)
        try:
            async with database.inside(chosen) as connection:
                return await act(connection, chosen, Keys(found.secret), int(time.time()))
        finally:
            await database.close()

    try:
        return asyncio.run(work())
    except problems.Refused as refused:
        problem = refused.problem
        raise TroubleError(
            Trouble(title=problem.title, message=problem.message, fix=problem.fix, code=problem.code)
        ) from None


async def _team(connection: AsyncConnection, tenant: str, named: str) -> str:
    """The team of that id or name."""
    teams = await founding.teams(connection, tenant)
    if named in teams:
        return named
    found = [identity for identity, name in teams.items() if name == named]
    if not named and len(teams) == 1:
        found = list(teams)
    if len(found) != 1:
        names = ", ".join(f"{name} ({identity})" for identity, name in teams.items())
        raise TroubleError(
            Trouble(title="Which team?", message=f"There are: {names}.", fix="Name one with --team.", code="which_team")
        )
    return found[0]


def _init(options: argparse.Namespace) -> int:
    settings.make()
    found = settings.load()
    owner = options.owner_database or found.database
    role = options.app_role or address(found.database).username or ""
    migrating.upgrade(owner, role)
    if found.tenant:
        print(f"The database is in its latest form. Tenant: {found.tenant}")
        return 0
    identity = enrolment.new_id(12)

    async def act(connection: AsyncConnection, tenant: str, keys: Keys, now: int) -> tuple[str, str]:
        await founding.tenant(connection, tenant, options.name, now)
        team = await founding.team(connection, tenant, options.team, now)
        admin = await founding.member(connection, tenant, team, "admin", now)
        return team, await founding.token(connection, keys, tenant, admin, now)

    team, token = _inside(act, identity)
    (found.home / "tenant").write_text(identity + "\n", "utf-8")
    print(f"Tenant: {identity} ({options.name})\nTeam: {team} ({options.team})")
    print(f"Admin's token, for 90 days, told once:\n{token}")
    print("\nNext: `spendlight teamserver run`, then `spendlight teamserver invite` for each person.")
    print("Keep a copy of the file `secret` apart from the database: all keys of the team come from it.")
    return 0


def _run(options: argparse.Namespace) -> int:
    return serving.run(settings.load(), options.host, options.port)


def _invite(options: argparse.Namespace) -> int:
    async def act(connection: AsyncConnection, tenant: str, _keys: Keys, now: int) -> str:
        team = await _team(connection, tenant, options.team)
        roles = " ".join(sorted({"member", *options.role}))
        member = await founding.member_of(connection, tenant, options.device) if options.device else ""
        return await enrolment.invite(connection, tenant, team, now, member=member, roles=roles)

    secret = _inside(act)
    url = settings.load().url or "SERVER"
    print(secret)
    print(f"\nFor one device, once, for 24 hours: spendlight team join {url} {secret}")
    print("Who joins sends hourly totals (money, tokens, models, tools; never text), and sees the exact JSON before.")
    print("Pools show everyone in them what is used: with fewer than 5 people, in steps of 10 %.")
    return 0


def _teams(options: argparse.Namespace) -> int:
    async def act(connection: AsyncConnection, tenant: str, _keys: Keys, now: int) -> dict[str, str]:
        if options.add:
            await founding.team(connection, tenant, options.add, now)
        return await founding.teams(connection, tenant)

    for identity, name in _inside(act).items():
        print(f"{identity}  {name}")
    return 0


def _policy(options: argparse.Namespace) -> int:
    new = None if options.file is None else _terms(Path(options.file))

    async def act(
        connection: AsyncConnection, tenant: str, keys: Keys, now: int
    ) -> policies.Terms | tuple[int, list[str]]:
        team = await _team(connection, tenant, options.team)
        if new is None:
            return policies.terms(await policies.policy(connection, keys, tenant, team, now))
        version = await policies.publish(connection, keys, tenant, team, new, now)
        return version, await namedpools.missing(connection, tenant, team, new.budgets)

    done = _inside(act)
    if isinstance(done, tuple):
        version, missing = done
        print(f"Version {version} is in force; devices fetch it with their next sync.")
        for name in missing:
            print(namedpools.note(name))
    else:
        print(json.dumps(msgspec.to_builtins(done), indent=2, ensure_ascii=False))
    return 0


def _terms(path: Path) -> policies.Terms:
    try:
        return msgspec.json.decode(path.read_bytes(), type=policies.Terms)
    except OSError as error:
        raise TroubleError(
            Trouble(
                title="No policy",
                message=f"{path}: {error.strerror}.",
                fix="Name a file that can be read; `spendlight teamserver policy > FILE` makes one.",
                code="bad_policy",
            )
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TroubleError(
            Trouble(
                title="No policy",
                message=f"{path}: {error}.",
                fix="`spendlight teamserver policy` prints the one in force as an example.",
                code="bad_policy",
            )
        ) from None


def _role(options: argparse.Namespace) -> int:
    async def act(connection: AsyncConnection, tenant: str, keys: Keys, now: int) -> tuple[str, str]:
        member = options.member
        if options.device:
            member = await founding.member_of(connection, tenant, options.device)
        roles = " ".join(sorted(set(options.set)))
        if options.new:
            team = await _team(connection, tenant, options.team)
            member = await founding.member(connection, tenant, team, roles or "member", now)
        elif roles:
            await founding.roles(connection, tenant, member, roles)
        return member, await founding.token(connection, keys, tenant, member, now) if options.token else ""

    if not (options.member or options.device or options.new):
        raise TroubleError(Trouble(title="Whose role?", message="", fix="Name --member, --device or --new."))
    member, token = _inside(act)
    print(f"Member: {member}")
    if token:
        print(f"Token, for 90 days, told once; earlier ones have ended:\n{token}")
    return 0


def _pool(options: argparse.Namespace) -> int:
    async def act(connection: AsyncConnection, tenant: str, _keys: Keys, now: int) -> Any:
        if options.action == "add":
            team = await _team(connection, tenant, options.team) if options.team else ""
            await pools.make(
                connection,
                tenant,
                options.name,
                _amount(options.limit),
                team=team,
                kind=options.kind,
                period=options.period,
                counts=options.counts,
            )
        elif options.action == "remove":
            await pools.drop(connection, tenant, options.name)
        return await pools.told(connection, tenant, None, now)

    if options.action != "list" and not options.name:
        raise TroubleError(Trouble(title="Which pool?", message="", fix="Name it with --name."))
    for pool in _inside(act):
        print(f"{pool.name}: {pool.kind}, {dollars(int(pool.pico_limit))} a {pool.period}, {pool.share} used")
    return 0


def _amount(text: str) -> int:
    try:
        amount = Decimal(text) * 10**12
        if not amount.is_finite() or amount <= 0 or amount >= 10**24 or amount != int(amount):
            raise InvalidOperation
    except ArithmeticError:
        raise TroubleError(
            Trouble(title="No amount", message=f"{text!r} is no amount of dollars.", fix="Write it like 500 or 99.50.")
        ) from None
    return int(amount)


def _retention(options: argparse.Namespace) -> int:
    async def act(connection: AsyncConnection, tenant: str, _keys: Keys, now: int) -> dict[str, int]:
        if options.months is not None:
            await retention.keep(connection, tenant, options.months)
        return await retention.run(connection, tenant, now) if options.run else {}

    if options.months is not None and options.months not in retention.MONTHS:
        raise TroubleError(
            Trouble(
                title="Not so long",
                message=f"{options.months} months are not kept.",
                fix=f"From {retention.MONTHS[0]} to {retention.MONTHS[-1]} months.",
            )
        )
    for name, rows in _inside(act).items():
        print(f"{name}: {rows} rows forgotten")
    return 0


def _health(options: argparse.Namespace) -> int:
    import httpx

    try:
        answer = httpx.get(f"{options.url}/health", timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise TroubleError(
            Trouble(
                title="The team server does not answer",
                message=f"{options.url}: {type(error).__name__}.",
                fix="Look whether `spendlight teamserver run` is running.",
                code="no_answer",
            )
        ) from None
    print(answer.text)
    return 0 if answer.status_code == 200 else 1


def _openapi(_options: argparse.Namespace) -> int:
    print(serving.description(), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spendlight teamserver", description="The reference team server.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, do: Callable[[argparse.Namespace], int], help_: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=help_, description=help_)
        made.set_defaults(do=do)
        return made

    init = verb("init", _init, "set up here, or bring the database into its latest form")
    init.add_argument("--name", default="Our company", help="the tenant's name")
    init.add_argument("--team", default="Everyone", help="the first team's name")
    init.add_argument("--owner-database", default=os.environ.get("SPENDLIGHT_TEAM_OWNER_DATABASE", ""), metavar="URL")
    init.add_argument("--app-role", default="", help="PostgreSQL's role that serves (default: the address's)")
    serve = verb("run", _run, "serve, on loopback; TLS belongs in front")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8765)
    invite = verb("invite", _invite, "make an invite: once, for a day")
    invite.add_argument("--team", default="")
    invite.add_argument("--role", action="append", choices=ROLES, default=[])
    invite.add_argument("--device", default="", help="for one more device of that device's owner")
    team = verb("team", _teams, "list teams, or add one")
    team.add_argument("--add", metavar="NAME", default="")
    policy = verb("policy", _policy, "show a team's policy as JSON, or publish a new version from a file")
    policy.add_argument("file", nargs="?", default=None)
    policy.add_argument("--team", default="")
    role = verb("role", _role, "give somebody roles, or a token for API and console")
    role.add_argument("--member", default="")
    role.add_argument("--device", default="")
    role.add_argument("--new", action="store_true", help="somebody without a device")
    role.add_argument("--team", default="")
    role.add_argument("--set", action="append", choices=ROLES, default=[])
    role.add_argument("--token", action="store_true", help="print a token")
    pool = verb("pool", _pool, "list, add or remove pools")
    pool.add_argument("action", choices=("list", "add", "remove"), nargs="?", default="list")
    pool.add_argument("--name", default="")
    pool.add_argument(
        "--limit", default="0", metavar="USD", help="a rung: 10, 12, 15, 17, 20, 25, 30, 35, 40, 50 … 100 …"
    )
    pool.add_argument("--team", default="", help="only that team's")
    pool.add_argument("--kind", choices=("soft", "hard"), default="soft")
    pool.add_argument("--period", choices=("day", "week", "month"), default="month")
    pool.add_argument("--counts", choices=tuple(pools.COUNTED), default="contract")
    keep = verb("retention", _retention, "how many months are kept; --run forgets the rest")
    keep.add_argument("--months", type=int, default=None)
    keep.add_argument("--run", action="store_true")
    health = verb("health", _health, "ask a running server")
    health.add_argument("--url", default="http://127.0.0.1:8765")
    verb("openapi", _openapi, "print the server's description")
    return parser
