"""What is not shown: recognising secrets in settings, and text in which they are replaced by ``…``.

A guess in favour of hiding: a name that speaks of keys or tokens, a value with a vendor's prefix, or a long run of
letters and digits mixed, also as a segment of a URL's path (our own token stands there).
"""

from __future__ import annotations

import re

_NAME = re.compile(r"(?i)key|token|secret|passw|credential|auth|cookie|bearer")
_PREFIX = re.compile(r"(?:sk|pk|rk|ghp|gho|ghs|github_pat|xox[a-z]|glpat|AIza|AKIA|eyJ)[-_A-Za-z0-9.]{8,}")
_OURS = re.compile(r"(https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?/)[^/\s\"']{16,}")
_RUN = re.compile(r"[A-Za-z0-9_+=-]{20,}")
_USER = re.compile(r"(://)[^/@\s\"']+@")
_NAMED = re.compile(
    r"""(?ix)(["']?[\w.-]*(?:key|token|secret|passw|credential|auth|cookie|bearer)[\w.-]*["']?\s*[:=]\s*)
    ("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,#}\]]+)"""
)


def looks_secret(name: str, value: str) -> bool:
    """Whether a setting's value should not be kept in clear or shown."""
    return bool(_NAME.search(name)) or masked(value) != value


def masked(text: str) -> str:
    """A text for people, secrets replaced by ``…``."""
    text = _NAMED.sub(lambda m: m[1] + _hidden(m[2]), text)
    text = _USER.sub(r"\1…@", text)
    text = _OURS.sub(r"\1…", text)
    text = _PREFIX.sub("…", text)
    return _RUN.sub(lambda m: "…" if _random(m[0]) else m[0], text)


def _hidden(value: str) -> str:
    bare = value.strip("\"'")
    if bare.lower() in ("true", "false", "null", "") or (bare.isdecimal() and len(bare) < 8) or bare[:1] in "{[(":
        return value
    quote = value[0] if value[0] in "\"'" else ""
    return f"{quote}…{quote}"


def _random(run: str) -> bool:
    """Whether a long run looks drawn, not spelled."""
    digits = any(c.isdigit() for c in run)
    both_cases = not run.islower() and not run.isupper()
    if both_cases and (digits or (len(run) >= 30 and run.isalpha())):
        return True
    return digits and max(len(part) for part in re.split(r"[-_=+]", run)) >= 16
