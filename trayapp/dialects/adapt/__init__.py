"""A request for one model becomes a request for another, changed in nothing but what the other model needs.

Used when the user has agreed to a cheaper model, or to less effort. Pure: no I/O, no clock, nothing kept.
``adapt`` makes the request or says why not; ``signatures`` names the thinking in a conversation that only its own model
can read; ``capability``, ``capability_from_listing`` and ``listed`` say what models take; ``chained`` and
``unchangeable`` say beforehand, of a body that is read once (``Document``), what would stand in the way.
"""

from trayapp.dialects.adapt.adapting import adapt
from trayapp.dialects.adapt.bounds import before, chained, keeps, unchangeable
from trayapp.dialects.adapt.capability import Capability, canonical
from trayapp.dialects.adapt.contract import FIELDS, REASONS, Adapted, Unadaptable, Wanted
from trayapp.dialects.adapt.document import Document
from trayapp.dialects.adapt.known_models import capability
from trayapp.dialects.adapt.listing import capability_from_listing, listed
from trayapp.dialects.adapt.signed_thoughts import signatures

__all__ = [
    "FIELDS",
    "REASONS",
    "Adapted",
    "Capability",
    "Document",
    "Unadaptable",
    "Wanted",
    "adapt",
    "before",
    "canonical",
    "capability",
    "capability_from_listing",
    "chained",
    "keeps",
    "listed",
    "signatures",
    "unchangeable",
]
