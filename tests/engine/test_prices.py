"""A real engine and its prices: what has none is shown, gets one by command, and everything adds up afterwards."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from trayapp.control import ControlError
from trayapp.engine import updater
from trayapp.engine.bookkeeper_answer import Answer
from trayapp.engine.pricebook import Move, Status, Waiting
from trayapp.engine.prices import held_words
from trayapp.engine.updater import DAY_S, FIRST_S, RETRY_S, Updater, due_in
from trayapp.ledger import Ledger
from trayapp.platform import paths as places
from trayapp.platform.resources import resource
from trayapp.pricing import merge
from trayapp.snapshot import Snapshot
from trayapp.values import Leg, Opening, Usage

REPO = Path(__file__).resolve().parents[2]
PRICE = {"input": "1.25", "output": "10"}


def ask(send: Any, engine: Any, model: str = "kimi-k4", vendor: str = "openai") -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
    assert send(engine.base(vendor) + "/v1/chat/completions", body).status == 200


def until(engine: Any, holds: Callable[[Snapshot], bool]) -> Snapshot:
    with engine.client() as control:
        for snapshot in control.snapshots():
            if holds(snapshot):
                return snapshot
    raise AssertionError("the engine ended")


def exact(row: dict[str, Any]) -> int:
    assert row["cache_read"] == 0
    return int(row["input"] * 1_250_000 + row["output"] * 10_000_000)


def test_a_price_of_ones_own_prices_what_waited(engine: Any, settled: Any, send: Any) -> None:
    ask(send, engine)
    ask(send, engine)
    before = settled(2)
    assert [row["usd_list"] for row in before] == [None, None]
    seen = until(engine, lambda s: bool(s.unpriced))
    (waiting,) = seen.unpriced
    assert (waiting.vendor, waiting.model, waiting.calls) == ("openai", "kimi-k4", 2)
    assert waiting.tokens == sum(row["input"] + row["output"] for row in before)
    with engine.client() as control:
        (told,) = control.ask("unpriced")["models"]
        assert (told["model"], told["total"]) == ("kimi-k4", waiting.tokens)
        done = control.ask("set_price", model="kimi-k4", vendor="openai", rates=PRICE)
        assert done["calls"] == 2
        assert control.ask("unpriced") == {"models": []}
    after = settled(2)
    assert int(done["pico"]) == sum(map(exact, before))
    for row in after:
        assert row["basis"] == "list"
        assert "+own:" in row["book"]
        assert row["flags"][-1] == "repriced"
        assert row["usd_contract"] == row["usd_list"] == row["usd_marginal"]
    seen = until(engine, lambda s: s.today.unpriced == 0 and bool(s.notices))
    assert seen.today.pico == sum(map(exact, before))
    assert seen.unpriced == ()
    assert "+own:" in seen.book
    (notice,) = seen.notices
    assert (notice.code, notice.title) == ("priced", "Prices arrived")
    assert notice.message.startswith("2 calls of kimi-k4 since ")
    with engine.client() as control:
        control.ask("dismiss", at_us=notice.at_us)
        assert control.snapshot().notices == ()
    # A call from now on has that price at once; so has one after a restart.
    ask(send, engine)
    assert settled(3)[2]["basis"] == "list"
    assert engine.stop() == 0
    engine.start()
    ask(send, engine)
    assert [row["usd_list"] is not None for row in settled(4)] == [True] * 4
    with engine.client() as control:
        assert control.ask("unset_price", model="kimi-k4", vendor="openai") == {"removed": 1}
    ask(send, engine)
    assert [row["usd_list"] is None for row in settled(5)] == [False, False, False, False, True]


def test_a_deployment_is_the_model_that_it_is_mapped_to(engine: Any, vendor: Any, settled: Any, send: Any) -> None:
    with engine.client() as control:
        control.ask("set_upstream", vendor="azure", url=vendor.url)
        ask(send, engine, "my-deployment", "azure")
        (row,) = settled(1)
        assert row["usd_list"] is None
        with pytest.raises(ControlError) as refused:
            control.ask("map_model", name="azure/my-deployment", to="openai/gpt-99")
        assert refused.value.trouble.title == "Nobody knows that model"
        assert "deployments" not in engine.paths.settings.read_text()
        done = control.ask("map_model", name="azure/my-deployment", to="openai/gpt-5.5")
        assert done["calls"] == 1
        ask(send, engine, "gpt-5.5", "openai")
        # 90 tokens in and 7 out are 0.00066 USD (README): 5 and 30 USD per million.
        for each in settled(2):
            assert Decimal(each["usd_list"]) == Decimal(each["input"] * 5 + each["output"] * 30) / 10**6
        assert '"azure/my-deployment" = "openai/gpt-5.5"' in engine.paths.settings.read_text()
        assert control.ask("map_model", name="azure/my-deployment", to=None)["calls"] == 0
        assert "my-deployment" not in engine.paths.settings.read_text()


def test_wrong_prices_are_refused_in_words_and_change_nothing(engine: Any) -> None:
    before = engine.paths.settings.read_text()
    with engine.client() as control:
        for arguments, words in (
            ({"model": "", "rates": PRICE}, "names no model"),
            ({"model": "m", "rates": {}}, "has no rates"),
            ({"model": "m", "rates": {"input": "dear"}}, "is no price"),
            ({"model": "m", "rates": {"input": "-1"}}, "is no price"),
            ({"model": "m", "rates": PRICE, "from": "soon"}, "date"),
        ):
            with pytest.raises(ControlError) as refused:
                control.ask("set_price", **arguments)
            assert words in refused.value.trouble.message
            assert refused.value.trouble.code == "bad_price"
        for arguments in ({"model": "m"}, {"rates": PRICE}, {"model": "m", "rates": 5}):
            with pytest.raises(ControlError):
                control.ask("set_price", **arguments)
    assert engine.paths.settings.read_text() == before


def test_a_file_with_a_malformed_price_is_not_obeyed(engine: Any, vendor: Any, send: Any, settled: Any) -> None:
    good = engine.paths.settings.read_text()
    engine.paths.settings.write_text(good + '\n[[prices]]\nmodel = "m"\ninput = "dear"\n')
    with engine.client() as control, pytest.raises(ControlError) as refused:
        control.ask("reload")
    assert "is no price" in refused.value.trouble.message
    # At a start the tools come first: the entry is left out, and that is said.
    engine.stop()
    engine.start()
    ask(send, engine, "gpt-5.5")
    assert settled(1)[0]["usd_list"] is not None
    assert [t.code for t in until(engine, lambda s: bool(s.troubles)).troubles] == ["bad_price"]
    engine.paths.settings.write_text(good + '\n[deployments]\n"azure/x" = "openai/gpt-99"\n')
    with engine.client() as control:
        control.ask("reload")
        assert [t.code for t in control.snapshot().troubles] == ["unknown_deployment"]
        engine.paths.settings.write_text(good)
        control.ask("reload")
        assert control.snapshot().troubles == ()


def test_what_was_interrupted_gets_its_lower_bound_at_the_next_start(
    make_engine: Any, vendor: Any, wait_for_rows: Any
) -> None:
    engine = make_engine(vendor.url)
    ledger = Ledger.open(engine.paths.ledger)
    now_us = time.time_ns() // 1000
    ids = [ledger.new_id() for _ in range(2)]
    for row_id in ids:
        opening = Opening(
            id=row_id,
            started_us=now_us,
            vendor="anthropic",
            wire="anthropic-messages",
            model_asked="claude-opus-5-5",
            upstream="api.anthropic.com:443",
        )
        ledger.open_row(opening).result(20)
    ledger.mark_streaming(ids[0], usage=Usage(legs=(Leg(input=1000, output=10),), model="claude-opus-5-5"))
    ledger.flush()
    ledger.close()
    engine.start()
    until(engine, lambda s: s.today.pico > 0)
    first, second = wait_for_rows(engine, 2)
    assert (first["state"], first["confidence"], first["basis"]) == ("interrupted", "partial", "estimated")
    assert first["usd_list"] is not None
    assert (second["basis"], second["usd_list"]) == ("unpriced", None)  # nothing was counted, so nothing is guessed
    with engine.client() as control:
        snapshot = control.snapshot()
        assert snapshot.notices == ()
        assert snapshot.today.pico_estimated == snapshot.today.pico


class Prices:
    """A team's server with one book."""

    def __init__(self) -> None:
        self.body = b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/book"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def sell(self, rate: int) -> None:
        document = json.loads(resource("pricebook.json").read_bytes())
        document["version"] = "2026-11-27"
        rates = {"input": rate, "output": 10_000_000}
        document["models"].append({"provider": "openai", "id": "kimi-k4", "prices": [{"rates": rates}]})
        self.body = merge.text_of(document).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def prices() -> Iterator[Prices]:
    made = Prices()
    yield made
    made.close()


def test_a_new_book_prices_what_waited_and_is_told(engine: Any, settled: Any, send: Any, prices: Prices) -> None:
    prices.sell(1_250_000)
    ask(send, engine)
    (before,) = settled(1)
    with engine.paths.settings.open("a") as file:
        file.write(f'\n[pricebook]\nurl = "{prices.url}"\n')
    with engine.client() as control:
        control.ask("reload")
        answer = control.ask("update_prices")
        assert (answer["result"], answer["added"]) == ("taken", ["openai/kimi-k4"])
    seen = until(engine, lambda s: len(s.notices) == 2 and s.today.unpriced == 0)
    assert {notice.code for notice in seen.notices} == {"price_book", "priced"}
    book = next(notice for notice in seen.notices if notice.code == "price_book")
    assert (book.title[:17], book.message) == ("A new price book ", "1 model new.")
    assert seen.today.pico == exact(before)
    assert settled(1)[0]["book"] == answer["version"] == seen.book
    prices.sell(4_000_000)
    with engine.client() as control:
        answer = control.ask("update_prices")
        assert answer["held"] == ["openai/kimi-k4"]
        status = control.ask("price_status")
        (held,) = status["held"]
        assert held["words"] == "openai/kimi-k4: input $1.25 → $4 per million tokens"
        assert (status["url"], status["source"], status["result"]) == (prices.url, prices.url, "unchanged")
        assert control.snapshot().notices[0].title == "1 price is held back"
        with pytest.raises(ControlError, match="argument"):
            control.ask("accept_price")
        assert control.ask("accept_price", model="kimi-k4")["result"] == "accepted"
        assert control.ask("price_status")["held"] == []
    # What is priced keeps its price.
    assert settled(1)[0]["usd_list"] is not None
    assert until(engine, lambda s: True).today.pico == exact(before)


def test_offline_is_one_quiet_line(engine: Any, send: Any, settled: Any) -> None:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    with engine.paths.settings.open("a") as file:
        file.write(f'\n[pricebook]\nurl = "http://127.0.0.1:{port}/x"\n')
    log = engine.paths.log / "spendlight.log"
    with engine.client() as control:
        control.ask("reload")
        before = log.read_text()
        for _ in range(3):
            assert control.ask("update_prices")["result"] == "failed"
        assert control.snapshot().troubles == control.snapshot().notices == ()
    ask(send, engine, "gpt-5.5")
    assert settled(1)[0]["usd_list"] is not None
    (line,) = log.read_text().removeprefix(before).splitlines()
    assert "the price book was not brought up to date" in line
    assert "INFO" in line


def test_when_it_is_due() -> None:
    now = 1_795_000_000_000_000
    hour = 3_600_000_000
    assert due_in(Status(), "u", now, 0.5) == 0
    fresh = Status(url="u", checked_us=now - hour)
    assert due_in(fresh, "u", now, 0.5) == pytest.approx(DAY_S - 3600)
    assert due_in(fresh, "elsewhere", now, 0.5) == 0
    assert due_in(Status(url="u", checked_us=now + hour), "u", now, 0.5) == 0  # the clock was put back
    waits = [due_in(Status(url="u", checked_us=now, failures=n), "u", now, 0.5) for n in (1, 2, 3, 50)]
    assert waits == pytest.approx([RETRY_S, 2 * RETRY_S, 4 * RETRY_S, DAY_S])
    spread = [due_in(Status(url="u", checked_us=now), "u", now, luck) for luck in (0.0, 1.0)]
    assert spread == pytest.approx([0.9 * DAY_S, 1.1 * DAY_S])


def test_one_timer_and_none_when_it_is_switched_off(home: Path) -> None:
    paths = places.find()
    paths.make()

    async def answered(_: Answer) -> None:
        """Nobody asks."""

    async def live() -> None:
        made = Updater(paths, 1, answered)
        assert made.next_in is None
        made.configure("https://prices.test/x")
        first = made.next_in
        assert first is not None
        assert FIRST_S[0] - 1 <= first <= FIRST_S[1]
        made.configure("https://prices.test/x")
        made.configure(None)
        assert made.next_in is None
        await made.close()

    asyncio.run(live())


def test_the_timer_itself_fetches(home: Path, prices: Prices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updater, "FIRST_S", (0.0, 0.0))
    prices.sell(1_250_000)
    paths = places.find()
    paths.make()
    paths.settings.write_text(f'[pricebook]\nurl = "{prices.url}"\n')

    async def live() -> Answer:
        told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        async def answered(answer: Answer) -> None:
            told.set_result(answer)

        made = Updater(paths, 1, answered)
        made.configure(prices.url)
        answer = await asyncio.wait_for(told, 30)
        await made.close()
        return answer

    assert asyncio.run(live()).added == ("openai/kimi-k4",)


def test_what_is_held_back_in_words() -> None:
    assert held_words(Waiting("a", "m")) == "a/m"
    far = Waiting("a", "m", (Move("input", 2_000_000, 2_100_000), Move("web_search", 10**10, 0, "batch")))
    assert held_words(far) == "a/m: batch web_search $10 → $0 per thousand"


def test_an_engine_does_not_carry_the_bookkeepers_tools() -> None:
    heavy = {"httpx", "cryptography", "trayapp.pricing.merge", "trayapp.pricing.feed", "trayapp.engine.bookkeeper"}
    code = f"import sys, trayapp.engine.run; print(sorted(set(sys.modules) & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
