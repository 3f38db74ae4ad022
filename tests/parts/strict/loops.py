"""Answers that make a tool work: a call of one of its own tools, once or more, and then words.

``ToolLoop`` is a planner without memory: how often it has called already stands in the conversation, so side calls,
several clients at once and retries do not disturb it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from strict.seen import offered, turns
from trayapp.demo.script import Ask, Script, ToolUse, default_plan

SHELL: Final[Mapping[str, str]] = {
    "Bash": '{"command":"echo xyzzy","description":"Say the word"}',
    "exec": 'const r = await tools.exec_command({cmd: "echo xyzzy"}); text(r.output);',
    "exec_command": '{"cmd":"echo xyzzy"}',
    "shell": '{"command":["bash","-lc","echo xyzzy"]}',
    "run_shell_command": '{"command":"echo xyzzy","description":"Say the word"}',
    "bash": '{"command":"echo xyzzy","description":"Say the word"}',
}
"""A shell's call by the tool's name: Claude Code; Codex in code mode and without; Gemini CLI and Qwen Code; opencode,
pi, Copilot."""

_RESULTS: Final = ("tool_result", "function_call_output", "custom_tool_call_output")
_WORDS: Final = ("text", "input_text", "input_image", "image")


@dataclass(frozen=True, slots=True)
class ToolLoop:
    """Calls the first of ``calls`` that a request offers ``times`` times after each of the user's words, then ends.

    A request that offers none of them, a side call, gets the usual answer.
    """

    calls: Mapping[str, str]
    """A tool's name to its arguments (JSON object as text; for a free-form tool its input)."""
    times: int = 1
    text: str = "The magic word is xyzzy."

    def __call__(self, ask: Ask) -> Script:
        """The script of one request."""
        body = msgspec.json.decode(ask.body) if ask.body else {}
        tools = dict(offered(body))
        name = next((name for name in self.calls if name in tools), None)
        if name is None or ask.schema is not None:
            return default_plan(ask)
        if answered(body) >= self.times:
            return Script(text=self.text)
        tool = ToolUse(name=name, arguments=self.calls[name], free_form=tools[name])
        return Script(text="", tool=tool)


def answered(body: Mapping[str, Any]) -> int:
    """How many of a tool's results stand after the user's last words."""
    count = 0
    for turn in turns(body):
        content = turn.get("content", turn.get("parts"))
        blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
        results = sum(block.get("type") in _RESULTS or "functionResponse" in block for block in blocks)
        results += turn.get("type") in _RESULTS or turn.get("role") == "tool"
        speaks = turn.get("role") == "user" and (
            isinstance(content, str) or any(b.get("type") in _WORDS or "text" in b for b in blocks)
        )
        if results:
            count += results
        elif speaks:
            count = 0
    return count
