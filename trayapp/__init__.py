"""Spendlight: a local meter for what AI coding tools cost.

The package is the product; its rooms and the walls between them are listed in CONTRIBUTING.md and held by
import-linter (``pyproject.toml``).
"""

__version__ = "0.1.0"
