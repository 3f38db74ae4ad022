"""``python -m trayapp`` is ``spendlight``."""

from trayapp.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
