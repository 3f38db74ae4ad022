"""When a rule takes effect and how long it holds."""

from __future__ import annotations

import json

from trayapp.routing.conversation import Place
from trayapp.routing.rules import Asked, Rule
from trayapp.routing.steering import KEPT, KEPT_SIGNED, MOST, MOST_SIGNED, Steering
from trayapp.values import Kind

MINUTE = 60 * 10**6
PRICES = {"opus": 4, "sonnet": 2, "haiku": 1}


def dearer(_vendor: str, asked: str, served: str) -> bool | None:
    return PRICES[served] > PRICES[asked]


class Story:
    """One or more conversations, told request by request."""

    def __init__(self) -> None:
        self.steering = Steering(dearer)
        self.rules: list[Rule] = []
        self.now = 1_000_000
        self.seen: set[str] = set()

    def rule(self, name: str, model: str | None = "haiku", **more) -> Rule:
        made = Rule(id=name, vendor="anthropic", model=model, created_us=self.now, **more)
        self.rules.append(made)
        self.now += 1
        return made

    def drop(self, name: str) -> None:
        self.rules = [rule for rule in self.rules if rule.id != name]

    def ask(self, key="c", *, opens=True, model="opus", kind=Kind.MAIN, wait=1000, task=None, begins=None, **more):
        self.now += wait
        begins = key not in self.seen if begins is None else begins
        self.seen.add(key)
        return self.steering.decide(
            self.rules,
            Asked(vendor="anthropic", model=model, kind=kind, session="s", task=lambda: task),
            Place(key=key, begins=begins),
            at_us=self.now,
            opens=opens,
            chained=more.pop("chained", False),
            life_us=5 * MINUTE,
            **more,
        )


def test_a_standing_rule_waits_for_a_boundary():
    story = Story()
    story.ask()
    story.rule("r")
    assert story.ask().model is None
    assert story.ask(wait=5 * MINUTE).model == "haiku"
    assert story.ask("new").model == "haiku"
    assert story.ask(begins=True).cold


def test_a_rule_for_now_takes_the_next_human_turn_and_holds():
    story = Story()
    story.ask()
    story.rule("r", now=True)
    assert story.ask(opens=False).model is None
    decision = story.ask()
    assert (decision.model, decision.rule, decision.turned, decision.before) == ("haiku", "r", True, "opus")
    for opens in (False, True, False):
        decision = story.ask(opens=opens)
        assert (decision.model, decision.turned, decision.before) == ("haiku", False, "haiku")


def test_a_loop_outlives_its_rule_and_the_turn_after_it_returns_once():
    story = Story()
    story.rule("r")
    assert story.ask().model == "haiku"
    story.drop("r")
    assert story.ask(opens=False).model == "haiku"
    assert story.ask(opens=False, forbidden="asis").model == "haiku"
    back = story.ask()
    assert (back.model, back.after, back.was_changed, back.why) == (None, "r", True, "returned")
    story.rule("r2")
    assert story.ask().model is None, "left alone until a boundary"
    assert story.ask(wait=5 * MINUTE).model == "haiku"


def test_what_is_asked_for_now_after_a_return_counts():
    story = Story()
    story.rule("r", now=True)
    story.ask()
    story.drop("r")
    story.ask()
    story.rule("r2", model="sonnet", now=True)
    assert story.ask().model == "sonnet"


def test_a_task_rule_goes_when_the_work_gets_harder_and_does_not_come_back():
    story = Story()
    story.rule("r", scope="task", value="commit")
    assert story.ask(task="commit").model == "haiku"
    assert story.ask(opens=False).model == "haiku"
    assert story.ask(task=None).model is None
    assert story.ask(task="commit").model is None


def test_a_dearer_model_chosen_in_the_tool_has_the_last_word():
    story = Story()
    story.rule("r", now=True)
    assert story.ask(model="sonnet").model == "haiku"
    assert story.ask(model="opus").model is None
    assert story.ask(model="opus").model is None
    story.rule("r2", now=True)
    assert story.ask(model="opus").model == "haiku"


def test_a_conversation_that_hangs_on_the_vendors_state_is_left():
    story = Story()
    story.ask()
    story.rule("r", now=True)
    assert story.ask(chained=True).model is None
    assert story.ask().model == "haiku"
    assert story.ask(chained=True).model == "haiku"


def test_side_calls_have_a_state_of_their_own_and_compaction_follows_its_conversation():
    story = Story()
    story.rule("r", scope="subagents")
    assert story.ask().model is None
    assert story.ask("sub", kind=Kind.SUBAGENT).model == "haiku"
    assert story.ask(opens=False).model is None
    story.rule("n", now=True)
    assert story.ask().model == "haiku"
    story.rules = []
    assert story.ask(kind=Kind.COMPACTION, begins=False, opens=False).model == "haiku"
    assert story.ask(kind=Kind.PROBE).why == "never"


def test_a_refusal_leaves_the_conversation_as_asked():
    story = Story()
    story.rule("r", now=True)
    story.steering.back(story.ask().key, story.now)
    assert story.ask().model is None
    assert story.ask("other").model == "haiku"


def test_thinking_belongs_to_who_answered_and_outlives_a_restart():
    story = Story()
    story.rule("r", now=True)
    decision = story.ask()
    story.steering.attribute(decision.key, ["a1"], "opus")
    story.steering.attribute(decision.key, ["a1", "b1"], "haiku")
    later = Story()
    later.steering.restore(json.loads(story.steering.kept()))
    assert (later.steering.signer("a1"), later.steering.signer("b1"), later.steering.signer("x")) == (
        "opus",
        "haiku",
        None,
    )
    later.rules = []
    assert later.ask(opens=False, begins=False).model == "haiku", "a loop goes on"
    assert later.steering.active


def test_a_conversation_that_begins_otherwise_is_known_by_its_thinking():
    story = Story()
    story.rule("r", now=True)
    decision = story.ask()
    story.steering.attribute(decision.key, ["b1"], "haiku")
    asked = Asked(vendor="anthropic", model="opus", kind=Kind.MAIN, session="s")
    story.steering.adopt(asked, Place(key="renamed", begins=False), ["b0", "b1"])
    story.rules = []
    assert story.ask("renamed", opens=False, begins=False).model == "haiku"
    story.steering.adopt(asked, Place(key="stranger", begins=False), ["unknown"])
    assert story.ask("stranger", opens=False, begins=False).model is None


def test_damage_is_as_good_as_nothing():
    for data in (None, [], {"holds": 3}, {"holds": {"a": {}}}, {"signed": {"a": "b"}}):
        steering = Steering(dearer)
        steering.restore(data)
        assert not steering.active


def test_it_is_bounded_and_forgets_unchanged_conversations_first():
    story = Story()
    story.rule("r", now=True)
    story.ask("changed")
    story.rules = []
    for each in range(MOST + 50):
        story.ask(f"c{each}")
    assert story.steering.hold(f"s/anthropic/c{MOST + 49}") is not None
    assert story.steering.hold("s/anthropic/c0") is None
    held = story.steering.hold("s/anthropic/changed")
    assert held is not None
    assert held.model == "haiku"


def test_only_effort():
    story = Story()
    story.rule("r", model=None, effort="low")
    decision = story.ask()
    assert (decision.model, decision.effort, decision.changes) == (None, "low", True)
    story.rules = []
    assert story.ask(opens=False).effort == "low"
    assert story.ask().effort is None


def test_a_rule_that_says_the_same_takes_over_where_it_is():
    story = Story()
    story.rule("trial")
    assert story.ask().model == "haiku"
    story.drop("trial")
    story.rule("kept")
    decision = story.ask()
    assert (decision.model, decision.rule) == ("haiku", "kept")
    story.drop("kept")
    assert story.ask().why == "returned"
    story.rule("again")
    assert story.ask().model is None, "what was given back is not taken again before its next boundary"


def test_a_decision_does_not_go_along_to_another_vendor():
    story = Story()
    story.rule("r")
    assert story.ask().model == "haiku"
    elsewhere = story.steering.decide(
        story.rules,
        Asked(vendor="openai", model="opus", kind=Kind.MAIN, session="s"),
        Place(key="c", begins=False),
        at_us=story.now + 1,
        opens=False,
        chained=False,
        life_us=5 * MINUTE,
    )
    assert (elsewhere.model, elsewhere.was_changed) == (None, False)
    assert story.ask(opens=False).model == "haiku"


def test_what_is_written_down_before_each_switch_stays_small_and_is_the_newest():
    story = Story()
    story.rule("r", now=True)
    for each in range(MOST):
        key = story.ask(f"c{each}").key
        story.steering.attribute(key, [f"{each}-{n}" for n in range(8)], "opus")
    later = Steering(dearer)
    later.restore(json.loads(story.steering.kept()))
    assert later.hold(f"s/anthropic/c{MOST - KEPT - 1}") is None
    assert later.hold(f"s/anthropic/c{MOST - KEPT}") is not None
    assert later.signer(f"{MOST - 1}-7") == "opus"
    assert KEPT * 8 == KEPT_SIGNED < MOST_SIGNED
    assert len(story.steering.kept()) < 400_000


def test_a_clock_that_is_set_back_leaves_nothing_alone_for_ever():
    story = Story()
    story.rule("r", now=True)
    assert story.ask().model == "haiku"
    story.drop("r")
    assert story.ask().why == "returned"
    story.now -= 3600 * 10**6
    story.rule("again", now=True)
    assert story.ask().model == "haiku"


def test_a_loop_in_which_the_tool_asks_for_another_model_is_a_changed_one():
    story = Story()
    story.rule("r", "opus", now=True)
    assert not story.ask().changes  # it is what the tool asks for anyway
    decision = story.ask(opens=False, model="sonnet")
    assert (decision.model, decision.rule) == ("opus", "r")
    story.drop("r")
    decision = story.ask(model="sonnet")
    assert (decision.model, decision.was_changed, decision.before) == (None, True, "opus")
