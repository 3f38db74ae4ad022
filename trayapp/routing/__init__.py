"""Cheaper models, honestly: what a switch costs, when it is safe, what it is worth. Pure.

``session`` holds the values, ``course`` what a model costs turn by turn, ``economics`` compares staying with
switching, ``moments`` finds the cheapest safe moment, ``windowshare`` says the same for plans, ``booked`` takes the
rates from the price book.
"""
