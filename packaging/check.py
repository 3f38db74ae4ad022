"""Run Spendlight's tests from a bare checkout: ``python3 packaging/check.py``.

Sets up the same environment as ``start.py``, with the test packages of ``requirements-test.lock``, installs the
system packages that tests need where it has the right to, says what will be left out otherwise, and becomes pytest:
its summary is the last output and its exit code is the answer. Unknown options go to pytest.
"""

import interpreter

if __name__ == "__main__":
    interpreter.ensure()
    import bootstrap
    import suite

    bootstrap.run(suite.check)
