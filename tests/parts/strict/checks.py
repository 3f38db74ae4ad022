"""Which judge a request goes to.

``check`` is pure: a request as the vendor gets it, its body decoded, and the refusal or ``None``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from strict import chat, claude, gemini, responses
from strict.refusal import Refused
from strict.rules import Rules
from trayapp.demo.endpoints import is_metered, vendor_of

DEFAULT = Rules()


def check(method: str, path: str, headers: Mapping[str, str], body: bytes, rules: Rules = DEFAULT) -> Refused | None:
    """Judge a request.

    Args:
        method: the HTTP method.
        path: without the query.
        headers: lower-case names.
        body: without its content coding.
        rules: how strict to be.

    Returns:
        Why it is refused; ``None`` when it is served, or is no request for tokens.
    """
    if not is_metered(method, path, headers):
        return None
    try:
        given: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        given = None
    if not isinstance(given, dict):
        return Refused(message="We could not parse the JSON body of your request.", rule="json")
    try:
        return _judge(path, headers, given, rules)
    except (AttributeError, KeyError, TypeError, ValueError):
        # The judges read what vendors' schemas promise; what breaks them, a vendor's own schema refuses.
        return Refused(message="The request does not have the shape that this address expects.", rule="shape")


def _judge(path: str, headers: Mapping[str, str], given: dict[str, Any], rules: Rules) -> Refused | None:
    vendor = vendor_of(path, headers)
    if vendor == "anthropic":
        return claude.check(path, headers, given, rules)
    if vendor == "gemini" or "/publishers/google/models/" in path:
        return gemini.check(path, headers, given, rules)
    if vendor == "ollama":
        return None
    if path.endswith("/chat/completions"):
        return chat.check(path, headers, given)
    return responses.check(path, headers, given, rules)
