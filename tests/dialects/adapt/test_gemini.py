"""Gemini: what a request for one model becomes for another."""

from __future__ import annotations

import json
from typing import Any

import pytest

USER = {"role": "user", "parts": [{"text": "Go on."}]}


def test_the_path_names_the_model(ask: Any, bodies: Any) -> None:
    text = json.dumps(bodies.gemini()).encode()
    answer = ask.well("gemini", text, "gemini-3.5-flash")
    assert answer.body == text
    assert answer.target == "/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse"
    assert (answer.fields, answer.effort) == (("path",), "high")


@pytest.mark.parametrize(
    "target",
    [
        "/models/gemini-3.1-pro-preview:generateContent",
        "/v1/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse",
        "/v1beta1/publishers/google/models/gemini-3.1-pro-preview:generateContent",
        "/p/v1/projects/x/locations/y/publishers/google/models/gemini-3.1-pro-preview:generateContent?a=models/b:c",
    ],
)
def test_whatever_stands_before_the_model_stays(ask: Any, bodies: Any, target: str) -> None:
    answer = ask.well("gemini", bodies.gemini(), "models/gemini-3.5-flash", target=target)
    assert answer.target == target.replace("gemini-3.1-pro-preview", "gemini-3.5-flash")


def test_a_name_cannot_leave_its_segment(ask: Any, bodies: Any) -> None:
    answer = ask.well("gemini", bodies.gemini(), "../x:y?z#")
    assert "/models/..%2Fx%3Ay%3Fz%23:streamGenerateContent?alt=sse" in answer.target


def test_code_assist_names_it_in_the_body(ask: Any, bodies: Any) -> None:
    body = {"model": "gemini-3.1-pro-preview", "project": "p", "request": bodies.gemini()}
    answer = ask.well("assist", body, "gemini-2.5-flash")
    after = json.loads(answer.body)
    assert after["model"] == "gemini-2.5-flash"
    assert after["request"]["generationConfig"]["thinkingConfig"] == {"includeThoughts": True, "thinkingBudget": 24_576}
    assert (answer.target, answer.fields) == ("/v1internal:streamGenerateContent?alt=sse", ("model", "thinking"))
    assert answer.effort == "budget:24576"


@pytest.mark.parametrize(
    ("thinking", "model", "expected"),
    [
        ({"thinkingLevel": "MINIMAL"}, "gemini-3.8-flash", {"thinkingLevel": "LOW"}),
        ({"thinkingLevel": "medium"}, "gemini-3-pro-preview", {"thinkingLevel": "low"}),
        ({"thinkingLevel": "MEDIUM"}, "gemini-3.5-flash-lite", {"thinkingLevel": "MEDIUM"}),
        ({"thinkingLevel": "LOW"}, "gemini-2.5-flash-lite", {"thinkingBudget": 1024}),
        ({"thinkingLevel": "MINIMAL"}, "gemini-2.5-pro", {"thinkingBudget": 128}),
        ({"thinkingLevel": "MINIMAL"}, "gemini-2.5-flash", {"thinkingBudget": 0}),
        ({"thinkingBudget": 32_768}, "gemini-2.5-flash", {"thinkingBudget": 24_576}),
        ({"thinkingBudget": -1}, "gemini-2.5-flash", {"thinkingBudget": -1}),
        ({"thinkingBudget": -1, "includeThoughts": True}, "gemini-3.8-flash", {"includeThoughts": True}),
        ({"thinkingBudget": 0}, "gemini-3.8-flash", {"thinkingLevel": "LOW"}),
        ({"thinkingBudget": 9000}, "gemini-3.8-flash", {"thinkingLevel": "HIGH"}),
        ({"includeThoughts": True}, "gemini-3.8-flash", {"includeThoughts": True}),
        ({"thinkingBudget": 5}, "gemini-4-argon", {"thinkingBudget": 5}),
    ],
)
def test_thinking(ask: Any, bodies: Any, thinking: Any, model: str, expected: Any) -> None:
    body = ask.body("gemini", bodies.gemini(generationConfig={"thinkingConfig": thinking}), model)
    assert body["generationConfig"]["thinkingConfig"] == expected


def test_the_effort_lever(ask: Any, bodies: Any) -> None:
    answer = ask.well("gemini", bodies.gemini(), effort="low")
    assert json.loads(answer.body)["generationConfig"]["thinkingConfig"]["thinkingLevel"] == "LOW"
    assert (answer.fields, answer.effort) == (("effort",), "low")
    bare = ask.body("gemini", {"contents": [USER]}, effort="low")
    assert bare["generationConfig"] == {"thinkingConfig": {"thinkingLevel": "LOW"}}
    path = "/v1beta/models/gemini-4-argon:generateContent"
    assert ask.why("gemini", bodies.gemini(), effort="low", path=path) == "effort_unknown"


def test_bounds_on_output_come_down(ask: Any, bodies: Any) -> None:
    body = ask.body("gemini", bodies.gemini(generationConfig={"maxOutputTokens": 99_999}), "gemini-3.8-flash")
    assert body["generationConfig"] == {"maxOutputTokens": 65_536}


def test_a_foreign_signature_leaves_its_part_alone(ask: Any, bodies: Any) -> None:
    call = {"functionCall": {"name": "run", "args": {}}}
    contents = [
        USER,
        {
            "role": "model",
            "parts": [{**call, "thoughtSignature": "theirs"}, {"text": "ok", "thought_signature": "theirs"}],
        },
        {"role": "user", "parts": [{"functionResponse": {"name": "run", "response": {}}}]},
        {"role": "model", "parts": [{"text": "Done.", "thoughtSignature": "ours"}]},
        USER,
    ]
    answer = ask.well(
        "gemini", bodies.gemini(contents=contents), "gemini-3.5-flash", foreign=lambda text: text == "theirs"
    )
    after = json.loads(answer.body)["contents"]
    assert after[1] == {"role": "model", "parts": [call, {"text": "ok"}]}
    assert [*after[:1], *after[2:]] == [*contents[:1], *contents[2:]]
    assert answer.fields == ("path", "thinking_blocks")


@pytest.mark.parametrize("more", [[], [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}]])
def test_the_turn_under_way_keeps_its_signed_calls(ask: Any, bodies: Any, more: list[Any]) -> None:
    contents = [
        USER,
        {"role": "model", "parts": [{"functionCall": {"name": "run"}, "thoughtSignature": "theirs"}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "run", "response": {}}}, *more]},
    ]
    body = bodies.gemini(contents=contents)
    assert ask.why("gemini", body, "gemini-3.5-flash", foreign=lambda _text: True) == "chain"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"cachedContent": "cachedContents/1"}, "chain"),
        ({"generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}}, "not_a_generation"),
    ],
)
def test_what_is_none_of_ours(ask: Any, bodies: Any, more: Any, why: str) -> None:
    assert ask.why("gemini", bodies.gemini(**more), "gemini-3.5-flash") == why


def test_a_model_of_ones_own_has_no_double(ask: Any, bodies: Any) -> None:
    path = "/v1beta/tunedModels/mine:generateContent"
    assert ask.why("gemini", bodies.gemini(), "gemini-3.5-flash", path=path) in ("family", "no_model")
