"""The team: totals go up, a signed policy comes down; never a text, never a key.

``wire`` says what crosses the network, for the client here and for ``trayapp.teamserver`` alike.
"""
