"""Where a request names its model outside the body: the path, and which paths ask for text at all.

Everything that reads or rewrites a model in a request's target lives here: Gemini and Vertex (``/models/X:verb``, with
or without version segments), Claude on Vertex, Azure's deployments and Bedrock (captures of 2026-11-23, facts of the
SDKs as in the dialects). Rules: only the one segment changes; what comes out is matched again; the new name is percent-
encoded, save ``@`` (Vertex's dated names).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

_GENERATIONS: Final = {
    "anthropic-messages": re.compile(
        r"/messages\Z|/publishers/anthropic/models/[^/:]+:(?:rawPredict|streamRawPredict)\Z"
    ),
    "openai-chat": re.compile(r"/chat/completions\Z"),
    "openai-responses": re.compile(r"/responses\Z"),
    "gemini": re.compile(r":(?:generateContent|streamGenerateContent)\Z"),
    "bedrock-invoke": re.compile(r"/model/[^/]+/invoke(?:-with-response-stream)?\Z"),
    "bedrock-converse": re.compile(r"/model/[^/]+/converse(?:-stream)?\Z"),
    "ollama": re.compile(r"/api/(?:chat|generate)\Z"),
    "lmstudio": re.compile(r"/api/v1/chat\Z"),
    "llamacpp": re.compile(r"/completions?\Z"),
}
_COUNTS: Final = "/count-tokens:"
"""Token counting of Claude on Vertex has a model's place in its path."""
_PLACES: Final = (
    re.compile(r"(?<=/publishers/anthropic/models/)(?P<model>[^/:]+)(?=:\w+\Z)"),
    re.compile(r"(?<=/models/)(?P<model>[^/:]+)(?=:\w+\Z)"),
    re.compile(r"(?<=/deployments/)(?P<model>[^/]+)(?=/[\w/]+\Z)"),
    re.compile(r"(?<=/model/)(?P<model>[^/]+)(?=/(?:invoke|converse)[\w-]*\Z)"),
)
_OWN: Final = re.compile(r"/(?:tunedModels|endpoints)/[^/:]+:\w+\Z")


def generates(wire: str, path: str) -> bool:
    """Whether a path of a wire format asks for text: not for a count, an embedding or a batch."""
    pattern = _GENERATIONS.get(wire)
    return pattern is not None and pattern.search(path) is not None and _COUNTS not in path


def bespoke(path: str) -> bool:
    """Whether the path names a model that someone has trained for themselves: no other takes its place."""
    return _OWN.search(path) is not None


def named(target: str) -> str | None:
    """The model that a target's path names, decoded."""
    match = _place(target.partition("?")[0])
    return None if match is None else unquote(match["model"])


def renamed(target: str, model: str) -> str | None:
    """The target with another model in its path; ``None`` when the path names none or the name does not fit it."""
    path, mark, query = target.partition("?")
    match = _place(path)
    if match is None:
        return None
    altered = path[: match.start()] + quote(model, safe="@") + path[match.end() :] + mark + query
    return altered if named(altered) == model else None


def _place(path: str) -> re.Match[str] | None:
    return next((match for pattern in _PLACES if (match := pattern.search(path)) is not None), None)
