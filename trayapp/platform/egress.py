"""How a child process of ours reaches the network: the system's trust, the company's proxies, never through ourselves.

Everything that our own HTTP clients share lives here. Standard library only (and truststore where there is no OpenSSL
store of the system's).
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import MutableMapping
from typing import Final
from urllib.parse import urlsplit

from trayapp.settings import is_loopback

_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")


def spare_ourselves(environment: MutableMapping[str, str], port: int | None) -> None:
    """Take a proxy that is our own port out of the environment, and keep this machine's calls away from any."""
    for name in list(environment):
        if name.lower() in _PROXIES:
            value = environment[name]
            try:
                parts = urlsplit(value if "//" in value else f"//{value}")
                ours = port is not None and parts.port == port and is_loopback(parts.hostname or "")
            except ValueError:
                ours = False
            if ours:
                del environment[name]
    spared = ",".join(filter(None, (environment.get("NO_PROXY"), environment.get("no_proxy"))))
    environment["NO_PROXY"] = environment["no_proxy"] = ",".join(
        dict.fromkeys([*filter(None, spared.split(",")), "localhost", "127.0.0.1", "::1"])
    )


def trust() -> ssl.SSLContext:
    """The system's trust store, as the proxy uses it."""
    if sys.platform in ("darwin", "win32"):
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return context
    return ssl.create_default_context()
