"""One request made to fit another model: the steps in their order.

Everything that decides whether a request may be adapted at all, and puts body, path and head together, lives here. The
wires' own rules are in ``claude``, ``openai`` and ``gemini_turns``; for every other wire only the name changes.

Rules:

* nothing but what the other model needs is changed, and what changed is named;
* where anything stands in the way the request is not adapted, and a word says why. Nothing raises, whatever came;
* a prompt that cannot fit is refused by its size at four bytes a token: an estimate that lets pass what may still be
  too large. Whoever knows real counts has to look again;
* the body is coded as it came.
"""

from __future__ import annotations

import re
from typing import Final

from trayapp.dialects import asker, fields
from trayapp.dialects.adapt import address, bounds, claude, gemini_turns, openai
from trayapp.dialects.adapt.capability import canonical, merged
from trayapp.dialects.adapt.contract import Adapted, Change, Refused, Unadaptable, Wanted
from trayapp.dialects.adapt.document import Document
from trayapp.dialects.adapt.known_models import capability
from trayapp.dialects.coding import decode_whole, encode_whole
from trayapp.dialects.dialect import RequestView
from trayapp.dialects.request import MAX_BODY
from trayapp.values import Call

BYTES_A_TOKEN: Final = 4
"""For the cheap bound on the window. Code has fewer bytes a token, so this refuses only what surely is too large."""
_HINT: Final = b"x-codex-routing-hint"
_BETA: Final = b"anthropic-beta"
_NAMES_MODEL: Final = re.compile(rb"(?<![\w-])model=([^;,\s]*)")


def adapt(call: Call, view: RequestView, target: str, body: bytes, wanted: Wanted) -> Adapted | Unadaptable:
    """The same request for another model, or with another effort.

    Args:
        call: what was read from the request.
        view: its head.
        target: the upstream request target, path and query; its path may differ from the view's.
        body: the body as received (content-coded).
        wanted: what the user has agreed to.

    Returns:
        The request as it goes out, or why it goes out as it came.
    """
    try:
        return _adapt(call, view, target, body, wanted)
    except Refused as refused:
        return Unadaptable(refused.why)
    except (ValueError, RecursionError, MemoryError):
        return Unadaptable("unreadable")


def _adapt(call: Call, view: RequestView, target: str, body: bytes, wanted: Wanted) -> Adapted:
    if not address.generates(call.wire, view.path):
        raise Refused("not_a_generation")
    headers = asker.index(view.headers)
    coding = asker.text(headers, b"content-encoding")
    plain, trouble = decode_whole(body, coding, limit=MAX_BODY)
    if plain is None or trouble is not None or (not coding and plain != body):
        raise Refused("unreadable")
    document = Document.read(plain)
    if document is None:
        raise Refused("unreadable")
    reason = bounds.unchangeable(view, document)
    if reason is not None:
        raise Refused(reason)
    asked = _asked(call, target, document)
    change = _change(call, asked, wanted)
    if change.switches and not wanted.goes_on and bounds.chained(call.wire, document):
        raise Refused("chain")
    if change.switches and change.target is not None and change.target.window is not None:
        size = max(call.context_bytes, len(plain))
        if size // BYTES_A_TOKEN > change.target.window:
            raise Refused("window")
    _fit(call, document, change)
    out = target
    restore: tuple[tuple[bytes, bytes], ...] = ()
    if wanted.model is not None:
        out = _renamed(call, target, document, wanted.model, change)
        restore = _restored(call, asked, wanted.model)
    altered = document.written()
    coded = body if altered == plain else None if altered is None else encode_whole(altered, coding)
    if coded is None:
        raise Refused("unreadable")
    new = tuple(_headers(view, asked, change))
    return Adapted(
        body=coded,
        target=out,
        headers=new,
        restore=restore,
        fields=tuple(sorted(change.fields)),
        effort=change.effort,
    )


def _asked(call: Call, target: str, body: Document) -> str:
    """The model as the tool has named it, where the vendor reads it."""
    named = address.named(target)
    found = fields.name(named if named is not None else body.value("model")) or call.model
    if found is None:
        raise Refused("no_model")
    return found


def _change(call: Call, asked: str, wanted: Wanted) -> Change:
    model = asked if wanted.model is None else fields.name(wanted.model)
    if model is None:
        raise Refused("no_model")
    said = wanted.known
    if said is not None and said.model != canonical(call.wire, model):
        said = None
    return Change(
        wanted=wanted,
        asked=capability(call.wire, asked),
        target=merged(said, capability(call.wire, model)),
    )


def _fit(call: Call, body: Document, change: Change) -> None:
    wire = call.wire
    if wire == "anthropic-messages" or (wire == "bedrock-invoke" and "anthropic_version" in body):
        claude.fit(body, change)
    elif wire == "openai-responses":
        openai.responses(call, body, change)
    elif wire == "openai-chat":
        openai.chat(call, body, change)
    elif wire == "gemini":
        inner = body.part("request")
        gemini_turns.fit(inner or body, change)
        if inner is not None:
            body.adopt("request", inner)
    elif change.wanted.effort is not None:
        raise Refused("effort_unknown")
    elif wire == "bedrock-invoke" or "additionalModelRequestFields" in body:
        raise Refused("family")  # another maker's bodies, or one model's own fields


def _renamed(call: Call, target: str, body: Document, model: str, change: Change) -> str:
    """Put the model where the request names it; the target that comes of it."""
    if address.bespoke(target.partition("?")[0]):
        raise Refused("family")
    if call.wire == "gemini":
        model = model.removeprefix("models/")
    in_path = address.named(target)
    found = False
    if in_path is not None:
        found = True
        if in_path != model:
            altered = address.renamed(target, model)
            if altered is None:
                raise Refused("no_model")
            target = altered
            change.fields.add("path")
    written = body.value("model")
    prefix = "models/" if call.wire == "gemini" and isinstance(written, str) and written.startswith("models/") else ""
    if "model" in body and (in_path is None or written == prefix + in_path):
        if fields.name(written) is None:
            raise Refused("no_model")
        found = True
        if written != prefix + model:
            body.set("model", prefix + model)
            change.fields.add("model")
    if not found:
        raise Refused("no_model")
    return target


def _restored(call: Call, asked: str, model: str) -> tuple[tuple[bytes, bytes], ...]:
    """Codex warns of an account under suspicion when the answer names another model than it asked for."""
    if call.wire != "openai-responses" or asked == model:
        return ()
    return ((b"openai-model", asked.encode("latin-1", "replace")),)


def _headers(view: RequestView, asked: str, change: Change) -> list[tuple[bytes, bytes]]:
    model = change.wanted.model
    if model is None:
        return []
    changed: list[tuple[bytes, bytes]] = []
    betas = [(key.lower(), value) for key, value in view.headers if key.lower() == _BETA]
    if change.target is not None:
        fitting = [(key, claude.accepted_betas(value, change.target)) for key, value in betas]
        if fitting != betas:
            changed += fitting
            change.fields.add("betas")
    for key, value in view.headers:
        if key.lower() != _HINT:
            continue
        hint = _NAMES_MODEL.sub(lambda found: b"model=" + _for(found[1], asked, model), value)
        if hint != value:
            changed.append((_HINT, hint))
            change.fields.add("routing_hint")
    return changed


def _for(named: bytes, asked: str, model: str) -> bytes:
    return model.encode("ascii") if named == asked.encode("latin-1", "replace") else named
