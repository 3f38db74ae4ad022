"""``spendlight economics`` as a user calls it: a real process, a table in and out, or two models in words."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trayapp.cli.economicstable import ANSWER, NEEDED, OPTIONAL

REPO = Path(__file__).resolve().parents[2]
CASES = REPO / "tests" / "routing" / "economics_cases.csv"
GOOD = "x,3,0.3,3.75,15,1.25,0.125,1.25,10,300000,400,600,1,1"
PAIR = ("--from", "claude-opus-5-5", "--date", "2026-11-24", "--to")


def run(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp", "economics", *arguments],
        input=data,
        capture_output=True,
        timeout=60,
        cwd=REPO,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def table(*lines: str, columns: tuple[str, ...] = NEEDED) -> bytes:
    return "\n".join((",".join(columns), *lines, "")).encode()


def ask(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def checked(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    done = run(data=path.read_bytes())
    assert (done.returncode, done.stderr) == (0, "")
    answers = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.stdout.splitlines()[0] == ",".join(ANSWER)
    for case, answer in zip(cases, answers, strict=True):
        assert answer["id"] == case["id"]
        assert answer["break_even_turns"] == case["break_even_turns"]
        for name in ("stay_usd", "switch_usd", "saving_usd"):
            assert Decimal(answer[name]) == Decimal(case[name]), (case["id"], name)
    return len(cases)


def test_all_cases(home: Path) -> None:
    assert checked(CASES) == 60
    assert sorted(home.rglob("*")) == [home / "user", home / "xdg"]  # it has left nothing behind


def test_the_shared_cases(shared: Path) -> None:
    assert checked(shared / "data" / "routing" / "economics_cases.csv") >= 60


def test_bad_lines_are_named_and_stop_nothing() -> None:
    bad = {
        "few": "few,3",
        "many": GOOD.replace("x,", "many,") + ",1",
        "word": GOOD.replace("x,3,", "word,three,"),
        "minus": GOOD.replace("x,3,", "minus,-3,"),
        "nan": GOOD.replace("x,3,", "nan,NaN,"),
        "huge": GOOD.replace("x,3,", "huge,1e999999999,"),
        "tiny": GOOD.replace("x,3,", "tiny,1e-999999999,"),
        "half": GOOD.replace("x,", "half,").replace("300000", "0.5"),
        "none": GOOD.replace("x,", "none,").replace(",600,1,1", ",600,0,1"),
        "warm": GOOD.replace("x,", "warm,")[:-1] + "yes",
        "empty": GOOD.replace("x,", "empty,").replace("300000", ""),
        "": ",3",
    }
    done = run(data=table(GOOD, "", *bad.values(), GOOD))
    assert done.returncode == 1
    answers = list(csv.reader(io.StringIO(done.stdout)))[1:]
    assert answers[0] == answers[-1] == ["x", "0.1005", "0.3815", "-0.281", "6"]
    assert [answer[0] for answer in answers[1:-1]] == list(bad)
    assert all(answer[1:] == ["", "", "", ""] for answer in answers[1:-1])
    errors = done.stderr.splitlines()
    assert len(errors) == len(bad)
    # The first line is the header, the third is blank.
    for number, (name, error) in enumerate(zip(bad, errors, strict=True), start=4):
        where = f"line {number} ({name})" if name else f"line {number}"
        assert error.startswith(f"spendlight: {where} cannot be reckoned: "), error
    assert "context_tokens is empty" in errors[-2]


def test_what_is_no_table_is_refused_before_anything_is_answered() -> None:
    for data in (b"a,b\n1,2\n", b"\n", b'"' + b"x" * 200_000, table(columns=NEEDED[1:])):
        done = run(data=data)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "This is no table of cases" in done.stderr
        assert "→" in done.stderr
        assert "Traceback" not in done.stderr
    assert run(data=table()).stdout == ",".join(ANSWER) + "\n"


def test_broken_csv_in_the_middle_is_named() -> None:
    done = run(data=table(GOOD, 'q,"a"b', GOOD))
    assert done.returncode == 1
    assert "line 3 is no CSV" in done.stderr
    assert done.stdout.splitlines()[1] == done.stdout.splitlines()[3] == "x,0.1005,0.3815,-0.281,6"


def test_columns_in_any_order_with_more_of_them_and_a_mark_of_byte_order() -> None:
    columns = (*reversed(NEEDED), "tokenizer_ratio", "turn_inflation", "output_inflation", "note")
    cells = ",".join(reversed(GOOD.split(",")))
    data = b"\xef\xbb\xbf" + table(
        f"{cells},,,,", f"{cells},1.3,,,as 1.3", f"{cells},1,1.5,2,", f"{cells},1,0.333,,", columns=columns
    ).replace(b"\n", b"\r\n")
    done = run(data=data)
    answers = [line.split(",") for line in done.stdout.splitlines()[1:]]
    assert answers[0] == ["x", "0.1005", "0.3815", "-0.281", "6"]
    assert answers[1][2] == "0.49595"  # 1.3 times the other model's tokens, and so its money
    # A turn: 1.25 × 300,400 + 10 × 1,200; half of the next: 0.125 × 300,400 + 1.25 × 400 + 12,000.
    assert answers[2][2] == "0.412525"
    assert answers[3][1:] == ["", "", "", ""]
    assert (done.returncode, "line 5 (x)" in done.stderr, "hundredths" in done.stderr) == (1, True, True)


def test_prices_that_are_not_given_are_the_input_price() -> None:
    given = run(data=table("x,2,2,2,12,1,1,1,5,1000,10,10,3,1")).stdout
    assert run(data=table("x,2,,,12,1,,,5,1000,10,10,3,1")).stdout == given


def test_opus_to_haiku_and_to_sonnet_from_the_book() -> None:
    told = ask(*PAIR, "claude-haiku-5-5", "--context", "150k", "--turns", "10")
    assert (told["stay_usd"], told["switch_usd"], told["saving_usd"]) == ("0.538", "0.19325", "0.34475")
    assert (told["break_even_turns"], told["moment"]["best"], told["warm"]) == (3, "now", True)
    assert told["window"] == {"weighing": "unknown", "stay": None, "switch": None, "ratio": "0.359201"}
    told = ask(*PAIR, "claude-sonnet-5-5", "--context", "150,000", "--turns", "10", "--back", "1")
    assert (told["stay_usd"], told["switch_usd"], told["once_usd"]) == ("0.538", "0.629", "0.334")
    assert (told["break_even_turns"], told["round_trip"]["break_even_turns"]) == (14, 20)
    assert told["moment"]["best"] == "idle"
    cold = ask(*PAIR, "claude-sonnet-5-5", "--context", "150k", "--turns", "10", "--idle", "5m")
    assert (cold["warm"], cold["break_even_turns"], cold["moment"]["best"]) == (False, 1, "now")
    hour = ask(*PAIR, "claude-sonnet-5-5", "--context", "150k", "--turns", "10", "--idle", "5m", "--cache", "1h")
    assert (hour["warm"], hour["break_even_turns"]) == (True, 19)


def test_the_tokenizers_ratio_is_told_as_an_assumption() -> None:
    told = ask(*PAIR, "gpt-5.6-luna", "--context", "50k", "--turns", "2")
    assert told["tokenizer_ratio"] == "0.704225"  # 1 for 1.42
    assert any("0.7 tokens for each one" in note for note in told["notes"])
    old = ask("--from", "claude-opus-4-6", "--to", "claude-opus-5-5", "--context", "1k", "--turns", "1")
    assert old["tokenizer_ratio"] == "1.267857"  # 1.42 for 1.12
    own = ask(*PAIR, "gpt-5.6-luna", "--context", "50k", "--turns", "2", "--tokenizer-ratio", "1")
    assert (own["tokenizer_ratio"], any("tokens for each" in note for note in own["notes"])) == ("1", False)
    stranger = ask(*PAIR, "grok-4.7", "--to-vendor", "x-ai", "--context", "1k", "--turns", "1")
    assert stranger["tokenizer_ratio"] == "0.676056"
    kimi = ask(*PAIR, "kimi-k3.1-pro", "--to-vendor", "moonshotai", "--context", "1k", "--turns", "1")
    assert kimi["tokenizer_ratio"] == "1"
    assert any("not known here" in note for note in kimi["notes"])


def test_the_words_say_once_each_turn_after_how_many_and_when_not() -> None:
    done = run(*PAIR, "claude-sonnet-5-5", "--context", "150k", "--turns", "10", "--back", "1")
    assert (done.returncode, done.stderr) == (0, "")
    for words in (
        "150k tokens of warm context",
        "Loses   ≈$0.091",
        "Once    ≈$0.334 more on the next turn",
        "Then    each turn saves ≈$0.027",
        "Pays    after 14 turns.",
        "Not     when fewer than 14 turns are left; inside a tool loop",
        "Return  10 turns there and 1 back, its cache still warm: loses",
        "Moment  pause: after 5 min more without a call",
        "now – no: a warm cache is lost",
        "how a plan's window weighs models is not known",
        "A forecast at list prices of the book",
    ):
        assert words in done.stdout, words
    haiku = run(*PAIR, "claude-haiku-5-5", "--context", "150k", "--turns", "20").stdout
    assert "From 100,001 prompt tokens on, claude-haiku-5-5 costs 5 times as much" in haiku
    assert "Moment  now: a warm cache is lost" in haiku
    dearer = run("--from", "claude-haiku-5-5", "--to", "claude-opus-5-5", "--context", "1k", "--turns", "2").stdout
    assert "Pays    never." in dearer
    assert "Moment  stay: " in dearer
    dated = run("--from", "gemini-4-argon", "--to", "gemini-3.1-pro-preview", "--date", "2026-11-24", "--context",
                "1k", "--turns", "2").stdout  # fmt: skip
    assert "The price of gemini-4-argon changes on 2026-12-01." in dated


def test_on_a_plan() -> None:
    pair = (*PAIR, "claude-haiku-5-5", "--context", "150k", "--turns", "10")
    told = ask(*pair, "--window-usd", "5.38")
    assert told["window"]["weighing"] == "list"
    assert told["window"]["stay"] == ["0.1", "0.1"]
    assert (
        "10 % of the window, switching 3.6 %, if the window counts list prices (assumed)"
        in run(*pair, "--window-usd", "5.38").stdout
    )
    told = ask(*pair, "--window-requests", "300", "--weights", "1:0.33")
    assert (told["window"]["weighing"], told["window"]["ratio"]) == ("stated", "0.33")
    assert "as the plan states" in run(*pair, "--window-requests", "300", "--weights", "1:0.33").stdout


def test_boundaries_of_the_tool() -> None:
    pair = (*PAIR, "claude-sonnet-5-5", "--context", "150k", "--turns", "50")
    assert ask(*pair)["moment"]["best"] == "now"
    told = ask(*pair, "--compacts-at", "170k", "--after-compaction", "30k")
    assert told["moment"]["best"] == "compaction"
    assert next(o for o in told["moment"]["options"] if o["moment"] == "compaction")["wait_turns"] == 10
    assert ask(*pair, "--in-tool-loop", "--subagents")["moment"]["best"] == "subagent"
    assert ask(*pair, "--to-window", "100k", "--cold")["moment"]["best"] == "new_session"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--from", "claude-opus-5-5"), 2, "--to, --context, --turns"),
        (("--cold",), 2, "--from"),
        ((*PAIR, "claude-haiku-5-5", "--context", "-1", "--turns", "1"), 2, "--context"),
        ((*PAIR, "claude-haiku-5-5", "--context", "1.5", "--turns", "1"), 2, "whole number"),
        ((*PAIR, "claude-haiku-5-5", "--context", "1", "--turns", "0"), 2, "at least 1"),
        ((*PAIR, "claude-haiku-5-5", "--context", "1", "--turns", "1", "--idle", "soon"), 2, "like 90s"),
        ((*PAIR, "claude-haiku-5-5", "--context", "1", "--turns", "1", "--turn-inflation", "1.001"), 2, "2 places"),
        ((*PAIR, "claude-haiku-5-5", "--context", "1", "--turns", "1", "--weights", "1"), 2, "no pair"),
        ((*PAIR, "claude-haiku-5-5", "--context", "1", "--turns", "1", "--weights", "1:0"), 2, "belong together"),
        (("--from", "a", "--to", "b", "--context", "1", "--turns", "1", "--date", "x"), 2, "No such date"),
        ((*PAIR, "claude-haiku-99", "--context", "1", "--turns", "1"), 1, "No price is known"),
        ((*PAIR, "deepseek-v4-pro", "--context", "1", "--turns", "1"), 2, "Several sell that model"),
        (("--from", "gpt-6.1-sol", "--to", "gpt-6.1-terra", "--context", "1", "--turns", "1", "--cache", "1h"), 1,
         "no rate for cache_write_1h"),
    ],
)  # fmt: skip
def test_wrong_use_is_told(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_price_of_the_users_own(home: Path) -> None:
    settings = home / "config"
    settings.mkdir(mode=0o700)
    (settings / "config.toml").write_text(
        '[[prices]]\nmodel = "kimi-k4"\ninput = 1\noutput = 2\ncache_read = 0.1\ncache_write = 1\n', "utf-8"
    )
    told = ask(*PAIR, "kimi-k4", "--context", "0", "--turns", "1", "--new", "0", "--output", "1m")
    assert (told["to"], told["switch_usd"]) == ("kimi-k4", "2")


def test_the_readme_explains_the_table() -> None:
    readme = (REPO / "README.md").read_text("utf-8")
    for name in (*NEEDED, *ANSWER, *OPTIONAL):
        told = name if name in ANSWER or name[:2] != "b_" else f"a_{name[2:]}"  # B's rates are named as A's are
        assert told in readme, name
