"""Counting a prompt and remembering its prefixes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trayapp.demo.prefixes import PrefixMemory, Prompt, tokens

BIG = b'{"text":"' + b"x" * 9000 + b'"}'
MARKED = BIG[:-1] + b',"cache_control":{"type":"ephemeral"}}'


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_growing_conversation_reads_what_it_wrote():
    memory = PrefixMemory(clock=Clock())
    first = memory.count(Prompt([BIG, MARKED], explicit=True), "claude-opus-5-5", "k")
    second = memory.count(Prompt([BIG, BIG, b'{"a":1}', MARKED], explicit=True), "claude-opus-5-5", "k")
    assert first.cache_read == 0
    assert first.cache_write > 6000
    # The marker has moved on; without it the segment is the same as before.
    assert abs(second.cache_read - first.cache_write) < 20
    assert second.cache_write > 3000


def test_a_prefix_is_forgotten():
    clock = Clock()
    memory = PrefixMemory(life_s=300, clock=clock)
    prompt = Prompt([MARKED], explicit=True)
    memory.count(prompt, "claude-opus-5-5", "k")
    clock.now = 299
    assert memory.count(prompt, "claude-opus-5-5", "k").cache_read > 0
    clock.now = 598  # reading has prolonged its life
    assert memory.count(prompt, "claude-opus-5-5", "k").cache_read > 0
    clock.now = 899
    assert memory.count(prompt, "claude-opus-5-5", "k").cache_read == 0


def test_models_and_callers_share_nothing():
    memory = PrefixMemory()
    prompt = Prompt([MARKED], explicit=True)
    memory.count(prompt, "claude-opus-5-5", "k")
    assert memory.count(prompt, "claude-haiku-5-5", "k").cache_read == 0
    assert memory.count(prompt, "claude-opus-5-5", "other").cache_read == 0


def test_nothing_is_cached_without_a_marker_or_when_short():
    memory = PrefixMemory()
    for prompt in (Prompt([BIG, BIG], explicit=True), Prompt([b"{}", MARKED[-60:]], explicit=True)):
        leg = memory.count(prompt, "claude-opus-5-5", "k")
        assert (leg.cache_read, leg.cache_write) == (0, 0)
        assert leg.input > 0


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=9000), min_size=1, max_size=6), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 128]),
    st.sampled_from(["claude-opus-5-5", "gpt-6-luna", "gemini-3.8-flash", "unheard-of"]),
)
def test_the_parts_add_up(prompts, explicit, writes, step, model):
    memory = PrefixMemory()
    for segments in prompts:
        leg = memory.count(Prompt(segments, explicit, writes, step), model, "k")
        assert leg.prompt == tokens(sum(map(len, segments)), model)
        assert min(leg.input, leg.cache_read, leg.cache_write) >= 0
        assert leg.cache_read % step == 0
