"""Keyed hashes: what a token is found by, and what tells nothing to whoever lacks the key."""

from collections.abc import Iterable
from hashlib import blake2b

from .words import words_of

CACHE_MOST = 50_000  # keys remembered; codes repeat, identifiers do not

# Marks that no FHIR text may contain, so that texts of different kinds never make the same key.
FIELD = "\x1f"  # between a system and a code
PAIR = "\x1e"  # between the components of a composite
EXACT, URI, IDENTIFIER, PRESENT, TARGET, UNIT = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06"
WORD, BELOW, OF_TYPE = "\x07", "\x08", "\x0e"


class TokenKeys:
    """Makes 64-bit keys for one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._known: dict[tuple[int, str], int] = {}
        self._texts: dict[tuple[int, str], tuple[int, ...]] = {}
        self._codings: dict[tuple[int, str, str], tuple[int, ...]] = {}

    def codings(self, param: int, system: str, code: str, mark: str = "") -> tuple[int, ...]:
        """All the keys of one coding: as code, system|code or |code, system|, and as anything."""
        if mark:
            return tuple(self._key(param, form) for form in _forms(system, code, mark))
        keys = self._codings.get((param, system, code))
        if keys is None:
            keys = tuple(self._key(param, form) for form in [*_forms(system, code), PRESENT])
            if len(self._codings) >= CACHE_MOST:
                self._codings.clear()
            self._codings[param, system, code] = keys
        return keys

    def code(self, param: int, code: str, mark: str = "") -> int:
        """For a code of whatever system. Case is no matter in codes.

        Source: https://hl7.org/fhir/R4/search.html#token
        """
        return self._key(param, mark + code.lower())

    def coding(self, param: int, system: str, code: str, mark: str = "") -> int:
        """For a code of this system, or of none if the system is empty."""
        return self._key(param, f"{mark}{system}{FIELD}{code.lower()}")

    def system(self, param: int, system: str, mark: str = "") -> int:
        """For any code of this system."""
        return self._key(param, f"{mark}{system}{FIELD}")

    def exact(self, param: int, text: str) -> int:
        """For a whole string as it is written."""
        return self._key(param, EXACT + text)

    def uri(self, param: int, text: str) -> int:
        """For a whole URI."""
        return self._key(param, URI + text)

    def below(self, param: int, text: str) -> int:
        """For every URI that begins with this one, which ends with a slash."""
        return self._key(param, BELOW + text)

    def text(self, param: int, text: str) -> tuple[int, ...]:
        """For each word of a text; displays repeat, so they are remembered."""
        keys = self._texts.get((param, text))
        if keys is None:
            keys = tuple(self.words(param, words_of(text)))
            if len(self._texts) >= CACHE_MOST:
                self._texts.clear()
            self._texts[param, text] = keys
        return keys

    def words(self, param: int, words: Iterable[str]) -> list[int]:
        """For each word of a text."""
        return [self._key(param, WORD + word) for word in words]

    def of_type(self, param: int, system: str, code: str, value: str) -> int:
        """For an identifier of this type."""
        return self._key(param, f"{OF_TYPE}{system}{FIELD}{code.lower()}{FIELD}{value.lower()}")

    def unit(self, param: int, unit: str) -> int:
        """For a quantity in this unit: code, text, or system|code."""
        return self._key(param, UNIT + unit)

    def pair(self, param: int, first: str, second: str) -> int:
        """For two components of a composite parameter; the first is a code."""
        return self._key(param, first.lower() + PAIR + second)

    def beside(self, param: int, first: str) -> int:
        """What a composite's text or span of time is kept under in place of a parameter."""
        return self._key(param, f"{PAIR}{first.lower()}")

    def present(self, param: int) -> int:
        """For a parameter that has any value at all."""
        return self._key(param, PRESENT)

    def target(self, reference: str) -> int:
        """For what a reference points to: `Patient/1`, or an absolute or canonical address."""
        return self._key(0, TARGET + reference)

    def _key(self, param: int, form: str) -> int:
        key = self._known.get((param, form))
        if key is None:
            text = f"{param}\x00{form}".encode(errors="surrogatepass")
            digest = blake2b(text, digest_size=8, key=self._secret).digest()
            key = int.from_bytes(digest, "big", signed=True)
            if len(self._known) >= CACHE_MOST:
                self._known.clear()
            self._known[param, form] = key
        return key


def _forms(system: str, code: str, mark: str = "") -> list[str]:
    code = code.lower()
    forms = [mark + code, f"{mark}{system}{FIELD}{code}"] if code else []
    return [*forms, f"{mark}{system}{FIELD}"] if system else forms
