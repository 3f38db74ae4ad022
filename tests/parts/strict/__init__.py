"""A vendor that checks each parameter as its documentation says, and refuses with its own error.

The simulated vendor of the demo answers anything. This package puts a judge in front of it, for tests of requests that
were rewritten to another model: ``upstream.StrictVendor`` is the vendor, ``checks.check`` the judge, ``seen`` the
record of what arrived, ``loops`` the answers that make a tool work.

Rules: the judge is written from facts and public documentation only, never from the code that it judges; each table
names its source and date. What no source says, and is assumed, says "assumed" where it stands. What the judge does not
know (another vendor's model, a deployment's name) it lets pass.
"""
