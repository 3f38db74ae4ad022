"""When a rule takes effect, and for how long it holds: one state for each conversation.

Everything that decides which model serves a request lives here; sans-I/O, the clock is given.

Rules:

* inside a tool loop nothing changes, whatever was added, removed or switched off meanwhile: thinking that a model has
  signed and calls that it has made are its own. The same for a request that hangs on a response kept by the vendor;
* a standing rule decides where a conversation begins or its cache is cold, a rule for *now* at the next human turn;
  then the decision holds. It ends at a human turn when its rule no longer has the word, and a conversation that has
  returned is left alone until its next boundary: never to and fro;
* who chooses a dearer model in the tool itself has spoken: the conversation returns at once and stays;
* a call beside the conversation (a title, a sub-agent) has a state of its own; one that continues it (compaction)
  begins with that of the conversation, because its cache is there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import msgspec

from trayapp.routing.conversation import Place
from trayapp.routing.rules import NEVER, Asked, Dearer, Rule, chosen, concerns
from trayapp.values import Kind

MOST: Final = 4096
"""Conversations that are remembered; of the others the oldest are forgotten first."""
MOST_SIGNED: Final = 16384
KEPT: Final = 512
"""Conversations that outlive a restart. They are written down before a request leaves, so they have to be few."""
KEPT_SIGNED: Final = 4096
"""The same of signatures."""


class Hold(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is decided for one conversation."""

    last_us: int
    asked: str
    """The model that its last request asked for."""
    model: str | None = None
    """What is served instead; ``None``: what is asked for."""
    effort: str | None = None
    rule: str = ""
    """The rule that holds now; empty: none."""
    switched: str = ""
    """The rule that has changed it at some time; it is not what it would have been."""
    kept_us: int | None = None
    """Since when it is left alone."""

    @property
    def served(self) -> str:
        """The model that answered last."""
        return self.model or self.asked


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with one request."""

    key: str
    model: str | None = None
    """To be served instead of the model asked for."""
    effort: str | None = None
    rule: str = ""
    """The rule that changes the request."""
    after: str = ""
    """The request goes out as asked, but an earlier one of the conversation was changed by this rule."""
    cold: bool = False
    """Nothing of it is in the asked model's cache."""
    turned: bool = False
    """It is another decision than for the request before."""
    before: str | None = None
    """The model that answered last in the conversation, where that is known."""
    was_changed: bool = False
    """Some request of the conversation was changed before."""
    why: str = "as_asked"
    """``as_asked``, ``rule``, ``holds`` (a loop goes on), ``returned``, ``never``, or what forbade a rule."""

    @property
    def changes(self) -> bool:
        """Whether the request does not go out as it was asked for."""
        return self.model is not None or self.effort is not None


class Steering:
    """All conversations."""

    def __init__(self, dearer: Dearer) -> None:
        self._dearer = dearer
        self._holds: OrderedDict[str, Hold] = OrderedDict()
        self._switched: set[str] = set()
        """The conversations that were changed."""
        self._signed: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """Digest of a signature to (model that made it, conversation)."""

    def decide(
        self,
        rules: Iterable[Rule],
        asked: Asked,
        place: Place,
        *,
        at_us: int,
        opens: bool,
        chained: bool,
        life_us: int | None,
        forbidden: str = "",
    ) -> Decision:
        """The decision on a request, which is remembered.

        Args:
            rules: all there are, paused and ended ones included.
            asked: the request.
            place: where it stands.
            at_us: now, UTC epoch microseconds.
            opens: it ends with a person's words (or a tool's whole task), not inside a tool loop.
            chained: it hangs on state that the vendor keeps.
            life_us: how long the asked model's cache lives after its last use; ``None``: nobody knows.
            forbidden: why no rule may change anything now, in a word; empty: rules may.
        """
        key = self.key(asked, place)
        if asked.kind in NEVER or not key:
            return Decision(key=key, why="never")
        main = self._holds.get(self._main(asked, place))
        hold = self._holds.get(key)
        if hold is None and not place.begins and main is not None:
            hold = msgspec.structs.replace(main)
        idle = hold is not None and life_us is not None and at_us - hold.last_us >= life_us
        cold = place.begins or idle
        before = hold
        if chained or not opens:
            hold = self._kept(hold, asked, at_us)
            why = "holds" if hold.model or hold.effort else "as_asked"
        else:
            hold, why = self._turn(tuple(rules), hold, asked, at_us, cold=cold, forbidden=forbidden)
        changes = (hold.model not in (None, asked.model)) or hold.effort is not None
        if changes:
            hold.switched = hold.rule or hold.switched
        self._remember(key, hold)
        was = (None, None) if before is None else (before.model, before.effort)
        return Decision(
            key=key,
            model=hold.model if hold.model != asked.model else None,
            effort=hold.effort,
            rule=hold.rule if changes else "",
            after="" if changes else hold.switched,
            cold=cold,
            turned=was != (hold.model, hold.effort)
            or (before is not None and not before.switched and bool(hold.switched)),
            before=None if before is None else before.served,
            was_changed=before is not None and bool(before.switched),
            why=why,
        )

    def _kept(self, hold: Hold | None, asked: Asked, at_us: int) -> Hold:
        """Inside a loop: as it was."""
        if hold is None:
            return Hold(last_us=at_us, asked=asked.model)
        return msgspec.structs.replace(hold, last_us=at_us, asked=asked.model)

    def _turn(
        self, rules: Sequence[Rule], hold: Hold | None, asked: Asked, at_us: int, *, cold: bool, forbidden: str
    ) -> tuple[Hold, str]:
        fresh = Hold(last_us=at_us, asked=asked.model)
        if hold is not None:
            # A clock that was set back must not leave a conversation alone until it has caught up.
            alone = hold.kept_us is not None and not cold and hold.kept_us <= at_us
            fresh.switched, fresh.kept_us = hold.switched, hold.kept_us if alone else None
            if hold.model is not None and self._upgraded(hold, asked):
                fresh.kept_us = at_us
                return fresh, "returned"
        if forbidden:
            return fresh, forbidden
        if hold is not None and hold.rule and self._still(rules, hold, asked, at_us):
            fresh.model, fresh.effort, fresh.rule = hold.model, hold.effort, hold.rule
            return fresh, "rule"
        rule = chosen(rules, asked, at_us, self._dearer)
        left = fresh.kept_us is not None and (rule is None or rule.created_us < fresh.kept_us)
        # Another rule that says the same takes over where it is: no conversation goes to and fro for that.
        same = (
            rule is not None
            and hold is not None
            and hold.rule
            and (rule.model, rule.effort) == (hold.model, hold.effort)
        )
        if rule is not None and not left and (cold or rule.now or same):
            fresh.model, fresh.effort, fresh.rule = rule.model, rule.effort, rule.id
            return fresh, "rule"
        if hold is not None and (hold.model is not None or hold.effort is not None):
            fresh.kept_us = at_us
            return fresh, "returned"
        return fresh, "as_asked"

    def _still(self, rules: Sequence[Rule], hold: Hold, asked: Asked, at_us: int) -> bool:
        """Whether the rule that holds goes on: it lives, concerns this turn, and none for *now* was put above it."""
        rule = next((each for each in rules if each.id == hold.rule), None)
        if rule is None or rule.over(at_us) or rule.rests(at_us) or not concerns(rule, asked, self._dearer):
            return False
        if (rule.model, rule.effort) != (hold.model, hold.effort):
            return False
        first = chosen(rules, asked, at_us, self._dearer)
        return first is None or first.id == rule.id or not first.now

    def _upgraded(self, hold: Hold, asked: Asked) -> bool:
        return asked.model != hold.asked and self._dearer(asked.vendor, hold.asked, asked.model) is True

    def back(self, key: str, at_us: int) -> None:
        """The vendor refused what was changed: the conversation goes on as asked."""
        hold = self._holds.get(key)
        if hold is not None:
            self._holds[key] = Hold(last_us=at_us, asked=hold.asked, kept_us=at_us, switched=hold.switched)

    def hold(self, key: str) -> Hold | None:
        """What is decided for a conversation."""
        return self._holds.get(key)

    @property
    def active(self) -> bool:
        """Whether any conversation is, or was, changed: then requests have to be looked at even without rules."""
        return bool(self._signed or self._switched)

    # whose thinking it is

    def attribute(self, key: str, signatures: Iterable[str], served: str) -> None:
        """Thinking that is new in a conversation was signed by the model that answered last."""
        for signature in signatures:
            if signature not in self._signed:
                self._signed[signature] = (served, key)
            while len(self._signed) > MOST_SIGNED:
                self._signed.popitem(last=False)

    def signer(self, signature: str) -> str | None:
        """The model that made a signature, as far as is known."""
        found = self._signed.get(signature)
        return None if found is None else found[0]

    def adopt(self, asked: Asked, place: Place, signatures: Sequence[str]) -> None:
        """A conversation that nobody knows goes on with thinking of one that is known: it only begins otherwise now."""
        found = next((self._signed[each] for each in reversed(signatures) if each in self._signed), None)
        key = self.key(asked, place)
        if found is not None and key and key not in self._holds and found[1] in self._holds:
            self._remember(key, msgspec.structs.replace(self._holds[found[1]]))

    def follow(self, asked: Asked, place: Place, response: str, at_us: int) -> bool:
        """A request goes on from a response that the vendor keeps; whether it is known whose that is.

        Such a chain is not crossed: who has made it goes on with it, whatever the rules say now.

        Args:
            asked: the request.
            place: where it stands.
            response: digest of the response's id, as ``attribute`` was told it.
            at_us: now.
        """
        found, key = self._signed.get(response), self.key(asked, place)
        if found is None or not key:
            return False
        served, first = found
        hold = self._holds.get(first) or Hold(last_us=at_us, asked=asked.model)
        if hold.model != served:
            hold = msgspec.structs.replace(hold, model=served, effort=None, rule=hold.rule or hold.switched)
        self._remember(key, msgspec.structs.replace(hold, switched=hold.switched or hold.rule or "chain"))
        return True

    # keeping

    def kept(self) -> bytes:
        """What has to outlive a restart, as JSON: conversations that were changed of late, and who signed in them."""
        latest = islice((key for key in reversed(self._holds) if key in self._switched), KEPT)
        holds = {key: self._holds[key] for key in reversed(tuple(latest))}
        newest = islice((each for each in reversed(self._signed) if self._signed[each][1] in holds), KEPT_SIGNED)
        signed = {signature: self._signed[signature] for signature in reversed(tuple(newest))}
        return _encoder.encode(_Kept(holds=holds, signed=signed))

    def restore(self, data: object) -> None:
        """Take what was kept; what is damaged is left out."""
        try:
            kept = msgspec.convert(data, _Kept)
        except msgspec.ValidationError:
            return
        self._holds.update(kept.holds)
        self._switched.update(key for key, hold in kept.holds.items() if hold.switched)
        self._signed.update(kept.signed)

    @staticmethod
    def key(asked: Asked, place: Place) -> str:
        """The name of a request's conversation; empty when it has none."""
        if not place.key:
            return ""
        own = "" if asked.kind is Kind.MAIN else f":{asked.kind}"
        return f"{Steering._main(asked, place)}{own}"

    @staticmethod
    def _main(asked: Asked, place: Place) -> str:
        # A tool that goes on at another vendor's would else take the decision along, to where nobody knows the model.
        return f"{asked.session or '-'}/{asked.vendor}/{place.key}"

    def _remember(self, key: str, hold: Hold) -> None:
        self._holds[key] = hold
        self._holds.move_to_end(key)
        if hold.switched:
            self._switched.add(key)
        while len(self._holds) > MOST:
            # A conversation that was changed is worth more than one that was not.
            plain = next((k for k in self._holds if k not in self._switched and k != key), None)
            oldest = next(iter(self._holds)) if plain is None else plain
            del self._holds[oldest]
            self._switched.discard(oldest)


class _Kept(msgspec.Struct):
    holds: dict[str, Hold] = {}
    signed: dict[str, tuple[str, str]] = {}


_encoder: Final = msgspec.json.Encoder()
