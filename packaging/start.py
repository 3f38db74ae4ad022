"""Set Spendlight up if need be, and start it: ``python3 packaging/start.py``.

Any Python will do to call it; nothing has to be installed before. The first run downloads the packages that
``requirements.lock`` names; later runs start at once and need no network. What follows the options goes to
``spendlight``, so ``python3 packaging/start.py doctor`` is ``spendlight doctor``.
"""

import interpreter

if __name__ == "__main__":
    interpreter.ensure()
    import bootstrap

    bootstrap.run(bootstrap.start)
