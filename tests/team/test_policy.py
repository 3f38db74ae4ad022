"""Which policies hold: none that is forged, replayed, older, expired, for others or by another key."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from unrulyteam import Server, Team, sign

from trayapp import settings
from trayapp.engine.teampolicy import older
from trayapp.engine.teamterms import laid_over
from trayapp.pricing.agreements import read
from trayapp.team import judging
from trayapp.team.errand import Judging
from trayapp.team.terms import NONE, TermsError, check, terms
from trayapp.team.wire import Policy, Signed

KEY = Ed25519PrivateKey.generate()
NOW = 1_795_000_000


def by(**more: Any) -> Judging:
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    return Judging(**{"key": public, "team": "team-1", "now": NOW, **more})


def policy(**more: Any) -> Policy:
    return msgspec.convert({"team": "team-1", "version": 3, "issued": NOW - 9, "expires": NOW + 99, **more}, Policy)


def raw(**more: Any) -> bytes:
    """A policy as anybody may write it, whatever the types say."""
    return msgspec.json.encode({**msgspec.to_builtins(policy()), **more})


def test_a_good_one_holds() -> None:
    found, text, digest = judging.judge(sign(KEY, policy()), by(floor=3))
    assert found.version == 3
    assert msgspec.json.decode(text)["team"] == "team-1"
    assert judging.judge(sign(KEY, policy()), by(floor=3, held=digest))


@pytest.mark.parametrize(
    ("signed", "how", "why"),
    [
        (sign(Ed25519PrivateKey.generate(), policy()), by(), "not enrolled with"),
        (msgspec.structs.replace(sign(Ed25519PrivateKey.generate(), policy()), key=by().key), by(), "signature"),
        (msgspec.structs.replace(sign(KEY, policy()), payload=sign(KEY, policy(version=4)).payload), by(), "signature"),
        (sign(KEY, policy(), prefix=b""), by(), "signature"),
        (sign(KEY, policy(version=2)), by(floor=3), "older than 3"),
        (sign(KEY, policy(version=0)), by(), "older"),
        (sign(KEY, policy(mode="frugal")), by(floor=3, held="0" * 64), "same version"),
        (sign(KEY, policy(expires=NOW)), by(), "expired"),
        (sign(KEY, policy(issued=NOW + 3600)), by(), "future"),
        (sign(KEY, policy(team="team-2")), by(), "another team"),
        (sign(KEY, b"{}"), by(), "cannot be read"),
        (sign(KEY, b'{"team":"team-1","version":"4"}'), by(), "cannot be read"),
        (Signed(payload="!", signature="", key=by().key), by(), "cannot be read"),
        (
            sign(KEY, raw(budgets=[{"name": "x", "scope": "me", "period": "day", "pico_limit": "-1"}])),
            by(),
            "cannot be",
        ),
        (sign(KEY, raw(rates=[{"vendor": "openai", "multiplier": "0.5", "since": "soon"}])), by(), "cannot be"),
        (
            sign(KEY, raw(rates=[{"vendor": "openai", "multiplier": "0.5", "since": "2026-13-01"}])),
            by(),
            "cannot be used",
        ),
        (sign(KEY, policy(rates=[{"vendor": "openai", "multiplier": "90"}])), by(), "cannot be used"),
        (sign(KEY, policy(rates=[{"vendor": "openai"}])), by(), "cannot be used"),
    ],
)
def test_others_do_not(signed: Signed, how: Judging, why: str) -> None:
    with pytest.raises(judging.RefusedError, match=why):
        judging.judge(signed, how)


@given(st.data())
def test_no_changed_byte_passes(data: st.DataObject) -> None:
    signed = sign(KEY, policy())
    name = data.draw(st.sampled_from(["payload", "signature"]))
    raw = bytearray(base64.b64decode(getattr(signed, name)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    bad = msgspec.structs.replace(signed, **{name: base64.b64encode(bytes(raw)).decode()})
    with pytest.raises(judging.RefusedError):
        judging.judge(bad, by())


def test_what_nobody_knows_is_ignored() -> None:
    text = b'{"team":"team-1","version":3,"issued":1,"expires":1795000099,"run":"rm -rf","url":"https://x","key":"k"}'
    found, _, _ = judging.judge(sign(KEY, text), by())
    assert found == msgspec.structs.replace(policy(), issued=1)


def test_without_one_the_settings_are_the_users() -> None:
    assert laid_over(settings.defaults(), NONE) == settings.defaults()


async def test_refused_ones_leave_the_former_in_force(device: Any, server: Server, team: Team) -> None:
    first = team.decide(version=5, mode="frugal")
    await device.join(server.url)
    assert device.sync.policy.terms.version == 5
    other = Team()
    for bad in (
        other.decide(version=6),
        sign(team.key, policy(team="team-2", version=6, issued=int(time.time()), expires=int(time.time()) + 99)),
        sign(team.key, policy(version=4, issued=int(time.time()), expires=int(time.time()) + 99)),
        sign(team.key, policy(version=6, issued=1, expires=2)),
    ):
        team.policy, team.etag = bad, f'"{id(bad)}"'
        await device.sync.sync()
        assert device.sync.policy.terms.version == 5
        assert "team_policy" in device.troubles
    await device.restart()
    assert device.sync.policy.terms.version == 5
    team.policy, team.etag = first, '"first"'
    await device.sync.sync()
    assert "team_policy" not in device.troubles
    # Whoever changes the kept file only loses it.
    kept = device.paths.team / "policy.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(kept.read_bytes().replace(b'"signature":"', b'"signature":"A'))
    await device.restart()
    assert device.sync.policy.terms is NONE


async def test_it_holds_offline_until_it_expires(device: Any, team: Team) -> None:
    moved = [0]
    device.now_us = lambda: time.time_ns() // 1000 + moved[0]
    await device.restart()
    server = Server(team)
    team.decide(expires=int(time.time()) + 3600, mode="frugal")
    await device.join(server.url)
    server.close()
    await device.restart()
    assert device.terms[-1].mode == "frugal"
    moved[0] = 3_700 * 10**6
    assert device.sync.policy.lapse() is None
    assert device.terms[-1] is NONE
    assert any("expired" in notice for notice in device.notices)
    moved[0] = 0
    device.sync.policy.etag = ""
    with Server(team, server.port):
        device.sync.pace.anew()
        await device.sync.sync()
    assert device.terms[-1].mode == "frugal"


FULL = policy(
    mode="frugal",
    budgets=[
        {"name": "mine", "scope": "me", "period": "day", "pico_limit": "20000000000000", "action": "stop"},
        {"name": "all", "scope": "pool", "period": "month", "pico_limit": "1", "action": "frugal"},
    ],
    allowed_models=["claude-*"],
    rates=[
        {"vendor": "anthropic", "multiplier": "0.8"},
        {"vendor": "openai", "model": "gpt-6-*", "rates": {"input": "1"}},
    ],
    commitments=[
        {
            "name": "year",
            "vendor": "anthropic",
            "pico": "5000000000000000",
            "since": "2026-01-01",
            "until": "2027-01-01",
        }
    ],
    sync={"interval_s": 60},
)


def test_terms_over_settings() -> None:
    check(FULL)
    got = terms(FULL, "Platform", ())
    assert got.interval_s == 60
    assert [(b.name, b.action, b.source, b.fixed) for b in got.budgets] == [
        ("Platform: mine", "suggest", "Platform", False),
        ("Platform: all", "frugal", "Platform", False),
    ]
    assert terms(FULL, "Platform", ("block",)).budgets[0].action == "stop"
    assert got.allows("claude-opus-5-5")
    assert not got.allows("gpt-6-sol")
    own = settings.read(Path("x"), '[[contracts]]\nname = "mine"\nprovider = "anthropic"\nmultiplier = "0.9"\n')
    laid = laid_over(own, got)
    assert laid.mode == "frugal"
    agreed = read(laid.sections)
    assert [each.name for each in agreed.contracts] == ["mine", "Platform 1: anthropic", "Platform 2: openai/gpt-6-*"]
    assert [each.name for each in agreed.pools] == ["Platform: year"]
    firm = laid_over(own, terms(msgspec.structs.replace(FULL, override=False), "Platform", ()))
    assert [each.name for each in read(firm.sections).contracts][-1] == "mine"
    mine = settings.read(Path("x"), '[routing]\nmode = "balanced"\n')
    assert laid_over(mine, got).mode == "balanced"
    assert laid_over(mine, terms(msgspec.structs.replace(FULL, override=False), "P", ())).mode == "frugal"


def test_names_that_collide_are_told_apart() -> None:
    own = settings.read(
        Path("x"), '[[contracts]]\nname = "Platform 1: anthropic"\nprovider = "xai"\nmultiplier = "0.9"\n'
    )
    assert len(read(laid_over(own, terms(FULL, "Platform", ())).sections).contracts) == 3


def test_too_much_is_refused() -> None:
    with pytest.raises(TermsError):
        check(policy(budgets=[{"name": "x", "scope": "me", "period": "day", "pico_limit": "1"}] * 1001))


@pytest.mark.parametrize(
    ("version", "wanted", "told"),
    [("0.1.0", "0.2", True), ("0.10", "0.9", False), ("1.0", "", False), ("1.0", "x", False), ("1.2", "1.2.1", True)],
)
def test_versions(version: str, wanted: str, told: bool) -> None:
    assert older(version, wanted) is told
