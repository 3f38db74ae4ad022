"""The vendors' wire formats: a request becomes a ``Call``, a response's bytes become a ``Usage``.

Pure: no I/O, no clock, and of ours only the value types. ``recognise`` finds the dialect of a call; the dialect
reads the request and makes the reader of the response; ``estimate_usage`` fills in what a vendor did not say.
"""

from trayapp.dialects.catalogue import WIRES, reader_of, recognise, usage_of
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.estimate import estimate_usage
from trayapp.dialects.ratios import Family, bytes_per_token
from trayapp.dialects.ratios import family as family_of
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.responses_socket import ResponsesSocket
from trayapp.dialects.shapes import wire_of

__all__ = [
    "WIRES",
    "Dialect",
    "Family",
    "RequestView",
    "ResponseReader",
    "ResponsesSocket",
    "bytes_per_token",
    "estimate_usage",
    "family_of",
    "reader_of",
    "recognise",
    "usage_of",
    "wire_of",
]
