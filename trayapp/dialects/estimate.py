"""Usage for calls whose vendor did not say it: aborted streams, chat streams without a usage.

Everything that turns a partial reading into an estimate lives here. An estimate is never ``complete`` and is
always flagged ``estimated``; what the vendor did say (Anthropic's and Gemini's prompt counts) is kept exact.
"""

from __future__ import annotations

from msgspec.structs import replace

from trayapp.dialects import ratios
from trayapp.dialects.reader import ResponseReader
from trayapp.values import Call, Kind, Leg, Usage


def estimate_usage(
    call: Call,
    reader: ResponseReader,
    *,
    input_tokens: int | None = None,
    ratio: float | None = None,
) -> Usage:
    """The usage of a call, its unknown parts estimated from sizes.

    Args:
        call: the request; ``context_bytes`` bounds its prompt.
        reader: the answer as far as it came; it is finished by this.
        input_tokens: a better estimate of the prompt than its size gives, e.g. anchored on the previous call.
        ratio: bytes a token, calibrated for this model; the family's figure otherwise.

    Returns:
        The reader's own usage when it is complete, when the answer was an error before any token came, or when
        the call is free; else a copy with ``complete=False`` and the flag ``estimated``. An interrupted answer
        whose prompt no one knows (``context_bytes`` 0) keeps an empty prompt and the flag ``input_unknown``; a
        finished one whose text was not seen is flagged ``output_unknown``.
    """
    usage = reader.finish()
    if usage.complete or call.kind == Kind.COUNT:
        return usage
    known_input, known_output = reader.live()
    if usage.error is not None and not usage.legs and not known_output:
        return usage
    family = ratios.bytes_per_token(reader.wire, usage.model or call.model)
    per_token = ratio if ratio is not None and ratio > 0 else family
    guess = ratios.at(reader.text_bytes, per_token)
    flags = dict.fromkeys((*usage.flags, "estimated"))
    legs = usage.legs or (Leg(),)
    if known_input is None and not legs[0].prompt:
        prompt = input_tokens if input_tokens is not None else ratios.at(call.context_bytes, per_token)
        if not prompt:
            flags["input_unknown"] = None
        legs = (replace(legs[0], input=max(0, prompt)), *legs[1:])
    # The last leg is the one that was being written when the answer stopped.
    if reader.ended and not reader.text_bytes and not known_output:
        flags["output_unknown"] = None
    written = sum(leg.output + leg.output_audio + leg.output_image for leg in legs)
    if guess > written:
        legs = (*legs[:-1], replace(legs[-1], output=legs[-1].output + guess - written))
    return replace(usage, legs=legs, complete=False, flags=tuple(flags))
