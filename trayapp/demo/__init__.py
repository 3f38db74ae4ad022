"""The demo: a vendor that nobody has to pay, and a scripted afternoon of tools that talk to it.

``vendor`` is an HTTP server on loopback that speaks the wire formats of Anthropic, OpenAI and Gemini and counts
tokens as they do; ``afternoon`` sends it what several coding tools send in an afternoon; ``run`` puts the real proxy
with a throwaway ledger between the two and shows the meter. Tests and measurements use the same vendor.
"""
