"""Which rule has the word."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.routing.rules import NEVER, Asked, Rule, chosen, concerns, rank, seller
from trayapp.values import Kind

PRICES = {"opus": 4, "sonnet": 2, "haiku": 1}


def dearer(_vendor: str, asked: str, served: str) -> bool | None:
    if asked not in PRICES or served not in PRICES:
        return None
    return PRICES[served] > PRICES[asked]


def rule(name: str = "r", **more) -> Rule:
    return Rule(**{"id": name, "vendor": "anthropic", "model": "haiku", **more})


def asked(**more) -> Asked:
    return Asked(**{"vendor": "anthropic", "model": "opus", "kind": Kind.MAIN, "session": "s", "project": "p", **more})


def test_a_rule_has_to_say_what_and_for_whom():
    for wrong in ({"model": None}, {"scope": "session"}, {"scope": "kind", "value": "side:probe"}, {"scope": "task"}):
        with pytest.raises(ValueError, match=r"rule|kind"):
            rule(**wrong)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"id":"r","vendor":"anthropic"}', type=Rule)


@pytest.mark.parametrize(
    ("made", "request_", "yes"),
    [
        ({}, {}, True),
        ({"vendor": "openai"}, {}, False),
        ({"asked": "sonnet"}, {}, False),
        ({"scope": "session", "value": "s"}, {}, True),
        ({"scope": "session", "value": "other"}, {}, False),
        ({"scope": "project", "value": "p"}, {}, True),
        ({"scope": "project", "value": "p"}, {"project": None}, False),
        ({"scope": "subagents"}, {}, False),
        ({"scope": "subagents"}, {"kind": Kind.EXPLORE}, True),
        ({"scope": "kind", "value": "side:title"}, {"kind": Kind.TITLE}, True),
        ({"scope": "kind", "value": "side:title"}, {}, False),
        ({"scope": "task", "value": "commit"}, {"task": lambda: "commit"}, True),
        ({"scope": "task", "value": "commit"}, {"task": lambda: None}, False),
        ({"scope": "task", "value": "commit"}, {"task": lambda: "commit", "kind": Kind.SUBAGENT}, False),
        # never dearer …
        ({"model": "sonnet"}, {"model": "haiku"}, False),
        ({"model": "sonnet", "now": True}, {"model": "haiku"}, False),
        ({"model": "sonnet"}, {"model": "haiku", "kind": Kind.TITLE}, False),
        # … but where a person asked for just that
        ({"model": "opus", "now": True, "asked": "haiku"}, {"model": "haiku"}, True),
        ({"model": "opus", "now": True, "asked": "haiku"}, {"model": "haiku", "kind": Kind.TITLE}, False),
        # a side call of which nobody knows the price is left alone, unless the rule is about side calls
        ({"model": "new"}, {"kind": Kind.TITLE}, False),
        ({"model": "new", "scope": "kind", "value": "side:title"}, {"kind": Kind.TITLE}, True),
    ],
)
def test_conditions(made, request_, yes):
    assert concerns(rule(**made), asked(**request_), dearer) is yes


@pytest.mark.parametrize("kind", sorted(NEVER))
def test_probes_counts_batches_and_routers_are_nobodys(kind):
    assert not concerns(rule(), asked(kind=kind), dearer)


def test_the_narrowest_has_the_word_and_among_equals_the_newest():
    kinds = [
        rule("always", scope="always", created_us=9),
        rule("task", scope="task", value="commit", created_us=8),
        rule("project", scope="project", value="p", created_us=7),
        rule("now", now=True, created_us=6),
        rule("now-project", now=True, scope="project", value="p", created_us=5),
        rule("session", scope="session", value="s", created_us=4),
    ]
    request = asked(task=lambda: "commit")
    left = list(kinds)
    for expected in ("session", "now-project", "now", "project", "task", "always"):
        found = chosen(left, request, 100, dearer)
        assert found is not None
        assert found.id == expected
        left.remove(found)
    assert chosen([], request, 100, dearer) is None
    older, newer = rule("a", created_us=1), rule("b", created_us=2)
    assert chosen([newer, older], request, 100, dearer) is newer
    side = asked(kind=Kind.TITLE)
    assert chosen([*kinds, rule("kind", scope="kind", value="side:title")], side, 100, dearer).id == "kind"


def test_what_has_ended_or_rests_says_nothing():
    assert chosen([rule(until_us=100)], asked(), 100, dearer) is None
    assert chosen([rule(until_us=101)], asked(), 100, dearer) is not None
    assert chosen([rule(paused="user")], asked(), 100, dearer) is None
    assert chosen([rule(paused="refused", paused_until_us=100)], asked(), 100, dearer) is not None


def test_the_text_is_looked_at_last():
    looked = []

    def task() -> str:
        looked.append(1)
        return "commit"

    assert not concerns(rule(scope="task", value="commit", vendor="openai"), asked(task=task), dearer)
    assert not concerns(rule(scope="task", value="commit", model="opus"), asked(task=task, model="haiku"), dearer)
    assert looked == []


def test_logins_and_clouds_sell_the_same_models():
    assert [seller(*each) for each in (("chatgpt", "x"), ("code-assist", "gemini"), ("vertex", "gemini"))] == [
        "openai",
        "gemini",
        "gemini",
    ]
    assert seller("vertex", "anthropic-messages") == "anthropic"
    assert seller("openrouter", "openai-chat") == "openrouter"


RULES = st.builds(
    rule,
    st.sampled_from("abcdef"),
    model=st.sampled_from(["sonnet", "haiku", "opus", "new"]),
    now=st.booleans(),
    asked=st.none() | st.sampled_from(["opus", "haiku"]),
    created_us=st.integers(0, 50),
    until_us=st.none() | st.integers(0, 100),
    paused=st.sampled_from(["", "user"]),
)


@given(
    rules=st.lists(RULES, max_size=8), model=st.sampled_from(["opus", "sonnet", "haiku"]), kind=st.sampled_from(Kind)
)
def test_nothing_gets_dearer_unless_a_person_asked_for_it_now(rules, model, kind):
    found = chosen(rules, asked(model=model, kind=kind), 60, dearer)
    if found is not None:
        assert kind not in NEVER
        if dearer("", model, found.model or model):
            assert found.now
            assert found.asked == model
            assert kind is Kind.MAIN


@given(rules=st.lists(RULES, max_size=8))
def test_the_order_in_which_rules_are_kept_does_not_matter(rules):
    one = chosen(rules, asked(), 60, dearer)
    other = chosen(rules[::-1], asked(), 60, dearer)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert rank(one) == rank(other)
