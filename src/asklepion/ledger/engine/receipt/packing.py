"""A receipt as the text of a QR code: everything in as few signs as a phone can still read.

    ASKR2:<part>/<parts>:<first 4 bytes of the SHA-256 of the whole, hex>:<base45>

The parts, put together, are (numbers are LEB128, texts and lists begin with their length):

    origin  32 of the log's key  64 of its signature  size  32 of root
    index  32 of the commitment's key  proof
    witnesses: name  32 of key  8 of moment  64 of cosignature
    0, or 1 and: size  32 of root  64 of the log's signature  proof
    event and, if any, what more there is: canonical JSON, deflated (RFC 1951) after WORDS

Source of base45: RFC 9285, whose signs a QR code holds in 5.5 bits each.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from ...model import FORMAT, FORMAT_1, HASH_BYTES
from .. import note
from ..commitment import canonical
from ..cosigning import WitnessKey
from .reading import MORE, Parts, read_parts, read_receipt

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PART = re.compile(r"ASKR2:([1-9][0-9]?)/([1-9][0-9]?):([0-9A-F]{8}):([0-9A-Z $%*+\-./:]*)")
MOST_SIGNS = 2400  # of one part: QR version 30, which phones read from a screen or from paper
MOST_PARTS = 20
MOST_JSON = 1 << 18  # bytes of an event, inflated
SIGNATURE_BYTES = 64
STAMP_BYTES = 8

# What events are full of; part of the format, so that it never changes.
WORDS = (
    b'"},"deny","nobody","create","update","delete","break-glass","demographics","medications"'
    b'"laboratory","documents","allergies","problems","DiagnosticReport/","MedicationRequest/"'
    b'"Condition/","Encounter/","Practitioner/","Consent/","Patient?_id=","query":"Observation?'
    b"patient=Patient/"
    b'{"action":"read","search","actor":"","actor_name":"Dr ","actor_person":"Practitioner/",'
    b'"app":"","app_name":"","at":"2026-01-01T00:00:00.000Z","categories":["vitals"],"consent":'
    b'null,"detail":{"reason":"","query":"Observation?code=&patient=Patient/"},"id":"0197-7",'
    b'"number":1,"outcome":"permit","patient":"Patient/","purpose":"TREAT","HOPERAT","PATRQT",'
    b'"refs":["Observation/019","Observation/"],"via":"risk cards","visit":null,'
    b'"what":{"Condition":1,"Observation":12}}'
)


def pack_receipt(receipt: Any) -> list[str]:
    """The texts of the QR codes that a receipt takes, usually one.

    Raises:
        Incorrect: it is no receipt, is of the first form, or far too long.
    """
    parts = read_parts(receipt)
    if parts.format == FORMAT_1:
        raise Incorrect("A receipt of the first form has no code.", hint="Ask for a new one.")
    whole = _write(parts)
    signs = _base45(whole)
    count = -(-len(signs) // MOST_SIGNS)
    if count > MOST_PARTS:
        raise Incorrect("The receipt is too long for codes.", hint="Take it as a file.")
    each = -(-len(signs) // count)
    mark = sha256(whole).hexdigest()[:8].upper()
    return [
        f"ASKR2:{n + 1}/{count}:{mark}:{signs[n * each : (n + 1) * each]}" for n in range(count)
    ]


def is_packed(text: str) -> bool:
    """Whether this looks like the text of such a code."""
    return text.lstrip().startswith("ASKR2:")


def unpack_receipt(texts: Iterable[str]) -> dict[str, Any]:
    """The receipt that some codes hold, in any order.

    Raises:
        Incorrect: they are none, or not all of one receipt.
    """
    pieces: dict[int, str] = {}
    marks: set[tuple[str, int]] = set()
    for text in texts:
        found = PART.fullmatch(text.strip("\r\n\t"))
        if not found:
            raise Incorrect("It is not the text of a receipt's code.")
        marks.add((found[3], int(found[2])))
        pieces[int(found[1])] = found[4]
    if len(marks) != 1:
        raise Incorrect("The codes are not of one receipt.")
    ((mark, count),) = marks
    if sorted(pieces) != list(range(1, count + 1)):
        raise Incorrect(f"There are {len(pieces)} codes of {count}.", hint="Read them all.")
    whole = _from_base45("".join(pieces[n] for n in sorted(pieces)))
    if sha256(whole).hexdigest()[:8].upper() != mark:
        raise Incorrect("A code was not read rightly.", hint="Read it again.")
    return _Reader(whole).receipt()


def _write(parts: Parts) -> bytes:
    checkpoint, verifier = parts.checkpoint, parts.verifier
    lines = {(name, value[:4]): value[4:] for name, value in note.signatures(checkpoint.note)}
    signers = [verifier, *parts.witnesses]
    if checkpoint.origin != verifier.name or lines.keys() != {
        (s.name, s.key_hash) for s in signers
    }:
        raise Incorrect("The receipt's signatures are not those of its keys.")
    out = _text(verifier.name.encode()) + verifier.public
    out += lines[verifier.name, verifier.key_hash] + _number(checkpoint.size) + checkpoint.root
    out += _number(parts.index) + parts.key + _hashes(parts.proof)
    out += _number(len(parts.witnesses))
    for key in parts.witnesses:
        out += _text(key.name.encode()) + key.public + lines[key.name, key.key_hash]
    out += _number(1 if parts.earlier else 0)
    if parts.earlier:
        was = parts.earlier.checkpoint
        (signature,) = [
            value[4:] for name, value in note.signatures(was.note) if name == was.origin
        ]
        out += _number(was.size) + was.root + signature + _hashes(parts.earlier.proof)
    event, more = canonical(parts.event), canonical(dict(parts.more))
    return out + _text(_deflate(event)) + _text(_deflate(more) if parts.more else b"")


class _Reader:
    """Reads what `_write` wrote."""

    def __init__(self, whole: bytes) -> None:
        self._whole = whole
        self._at = 0

    def receipt(self) -> dict[str, Any]:
        origin = self._name()
        verifier = note.Verifier(origin, self._take(HASH_BYTES))
        signature = self._take(SIGNATURE_BYTES)
        text = self._checkpoint(origin)
        lines = [_line(verifier, signature)]
        index, key, proof = self._number(), self._take(HASH_BYTES), self._hashes()
        witnesses: list[WitnessKey] = []
        for _ in range(self._number()):
            witnesses.append(WitnessKey(self._name(), self._take(HASH_BYTES)))
            lines.append(_line(witnesses[-1], self._take(STAMP_BYTES + SIGNATURE_BYTES)))
        receipt: dict[str, Any] = {
            "format": FORMAT,
            "key": note.to_base64(key),
            "index": index,
            "proof": proof,
            "checkpoint": f"{text}\n{''.join(lines)}",
            "verifier": str(verifier),
            "witnesses": [str(each) for each in witnesses],
        }
        has_earlier = self._number()
        if has_earlier > 1:
            raise Incorrect("The code is not written rightly.")
        if has_earlier:
            receipt["earlier"] = self._earlier(verifier)
        receipt["event"] = self._json(self._take(self._number()))
        rest = self._take(self._number())
        more = self._json(rest) if rest else {}
        if self._at != len(self._whole) or not more.keys() <= set(MORE):
            raise Incorrect("There is more in the code than a receipt.")
        return receipt | more

    def _earlier(self, verifier: note.Verifier) -> dict[str, Any]:
        size, root = self._number(), self._take(HASH_BYTES)
        text = f"{verifier.name}\n{size}\n{note.to_base64(root)}\n"
        line = _line(verifier, self._take(SIGNATURE_BYTES))
        return {"checkpoint": f"{text}\n{line}", "proof": self._hashes()}

    def _checkpoint(self, origin: str) -> str:
        size, root = self._number(), self._take(HASH_BYTES)
        return f"{origin}\n{size}\n{note.to_base64(root)}\n"

    def _take(self, count: int) -> bytes:
        taken = self._whole[self._at : self._at + count]
        if len(taken) != count:
            raise Incorrect("The code ends too soon.")
        self._at += count
        return taken

    def _number(self) -> int:
        value = 0
        for place in range(9):
            (byte,) = self._take(1)
            value |= (byte & 127) << 7 * place
            if byte < 128:
                return value
        raise Incorrect("A number in the code is too long.")

    def _name(self) -> str:
        name = self._take(self._number())
        return name.decode("ascii", "replace")

    def _hashes(self) -> list[str]:
        return [note.to_base64(self._take(HASH_BYTES)) for _ in range(self._number())]

    @staticmethod
    def _json(squeezed: bytes) -> dict[str, Any]:
        value = read_receipt(_inflate(squeezed))
        if not isinstance(value, dict):
            raise Incorrect("What the code holds is no receipt.")
        return cast(dict[str, Any], value)


def _line(key: note.Verifier, signature: bytes) -> str:
    return f"{note.DASH} {key.name} {note.to_base64(key.key_hash + signature)}\n"


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _text(value: bytes) -> bytes:
    return _number(len(value)) + value


def _hashes(values: Sequence[bytes]) -> bytes:
    return _number(len(values)) + b"".join(values)


def _deflate(value: bytes) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=WORDS)
    return squeeze.compress(value) + squeeze.flush()


def _inflate(value: bytes) -> bytes:
    stretch = zlib.decompressobj(-15, zdict=WORDS)
    try:
        out = stretch.decompress(value, MOST_JSON)
    except zlib.error as error:
        raise Incorrect("The code is damaged.") from error
    if not stretch.eof or stretch.unused_data:
        raise Incorrect("The code is damaged.")
    return out


def _base45(value: bytes) -> str:
    out: list[str] = []
    for at in range(0, len(value) - 1, 2):
        high, low = divmod(value[at] << 8 | value[at + 1], 45 * 45)
        out += (SIGNS[low % 45], SIGNS[low // 45], SIGNS[high])
    if len(value) % 2:
        out += (SIGNS[value[-1] % 45], SIGNS[value[-1] // 45])
    return "".join(out)


def _from_base45(text: str) -> bytes:
    out = bytearray()
    places = [SIGNS.index(sign) for sign in text]
    for at in range(0, len(places), 3):
        piece = places[at : at + 3]
        value = sum(place * 45**n for n, place in enumerate(piece))
        size = len(piece) - 1
        if not size or value >> 8 * size:
            raise Incorrect("The code is not written rightly.")
        out += value.to_bytes(size, "big")
    return bytes(out)
