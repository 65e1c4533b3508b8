"""Receipts: everything needed to see, without us, that an event stands in the log.

A receipt is a JSON object with these members:

    format      "asklepion-receipt/2"
    event       what happened, in words and codes
    key         the secret it was committed with, base64
    index       its place in the log, from 0
    proof       hashes that lead from there to the root, base64, from the leaf upwards
    checkpoint  the log's size and root, signed (https://c2sp.org/tlog-checkpoint), and cosigned
                by whoever stands in `witnesses` (https://c2sp.org/tlog-cosignature)
    verifier    the log's public key, as name+hash+base64 (https://c2sp.org/signed-note)
    witnesses   the public keys of those who cosigned, in the same form

and, where there is something to say,

    earlier     an older checkpoint, and the proof that the log only grew from it
    consent     } what other checks look at, one function each: see `extra`
    chain       }

Receipts of the form /1 have none of the last four, and one signature; they stay verifiable.
"""

from .checking import verify_receipt
from .drawing import draw_code
from .making import Earlier, make_receipt, make_receipt_1
from .packing import is_packed, pack_receipt, unpack_receipt
from .reading import read_receipt

__all__ = [
    "Earlier",
    "draw_code",
    "is_packed",
    "make_receipt",
    "make_receipt_1",
    "pack_receipt",
    "read_receipt",
    "unpack_receipt",
    "verify_receipt",
]
