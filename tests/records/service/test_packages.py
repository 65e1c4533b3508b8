"""Packages of implementation guides, installed on a real database."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from asklepion.kit.errors import Forbidden, Incorrect, NotFound, Unsupported
from asklepion.records import Question, Verdict
from asklepion.records.service.archives import PackageLimits, read_archive

from ..conftest import Office
from ..people import AMARA_ASKS, MEI, MEI_ASKS, OPERATOR_ASKS, patient

Json = dict[str, Any]
URL = "https://guide.example/StructureDefinition/known"

PROFILE: Json = {
    "resourceType": "StructureDefinition",
    "url": URL,
    "version": "1.0.0",
    "type": "Patient",
    "snapshot": {
        "element": [
            {"id": "Patient", "path": "Patient"},
            {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1, "short": "when"},
        ]
    },
}
MANIFEST: Json = {"name": "guide.example", "version": "1.0.0", "fhirVersions": ["4.0.1"]}


def archive(folder: Path, files: dict[str, Any], name: str = "guide.tgz") -> Path:
    """A package with these files."""
    path = folder / name
    with tarfile.open(path, "w:gz") as tar:
        for file, held in files.items():
            text = held if isinstance(held, bytes) else json.dumps(held).encode()
            member = tarfile.TarInfo(file)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return path


def guide(folder: Path, *more: Json, **manifest: Any) -> Path:
    files = {f"package/{n}.json": it for n, it in enumerate((PROFILE, *more))}
    return archive(folder, {"package/package.json": MANIFEST | manifest} | files)


def somebody(**more: Any) -> Json:
    return {"resourceType": "Patient", "id": "s", "meta": {"profile": [URL]}} | more


async def judge(office: Office, **question: Any) -> Verdict:
    asked = Question(type="Patient", **question)
    return await office.records.validate(OPERATOR_ASKS, asked)


async def test_what_names_an_installed_profile_must_keep_it(office: Office, tmp_path: Path) -> None:
    await office.records.update(OPERATOR_ASKS, somebody())  # not installed: asks for nothing
    done = await office.records.packages.install(OPERATOR_ASKS, guide(tmp_path))

    assert done == ("guide.example", "1.0.0", 1)
    with pytest.raises(Incorrect, match=r"profile it names \(Patient.birthDate: at least 1"):
        await office.records.update(OPERATOR_ASKS, somebody(active=True))
    await office.records.update(OPERATOR_ASKS, somebody(birthDate="1980"))
    await office.records.update(OPERATOR_ASKS, somebody(id="t", meta={"profile": ["urn:other"]}))


async def test_a_profile_counts_for_a_resource_within_another(
    office: Office, tmp_path: Path
) -> None:
    await office.records.packages.install(OPERATOR_ASKS, guide(tmp_path))
    entry = {"resource": somebody()}
    bundle = {"resourceType": "Bundle", "id": "b", "type": "collection", "entry": [entry]}

    with pytest.raises(Incorrect, match=r"Bundle.entry\[0\].resource.birthDate"):
        await office.records.update(OPERATOR_ASKS, bundle)


async def test_a_package_replaces_the_one_of_its_name_and_can_be_removed(
    office: Office, tmp_path: Path
) -> None:
    packages = office.records.packages
    await packages.install(OPERATOR_ASKS, guide(tmp_path))
    await packages.install(OPERATOR_ASKS, guide(tmp_path, version="1.1.0"))
    assert await packages.list(OPERATOR_ASKS) == [("guide.example", "1.1.0", 1)]

    await packages.remove(OPERATOR_ASKS, "guide.example")

    assert await packages.list(OPERATOR_ASKS) == []
    await office.records.update(OPERATOR_ASKS, somebody())
    with pytest.raises(NotFound):
        await packages.remove(OPERATOR_ASKS, "guide.example")


async def test_only_an_operator_installs_and_removes(office: Office, tmp_path: Path) -> None:
    for asking in (MEI_ASKS, AMARA_ASKS):
        with pytest.raises(Forbidden):
            await office.records.packages.install(asking, guide(tmp_path))
        with pytest.raises(Forbidden):
            await office.records.packages.remove(asking, "guide.example")


async def test_what_another_process_installed_is_seen(office: Office, tmp_path: Path) -> None:
    await office.records.packages.install(OPERATOR_ASKS, guide(tmp_path))
    there = office.records.packages.library
    office.records.packages.library = type(there)()
    office.clock.at = office.clock.now().replace(hour=13)

    async with office.db.begin() as tx:
        await tx.run("UPDATE records_definition SET installed_at = installed_at + 1")
    await office.records.packages.refresh()

    assert office.records.packages.library.profile(URL) is not None


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({}, "no name"),
        ({"package/package.json": b"{"}, "no JSON"),
        ({"package/package.json": MANIFEST | {"name": "../etc"}}, "no name"),
        ({"package/package.json": MANIFEST | {"version": 5}}, "no version"),
        ({"package/package.json": MANIFEST}, "no definitions"),
        ({"package/package.json": MANIFEST, "../out.json": {}}, "leads out"),
        ({"package/package.json": MANIFEST, "/etc/passwd": {}}, "leads out"),
        ({"package/package.json": MANIFEST, "package/a/../../b.json": {}}, "leads out"),
    ],
)
def test_what_is_no_package_is_refused(tmp_path: Path, files: Json, match: str) -> None:
    with pytest.raises(Incorrect, match=match):
        read_archive(archive(tmp_path, files), PackageLimits())


def test_a_package_for_another_version_of_fhir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="another version"):
        read_archive(guide(tmp_path, fhirVersions=["5.0.0"]), PackageLimits())


@pytest.mark.parametrize("text", [b"", b"no archive", b"\x1f\x8b" + bytes(100)])
def test_what_is_no_archive_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "x.tgz").write_bytes(text)

    with pytest.raises(Incorrect, match="cannot be read"):
        read_archive(tmp_path / "x.tgz", PackageLimits())


def test_links_and_devices_in_a_package_are_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("package/link.json")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)

    with pytest.raises(Incorrect, match="neither file nor folder"):
        read_archive(tmp_path / "x.tgz", PackageLimits())


@pytest.mark.parametrize(
    "limits",
    [PackageLimits(archive=10), PackageLimits(file=10), PackageLimits(whole=10),
     PackageLimits(files=1)],
)  # fmt: skip
def test_a_package_beyond_a_limit_is_refused(tmp_path: Path, limits: PackageLimits) -> None:
    with pytest.raises(Incorrect, match=r"larger|more than"):
        read_archive(guide(tmp_path), limits)


async def test_a_profile_that_cannot_be_read_keeps_its_package_out(
    office: Office, tmp_path: Path
) -> None:
    broken = {"resourceType": "StructureDefinition", "url": "urn:x"}

    with pytest.raises(Incorrect, match="urn:x"):
        await office.records.packages.install(OPERATOR_ASKS, guide(tmp_path, broken))
    assert await office.records.packages.list(OPERATOR_ASKS) == []


# ------------------------------------------------------------------ $validate


async def test_a_profile_can_be_asked_for(office: Office, tmp_path: Path) -> None:
    await office.records.packages.install(OPERATOR_ASKS, guide(tmp_path))
    plain = {"resourceType": "Patient"}

    assert (await judge(office, resource=plain)).found == []
    (placed,) = (await judge(office, resource=plain, profiles=(URL,))).found
    assert (placed.issue.path, placed.issue.code) == ("Patient.birthDate", "required")
    with pytest.raises(Incorrect, match="not installed"):
        await judge(office, resource=plain, profiles=("urn:none",))


async def test_what_is_kept_is_looked_at_as_by_a_read(full: Office) -> None:
    asked = Question(type="Patient", id=MEI.partition("/")[2])

    assert (await full.records.validate(MEI_ASKS, asked)).found == []
    with pytest.raises(NotFound):
        await full.records.validate(AMARA_ASKS, asked)
    entries = await full.records.accesses(MEI_ASKS, MEI)
    assert [(it.action, it.outcome) for it in entries[:2]] == [("read", "deny"), ("read", "permit")]


async def test_an_update_is_asked_about_only_by_those_who_may_know(full: Office) -> None:
    asked = Question(type="Patient", id=MEI.partition("/")[2], mode="update", resource=patient(MEI))

    assert (await full.records.validate(MEI_ASKS, asked)).found == []
    with pytest.raises(NotFound):
        await full.records.validate(AMARA_ASKS, asked)


async def test_what_is_referred_to_is_asked_for_only_when_asked(full: Office) -> None:
    resource = {
        "resourceType": "Patient",
        "generalPractitioner": [{"reference": "Practitioner/nobody"}],
    }

    assert (await judge(full, resource=resource)).found == []
    (placed,) = (await judge(full, resource=resource, must_exist=True)).found
    assert placed.issue.code == "not-found"
