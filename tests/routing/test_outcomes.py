"""What is made of a turn by what follows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.routing.outcomes import CAUSES, IDLE_US, RETRY_US, Conversation, Heard, Outcome, normalised

MINUTE = 60 * 10**6
ASKED, CHEAP = "claude-opus-5-5", "claude-haiku-5-5"


class Talk:
    """A conversation, a request a minute; each of its turns is switched unless told otherwise."""

    def __init__(self) -> None:
        self.conversation = Conversation()
        self.now = 0
        self.said: list[str] = []

    def says(self, text: str, *, wait: int = MINUTE, **more: Any) -> list[tuple[int, str]]:
        before = self.said[-1] if self.said else None
        self.said.append(text)
        return self.request(fresh=True, fingerprint=text, wait=wait, **{"before": before, **more})

    def works(self, **more: Any) -> list[tuple[int, str]]:
        return self.request(fresh=False, **more)

    def request(self, *, wait: int = MINUTE, **more: Any) -> list[tuple[int, str]]:
        self.now += wait
        asked = {"at_us": self.now, "model_asked": ASKED, "served": CHEAP, "task": "rename", **more}
        return brief(self.conversation.heard(Heard(**asked)))


def brief(outcomes: tuple[Outcome, ...]) -> list[tuple[int, str]]:
    """The minute in which each turn opened, and its cause."""
    assert all(outcome.good == (outcome.cause == "moved_on") for outcome in outcomes)
    return [(outcome.at_us // MINUTE, outcome.cause) for outcome in outcomes]


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    assert talk.says("one") == []
    assert talk.works(edits=True) == []
    return talk


def test_a_turn_is_good_once_the_turn_after_it_has_passed_too(talk: Talk) -> None:
    assert talk.says("two") == []
    assert talk.works() == []
    assert talk.says("three") == [(1, "moved_on")]
    assert talk.says("four") == [(3, "moved_on")]


def test_what_an_outcome_says() -> None:
    conversation = Conversation()
    for at, text in enumerate("abc"):
        found = conversation.heard(
            Heard(
                at_us=at * MINUTE,
                fresh=True,
                model_asked=ASKED,
                served=CHEAP,
                task="typo",
                held=at == 0,
                fingerprint=text,
            )
        )
    assert found == (Outcome(good=True, cause="moved_on", at_us=0, asked=ASKED, served=CHEAP, task="typo", held=True),)
    assert found[0].switched
    as_asked = Outcome(good=True, cause="moved_on", at_us=0, asked=ASKED, served=ASKED)
    assert not as_asked.switched


def test_the_same_text_again(talk: Talk) -> None:
    assert talk.says("one", complaint=True, manual_upgrade=True) == [(1, "resend")]
    assert talk.says("two") == []
    assert talk.says("three") == [(3, "moved_on")]


def test_a_complaint(talk: Talk) -> None:
    talk.conversation.interrupted(talk.now + MINUTE // 2)
    assert talk.says("no, wrong", complaint=True, undoes=True) == [(1, "complaint")]


def test_files_are_put_back_by_hand(talk: Talk) -> None:
    assert talk.says("two", undoes=True, edits=True, manual_upgrade=True) == [(1, "undo")]


def test_files_are_put_back_in_the_next_turn(talk: Talk) -> None:
    assert talk.says("two", edits=True) == []
    assert talk.works(undoes=True) == [(1, "undo")]
    assert talk.works(undoes=True) == []
    assert talk.says("three") == []
    assert talk.says("four") == [(3, "moved_on")]


def test_putting_back_does_not_blame_a_turn_that_changed_nothing() -> None:
    talk = Talk()
    talk.says("what is this?")
    assert talk.says("two", edits=False, undoes=True) == []
    assert talk.works(undoes=True) == []
    assert talk.says("three") == [(1, "moved_on")]


def test_a_turn_is_taken_out_of_the_conversation(talk: Talk) -> None:
    talk.says("two")
    assert talk.says("two, but otherwise", before="one") == [(1, "moved_on"), (3, "undo")]


def test_the_first_turn_taken_out_is_not_told_from_a_compaction(talk: Talk) -> None:
    assert talk.says("another", before=None) == []


def test_a_prompt_that_is_broken_off_and_written_anew_says_nothing(talk: Talk) -> None:
    talk.says("two")
    talk.conversation.interrupted(talk.now + MINUTE // 2)
    assert talk.says("two, for b", before="one") == [(1, "moved_on")]
    assert talk.says("three") == []


def test_a_dearer_model_by_hand(talk: Talk) -> None:
    talk.conversation.interrupted(talk.now + MINUTE // 2)
    assert talk.says("two", manual_upgrade=True, model_asked="claude-fable-5-2", served=None) == [(1, "upgrade")]


def test_a_dearer_model_within_the_next_turn(talk: Talk) -> None:
    talk.says("two", served=None)
    assert talk.works(served=None, model_asked="claude-fable-5-2", manual_upgrade=True) == [(1, "upgrade")]
    assert talk.says("three") == []


def test_a_dearer_model_within_the_turn_itself(talk: Talk) -> None:
    assert talk.works(served=None, model_asked="claude-fable-5-2", manual_upgrade=True) == [(1, "upgrade")]
    assert talk.says("two", complaint=True) == []


def test_the_answer_is_broken_off(talk: Talk) -> None:
    talk.conversation.interrupted(talk.now + MINUTE // 2)
    assert talk.says("two", tests_failed=True) == [(1, "interrupted")]


def test_a_tool_that_breaks_off_and_goes_on_by_itself(talk: Talk) -> None:
    talk.conversation.interrupted(talk.now + MINUTE // 2)
    talk.works()
    assert talk.says("two") == []
    assert talk.says("three") == [(1, "moved_on")]


def test_tests_that_passed_before() -> None:
    talk = Talk()
    talk.says("one")
    assert talk.says("two", tests_failed=False) == []
    assert talk.says("three", tests_failed=True, edits=True) == [(1, "moved_on"), (2, "tests_failed")]


@pytest.mark.parametrize("before", [None, True])
def test_tests_that_nobody_saw_pass_make_it_unclear(before: bool | None) -> None:
    talk = Talk()
    talk.says("one", served=None)
    talk.says("two", tests_failed=before, edits=False)
    assert talk.says("three", tests_failed=True, edits=True) == [(1, "moved_on")]
    assert talk.says("four") == []


def test_tests_that_fail_where_nothing_was_changed_do_not_count() -> None:
    talk = Talk()
    talk.says("run them")
    talk.says("two", tests_failed=True, edits=False)
    assert talk.says("three") == [(1, "moved_on")]


def test_silence_is_the_end(talk: Talk) -> None:
    talk.says("two")
    assert talk.conversation.idle(talk.now + IDLE_US - 1) == ()
    assert brief(talk.conversation.idle(talk.now + IDLE_US)) == [(1, "moved_on"), (3, "moved_on")]
    assert talk.conversation.idle(talk.now + 2 * IDLE_US) == ()
    assert talk.says("no, wrong", complaint=True) == []


def test_silence_after_an_answer_that_was_broken_off_or_never_came(talk: Talk) -> None:
    talk.conversation.interrupted(talk.now + MINUTE // 2)
    assert talk.conversation.idle(talk.now + IDLE_US) == ()
    other = Talk()
    other.says("one")
    other.conversation.failed()
    assert other.conversation.idle(other.now + IDLE_US) == ()


def test_silence_while_tests_fail() -> None:
    talk = Talk()
    talk.says("one")
    talk.works(edits=True, tests_failed=True)
    assert talk.conversation.idle(talk.now + IDLE_US) == ()


def test_no_answer_is_no_fault(talk: Talk) -> None:
    talk.conversation.failed()
    assert talk.says("two", complaint=True) == []
    assert talk.says("three") == []


def test_the_same_text_after_an_answer_that_never_came_is_the_same_turn() -> None:
    talk = Talk()
    talk.says("one")
    talk.conversation.failed()
    assert talk.says("one", before=None, served=None) == []
    assert talk.says("two") == []
    (found,) = talk.conversation.heard(Heard(at_us=talk.now + MINUTE, fresh=True, model_asked=ASKED, fingerprint="x"))
    assert (found.cause, found.at_us, found.switched) == ("moved_on", MINUTE, False)


def test_a_tool_that_repeats_itself_at_once() -> None:
    talk = Talk()
    talk.says("one")
    assert talk.says("one", wait=RETRY_US - 1, before=None) == []
    assert talk.says("one", wait=RETRY_US, before=None) == [(1, "resend")]


def test_a_tool_that_gives_up_waiting_and_asks_again(talk: Talk) -> None:
    talk.conversation.interrupted(talk.now + 10 * MINUTE)
    assert talk.says("one", wait=10 * MINUTE + RETRY_US - 1, before=None) == []
    assert talk.says("two") == []
    assert talk.says("three") == [(1, "moved_on")]


def test_texts_that_are_said_again_and_again_are_no_resend() -> None:
    talk = Talk()
    for expected in ([], [], [(1, "moved_on")], [(2, "moved_on")]):
        assert talk.request(fresh=True, fingerprint=None) == expected


def test_two_models_in_one_turn_make_it_unclear(talk: Talk) -> None:
    talk.works(served=None)
    assert talk.says("two", complaint=True) == []
    assert talk.says("three") == []


def test_the_rule_is_undone(talk: Talk) -> None:
    assert brief(talk.conversation.rule_undone()) == [(1, "rule_undone")]
    assert talk.conversation.rule_undone() == ()
    assert talk.says("two", complaint=True) == []


def test_the_rule_is_undone_in_the_turn_after(talk: Talk) -> None:
    talk.says("two", served=None)
    assert brief(talk.conversation.rule_undone()) == [(1, "rule_undone")]
    assert talk.says("three") == []
    assert talk.says("four") == [(3, "moved_on")]


def test_a_rule_that_switched_nothing_blames_nobody() -> None:
    talk = Talk()
    talk.says("one", served=None)
    assert talk.conversation.rule_undone() == ()


def test_a_conversation_that_is_joined_in_the_middle() -> None:
    talk = Talk()
    assert talk.works(undoes=True, manual_upgrade=True, tests_failed=True) == []
    assert talk.conversation.idle(talk.now + IDLE_US) == ()


FLAG = st.booleans()
MAYBE = st.none() | FLAG
REQUESTS = st.builds(
    Heard,
    at_us=st.integers(-MINUTE, IDLE_US * 3),
    fresh=FLAG,
    model_asked=st.sampled_from([ASKED, "claude-fable-5-2"]),
    served=st.sampled_from([None, CHEAP, ASKED]),
    task=st.sampled_from([None, "rename"]),
    held=FLAG,
    fingerprint=st.sampled_from([None, "a", "b", "c"]),
    before=st.sampled_from([None, "a", "b", "c"]),
    complaint=FLAG,
    undoes=FLAG,
    edits=MAYBE,
    tests_failed=MAYBE,
    manual_upgrade=FLAG,
)
EVENTS = st.lists(REQUESTS | st.sampled_from(["interrupted", "failed", "idle", "rule_undone"]), max_size=40)


@given(events=EVENTS, in_order=FLAG)
def test_no_turn_has_two_outcomes(events: list[Any], in_order: bool) -> None:
    conversation = Conversation()
    opened: list[int] = []
    found: list[Outcome] = []
    for step, event in enumerate(events):
        now = step * MINUTE
        if event == "idle":
            found += conversation.idle(conversation.last_us + IDLE_US)
        elif event == "rule_undone":
            found += conversation.rule_undone()
        elif event == "interrupted":
            conversation.interrupted(now)
        elif event == "failed":
            conversation.failed()
        else:
            heard = Heard(**{f: getattr(event, f) for f in event.__struct_fields__ if f != "at_us"}, at_us=now)
            opened += [now] if event.fresh else []
            found += conversation.heard(heard if in_order else event)
    assert all(outcome.cause in CAUSES for outcome in found)
    assert all(outcome.good == (outcome.cause == "moved_on") for outcome in found)
    if in_order:
        moments = [outcome.at_us for outcome in found]
        assert len(set(moments)) == len(moments)
        assert set(moments) <= set(opened)


@given(events=EVENTS)
def test_it_remembers_two_turns_at_most(events: list[Any]) -> None:
    conversation = Conversation()
    for event in events:
        if isinstance(event, Heard):
            assert len(conversation.heard(event)) <= 2
    assert len(conversation.idle(conversation.last_us + IDLE_US)) <= 2


def test_when_two_texts_are_the_same() -> None:
    same = ["Make the header blue", "make the header  blue.", "MAKE THE\nHEADER BLUE!!", "  make the header blue … "]
    assert len({normalised(text) for text in same}) == 1
    assert normalised("make the footer blue") != normalised(same[0])
    assert normalised("ｍake the header blue") == normalised(same[0])
    assert normalised("is it blue?") == normalised("is it blue")
    assert normalised("修复登录。") == normalised("修复登录")


@pytest.mark.parametrize(
    "text",
    ["continue", "yes", "Go on!", "thanks", "ok", "run the tests", "/compact", "commit", "  ", "...", "git status"],
)
def test_texts_that_say_nothing_when_repeated(text: str) -> None:
    assert normalised(text) == b""


@given(text=st.text(max_size=200))
def test_any_text(text: str) -> None:
    assert normalised(f"  {text}\n") == normalised(text)
