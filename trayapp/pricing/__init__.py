"""What calls are worth: the price book and the cost engine. Pure: bytes and values in, values out.

``load`` reads a book, ``price`` prices a usage, ``rate_of`` serves live estimates, ``contract`` makes an agreed price.
"""

from trayapp.pricing.book import Book, BookError, load
from trayapp.pricing.contracts import Contract, contract
from trayapp.pricing.cost import price
from trayapp.pricing.live import rate_of

__all__ = ["Book", "BookError", "Contract", "contract", "load", "price", "rate_of"]
