"""What Spendlight answers when it cannot or may not pass a call on: an error in the vendor's own shape.

Everything that a tool can hear from Spendlight instead of from its vendor is made here, so that each tool
shows it as it shows its vendor's errors, and the user can see who spoke.

Rules: standard library only (the guard speaks through it too); every message begins with ``Spendlight:`` and
says what to do; no message repeats anything of the request but its method.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer of our own."""

    status: int
    """HTTP status, 400–599."""
    code: str
    """Stable machine-readable name, e.g. ``bad_token``. Documented in the README."""
    message: str
    """A sentence that says what happened and what to do. The prefix ``Spendlight:`` is added."""
    vendor: str | None = None
    """Whose error shape to use; ``None`` uses the shape of OpenAI, which most clients read."""

    def body(self) -> bytes:
        """The JSON body in the vendor's error shape."""
        text = f"Spendlight: {self.message}"
        document: dict[str, object]
        if self.vendor == "anthropic":
            kind = _ANTHROPIC_TYPES.get(self.status, "api_error")
            document = {
                "type": "error",
                "error": {"type": kind, "message": text},
                "spendlight": {"code": self.code},
            }
        elif self.vendor == "gemini":
            status = _GOOGLE_STATUS.get(self.status, "INTERNAL")
            reason = {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": self.code.upper(),
                "domain": "spendlight",
            }
            document = {"error": {"code": self.status, "message": text, "status": status, "details": [reason]}}
        else:
            kind = "server_error" if self.status >= 500 else "invalid_request_error"
            document = {"error": {"message": text, "type": kind, "param": None, "code": self.code}}
        return json.dumps(document, ensure_ascii=False).encode()

    def response(self, *, head_only: bool = False, close: bool = True) -> bytes:
        """The whole HTTP/1.1 response, body left out for a HEAD request."""
        body = self.body()
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Refused"
        lines = [
            f"HTTP/1.1 {self.status} {phrase}",
            "Content-Type: application/json; charset=utf-8",
            f"Content-Length: {len(body)}",
            "X-Spendlight-Error: " + self.code,
        ]
        if self.status == 426:
            lines.append("Upgrade: HTTP/1.1")
        lines.append("Connection: close" if close else "Connection: keep-alive")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
        return head if head_only else head + body
