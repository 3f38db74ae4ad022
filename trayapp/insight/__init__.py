"""What the ledger's sums mean: how a day's spend usually goes, what a period will cost, which budgets are used up.

``days`` turns hour sums into local days, ``periods`` knows days, weeks and months, ``shape`` how a day's spend spreads
over its hours, ``habit`` what days cost, ``forecast`` what a period will cost, ``crossing`` when a limit will be
passed, ``pace`` where a budget would usually stand by now, ``thresholds`` what of a budget has been told. ``waste``
counts rows that were wasted, with ``repeats``, ``rewrites``, ``bloat`` and ``tally``.

Rules: pure, no clock and no I/O of its own: the caller asks the ledger and gives sums and moments; money in and out is
``int`` pico-USD (inside, a forecast may be a float: it is no amount that anybody pays); "not enough data" is an answer.
"""
