"""A call's kind as routing and its users name it: ``main``, ``side:title``, ``subagent:explore`` …

``trayapp.dialects.kinds`` recognises the kinds, in the same reading that opens a call's row, so a row and a suggestion
never disagree; here they get the names of ``spendlight classify`` and of rules, and the word on which of them a small
model does without any personal evidence.
"""

from __future__ import annotations

from typing import Final

from trayapp.values import Kind

LABELS: Final = {
    Kind.MAIN: "main",
    Kind.TITLE: "side:title",
    Kind.PROBE: "side:probe",
    Kind.COMPACTION: "side:compaction",
    Kind.SUMMARY: "side:webfetch",
    Kind.ROUTER: "side:router",
    Kind.MEMORY: "side:memory",
    Kind.COUNT: "side:count",
    Kind.BATCH: "batch",
    Kind.OTHER: "side:other",
    Kind.SUBAGENT: "subagent:task",
    Kind.EXPLORE: "subagent:explore",
}

EASY: Final = {
    Kind.TITLE: 0.99,
    Kind.PROBE: 0.99,
    Kind.COUNT: 0.99,
    Kind.SUMMARY: 0.97,
    Kind.EXPLORE: 0.96,
    Kind.COMPACTION: 0.95,
    Kind.ROUTER: 0.9,
}
"""Kinds that a small model does as well. The numbers order them; they are not measured."""

OFFERED: Final = frozenset({Kind.TITLE, Kind.SUMMARY, Kind.EXPLORE, Kind.COMPACTION})
"""Of these, the kinds for which a cheaper model is suggested. A probe or a count asks about the very model (and costs
nothing); a router's answer decides what other calls cost."""
