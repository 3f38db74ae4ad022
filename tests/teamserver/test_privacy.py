"""What leads and finance can learn: nothing of fewer than five people, whatever they ask, combine and wait for."""

from __future__ import annotations

import random
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from teamroutes import ROLES, routes, sent
from teamworld import HOUR, World, bucket

from trayapp.team import wire
from trayapp.teamserver import amounts, answers, pools, releases, tables
from trayapp.teamserver.atoms import CUTS, ENOUGH, Record, atoms, people, table

DAY = 86_400
TEAMS, MODELS, TOOLS, DAYS = ("red", "blue"), ("opus", "haiku", "gpt"), ("claude-code", "codex"), ("1", "2", "3")
VENDORS = {"opus": ("anthropic", "bedrock"), "haiku": ("anthropic",), "gpt": ("openai",)}


@st.composite
def weeks(draw: st.DrawFn) -> list[Record]:
    """Some people's week."""
    found = []
    for number in range(draw(st.integers(1, 16))):
        team = draw(st.sampled_from(TEAMS))
        places = st.tuples(st.sampled_from(MODELS), st.sampled_from(TOOLS), st.sampled_from(DAYS))
        for model, tool, day in draw(st.lists(places, min_size=0, max_size=5, unique=True)):
            pico = draw(st.integers(0, 10**14))
            found.append(
                Record(
                    member=f"p{number}",
                    team=team,
                    vendor=draw(st.sampled_from(VENDORS[model])),
                    model=model,
                    tool=tool,
                    day=day,
                    pico_list=pico,
                    pico_contract=pico if draw(st.booleans()) else pico // 2,
                    calls=draw(st.integers(1, 50)),
                )
            )
    return found


def place(record: Record) -> tuple[str, ...]:
    return tuple(getattr(record, cut) for cut in CUTS)


def parts(records: list[Record]) -> list[list[Record]]:
    """Which records lie in which atom: found from outside, by weighing each record alone."""
    found: dict[tuple[str | None, ...], list[Record]] = {}
    index = {atom.labels[CUTS[0]]: None for atom in atoms(records)}
    assert len(index) <= len(TEAMS) + 1
    for number, record in enumerate(records):
        marked = [msgspec_replace(r, calls=10**9 if n == number else 1) for n, r in enumerate(records)]
        for atom in atoms(marked):
            if atom.calls >= 10**9:
                found.setdefault(tuple(atom.labels[cut] for cut in CUTS), []).append(record)
    return list(found.values())


def msgspec_replace(record: Record, **change: int) -> Record:
    fields = {name: getattr(record, name) for name in Record.__slots__}
    return Record(**{**fields, **change})


def told(records: list[Record]) -> list[object]:
    """Everything that anybody in any role can ever read of a week: each table of each scope."""
    found = atoms(records)
    scopes = [found, *([atom for atom in found if atom.labels["team"] == team] for team in TEAMS)]
    measures = (lambda a: a.pico_list, lambda a: a.pico_contract, lambda a: a.calls)
    return [
        [(name, amounts.rounded(value)) for name, value in table(scope, cut, measure)]
        for scope in scopes
        for cut in CUTS
        for measure in measures
    ]


@given(weeks())
@settings(max_examples=60)
def test_every_atom_holds_five_people_and_nothing_is_lost(records):
    found = atoms(records)
    if people(records) < ENOUGH:
        assert found == []
        return
    assert sum(atom.pico_list for atom in found) == sum(record.pico_list for record in records)
    assert sum(atom.pico_contract for atom in found) == sum(record.pico_contract for record in records)
    divided = parts(records)
    assert len(divided) == len(found)
    assert all(people(part) >= ENOUGH for part in divided)
    # The complement of any union of atoms is a union of atoms: never one to four people.
    for size in range(1, min(len(divided), 5)):
        for chosen in combinations(range(len(divided)), size):
            rest = [r for n, part in enumerate(divided) if n not in chosen for r in part]
            assert not rest or people(rest) >= ENOUGH


@given(weeks(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_spending_moved_within_an_atom_changes_no_answer(records, draw):
    """The attacker has all answers of all roles. Whoever is in an atom could have spent anything up to its total."""
    before = told(records)
    after: list[Record] = []
    if not atoms(records):
        assert all(table == [] for table in before)
        return
    for part in parts(records):
        # Records that count stay above zero in both amounts, and everything else goes to one person of the part.
        counting = [r for r in part if r.pico_list > 0 and r.pico_contract > 0]
        rich = draw.choice(counting)
        for name in ("pico_list", "pico_contract"):
            total = sum(getattr(r, name) for r in part)
            if total < len(counting):
                break
        else:
            lists = sum(r.pico_list for r in part) - (len(counting) - 1)
            contracts = sum(r.pico_contract for r in part) - (len(counting) - 1)
            part = [
                msgspec_replace(
                    r,
                    pico_list=(lists if r is rich else 1) if r in counting else 0,
                    pico_contract=(contracts if r is rich else 1) if r in counting else 0,
                )
                for r in part
            ]
        after += part
    assert told(after) == before


@given(weeks())
@settings(max_examples=100)
def test_linear_combinations_of_answers_never_isolate_a_small_group(records):
    """Exact, unrounded sums would not help either: no difference of two tables' lines is of one to four people."""
    if not atoms(records):
        return
    divided = parts(records)
    labels = [tuple(atom.labels[cut] for cut in CUTS) for atom in atoms(records)]
    lines = []
    for position in range(len(CUTS)):
        for value in {label[position] for label in labels}:
            lines.append(frozenset(n for n, label in enumerate(labels) if label[position] == value))
    keyed = {tuple(label): part for label, part in zip(labels, _in_order(records, labels, divided), strict=True)}
    assert len(keyed) == len(labels)
    for one, two in combinations(set(lines), 2):
        for difference in (one - two, one & two, one ^ two):
            within = [r for n in difference for r in keyed[labels[n]]]
            assert not within or people(within) >= ENOUGH


def _in_order(records, labels, divided):
    sums = {tuple(atom.labels[cut] for cut in CUTS): atom.calls for atom in atoms(records)}
    assert sorted(sums.values()) == sorted(sum(r.calls for r in part) for part in divided)
    found = []
    for label in labels:
        weighed = [part for part in divided if _label(records, part) == label]
        found.append(weighed[0])
    return found


def _label(records, part):
    marked = [msgspec_replace(r, calls=10**9 if r is part[0] else 1) for r in records]
    return next(tuple(a.labels[cut] for cut in CUTS) for a in atoms(marked) if a.calls >= 10**9)


@pytest.mark.parametrize(
    ("amount", "shown"), [(0, 0), (7, 7), (99, 99), (123, 120), (125, 120), (135, 140), (999, 1000)]
)
def test_two_significant_digits(amount, shown):
    assert amounts.rounded(amount) == shown


def fill(world: World, devices, monday: int, seed: int, people_on: dict[str, int]) -> None:
    draw = random.Random(seed)
    for model, count in people_on.items():
        for device in devices[:count]:
            start = monday + draw.randrange(7 * 24) * HOUR
            device.put(bucket(start, pico=draw.randrange(10**12, 10**14), model_served=model, tool="codex"))


def spend(world: World, token: str, scope: str) -> answers.Spend:
    answer = world.client().get(f"/v1/spend/{scope}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=answers.Spend)


def test_a_week_is_told_once_and_never_again(world):
    """Late totals, deletions and new people change no figure that was told: there is no difference over time."""
    devices = [world.join() for _ in range(7)]
    monday = releases.weeks(world.now())[0]
    fill(world, devices, monday, 1, {"opus": 7, "haiku": 4, "gpt": 1})
    finance, lead = world.role_token("finance"), world.role_token("lead")
    first, of_team = spend(world, finance, "tenant"), spend(world, lead, "team")
    assert len(first.weeks) == releases.WEEKS
    assert [week.told for week in first.weeks][:2] == [True, False]
    models = {row.name: int(row.pico_list) for row in next(t for t in first.weeks[0].tables if t.by == "model").rows}
    assert set(models) == {None}  # haiku and gpt together are four people: opus has to join them
    assert {table.by for table in of_team.weeks[0].tables} == {"vendor", "model", "tool", "day"}
    late = world.join()
    late.put(bucket(monday, pico=10**15, model_served="opus"))
    devices[0].put(bucket(monday + HOUR, pico=10**15, model_served="gpt"))
    assert devices[1].ask("DELETE", "/v1/me").status_code == 204
    assert spend(world, finance, "tenant") == first
    assert spend(world, lead, "team") == of_team


def test_a_lead_sees_his_team_alone_and_small_teams_hide_among_others(world):
    small = world.add_team("Small")
    monday = releases.weeks(world.now())[0]
    big = [world.join() for _ in range(6)]
    few = [world.join(team=small) for _ in range(3)]
    for device in (*big, *few):
        device.put(bucket(monday, pico=3 * 10**12, model_served="opus", tool="codex"))
    whole = spend(world, world.role_token("finance"), "tenant").weeks[0]
    assert [row.name for row in whole.tables[0].rows] == [None]
    assert int(whole.tables[0].rows[0].pico_list) == 27 * 10**12
    nothing = spend(world, world.role_token("lead", team=small), "team")
    assert not any(week.told for week in nothing.weeks)


def test_who_reads_is_written_down_for_those_it_is_about(world):
    device = world.join()
    other_team = world.add_team("Other")
    far = world.join(team=other_team)
    assert device.ask("GET", "/v1/me/audit").json() == {"reads": []}
    spend(world, world.role_token("finance"), "tenant")
    spend(world, world.role_token("lead"), "team")
    world.client().get("/v1/devices", headers={"Authorization": f"Bearer {world.role_token('admin')}"})
    read = device.ask("GET", "/v1/me/audit").json()["reads"]
    assert sorted((line["role"], line["about"]) for line in read) == [
        ("admin", "tenant"),
        ("finance", "tenant"),
        ("lead", "team"),
    ]
    assert {line["role"] for line in far.ask("GET", "/v1/me/audit").json()["reads"]} == {"admin", "finance"}
    assert device.ask("GET", "/v1/me/export").json()["reads"] == read


def test_every_read_of_others_leaves_a_line_for_whom_it_is_about(world):
    """Each route that a role opens, and the console; whatever is read, the people it is about see it."""
    device = world.join()
    seen: list[dict[str, str]] = []
    reads = [(method, path) for method, path in routes(world) if method == "GET" and path in ROLES]
    assert len(reads) == 4
    for method, path in reads:
        answer = sent(world.client(), method, path, world.role_token(ROLES[path]), device="", team="")
        assert answer.status_code == 200, path
        lines = device.ask("GET", "/v1/me/audit").json()["reads"]
        assert len(lines) == len(seen) + 1, path
        assert lines[0]["role"] == ROLES[path] or ROLES[path] in {line["role"] for line in lines}
        seen = lines
    for role, more in (("finance", 1), ("lead", 1), ("member", 0), ("admin", 0)):
        client = world.client()
        client.post("/console/token", data={"token": world.role_token(role)})
        assert client.get("/console").status_code == 200
        lines = device.ask("GET", "/v1/me/audit").json()["reads"]
        assert len(lines) == len(seen) + more, role
        seen = lines
    # Who is refused has read nothing.
    assert sent(world.client(), "GET", "/v1/spend/tenant", world.role_token("lead")).status_code == 403
    assert device.ask("GET", "/v1/me/audit").json()["reads"] == seen
    assert device.ask("GET", "/v1/me/export").json()["reads"] == seen


def test_export_tells_all_and_delete_leaves_nothing(world):
    device, stays = world.join(), world.join()
    start = (world.now() // HOUR - 1) * HOUR
    world.do(lambda c: pools.make(c, world.tenant, "hard", 10**15, kind="hard"))
    for one in (device, stays):
        one.put(bucket(start, 4, pico=123_456_789_012_345, tool="codex", project="ab" * 32))
        assert one.ask("POST", "/v1/pools/hard/leases", json={"pico": "5000000000000"}).status_code == 200
    export = msgspec.json.decode(device.ask("GET", "/v1/me/export").content, type=answers.Export)
    assert export.buckets[0].bucket == bucket(start, 4, pico=123_456_789_012_345, tool="codex", project="ab" * 32)
    assert (export.device, len(export.leases), export.epochs) == (device.id, 1, (device.epoch,))
    assert device.ask("DELETE", "/v1/me").status_code == 204
    assert device.ask("GET", "/v1/me/export").status_code == 401

    async def left(connection):
        rows = []
        for table_ in tables.ALL:
            found = (await connection.execute(table_.select().where(table_.c.tenant == world.tenant))).all()
            rows += [str(row) for row in found]
        return "\n".join(rows)

    dump = world.do(left)
    assert device.id not in dump
    assert export.member not in dump
    assert stays.id in dump


def test_a_pool_of_few_is_told_in_tenths_and_of_five_in_hundredths(world):
    world.do(lambda c: pools.make(c, world.tenant, "p", 1000 * 10**12))
    devices = [world.join() for _ in range(5)]
    start = (world.now() // DAY) * DAY
    exact = 0
    for number, device in enumerate(devices):
        exact += 37_123_456_789_012
        device.put(bucket(start, pico=37_123_456_789_012))
        world.offset += pools.FRESH_S
        (pool,) = msgspec.json.decode(device.ask("GET", "/v1/pools").content, type=wire.Pools).pools
        percent = exact * 100 // (1000 * 10**12)
        if number < 4:
            assert pool.share == f"0.{percent // 10}0"
            assert (pool.pico_spent, pool.pico_per_day, pool.members) == (None, None, 0)
        else:
            assert (pool.share, pool.pico_spent) == ("0.18", str(180 * 10**12))
            assert pool.members == 5
