"""Reading a package of an implementation guide: an npm archive, taken apart with care.

Source: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson

from asklepion.kit.errors import Incorrect, Unsupported

KINDS = ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}")
MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class PackageLimits:
    """What one package may be."""

    archive: int = 64 * MIB  # bytes as it is sent
    file: int = 32 * MIB  # bytes of one file in it
    whole: int = 768 * MIB  # bytes of everything in it
    files: int = 50_000


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A package that was read."""

    name: str
    version: str
    definitions: dict[tuple[str, str], tuple[str, bytes]]  # by address and version: type, JSON


def read_archive(path: Path, limits: PackageLimits) -> Archive:
    """The definitions of a package.

    Only files that lie directly in package/ are read; nothing is written anywhere.

    Raises:
        Incorrect: it is no package, is too large, or holds what a package does not.
        Unsupported: it is made for another version of FHIR.
    """
    try:
        if path.stat().st_size > limits.archive:
            raise Incorrect(f"The package is larger than {limits.archive} bytes.")
        with tarfile.open(path, "r:gz") as archive:
            files = dict(_files(archive, limits))
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise Incorrect("The package cannot be read.", hint="Give a .tgz as npm has it.") from error
    name, version = _manifest(files.pop("package.json", b""))
    definitions: dict[tuple[str, str], tuple[str, bytes]] = {}
    for file, text in files.items():
        it = _json(text, file)
        if it.get("resourceType") in KINDS and isinstance(it.get("url"), str):
            key = (it["url"], str(it.get("version", "")))
            definitions[key] = (it["resourceType"], orjson.dumps(_kept(it)))
    if not definitions:
        raise Incorrect("The package holds no definitions.", hint="Give one of a guide.")
    return Archive(name=name, version=version, definitions=definitions)


def _files(archive: tarfile.TarFile, limits: PackageLimits) -> Iterator[tuple[str, bytes]]:
    whole = 0
    for number, member in enumerate(archive):
        whole += member.size
        parts = member.name.split("/")
        if number >= limits.files or whole > limits.whole or member.size > limits.file:
            raise Incorrect("The package holds more than one may.", hint="Give a smaller one.")
        if member.name.startswith("/") or ".." in parts or "\\" in member.name:
            raise Incorrect("The package holds a path that leads out of it.")
        if not (member.isfile() or member.isdir()):
            raise Incorrect("The package holds something that is neither file nor folder.")
        if member.isfile() and len(parts) == 2 and parts[0] == "package":
            file = archive.extractfile(member)
            if file is not None and parts[1].endswith(".json"):
                yield parts[1], file.read()


def _json(text: bytes, file: str) -> dict[str, Any]:
    try:
        held: Any = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Incorrect(f"{file[:100]} in the package is no JSON.") from error
    return cast(dict[str, Any], held) if isinstance(held, dict) else {}


def _manifest(text: bytes) -> tuple[str, str]:
    it = _json(text or b"{}", "package.json")
    name, version = it.get("name"), it.get("version")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Incorrect("The package has no name.", hint="Give a .tgz with package/package.json.")
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise Incorrect("The package has no version.", hint="Give it one in package.json.")
    fhir = it.get("fhirVersions") or it.get("fhir-version-list") or ["4.0.1"]
    if not any(str(each).startswith("4.0") for each in cast(list[Any], fhir)):
        raise Unsupported("The package is for another version of FHIR.", hint="Give one for R4.")
    return name, version


LEFT_OUT = ("text", "mapping", "contact", "description", "purpose", "copyright")
LEFT_OUT_OF_ELEMENTS = (
    *("short", "definition", "comment", "requirements", "alias", "mapping", "example"),
    *("base", "isModifierReason", "meaningWhenMissing", "condition"),
)


def _kept(definition: dict[str, Any]) -> dict[str, Any]:
    """What is worked with; what is only for readers is left out."""
    found = {key: value for key, value in definition.items() if key not in LEFT_OUT}
    for view in ("snapshot", "differential"):
        if isinstance(found.get(view), dict):
            elements = found[view].get("element", [])
            found[view] = {
                "element": [
                    {key: it[key] for key in it if key not in LEFT_OUT_OF_ELEMENTS}
                    for it in elements
                ]
            }
    if "snapshot" in found:
        found.pop("differential", None)
    return found
