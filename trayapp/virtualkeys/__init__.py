"""Virtual keys: a tool holds a key of Spendlight's own, the real one goes into the call on its way to the vendor.

``cabinet`` makes and keeps them, ``swap`` puts the real key in, ``handover`` carries them over inherited pipes. The
engine and the guard's relay swap by the same code, so that they cannot differ. ``swap``, ``register`` and ``handover``
are standard library only: the guard imports them.
"""
