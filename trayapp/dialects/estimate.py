"""Usage for calls whose vendor did not say it: aborted streams, chat streams without a usage.

Everything that turns a partial reading into an estimate lives here. An estimate is never ``complete`` and always
flagged ``estimated``; what the vendor did say (Anthropic's and Gemini's prompt counts) is kept exact, and more flags
say which part is whose:

* ``input_estimated``, or ``input_unknown`` where nothing is known of the prompt;
* ``output_estimated``, or ``output_unknown`` where an answer ended whose text was not seen;
* ``at_least``: the answer may hold thinking that nobody was shown, so the output is a lower bound;
* ``capped``: the estimate was above what the request allowed, and is that.
"""

from __future__ import annotations

from msgspec.structs import replace

from trayapp.dialects import ratios
from trayapp.dialects.reader import ResponseReader
from trayapp.values import Call, Kind, Leg, Usage

_NO_THINKING = ("none", "disabled", "off", "budget:0")


def estimate_usage(
    call: Call,
    reader: ResponseReader,
    *,
    input_tokens: int | None = None,
    ratio: float | None = None,
    answer_tokens: int | None = None,
    thought_tokens: int | None = None,
) -> Usage:
    """The usage of a call, its unknown parts estimated.

    Args:
        call: the request; ``context_bytes`` bounds its prompt.
        reader: the answer as far as it came; it is finished by this.
        input_tokens: a better estimate of the prompt than its size gives, e.g. anchored on the previous call.
        ratio: bytes a token, calibrated for this model; the family's figure otherwise.
        answer_tokens: a better estimate of the answer's text than its size gives, e.g. by a tokenizer.
        thought_tokens: the same for the thinking that was shown.

    Returns:
        The reader's own usage when it is complete, when the answer was an error before any token came, or when
        the call is free; else a copy with ``complete=False``, flagged as above.
    """
    usage = reader.finish()
    if usage.complete or call.kind == Kind.COUNT:
        return usage
    known_input, known_output = reader.live()
    said_output = sum(leg.output + leg.output_audio + leg.output_image for leg in usage.legs)
    if usage.error is not None and not usage.legs and not known_output:
        return usage
    family = ratios.family(reader.wire, usage.model or call.model)
    per_token = ratio if ratio is not None and ratio > 0 else family.bytes_per_token
    flags = dict.fromkeys((*usage.flags, "estimated"))
    legs = usage.legs or (Leg(),)
    if known_input is None and not legs[0].prompt:
        prompt = input_tokens if input_tokens is not None else ratios.at(call.context_bytes, per_token)
        flags["input_estimated" if prompt else "input_unknown"] = None
        legs = (replace(legs[0], input=max(0, prompt)), *legs[1:])
    if reader.ended and not reader.text_bytes and not known_output:
        flags["output_unknown"] = None
    else:
        flags["output_estimated"] = None
    if _lower_bound(call, reader, usage, family):
        flags["at_least"] = None
    guess = _written(reader, per_token, usage.total("reasoning"), answer_tokens, thought_tokens)
    if call.max_output is not None and guess > call.max_output > 0:
        guess = call.max_output
        flags["capped"] = None
    # The last leg is the one that was being written when the answer stopped.
    if guess > said_output:
        legs = (*legs[:-1], replace(legs[-1], output=legs[-1].output + guess - said_output))
    return replace(usage, legs=legs, complete=False, flags=tuple(flags))


def _written(
    reader: ResponseReader, per_token: float, reasoning: int, answer_tokens: int | None, thought_tokens: int | None
) -> int:
    """Tokens of all that was written, thinking included; the vendor's own count of it stands above what was shown."""
    if answer_tokens is None and thought_tokens is None and not reasoning:
        return ratios.at(reader.text_bytes, per_token)
    if answer_tokens is None:
        answer_tokens = ratios.at(reader.text_bytes - reader.thought_bytes, per_token)
    if thought_tokens is None:
        thought_tokens = ratios.at(reader.thought_bytes, per_token)
    return answer_tokens + (reasoning or thought_tokens)


def _lower_bound(call: Call, reader: ResponseReader, usage: Usage, family: ratios.Family) -> bool:
    """Whether tokens may have been billed that left no trace."""
    answered = reader.text_bytes > reader.thought_bytes
    if family.thinking == "shown" or (usage.total("reasoning") and answered):
        return False
    if family.thinking == "summarised" or reader.thinks:
        return reader.thinks
    if call.effort in _NO_THINKING:
        return False
    # Gemini counts thoughts with each chunk and leaves a zero out.
    return not (usage.legs and answered)
