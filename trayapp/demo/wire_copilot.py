"""What GitHub says to Copilot's own clients, as the simulated vendor says it.

Everything beside the calls themselves, which have OpenAI's and Anthropic's formats: whose plan it is
(``api.github.com``) and which models it offers. Shapes: answers that Copilot CLI 1.0.102 accepted (2026-11).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from trayapp.demo.script import Answer

MODELS: Final = (
    ("claude-sonnet-5", "Anthropic", "/chat/completions"),
    ("claude-haiku-4.5", "Anthropic", "/chat/completions"),
    ("gpt-5.5", "Azure OpenAI", "/responses"),
    ("gpt-5.4-mini", "Azure OpenAI", "/responses"),
)
"""Name, maker and endpoint."""
_encode = msgspec.json.encode


def user() -> Answer:
    """The plan of who asks. Its address of the API is the public one, which a client that is led here never uses."""
    quota = {
        "entitlement": 300,
        "remaining": 200,
        "percent_remaining": 66.6,
        "unlimited": False,
        "overage_count": 0,
        "overage_permitted": True,
        "quota_id": "premium_interactions",
        "quota_remaining": 200.0,
    }
    document = {
        "login": "dev",
        "access_type_sku": "copilot_individual",
        "copilot_plan": "individual",
        "chat_enabled": True,
        "organization_login_list": [],
        "organization_list": [],
        "endpoints": {"api": "https://api.githubcopilot.com", "telemetry": "https://telemetry.githubcopilot.com"},
        "quota_reset_date": "2026-12-01",
        "quota_snapshots": {"premium_interactions": quota},
    }
    return Answer(body=_encode(document))


def models() -> Answer:
    """The model list."""
    return Answer(body=_encode({"object": "list", "data": [_model(*model) for model in MODELS]}))


def _model(name: str, maker: str, endpoint: str) -> dict[str, Any]:
    limits = {"max_context_window_tokens": 200_000, "max_prompt_tokens": 168_000, "max_output_tokens": 32_000}
    capabilities = {
        "family": name,
        "type": "chat",
        "object": "model_capabilities",
        "tokenizer": "o200k_base",
        "limits": limits,
        "supports": {"streaming": True, "tool_calls": True, "parallel_tool_calls": True, "vision": False},
    }
    return {
        "id": name,
        "name": name,
        "object": "model",
        "vendor": maker,
        "version": name,
        "preview": False,
        "model_picker_enabled": True,
        "is_chat_default": name == MODELS[0][0],
        "is_chat_fallback": False,
        "policy": {"state": "enabled", "terms": ""},
        "billing": {"is_premium": True, "multiplier": 1},
        "supported_endpoints": [endpoint],
        "capabilities": capabilities,
    }
