"""The engine: it knows every other room and wires them together. No Qt, no screen.

``run`` is the composition root, ``calls`` the life of a call, ``conclude`` what a call's end is worth,
``glance`` what the faces see, ``control_server`` how they ask, ``lifeline`` the tie to the guard.
"""
