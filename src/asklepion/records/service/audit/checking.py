"""Checking an export without any server: every line against the signed log, then all the rest.

The first thing that is wrong is named by file, line and byte. What cannot be told from an export
alone: whether lines after the last were left out, and whose key it is (give it as --key).
"""

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from asklepion.kit.errors import HouseError, Incorrect
from asklepion.ledger import read_receipt, verify_receipt

from ...model import AccessEntry
from ..books import entry_from
from . import page
from .exporting import FORMAT, MANIFEST, NAMES, README, RECEIPTS, SHARED, WRITERS, Manifest

LINE_MOST = 1 << 20  # bytes of one line
MANIFEST_MOST = 1 << 20
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)
NEEDED = {"format", "patient", "lines", "made_at", "language", "house", "checkpoint", "verifier"}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What can be said about an export."""

    patient: str
    lines: int
    verifier: str
    is_trusted: bool  # signed with a key known from elsewhere
    wrong: str = ""  # the first thing that is not as it was written

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return not self.wrong


class _Wrong(Exception):
    """The first thing that is not as it was written."""


def verify_export(path: Path, *, trusted: str | None = None) -> Checked:
    """Check an export file, however it was altered.

    Args:
        trusted: the house's verifier key, known from elsewhere than the export.

    Raises:
        Incorrect: it is no export at all.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Check(archive, trusted).run()
    except (zipfile.BadZipFile, OSError) as error:
        raise Incorrect(f"{path.name} cannot be read as a zip.", hint="Take it anew.") from error


class _Check:
    def __init__(self, archive: zipfile.ZipFile, trusted: str | None) -> None:
        self._archive = archive
        self._trusted = trusted
        self._lines = 0

    def run(self) -> Checked:
        manifest = self._manifest()
        wrong = ""
        try:
            self._names()
            for _ in self._entries(manifest):
                self._lines += 1
            if self._lines != manifest["lines"]:
                raise _Wrong(f"{RECEIPTS}: ends after line {self._lines} of {manifest['lines']}")
            self._same(README, iter([page.readme(manifest).encode()]))
            for name in WRITERS:
                self._same(name, self._derived(name, manifest))
        except _Wrong as found:
            wrong = str(found)
        except (*DAMAGED, OSError, ValueError) as error:
            wrong = f"the file is damaged: {error}"
        return Checked(
            patient=manifest["patient"],
            lines=self._lines,
            verifier=manifest["verifier"],
            is_trusted=bool(self._trusted) and not wrong,
            wrong=wrong,
        )

    def _manifest(self) -> Manifest:
        try:
            info = self._archive.getinfo(MANIFEST)
            if info.file_size > MANIFEST_MOST:
                raise ValueError("is too long")
            held = json.loads(self._archive.read(MANIFEST))
            house = held["house"]
            is_good = (
                set(held) == NEEDED
                and held["format"] == FORMAT
                and held["language"] in page.WORDS
                and isinstance(held["lines"], int)
                and all(isinstance(held[it], str) for it in NEEDED - {"lines", "house"})
                and {"base", "name"} == set(house)
                and all(isinstance(text, str) for text in house.values())
            )
            if not is_good:
                raise ValueError("has another form")
        except (*DAMAGED, KeyError, ValueError, TypeError) as error:
            hint = "Take it from your list of who looked, and keep the file as it is."
            raise Incorrect(f"The file is no export of the form {FORMAT}.", hint=hint) from error
        return held

    def _names(self) -> None:
        found = self._archive.namelist()
        for name in found:
            if name not in NAMES or found.count(name) > 1:
                raise _Wrong(f"{name[:80]!r} does not belong to an export")
        for name in NAMES:
            if name not in found:
                raise _Wrong(f"{name} is missing")

    def _entries(self, manifest: Manifest) -> Iterator[AccessEntry]:
        """Every line, once its receipt holds and it is the next one."""
        with self._archive.open(RECEIPTS) as file:
            for number, (at, line) in enumerate(_lines(file), start=1):
                where = f"{RECEIPTS}: line {number} (from byte {at})"
                yield self._entry(line, number, where, manifest)

    def _entry(self, line: bytes, number: int, where: str, manifest: Manifest) -> AccessEntry:
        shared = {name: manifest[name] for name in SHARED[1:]}
        try:
            read = read_receipt(line)
            if not isinstance(read, dict):
                raise _Wrong(f"{where} is no receipt")
            receipt: dict[str, Any] = {**cast(dict[str, Any], read), **shared}
            verdict = verify_receipt(
                {"format": "asklepion-receipt/1", **receipt}, trusted=self._trusted
            )
            bad = next((check for check in verdict.checks if check.state == "failed"), None)
            if bad or not verdict.holds:
                raise _Wrong(f"{where} does not hold: {bad.words if bad else 'it is incomplete'}")
            event = receipt["event"]
            if event["patient"] != manifest["patient"]:
                raise _Wrong(f"{where} is about somebody else")
            if event["number"] != number:
                raise _Wrong(f"{where} is number {event['number']}: one before it is missing")
            return entry_from(event, receipt["index"])
        except HouseError as error:
            raise _Wrong(f"{where} does not hold: {error.message}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise _Wrong(f"{where} is no line of an access log") from error

    def _derived(self, name: str, manifest: Manifest) -> Iterator[bytes]:
        write = WRITERS[name]
        yield write.before(manifest)
        with self._archive.open(RECEIPTS) as file:
            for _, line in _lines(file):
                receipt = json.loads(line)
                yield write.line(entry_from(receipt["event"], receipt["index"]), manifest)
        yield write.after(manifest)

    def _same(self, name: str, wanted: Iterator[bytes]) -> None:
        """Compare a file with what it should be, and name the first byte that is another."""
        at, line = 0, 1
        with self._archive.open(name) as file:
            for piece in wanted:
                held = file.read(len(piece))
                if held != piece:
                    pairs = zip(held, piece, strict=False)
                    same = next((n for n, (a, b) in enumerate(pairs) if a != b), len(held))
                    line += piece[:same].count(b"\n")
                    raise _Wrong(f"{name}: line {line}, byte {at + same} is not as it was written")
                at, line = at + len(piece), line + piece.count(b"\n")
            if file.read(1):
                raise _Wrong(f"{name}: goes on after byte {at}, where it should end")


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line with where it begins."""
    at = 0
    while line := file.readline(LINE_MOST):
        if not line.endswith(b"\n"):
            raise _Wrong(f"{RECEIPTS}: the line from byte {at} does not end")
        yield at, line
        at += len(line)
