"""A tally: what one response has said so far about its cost.

Everything that all wire formats share when they add up a response lives here: the names and flags that were
met, the error's type, the size of the generated text, whether the end was seen. A dialect's own module derives
from ``Tally`` and reads its messages.

Rules:

* ``final`` is set only when the vendor's last word on the usage was read, so an unfinished count is never taken
  for an exact one; a success that ended without a usage is flagged ``no_usage``, never counted as zero;
* generated text is measured; ``said`` alone holds it, until the final usage or the end of the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from trayapp.dialects import fields
from trayapp.dialects.fields import Flags
from trayapp.dialects.said import Said
from trayapp.dialects.windows import Told
from trayapp.values import Leg, Usage

_NANO_CREDITS: Final = Decimal(10) ** 11
"""In one USD."""


class Tally:
    """Adds up one response. Subclasses read messages; the reader calls them."""

    wire = ""
    reads_headers = False
    """Whether ``note`` wants the answer's headers."""

    def __init__(self) -> None:
        self.flags = Flags()
        self.model: str | None = None
        self.message_id: str | None = None
        self.tier: str | None = None
        self.speed: str | None = None
        self.geo: str | None = None
        self.error: str | None = None
        self.web_searches = 0
        self.file_searches = 0
        self.stated_pico: int | None = None
        self.credits: int | None = None
        """What a plan's credits are worth (Copilot), in pico-USD: outranks any other stated amount."""
        self.text_bytes = 0
        """Bytes of generated text, thinking and tool arguments that passed."""
        self.said = Said()
        """The answer's text and tool arguments."""
        self.thought = Said()
        """What was shown of its thinking."""
        self.thinks = False
        """The answer holds thinking, shown or not."""
        self.ended = False
        """The format's own end was seen."""
        self.final = False
        """The vendor's final usage was read."""
        self.known_input: int | None = None
        """Prompt tokens, cached ones included, as far as the vendor has said."""
        self.known_output: int | None = None
        """Output tokens as far as the vendor has said."""
        self.told: Told | None = None
        """What the stream's newest event says of the plan's windows, until somebody takes it."""

    # What a dialect fills in.

    def message(self, data: bytes) -> None:
        """Read one message of a stream."""
        raise NotImplementedError

    def document(self, data: bytes) -> bool:
        """Read a body that is one JSON document; ``False`` when it is not."""
        raise NotImplementedError

    def legs(self) -> tuple[Leg, ...]:
        """The tokens so far, disjoint, by model."""
        raise NotImplementedError

    def settle(self) -> None:
        """Bring ``known_input`` and ``known_output`` up to date, where a dialect decodes late."""

    def note(self, headers: Mapping[bytes, bytes]) -> None:
        """Read what the answer's headers say about its cost, where a vendor puts something there."""

    # What all share.

    def say(self, text: object) -> None:
        """Take a piece of the answer's text; anything that is no text is left out."""
        if isinstance(text, str):
            self.text_bytes += self.said.add(text)

    def think(self, text: object) -> None:
        """Take a piece of thinking."""
        self.thinks = True
        if isinstance(text, str):
            self.text_bytes += self.thought.add(text)

    def hush(self) -> None:
        """Forget all text: what it was kept for is known, or will never be asked."""
        self.said.drop()
        self.thought.drop()

    def usage(self, status: int) -> Usage:
        """What is known now."""
        error = self.error
        if error is None and status >= 400:
            error = f"http_{status}"
        if error is None and self.ended and not self.final:
            self.flags.add("no_usage")
        return Usage(
            legs=self.legs(),
            model=self.model,
            message_id=self.message_id,
            tier=self.tier,
            speed=self.speed,
            geo=self.geo,
            web_searches=self.web_searches,
            file_searches=self.file_searches,
            stated_pico=self.stated_pico if self.credits is None else self.credits,
            complete=self.final,
            error=error,
            flags=self.flags.words(),
        )

    def failure(self, data: bytes) -> bool:
        """Read the body of an HTTP error, or an error message of a stream; ``False`` when it is not JSON."""
        document = fields.parse(data)
        if isinstance(document, list) and document:
            document = document[0]
        if not isinstance(document, dict):
            return False
        self.fail(document)
        return True

    def fail(self, document: dict[str, Any]) -> None:
        """Keep the error's type, never its text, from an error object in any of the vendors' shapes."""
        error = document.get("error")
        if isinstance(error, dict):
            found = fields.error_type(error.get("type"), error.get("status"), error.get("code"))
        else:
            kind = document.get("type")
            found = fields.error_type(
                error, document.get("code"), None if kind == "error" else kind, document.get("status")
            )
        self.error = found or self.error or "error"
        self.ended = True

    def take_credits(self, raw: msgspec.Raw) -> None:
        """Read GitHub Copilot's ``copilot_usage``, which stands beside the usage on every wire that it speaks.

        1 AI credit is $0.01, and 1e9 ``nano_aiu`` are one (seen with its CLI 1.0.102, 2026-11).
        """
        said = as_object(raw) if raw else None
        nano = None if said is None else said.get("total_nano_aiu")
        if nano is None and said is not None:
            nano = _credits_of(said.get("token_details"))
        if nano is None:
            return
        if isinstance(nano, bool) or not isinstance(nano, int | Decimal):
            self.flags.add("bad_amount")
            return
        amount = fields.pico(Decimal(nano) / _NANO_CREDITS, self.flags)
        self.credits = self.credits if amount is None else amount

    def names(self, model: object, message_id: object) -> None:
        """Keep the served model and the message's id once they are said."""
        if model is not None and self.model != model:
            self.model = fields.name(model, self.flags) or self.model
        if message_id is not None and self.message_id != message_id:
            self.message_id = fields.name(message_id, self.flags) or self.message_id


class CountTally(Tally):
    """The answer of a token-counting endpoint: free, and no tokens were consumed."""

    def __init__(self, wire: str, key: str) -> None:
        super().__init__()
        self.wire = wire
        self._key = key

    def message(self, data: bytes) -> None:
        """A counting endpoint does not stream."""

    def document(self, data: bytes) -> bool:
        """Any JSON object that holds the count is complete."""
        document = fields.parse(data)
        if not isinstance(document, dict):
            return False
        self.ended = True
        self.final = fields.count(document, self._key, self.flags) is not None
        return True

    def legs(self) -> tuple[Leg, ...]:
        """None: nothing was consumed."""
        return ()


def as_object(raw: msgspec.Raw) -> dict[str, Any] | None:
    """A usage object with fractions kept exact, or ``None`` for null, absent and anything else."""
    if len(raw) <= len("null"):
        return None
    value = fields.parse_exact(raw)
    return value if isinstance(value, dict) and value else None


def _credits_of(details: object) -> Decimal | None:
    """Nano-credits of ``copilot_usage.token_details``: count × cost of a batch / its size, over all of them."""
    if not isinstance(details, list) or not details:
        return None
    total = Decimal(0)
    for part in details:
        count, cost, size = (_amount(part, name) for name in ("token_count", "cost_per_batch", "batch_size"))
        if count is None or cost is None or not size:
            return None
        total += count * cost / size
    return total


def _amount(part: object, name: str) -> Decimal | None:
    value = part.get(name) if isinstance(part, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= fields.MOST:
        return None
    return Decimal(value)
