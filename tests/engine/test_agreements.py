"""What was agreed, through a real engine and sockets: contracts, plans, pools, keys, their changes and their damage."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.control import ControlError
from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread

KEY = "sk-ant-api03-CANARYKEYCANARY"
OAUTH = "sk-ant-oat01-CANARYOAUTH"


def plan(ask: Ask) -> Script:
    """1000 tokens in and 100 out of Opus 5.5: 0.006 USD at the list."""
    extra: dict[str, Any] = {}
    if b"overage" in ask.body:
        extra["headers"] = (("Anthropic-Ratelimit-Unified-Overage-In-Use", "true"),)
    if b"credits" in ask.body:
        extra["headers"] = (("x-codex-primary-used-percent", "100"), ("x-codex-credits-has-credits", "true"))
    if b"absurd" in ask.body:
        return Script(text="x", input_tokens=10**12, output_tokens=10**12)
    return Script(text="x", input_tokens=1000, output_tokens=100, **extra)


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(SimulatedVendor(plan)) as running:
        yield running


def message(text: str = "hello", model: str = "claude-opus-5-5") -> dict[str, Any]:
    return {"model": model, "max_tokens": 200, "messages": [{"role": "user", "content": text}]}


class Bench:
    """An engine whose settings are written by the test."""

    def __init__(self, engine: Any, send: Any, wait_for_rows: Any) -> None:
        self.engine = engine
        self._send = send
        self._wait = wait_for_rows
        self._routes = engine.paths.settings.read_text()
        self.calls = 0

    def agree(self, toml: str) -> None:
        self.engine.paths.settings.write_text(toml + "\n" + self._routes)
        with self.engine.client() as control:
            control.ask("reload")

    def call(self, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        self.send(body, **headers)
        return self.rows()[-1]

    def send(self, body: dict[str, Any] | None = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()} or {"x-api-key": KEY}
        reply = self._send(self.engine.base("anthropic") + "/v1/messages", body or message(), headers=named)
        assert reply.status == 200
        self.calls += 1

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._wait(self.engine, self.calls)
        return rows


@pytest.fixture
def bench(engine: Any, send: Any, wait_for_rows: Any) -> Bench:
    return Bench(engine, send, wait_for_rows)


def numbers(row: dict[str, Any]) -> tuple[str | None, str | None, str | None, str | None]:
    return row["usd_list"], row["usd_contract"], row["usd_marginal"], row["agreement"]


def test_without_an_agreement_the_three_numbers_are_one(bench: Bench) -> None:
    assert numbers(bench.call()) == ("0.006", "0.006", "0.006", None)


def test_a_contract_changes_the_row_and_takes_effect_by_reload(bench: Bench) -> None:
    bench.agree('[[contracts]]\nname = "ent"\nprovider = "anthropic"\nmodel = "claude-opus-*"\nmultiplier = 0.85\n')
    assert numbers(bench.call()) == ("0.006", "0.0051", "0.0051", "ent")
    assert numbers(bench.call(message(model="claude-haiku-5-5")))[3] is None
    bench.agree('[[contracts]]\nname = "fixed"\nrates = { input = "1", output = "10" }\n')
    assert numbers(bench.call()) == ("0.006", "0.002", "0.002", "fixed")
    with bench.engine.client() as control:
        today = control.snapshot().today
    rows = bench.rows()
    for field, amount in (("usd_contract", today.pico_contract), ("usd_marginal", today.pico_marginal)):
        assert sum(Decimal(row[field]) for row in rows) * 10**12 == amount


def test_rates_price_a_model_that_the_book_does_not_know(bench: Bench) -> None:
    bench.agree('[[contracts]]\nname = "fixed"\nrates = { input = "1", output = "10" }\n')
    row = bench.call(message(model="claude-nebula-99"))
    assert (row["basis"], *numbers(row)) == ("unpriced", None, "0.002", "0.002", "fixed")


def test_a_rate_that_is_missing_leaves_the_number_open(bench: Bench) -> None:
    bench.agree('[[contracts]]\nname = "half"\nrates = { input = "1" }\n')
    row = bench.call()
    assert numbers(row) == ("0.006", None, None, "half")
    assert "contract_unpriced" in row["flags"]


def test_a_contract_for_one_key(bench: Bench) -> None:
    first = bench.call()
    other = bench.call(x_api_key="sk-ant-api03-another")
    assert len(first["credential"]) == 16
    assert first["credential"] != other["credential"]
    # The same key, however it is carried.
    assert bench.call(authorization=f"Bearer {KEY}")["credential"] == first["credential"]
    bench.agree(f'[[contracts]]\nname = "mine"\ncredential = "{first["credential"]}"\nmultiplier = "0.5"\n')
    assert numbers(bench.call())[1:] == ("0.003", "0.003", "mine")
    assert numbers(bench.call(x_api_key="sk-ant-api03-another"))[3] is None
    with bench.engine.client() as control:
        keys = {key["credential"]: key for key in control.ask("keys")}
    assert keys[first["credential"]]["calls"] == 3
    assert keys[first["credential"]]["usd_list"] == "0.018"


def test_no_key_is_ever_stored(bench: Bench, send: Any) -> None:
    bench.call()
    bench.call(authorization=f"Bearer {OAUTH}")
    url = bench.engine.base("gemini") + "/v1beta/models/gemini-3.8-flash:generateContent"
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    connection.request("POST", f"{parts.path}?key=AIzaCANARYQUERY", json.dumps({"contents": []}))
    connection.getresponse().read()
    connection.close()
    bench.calls += 1
    assert len({row["credential"] for row in bench.rows()}) == 3
    files = [path for path in bench.engine.home.rglob("*") if path.is_file()]
    assert {"ledger.sqlite3", "ledger.sqlite3-wal", "spendlight.log"} <= {path.name for path in files}
    for path in files:
        data = path.read_bytes()
        assert b"CANARY" not in data, path


def test_inside_a_plan_nothing_is_added_to_the_bill_until_the_allowance_is_used_up(bench: Bench) -> None:
    login = {"authorization": f"Bearer {OAUTH}"}
    assert numbers(bench.call(**login)) == ("0.006", "0.006", "0", "claude")
    row = bench.call(message("overage"), **login)
    assert numbers(row) == ("0.006", "0.006", "0.006", None)
    assert "overage" in row["flags"]
    # An unknown model has no list price, but a plan covers it all the same.
    unknown = bench.call(message(model="claude-nebula-99"), **login)
    assert numbers(unknown) == (None, None, "0", "claude")
    bench.agree(
        '[[plans]]\nname = "Max 20x"\nvendor = "anthropic"\nmonthly_usd = 200\n'
        '[[contracts]]\nname = "ent"\nprovider = "anthropic"\nmultiplier = "0.5"\n'
    )
    assert numbers(bench.call(**login)) == ("0.006", "0.003", "0", "Max 20x")
    assert numbers(bench.call(message("overage"), **login)) == ("0.006", "0.003", "0.003", "ent")
    with bench.engine.client() as control:
        (found,) = control.ask("plans")
    assert (found["name"], found["detected"], found["monthly_usd"], found["calls"]) == ("Max 20x", True, "200", 5)
    assert (found["usd_list"], found["usd_marginal"], found["unpriced"]) == ("0.024", "0.009", 1)


def test_the_overage_header_means_nothing_without_a_plan(bench: Bench) -> None:
    row = bench.call(message("overage"))
    assert numbers(row) == ("0.006", "0.006", "0.006", None)
    assert "overage" not in row["flags"]


def test_codex_beyond_its_window_pays_with_credits(bench: Bench, send: Any) -> None:
    url = bench.engine.base("openai") + "/v1/responses"
    login = {"authorization": "Bearer ey.CANARY", "chatgpt-account-id": "a"}
    for text in ("hello", "credits"):
        assert send(url, {"model": "gpt-6.1-sol", "input": text}, headers=login).status == 200
        bench.calls += 1
    inside, beyond = bench.rows()
    assert (inside["usd_marginal"], inside["agreement"]) == ("0", "chatgpt")
    assert (beyond["usd_marginal"], beyond["agreement"]) == (beyond["usd_list"], None)
    assert "overage" in beyond["flags"]


POOL = '[[pools]]\nname = "commit"\nprovider = "anthropic"\namount_usd = "0.02"\n'


def test_a_pool_is_drawn_to_its_edge_and_beyond(bench: Bench) -> None:
    bench.agree(POOL + 'multiplier = "0.5"\nover = { multiplier = "0.8" }\nused_usd = "0.016"\n')
    assert numbers(bench.call()) == ("0.006", "0.003", "0", "commit")
    edge = bench.call()
    # 0.001 of 0.003 fits; two thirds of the call are charged at 0.0048.
    assert numbers(edge) == ("0.006", "0.0042", "0.0032", "commit")
    assert "pool_edge" in edge["flags"]
    over = bench.call()
    assert numbers(over) == ("0.006", "0.0048", "0.0048", "commit")
    assert "pool_over" in over["flags"]
    with bench.engine.client() as control:
        (state,) = control.ask("pools")
    assert (state["used_usd"], state["left_usd"], state["typed_used_usd"]) == ("0.02", "0", "0.016")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_finds_the_pool_as_it_was(bench: Bench, end: str) -> None:
    bench.agree(POOL)
    for _ in range(2):
        bench.call()
    bench.rows()
    getattr(bench.engine, end)()
    bench.engine.start()
    bench.call()
    assert numbers(bench.call()) == ("0.006", "0.006", "0.004", "commit")
    assert [row["usd_marginal"] for row in bench.rows()] == ["0", "0", "0", "0.004"]


def test_many_calls_at_once_never_draw_more_than_the_pool_holds(bench: Bench) -> None:
    bench.agree(POOL.replace("0.02", "0.1"))
    threads = [threading.Thread(target=bench.send) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.calls = 24
    rows = bench.rows()
    inside = sum(Decimal(row["usd_contract"]) - Decimal(row["usd_marginal"]) for row in rows)
    assert inside == Decimal("0.1")
    assert sum(Decimal(row["usd_contract"]) for row in rows) == 24 * Decimal("0.006")
    assert sum("pool_edge" in row["flags"] for row in rows) == 1


def test_a_pool_that_changes_on_the_way_counts_each_call_once(bench: Bench) -> None:
    bench.agree(POOL)
    bench.call()
    # Another turn, another amount: the past is asked for again while calls go on.
    bench.send()
    bench.agree(POOL.replace("0.02", "0.015") + 'period = "year"\n')
    assert numbers(bench.call()) == ("0.006", "0.006", "0.003", "commit")
    bench.agree(POOL)
    assert numbers(bench.call()) == ("0.006", "0.006", "0.001", "commit")


def test_a_plan_draws_on_no_pool_and_its_overage_does(bench: Bench) -> None:
    bench.agree(POOL)
    login = {"authorization": f"Bearer {OAUTH}"}
    assert numbers(bench.call(**login)) == ("0.006", "0.006", "0", "claude")
    assert numbers(bench.call(message("overage"), **login)) == ("0.006", "0.006", "0", "commit")


@pytest.mark.parametrize(
    "toml",
    [
        '[[contracts]]\nname = "ent"\nmultiplier = 0\n',
        '[[contracts]]\nname = "ent"\nmultiplier = "0.8"\nproviders = "anthropic"\n',
        '[[pools]]\nname = "p"\n',
        '[[plans]]\nname = "p"\nmonthly_usd = 5\n',
    ],
)
def test_an_agreement_that_cannot_be_read_is_told_and_never_taken_for_the_list(bench: Bench, toml: str) -> None:
    bench.agree('[budget]\nday_usd = "20"\n' + toml)
    row = bench.call()
    assert numbers(row) == ("0.006", None, None, None)
    assert "agreements_unreadable" in row["flags"]
    assert numbers(bench.call(authorization=f"Bearer {OAUTH}"))[1:] == (None, None, None)
    with bench.engine.client() as control:
        snapshot = control.snapshot()
    assert [trouble.code for trouble in snapshot.troubles] == ["bad_agreement"]
    assert snapshot.troubles[0].fix
    assert snapshot.budget_day_pico == 20 * 10**12  # the rest of the file is obeyed
    assert snapshot.today.unagreed == 2
    bench.agree("")
    assert numbers(bench.call()) == ("0.006", "0.006", "0.006", None)
    with bench.engine.client() as control:
        assert control.snapshot().troubles == ()


def test_a_file_that_is_damaged_at_the_start_leaves_the_numbers_open(bench: Bench) -> None:
    routes = bench.engine.paths.settings.read_text()
    bench.engine.stop()
    bench.engine.paths.settings.write_text("[[contracts]\n")
    bench.engine.start()
    row = bench.call()
    assert numbers(row) == ("0.006", None, None, None)
    assert "agreements_unreadable" in row["flags"]
    bench.engine.paths.settings.write_text(routes)
    with bench.engine.client() as control:
        control.ask("reload")
    assert numbers(bench.call())[1] == "0.006"


def test_a_file_that_becomes_damaged_changes_nothing(bench: Bench) -> None:
    bench.agree('[[contracts]]\nname = "ent"\nmultiplier = "0.5"\n')
    with pytest.raises(ControlError):
        bench.agree("[[contracts]\n")
    assert numbers(bench.call())[1:] == ("0.003", "0.003", "ent")


def test_a_failed_call_costs_nothing_by_any_agreement(bench: Bench, send: Any) -> None:
    bench.agree("[[contracts]]\nmultiplier = 0\n")
    assert send(bench.engine.base("anthropic") + "/v1/messages", b"{oops").status == 400
    bench.calls += 1
    (row,) = bench.rows()
    assert numbers(row) == ("0", "0", "0", None)


def test_amounts_are_shown_in_the_users_currency_and_stored_in_usd(bench: Bench) -> None:
    bench.agree('[display]\ncurrency = "EUR"\n[[currency]]\ncode = "EUR"\nfrom = 2026-01-01\nper_usd = "0.9"\n')
    assert bench.call()["usd_list"] == "0.006"
    with bench.engine.client() as control:
        snapshot = control.snapshot()
    assert (snapshot.currency, snapshot.currency_rate, snapshot.currency_since) == ("EUR", "0.9", "2026-01-01")
    assert snapshot.shown.sign == "€"
    bench.agree('[display]\ncurrency = "EUR"\n[[currency]]\ncode = "EUR"\nfrom = 2999-01-01\nper_usd = "0.9"\n')
    with bench.engine.client() as control:
        snapshot = control.snapshot()
    assert (snapshot.currency, snapshot.currency_rate, snapshot.shown.code) == ("EUR", "", "USD")
    bench.agree('[[currency]]\ncode = "EUR"\nfrom = 2026-01-01\nper_usd = "none"\n')
    with bench.engine.client() as control:
        assert [trouble.code for trouble in control.snapshot().troubles] == ["bad_currency"]


def test_the_ledger_is_asked_by_its_index(bench: Bench) -> None:
    bench.agree(POOL)
    bench.call()
    with sqlite3.connect(f"file:{bench.engine.paths.ledger}?mode=ro", uri=True) as connection:
        steps = connection.execute(
            "EXPLAIN QUERY PLAN SELECT SUM(pico_contract-pico_marginal) FROM calls"
            " WHERE agreement=? AND started_us>=? AND started_us<? AND id<?",
            ("commit", 0, 2**62, 2**62),
        ).fetchall()
    connection.close()
    assert any("calls_agreement" in step[3] for step in steps), steps


NAMELESS = "nightjar-2"
RATES = '[[contracts]]\nname = "agreed"\nmodel = "nightjar-*"\nrates = {input = "5", output = "0"}\n'


def test_what_a_contract_has_decided_stays_when_the_list_learns_the_price(bench: Bench) -> None:
    bench.agree(RATES)
    assert numbers(bench.call(message(model=NAMELESS))) == (None, "0.005", "0.005", "agreed")
    bench.agree("")
    with bench.engine.client() as control:
        control.ask("set_price", model=NAMELESS, rates={"input": "10", "output": "0"})
    (row,) = bench.rows()
    assert numbers(row) == ("0.01", "0.005", "0.005", "agreed")
    assert "repriced" in row["flags"]


def test_a_pool_is_drawn_once_by_a_row_whose_list_price_comes_later(bench: Bench) -> None:
    pool = '[[pools]]\nname = "pot"\nperiod = "month"\namount_usd = "0.0125"\nrates = {input = "5", output = "0"}\n'
    bench.agree(pool)
    assert numbers(bench.call(message(model=NAMELESS))) == (None, "0.005", "0", "pot")
    with bench.engine.client() as control:
        control.ask("set_price", model=NAMELESS, rates={"input": "10", "output": "0"})
        (told,) = control.ask("pools")
    assert Decimal(str(told["used_usd"])) == Decimal("0.005")
    assert numbers(bench.rows()[0]) == ("0.01", "0.005", "0", "pot")
    assert numbers(bench.call(message(model=NAMELESS))) == ("0.01", "0.005", "0", "pot")


def test_rows_that_get_their_price_after_a_restart_draw_once_also_when_the_pool_is_changed(bench: Bench) -> None:
    pot = '[[pools]]\nname = "pot"\nperiod = "month"\namount_usd = "{}"\nmultiplier = "1"\n'
    bench.agree(pot.format("1"))
    bench.call(message(model=NAMELESS))
    assert bench.engine.stop() == 0
    bench.engine.start()
    with bench.engine.client() as control:
        control.ask("set_price", model=NAMELESS, rates={"input": "10", "output": "0"})
        assert Decimal(str(control.ask("pools")[0]["used_usd"])) == Decimal("0.01")
    settings = bench.engine.paths.settings
    for text in ('amount_usd = "2"', 'amount_usd = "2"\nzone = "Asia/Kathmandu"'):
        settings.write_text(settings.read_text().replace('amount_usd = "1"', text).replace('amount_usd = "2"', text, 1))
        with bench.engine.client() as control:
            control.ask("reload")
            assert Decimal(str(control.ask("pools")[0]["used_usd"])) == Decimal("0.01")
    assert numbers(bench.rows()[0]) == ("0.01", "0.01", "0", "pot")


def test_a_key_with_calls_that_have_no_price_says_so(bench: Bench) -> None:
    bench.call(message(model=NAMELESS))
    with bench.engine.client() as control:
        (key,) = control.ask("keys")
        assert (key["calls"], key["unpriced"], key["usd_list"]) == (1, 1, None)
        bench.call()
        (key,) = control.ask("keys")
        assert (key["calls"], key["unpriced"], key["usd_list"]) == (2, 1, "0.006")


def test_calls_whose_bill_is_unknown_are_counted_beside_those_that_only_a_contract_prices(bench: Bench) -> None:
    bench.agree(RATES)
    bench.call(message(model=NAMELESS))
    bench.engine.paths.settings.write_text('[[contracts]]\nname = "x"\nmultiplier = "-1"\n' + bench._routes)
    with bench.engine.client() as control:
        control.ask("reload")
        for _ in range(3):
            bench.call()
        assert control.snapshot().today.unagreed == 3


def test_counts_that_fit_no_row_get_no_price_and_no_notice(bench: Bench) -> None:
    asked = message("absurd", "claude-opus-4-1")
    assert numbers(bench.call(asked))[0] is None
    with bench.engine.client() as control:
        done = control.ask("set_price", model=NAMELESS, rates={"input": "10", "output": "0"})
        assert done["calls"] == 0
        assert control.snapshot().notices == ()
        assert control.snapshot().rate_pico_hour == 0
        (told,) = control.ask("unpriced")["models"]
    assert (told["model"], told["known"]) == ("claude-opus-4-1", True)
