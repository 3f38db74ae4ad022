"""What is read out of a person's words and a tool's deeds: all that takes a tenth of a second to load, in one place.

Everything in the engine that needs the patterns of task types, complaints and deeds asks this module, and imports it
only where it is needed: the engine listens before it is loaded (``Router.begin`` loads it in a thread).

Rules: no text outlives the call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from trayapp.platform.resources import resource
from trayapp.routing import deeds, outcomes
from trayapp.routing.classify import Verdict, classify
from trayapp.routing.lasttext import Turn
from trayapp.routing.linear import Model, load
from trayapp.routing.outcomes import IDLE_US, Conversation, Heard, Outcome
from trayapp.values import Call

__all__ = ["IDLE_US", "Conversation", "Heard", "Outcome", "hear", "judge"]


@lru_cache(maxsize=1)
def _weights() -> Model:
    return load(resource("routing/weights.json").read_bytes())


def judge(call: Call, turn: Turn) -> Verdict:
    """What a request is for, and whether a small model may do it."""
    return classify(call, turn, _weights())


def hear(
    turn: Turn,
    plain: bytes,
    mark: Callable[[bytes], str],
    *,
    look: bool,
    at_us: int,
    model_asked: str,
    served: str | None,
    task: str | None,
    held: bool,
    manual_upgrade: bool,
) -> Heard:
    """What a request says about the turns before it.

    Args:
        turn: its last human text.
        plain: its body.
        mark: makes a short name of bytes, under a key of the install.
        look: whether what was done in the turn is looked at.
        at_us: when it came; this and the rest: see ``outcomes.Heard``.
        model_asked: the model in it.
        served: the one that serves instead.
        task: the task type of one that opens a turn.
        held: a rule held back.
        manual_upgrade: the tool asks for a dearer model than before.
    """
    done = deeds.read(plain) if look else deeds.Deeds()
    return outcomes.hear(
        turn,
        done,
        mark,
        at_us=at_us,
        model_asked=model_asked,
        served=served,
        task=task,
        held=held,
        manual_upgrade=manual_upgrade,
    )
