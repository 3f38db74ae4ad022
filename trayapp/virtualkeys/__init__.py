"""Virtual keys: a tool holds a key of Spendlight's own, the real one goes into the call on its way to the vendor.

``cabinet`` makes and keeps them, ``swap`` puts the real key in, ``handover`` and ``frames`` carry them over inherited
pipes. The engine and the guard's relay swap by the same code, so that they cannot differ. ``swap``, ``register``,
``handover`` and ``frames`` are standard library only: the relay imports them, the guard itself ``frames`` alone.
"""
