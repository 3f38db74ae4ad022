"""What commitments tell: useful of a company's contracts, and nothing of one to four people, whoever publishes what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from teamworld import HOUR, Device, World, bucket

from trayapp.team import wire
from trayapp.teamserver import amounts, answers, commitments, policies, releases
from trayapp.teamserver.atoms import ENOUGH, Record, atoms, people, table

PICO = 10**12
DAY, WEEK = 86_400, 7 * 86_400
VENDORS = ("anthropic", "openai", "google")
MONDAY = releases.monday(1_780_000_000)


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def told(world: World, head: dict[str, str]) -> dict[str, answers.Drawn]:
    answer = world.client().get("/v1/commitments", headers=head)
    assert answer.status_code == 200, answer.text
    found = msgspec.json.decode(answer.content, type=answers.Commitments).commitments
    return {each.name: each for each in found}


def publish(world: World, *found: wire.Commitment) -> None:
    terms = policies.Terms(sync=wire.SyncTerms(dimensions=wire.DIMENSIONS), commitments=found)
    world.do(lambda c: policies.publish(c, world.keys, world.tenant, world.team, terms, world.now()))


def commitment(name: str, usd: int, vendor: str = "anthropic", since: str = "", until: str = "") -> wire.Commitment:
    return wire.Commitment(name=name, vendor=vendor, pico=str(usd * PICO), since=since, until=until)


@pytest.fixture
def finance(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.role_token('finance')}"}


def test_a_companys_contract_is_told_by_weeks(world, finance):
    """Seven people and one vendor: the sum of what each week says, within the rounding of its lines."""
    devices = [world.join() for _ in range(7)]
    mondays = releases.weeks(world.now())[:3]
    exact = 0
    for number, monday in enumerate(mondays):
        for place, device in enumerate(devices):
            pico = (number + 3) * (place + 1) * 12_345_678_901_234
            exact += pico
            device.put(bucket(monday + place * DAY, 1, pico=pico))
    publish(world, commitment("year", 20_000, since=iso(mondays[-1] - 90 * DAY), until=iso(mondays[0] + 300 * DAY)))
    drawn = told(world, finance)["year"]
    shares = [float(share) for share in (drawn.share, drawn.share_most) if share is not None]
    assert shares == [shares[0]] * 2
    assert abs(shares[0] - exact / (20_000 * PICO)) < 0.012
    assert drawn.counted_until == mondays[0] + WEEK
    assert drawn.counted_since == mondays[-1]
    assert drawn.silent_weeks == 0


def test_a_small_second_vendor_leaves_the_first_ones_share_a_span(world, finance):
    """Six on one vendor, two of them on another, too: what had to be put together is between the two ends."""
    devices = [world.join() for _ in range(6)]
    monday = releases.weeks(world.now())[0]
    for place, device in enumerate(devices):
        for day in range(5):
            device.put(bucket(monday + day * DAY, 1, pico=10 * PICO, tool="codex"))
        if place < 2:
            device.put(bucket(monday, 1, pico=9 * PICO, vendor="openai", model_served="gpt-6"))
    publish(
        world, commitment("a", 1000), commitment("o", 1000, vendor="openai"), commitment("n", 1000, vendor="nobody")
    )
    drawn = told(world, finance)
    assert (drawn["a"].share, drawn["a"].share_most) == ("0.24", "0.31")  # 0.30 were
    # Nothing tells a vendor that two use from one that nobody uses.
    assert {drawn[name].share for name in "on"} == {"0.00"}
    assert {drawn[name].share_most for name in "on"} == {"0.07"}


def test_of_fewer_than_five_nothing_is_drawn_and_that_is_said(world, finance):
    devices = [world.join() for _ in range(4)]
    monday = releases.weeks(world.now())[0]
    for device in devices:
        device.put(bucket(monday, pico=40 * PICO))
    publish(world, commitment("a", 1))
    drawn = told(world, finance)["a"]
    assert (drawn.share, drawn.share_most, drawn.silent_weeks) == (None, None, 1)


def test_a_tiny_commitment_of_one_vendor_and_one_day_tells_nothing_of_one_person(world, finance):
    """Policy after policy over every amount, vendor and day, as an admin who is finance, too, may publish them."""
    victim, others = world.join(), [world.join() for _ in range(5)]
    monday = releases.weeks(world.now())[0]
    views = []
    for revision, secret in ((1, 37_123_456_789_012), (2, 1_000_000_000_000)):
        victim.put(bucket(monday + HOUR, revision, pico=secret, vendor="openai", model_served="gpt-6"))
        for other in others:
            other.put(bucket(monday + DAY, revision, pico=20 * PICO + (37_123_456_789_012 - secret) // 5))
        found = [
            commitment(f"{usd} {vendor} {day}", usd, vendor, iso(monday + day * DAY), iso(monday + (day + 1) * DAY))
            for usd in (1, 2, 5, 37, 38, 1000)
            for vendor in ("openai", "anthropic")
            for day in range(7)
        ]
        # A policy names no day that is past; those that were to come when it was published have gone by since.
        world.offset = -30 * DAY
        publish(world, *found)
        world.offset = 0
        world.do(lambda c: forget_weeks(c, world.tenant))
        views.append({name: (each.share, each.share_most) for name, each in told(world, finance).items()})
    assert len(views[0]) == 84
    assert views[0] == views[1]


async def forget_weeks(connection: Any, tenant: str) -> None:
    """So that the same week can be looked at in two worlds."""
    from trayapp.teamserver import tables

    await connection.execute(tables.release.delete().where(tables.release.c.tenant == tenant))


def test_what_is_drawn_does_not_change_with_late_totals_or_deletions(world, finance):
    devices = [world.join() for _ in range(6)]
    monday = releases.weeks(world.now())[0]
    for device in devices:
        device.put(bucket(monday, pico=50 * PICO))
    publish(world, commitment("a", 1000))
    first = told(world, finance)
    late: Device = world.join()
    late.put(bucket(monday, pico=500 * PICO))
    assert devices[0].ask("DELETE", "/v1/me").status_code == 204
    assert told(world, finance) == first


# The attacker with all commitments that there can be.


@st.composite
def some_weeks(draw: st.DrawFn) -> list[list[Record]]:
    """Some weeks of some people."""
    found = []
    for week in range(draw(st.integers(1, 3))):
        records = []
        for number in range(draw(st.integers(0, 9))):
            for vendor in draw(st.lists(st.sampled_from(VENDORS), max_size=3, unique=True)):
                pico = draw(st.integers(1, 10**14))
                records.append(
                    Record(
                        member=f"p{number}", team=draw(st.sampled_from(("red", "blue"))), vendor=vendor,
                        model=f"{vendor}-model", tool="", day=f"{week}", pico_list=pico, pico_contract=pico, calls=1,
                    )
                )  # fmt: skip
        found.append(records)
    return found


def said(weeks: list[list[Record]]) -> dict[int, tuple[dict[str | None, int], bool]]:
    """What the weeks say of vendors, as ``releases.vendors`` reads it."""
    found = {}
    for number, records in enumerate(weeks):
        parts = atoms(records)
        lines = table(parts, "vendor", lambda atom: atom.pico_contract)
        found[MONDAY + number * WEEK] = ({name: amounts.rounded(pico) for name, pico in lines}, bool(parts))
    return found


def published(draw: st.DataObject) -> list[wire.Commitment]:
    """Many policies' commitments, of all vendors, amounts and spans."""
    days = st.integers(-10, 30).map(lambda day: iso(MONDAY + day * DAY)) | st.just("")
    return draw.draw(
        st.lists(
            st.builds(
                wire.Commitment,
                name=st.just("x"),
                vendor=st.sampled_from((*VENDORS, "nobody")),
                pico=st.integers(1, 10**15).map(str),
                since=days,
                until=days,
            ),
            min_size=1,
            max_size=30,
        )
    )


@given(some_weeks(), st.data())
@settings(max_examples=150)
def test_spending_moved_among_the_people_of_a_part_changes_no_commitment(weeks, data):
    """Of one to four people nothing is learned: they may have spent anything up to their part's total."""
    moved = []
    for records in weeks:
        after: list[Record] = []
        for part in _parts(records):
            whole = sum(record.pico_contract for record in part)
            rich = data.draw(st.sampled_from(part))
            after += [_with(r, whole - len(part) + 1 if r is rich else 1) for r in part]
        moved.append(after)
    before, later = said(weeks), said(moved)
    for each in published(data):
        assert commitments.state(each, before) == commitments.state(each, later)


def _with(record: Record, pico: int) -> Record:
    fields = {name: getattr(record, name) for name in Record.__slots__}
    return Record(**{**fields, "pico_list": pico, "pico_contract": pico})


def _parts(records: list[Record]) -> list[list[Record]]:
    """Which records lie in which atom: found from outside, by weighing each record alone."""
    if not atoms(records):
        return []
    found: dict[int, list[Record]] = {}
    for chosen in records:
        weighed = [_calls(record, 10**9 if record is chosen else 1) for record in records]
        place = next(n for n, atom in enumerate(atoms(weighed)) if atom.calls >= 10**9)
        found.setdefault(place, []).append(chosen)
    assert all(people(part) >= ENOUGH for part in found.values())
    return list(found.values())


def _calls(record: Record, calls: int) -> Record:
    fields = {name: getattr(record, name) for name in Record.__slots__}
    return Record(**{**fields, "calls": calls})


@given(some_weeks(), st.data())
@settings(max_examples=100)
def test_a_commitment_says_nothing_that_the_weeks_lines_do_not(weeks, data):
    """It is a function of lines that finance reads anyway; shares lie between 0 and 1 and in their order."""
    lines = said(weeks)
    for each in published(data):
        state = commitments.state(each, lines)
        assert commitments.state(each, {week: (dict(of), known) for week, (of, known) in lines.items()}) == state
        if state.share is None or state.share_most is None:
            assert state.share is state.share_most is None
            continue
        assert 0 <= float(state.share) <= float(state.share_most) <= 1


def test_weeks_at_the_ends_count_by_their_days():
    lines: commitments.Lines = {MONDAY: ({"a": 70 * PICO}, True), MONDAY + WEEK: ({"a": 140 * PICO}, True)}
    of = wire.Commitment(
        name="x", vendor="a", pico=str(1000 * PICO), since=iso(MONDAY + 2 * DAY), until=iso(MONDAY + 8 * DAY)
    )
    assert commitments.state(of, lines).share == "0.07"  # five sevenths of 70 and one of 140
