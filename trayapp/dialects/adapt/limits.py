"""The steps that several wires share: bounds on output, and a level of effort in an object.

Everything that lowers a number to what a model takes, or puts a level of effort where a wire has it, lives here.
"""

from __future__ import annotations

from trayapp.dialects.adapt.contract import Change, Refused
from trayapp.dialects.adapt.document import Document
from trayapp.dialects.adapt.levels import nearest


def clamp(body: Document, change: Change, *names: str) -> None:
    """Lower the bounds on output to the target's largest."""
    most = change.target.max_output if change.target is not None else None
    if most is None or not change.switches:
        return
    for name in names:
        value = body.value(name)
        if type(value) is int and value > most:
            body.set(name, most)
            change.fields.add("max_tokens")


def level(change: Change, asked: object) -> str | None:
    """The level of effort that the target is asked for: ``None`` leaves things as they are, ``""`` takes it out.

    Raises:
        Refused: ``effort_unknown``: the user wants a level and it is not known that the model takes any.
    """
    target = change.target
    accepted = target.efforts if target is not None else None
    if change.wanted.effort is not None:
        found = nearest(change.wanted.effort, accepted) if accepted else None
        if found is None:
            raise Refused("effort_unknown")
        return found
    if accepted is None or not isinstance(asked, str) or not change.switches:
        return None
    if not accepted:
        return ""
    return nearest(asked, accepted)


def put_level(holder: Document, name: str, change: Change) -> None:
    """Put the level into a member; what was asked for stays where the target takes it."""
    asked = holder.value(name)
    found = level(change, asked)
    if found is None or (isinstance(asked, str) and asked.lower() == found):
        change.effort = asked if isinstance(asked, str) else change.effort
        return
    if found:
        holder.set(name, found)
        change.effort = found
    else:
        holder.put(name, None)
    change.fields.add("effort")
