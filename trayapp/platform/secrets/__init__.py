"""Secrets at rest: in the system's keyring where there is one that keeps its word, else honestly in 0600 files.

``SecretStore`` is what others use; ``Place`` says where a secret lies; ``UnreachableError`` that it cannot be had now.
"""

from trayapp.platform.secrets.place import Place, UnreachableError
from trayapp.platform.secrets.store import SecretStore

__all__ = ["Place", "SecretStore", "UnreachableError"]
