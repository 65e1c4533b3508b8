"""A place in one file, to carry from house to house: a ZIP of a manifest, the place, its models.

    manifest.json       {"format": "asklepion-place", "version": 1, "files": {name: SHA-256}}
    place.json          the place file
    assets/HASH.glb     each model, by the SHA-256 of its bytes

Whatever else stands in it makes it none; nothing is written before all of it was looked at.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from asklepion.kit.errors import Incorrect

FORMAT = "asklepion-place"
VERSION = 1
MOST_PARCEL = 16 * 1024 * 1024  # bytes, packed
MOST_UNPACKED = 40 * 1024 * 1024
MOST_ENTRIES = 30
MANIFEST = "manifest.json"
PLACE = "place.json"
_ASSET = re.compile(r"^assets/([0-9a-f]{64})\.glb$")
_MOST_TEXT = 512 * 1024  # bytes of the manifest and of the place file
_MOST_ASSET = 8 * 1024 * 1024
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same place makes the same file
_ENCRYPTED = 0x1
_SYMLINK, _KIND_MASK = 0o120000, 0o170000


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in a parcel."""

    format: str
    version: int
    files: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A place file with its models, by their hashes."""

    place: bytes
    assets: Mapping[str, bytes]


def pack(parcel: Parcel) -> bytes:
    """The parcel as one file."""
    parts = {PLACE: parcel.place}
    parts |= {f"assets/{hash}.glb": parcel.assets[hash] for hash in sorted(parcel.assets)}
    files = {name: hashlib.sha256(body).hexdigest() for name, body in parts.items()}
    manifest = msgspec.json.encode(Manifest(format=FORMAT, version=VERSION, files=files))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in {MANIFEST: manifest, **parts}.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, body)
    return made.getvalue()


def unpack(body: bytes) -> Parcel:
    """The parcel in a file.

    Raises:
        Incorrect: it is none, holds more than that, or is not what its manifest says.
    """
    if len(body) > MOST_PARCEL:
        raise _no(f"It has more than {MOST_PARCEL} bytes.")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            entries = file.infolist()
            _look_at(entries)
            parts = _read(file, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise _no("It is no ZIP file, or is damaged.") from error
    except (EOFError, ValueError, OverflowError, UnicodeError) as error:
        raise _no("It is damaged.") from error
    _hold_against(parts)
    assets = {found[1]: part for name, part in parts.items() if (found := _ASSET.match(name))}
    return Parcel(place=parts[PLACE], assets=assets)


def _look_at(entries: list[zipfile.ZipInfo]) -> None:
    """Before a byte is unpacked: how many there are, what they are called, how large they say."""
    if len(entries) > MOST_ENTRIES:
        raise _no(f"It holds {len(entries)} files; at most {MOST_ENTRIES}.")
    names = [entry.orig_filename for entry in entries]
    if len(set(names)) < len(names):
        raise _no("Two files in it have the same name.")
    for entry in entries:
        if _most(entry.orig_filename) == 0 or entry.orig_filename != entry.filename:
            raise _no("A file in it has a name that is none of a place.")
        if entry.flag_bits & _ENCRYPTED:
            raise _no("It is locked with a password.")
        if entry.external_attr >> 16 & _KIND_MASK == _SYMLINK:
            raise _no("A file in it only points to another.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _no("It is packed in a way that is not read here.")
        if entry.file_size > _most(entry.orig_filename):
            raise _no(f"{entry.filename} is too large.")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise _no(f"Unpacked it has more than {MOST_UNPACKED} bytes.")


def _most(name: str) -> int:
    if name in (MANIFEST, PLACE):
        return _MOST_TEXT
    return _MOST_ASSET if _ASSET.match(name) else 0


def _read(file: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Never more than each says: what an entry says of its size need not be true."""
    parts: dict[str, bytes] = {}
    for entry in entries:
        with file.open(entry) as part:
            body = part.read(entry.file_size + 1)
        if len(body) != entry.file_size:
            raise _no(f"{entry.filename} is not as large as it says.")
        parts[entry.filename] = body
    return parts


def _hold_against(parts: dict[str, bytes]) -> None:
    try:
        manifest = msgspec.json.decode(parts.get(MANIFEST, b""), type=Manifest)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _no("Its manifest.json is missing or cannot be read.") from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise _no("Its manifest is of another kind or version.")
    told = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    del told[MANIFEST]
    if PLACE not in told or told != manifest.files:
        raise _no("It does not hold what its manifest says.")
    for name, hash in told.items():
        if (found := _ASSET.match(name)) and found[1] != hash:
            raise _no("A model in it is not what its name says.")


def _no(why: str) -> Incorrect:
    return Incorrect(f"This file holds no place of ours. {why}", hint="Export it again.")
