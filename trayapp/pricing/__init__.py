"""What calls are worth: the price book, the cost engine and what was agreed. Pure: bytes and values in, values out.

``load`` reads a book, ``price`` prices a usage, ``rate_of`` serves live estimates, ``contract`` makes an agreed price,
``Agreements`` are all of a user's contracts, pools and plans.
"""

from trayapp.pricing.agreements import Agreements
from trayapp.pricing.book import Book, BookError, load
from trayapp.pricing.contracts import Contract, contract, occasion
from trayapp.pricing.cost import price
from trayapp.pricing.live import rate_of

__all__ = ["Agreements", "Book", "BookError", "Contract", "contract", "load", "occasion", "price", "rate_of"]
