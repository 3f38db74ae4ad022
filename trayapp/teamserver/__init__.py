"""The reference team server: totals up, policy down, pools, and a console. An extra: ``pip install '.[teamserver]'``.

``app.py`` puts it together: ``devices.py``, ``reading.py`` and ``console.py`` hold the routes, ``operations.py``
describes them for the OpenAPI document. Below them lie one idea a module: who asks (``tokens.py``, ``people.py``,
``enrolment.py``), what devices send (``admission.py``, ``intake.py``), what they get (``policies.py``,
``policychecks.py``, ``pools.py``, ``namedpools.py``, ``leases.py``), in which steps (``rungs.py``, ``tellings.py``,
``forecasting.py``), what others may read (``atoms.py``, ``releases.py``, ``commitments.py``, ``trail.py``), what is
forgotten (``mine.py``, ``retention.py``), and where it lies (``tables.py``, ``database.py``, ``amounts.py``,
``migrations/``).

Rules: nothing of Spendlight outside this package and its command imports it; a replica remembers nothing between two
requests but its configuration and how fast devices ask; money is exact to the pico-dollar on every engine.
"""
