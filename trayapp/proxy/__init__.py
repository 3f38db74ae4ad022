"""The relay: bytes between a tool and its vendor, and nothing but bytes.

``watch`` is the border: what the relay asks (`Gate`) and tells (`Watch`). ``framing`` and ``head`` are sans-I/O:
what a valid message is and how it is written again. ``rewrite`` is what leaves changed when its user agreed.
``admission`` asks the gate, ``downstream`` and ``upstream`` are the two connections, ``exchange`` is one call between
them, ``pool`` opens and keeps the vendors' connections, ``server`` owns it all.

Base-URL mode only: no CONNECT, no TLS towards tools, no WebSocket. A CONNECT is refused, an upgrade to WebSocket
is answered 426 so that the tool falls back to plain HTTP at once.
"""

from trayapp.proxy.server import ProxyServer
from trayapp.proxy.watch import Ending, Gate, Plan, RequestHead, Rewrite, Sieve, Watch

__all__ = ["Ending", "Gate", "Plan", "ProxyServer", "RequestHead", "Rewrite", "Sieve", "Watch"]
