"""Cheaper models, honestly: what a request is for, what a switch costs, when it is safe. Pure: no I/O.

``classify`` and its rooms say what a call's kind and task are and whether a cheaper model may be suggested.
``session`` holds the values of the economics, ``course`` what a model costs turn by turn, ``economics`` compares
staying with switching, ``moments`` finds the cheapest safe moment, ``windowshare`` says the same for plans, ``booked``
takes the rates from the price book.

``rules`` says which requests a rule concerns and which rule has the word, ``steering`` when it takes effect and how
long it holds, ``conversation`` which requests belong together, ``ladders`` which models may stand in for a dearer one,
``efforts`` what the other lever is worth, ``proposals`` which rules a week of rows speaks for.

``outcomes`` says how a turn went, from what ``complaints`` and ``deeds`` recognise in the requests after it;
``evidence`` learns from that which switches are proven, ``holdback`` measures what they are worth, ``advice`` compares
models by dollars per finished task; ``beta`` holds the arithmetic of shares.

``savings`` says afterwards what a rule has really saved, against a twin of each conversation; ``inflation`` between
what and what that lies.
"""
