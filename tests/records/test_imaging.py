"""DICOM over HTTP: kept sealed, found, drawn and given as the patient allows."""

import io
import json
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from asklepion.kit.errors import NotFound
from asklepion.records import Category, Ground
from asklepion.records.engine import dicom, validate

from .conftest import Office
from .dicom import STUDY, made, raw_of, slice_of
from .people import JONAS, JONAS_ASKS, JONAS_CALLS, MEI, MEI_ASKS, OPERATOR_ASKS, patient
from .serving import ClientOf

WEB = "/dicom-web/studies"
IMAGING = frozenset({Category.IMAGING})


def related(*objects: bytes) -> dict[str, Any]:
    """A body of STOW-RS."""
    parts = [b"--cut\r\nContent-Type: application/dicom\r\n\r\n" + each for each in objects]
    body = b"\r\n".join([*parts, b"--cut--\r\n"])
    kind = 'multipart/related; type="application/dicom"; boundary=cut'
    return {"content": body, "headers": {"content-type": kind}}


def unrelated(answer: Response) -> list[bytes]:
    """The objects in a body of WADO-RS."""
    boundary = answer.headers["content-type"].partition("boundary=")[2].encode()
    parts = answer.content.split(b"--" + boundary)[1:-1]
    return [part.partition(b"\r\n\r\n")[2][:-2] for part in parts]


@pytest.fixture
async def office(full: Office) -> Office:
    number = {"system": "urn:oid:1.2.3", "value": "MRN-1"}
    await full.keep({**patient(MEI), "identifier": [number]})
    return full


async def bring(operator: AsyncClient, *objects: bytes) -> str:
    """Keep objects; returns the id of their ImagingStudy."""
    answer = await operator.post(WEB, **related(*objects))
    assert answer.status_code == 200, answer.text
    uid = dicom.read_facts(objects[0]).study
    return uid


async def study_id(mei: AsyncClient) -> str:
    found = (await mei.get("/api/records/patients/mei/images")).json()
    return found[0]["id"]


async def test_what_an_operator_brings_becomes_a_study_of_whom_it_names(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    stored = await operator.post(WEB, **related(*(slice_of(number) for number in (2, 1))))
    again = await operator.post(WEB, **related(slice_of(1)))
    more = await operator.post(WEB, **related(slice_of(3)))

    assert [each.status_code for each in (stored, again, more)] == [200, 200, 200]
    assert len(stored.json()["00081199"]["Value"]) == 2
    found = (await mei.get("/fhir/R4/ImagingStudy", params={"patient": "mei"})).json()
    (study,) = (entry["resource"] for entry in found["entry"])
    assert validate(study) == []
    assert study["identifier"][0]["value"] == f"urn:oid:{STUDY}"
    assert (study["numberOfInstances"], study["modality"][0]["code"]) == (3, "CT")
    assert study["started"] == "2004-01-19T07:27:30-05:00"
    assert [each["number"] for each in study["series"][0]["instance"]] == [1, 2, 3]
    assert study["meta"]["versionId"] == "2"  # what was there already added nothing


async def test_an_object_of_somebody_unknown_waits_for_an_operator_to_say_whose_it_is(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    unknown = slice_of(1, "MRN-9")

    refused = await operator.post(WEB, **related(unknown))
    nobody = await operator.post(WEB, params={"patient": "nobody"}, **related(unknown))
    said = await operator.post(WEB, params={"patient": "mei"}, **related(unknown))

    assert (refused.status_code, nobody.status_code, said.status_code) == (409, 409, 200)
    assert "say whose it is" in refused.text
    assert "MRN-9" not in refused.text
    assert await study_id(mei)


async def test_a_number_that_a_patient_wrote_herself_draws_no_pictures_into_her_record(
    office: Office, operator: AsyncClient
) -> None:
    stolen = {"system": "urn:oid:1.2.3", "value": "MRN-9"}
    jonas = await office.records.read(JONAS_ASKS, "Patient", "jonas")
    await office.records.update(JONAS_ASKS, {**jonas, "identifier": [stolen]})

    answer = await operator.post(WEB, **related(slice_of(1, patient="MRN-9")))

    assert answer.status_code != 200
    assert await office.records.images.of_patient(JONAS_ASKS, JONAS) == []


async def test_some_may_be_kept_where_others_are_not(office: Office, operator: AsyncClient) -> None:
    answer = await operator.post(
        WEB, **related(slice_of(1), b"nonsense", raw_of("image_dfl"), slice_of(2, "MRN-9"))
    )

    assert answer.status_code == 202
    assert len(answer.json()["00081198"]["Value"]) == 3


async def test_another_object_under_the_same_uid_is_refused(
    office: Office, operator: AsyncClient
) -> None:
    await bring(operator, slice_of(1))

    answer = await operator.post(WEB, **related(slice_of(1, PatientComments="altered")))

    assert answer.status_code == 409
    assert "UID" in answer.text


async def test_only_operators_and_patients_bring_images_and_she_only_her_own(
    office: Office, mei: AsyncClient, amara: AsyncClient, stranger: AsyncClient
) -> None:
    hers = await mei.post(WEB, **related(slice_of(1, "FOREIGN")))
    his = await mei.post(WEB, params={"patient": "jonas"}, **related(slice_of(2)))
    doctors = await amara.post(WEB, **related(slice_of(3)))
    strangers = await stranger.post(WEB, **related(slice_of(4)))

    codes = [each.status_code for each in (hers, his, doctors, strangers)]
    assert codes == [200, 409, 403, 401]


async def test_a_study_is_found_and_told_by_dicomweb(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    await bring(operator, slice_of(1), slice_of(2))

    async def count(**params: str) -> int:
        return len((await mei.get(WEB, params=params)).json())

    (study,) = (await mei.get(WEB)).json()
    (series,) = (await mei.get(f"{WEB}/{STUDY}/series")).json()
    instances = (await mei.get(f"{WEB}/{STUDY}/series/{STUDY}.1/instances")).json()
    metadata = (await mei.get(f"{WEB}/{STUDY}/metadata")).json()
    assert study["0020000D"]["Value"] == [STUDY]
    assert study["00201208"]["Value"] == [2]
    assert study["00100010"]["Value"][0]["Alphabetic"] == "Lin^Secret"
    assert series["00080060"]["Value"] == ["CT"]
    assert [each["00200013"]["Value"] for each in instances] == [[1], [2]]
    assert len(metadata) == 2
    assert metadata[0]["00280030"]["Value"] == [0.661468, 0.661468]
    assert [
        await count(StudyInstanceUID=STUDY), await count(StudyInstanceUID="1.2"),
        await count(ModalitiesInStudy="CT"), await count(StudyDate="20040101-20041231"),
        await count(StudyDate="-20031231"), await count(PatientID="mei"),
    ] == [1, 0, 1, 1, 0, 1]  # fmt: skip
    assert (await mei.get(WEB, params={"Colour": "red"})).status_code == 400


async def test_an_object_is_given_as_it_came_and_drawn(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    await bring(operator, slice_of(1), slice_of(2))
    where = f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1"

    whole = await mei.get(f"{WEB}/{STUDY}")
    one = await mei.get(where, headers={"accept": "application/dicom"})
    png = await mei.get(f"{where}/rendered", headers={"accept": "image/png"})
    other = await mei.get(
        f"{where}/frames/1/rendered", params={"window": "40,80"}, headers={"accept": "image/png"}
    )
    small = await mei.get(f"{WEB}/{STUDY}/thumbnail")

    assert unrelated(whole) == [slice_of(1), slice_of(2)]
    assert one.content == slice_of(1)
    assert png.content.startswith(b"\x89PNG")
    assert other.content.startswith(b"\x89PNG")
    assert other.content != png.content
    assert small.headers["content-type"] == "image/jpeg"
    assert (await mei.get(f"{where}/frames/2/rendered")).status_code >= 400
    assert (await mei.get(f"{where}/rendered", params={"window": "0,0"})).status_code == 400


async def test_the_viewer_gets_slices_in_order_and_numbers_as_they_are_meant(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    await bring(operator, slice_of(2), slice_of(10), slice_of(1))
    id = await study_id(mei)

    shown = (await mei.get(f"/api/records/images/{id}")).json()
    (series,) = shown["series"]
    first = series["images"][0]
    frame = await mei.get(f"/api/records/images/{id}/{first['id']}/frames/1")

    assert [each["number"] for each in series["images"]] == [1, 2, 10]
    told = json.loads(frame.headers["x-frame"])
    assert len(frame.content) == told["rows"] * told["columns"] * 2 == 128 * 128 * 2
    assert first["spacing"] == [0.661468, 0.661468]
    assert (await mei.get(f"/api/records/images/{id}/{first['id']}/thumbnail")).is_success
    assert (await mei.get(f"/api/records/images/{id}/none/thumbnail")).status_code == 404


# What the patient allows

WAYS = (
    f"{WEB}/{STUDY}", f"{WEB}/{STUDY}/series", f"{WEB}/{STUDY}/metadata",
    f"{WEB}/{STUDY}/instances", f"{WEB}/{STUDY}/thumbnail",
    f"{WEB}/{STUDY}/series/{STUDY}.1", f"{WEB}/{STUDY}/series/{STUDY}.1/metadata",
    f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1",
    f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/metadata",
    f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/rendered",
    f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/frames/1/rendered",
    f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/frames/99/rendered",
    f"{WEB}/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/thumbnail",
    f"{WEB}/{STUDY}/series/1.9/instances",
    WEB, f"{WEB}?StudyInstanceUID={STUDY}", f"{WEB}?PatientID=mei",
)  # fmt: skip


async def told(client: AsyncClient, uid: str, id: str, image: str) -> list[Any]:
    """Every answer to somebody who asks for a study, by every way."""
    ways = [way.replace(STUDY, uid) for way in WAYS]
    ways += [
        *("/api/records/patients/mei/images", f"/api/records/images/{id}"),
        *(f"/api/records/images/{id}/{image}/{what}" for what in ("thumbnail", "frames/1")),
    ]
    answers = [await client.get(way) for way in ways]
    return [(each.status_code, each.text, sorted(each.headers)) for each in answers]


async def test_what_is_not_allowed_answers_like_what_is_not_there(
    office: Office, operator: AsyncClient, mei: AsyncClient, amara: AsyncClient,
    client_of: ClientOf,
) -> None:  # fmt: skip
    await bring(operator, slice_of(1))
    id = await study_id(mei)
    image = (await mei.get(f"/api/records/images/{id}")).json()["series"][0]["images"][0]["id"]
    nowhere = "1.2.3.4"

    async def is_same(client: AsyncClient) -> bool:
        there, empty = await told(client, STUDY, id, image), await told(client, nowhere, "x", "y")
        return there == empty

    assert await is_same(amara)
    await office.allow({Category.VITALS})
    there, empty = await told(amara, STUDY, id, image), await told(amara, nowhere, "x", "y")
    assert there == empty
    consent = await office.allow(IMAGING)
    assert not await is_same(amara)
    await office.records.revoke(MEI_ASKS, consent)
    assert await is_same(amara)
    assert await is_same(client_of(JONAS_CALLS))
    assert await is_same(operator)


async def test_whoever_may_see_pictures_does_not_learn_from_them_who_she_is(
    office: Office, operator: AsyncClient, amara: AsyncClient
) -> None:
    await bring(operator, slice_of(1))
    await office.allow(IMAGING)

    answers = [await amara.get(way) for way in WAYS]
    assert answers[0].is_success
    assert not any(b"Secret" in each.content or b"19800402" in each.content for each in answers)
    assert dicom.read_facts(unrelated(answers[0])[0]).rows == 128

    await office.allow({Category.DEMOGRAPHICS})
    assert b"Secret" in (await amara.get(f"{WEB}/{STUDY}")).content


async def test_each_look_is_a_line_in_her_list(
    office: Office, operator: AsyncClient, mei: AsyncClient, amara: AsyncClient
) -> None:
    await bring(operator, slice_of(1))
    await office.allow(IMAGING)
    await amara.get(f"{WEB}/{STUDY}/thumbnail")

    lines = await office.records.accesses(MEI_ASKS, MEI)
    (line,) = (each for each in lines if each.via == "imaging" and each.action == "read")
    assert (line.actor, dict(line.what)) == ("account-amara", {"ImagingStudy": 1})


async def test_a_study_given_to_another_by_writing_shows_nothing(
    office: Office, operator: AsyncClient, mei: AsyncClient, client_of: ClientOf
) -> None:
    await bring(operator, slice_of(1))
    id = await study_id(mei)
    resource = (await mei.get(f"/fhir/R4/ImagingStudy/{id}")).json()
    moved = {**resource, "subject": {"reference": "Patient/jonas"}}
    assert (await operator.put(f"/fhir/R4/ImagingStudy/{id}", json=moved)).is_success

    jonas = client_of(JONAS_CALLS)
    assert (await jonas.get(f"/api/records/images/{id}")).json()["series"] == []
    assert (await jonas.get(f"{WEB}/{STUDY}/metadata")).status_code == 404


async def test_pictures_go_with_a_study_that_a_merge_made_another_s(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    await bring(operator, slice_of(1), slice_of(2))
    id = await study_id(mei)
    images = office.records.images

    merge = await office.records.duplicates.merge(OPERATOR_ASKS, JONAS, MEI, "number")

    assert len((await images.study(JONAS_ASKS, id)).images) == 2
    assert (await images.of_patient(JONAS_ASKS, JONAS))[0]["image"]
    await office.records.duplicates.unmerge(OPERATOR_ASKS, merge.id)
    assert len((await images.study(MEI_ASKS, id)).images) == 2
    with pytest.raises(NotFound):
        await images.study(JONAS_ASKS, id)


# Where it lies


def files(office: Office) -> list[Path]:
    return sorted((office.folder / "images").glob("*/*"))


async def test_a_file_is_sealed_and_goes_when_she_is_erased(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    await bring(operator, slice_of(1), slice_of(2))
    kept = files(office)
    assert len(kept) == 2
    assert not any(b"DICM" in path.read_bytes() or b"Lin" in path.read_bytes() for path in kept)

    await office.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    assert files(office) == []
    assert await office.count("records_image") == 0
    assert (await mei.get(f"{WEB}/{STUDY}")).status_code == 404


async def test_what_was_left_in_the_midst_is_taken_away_at_the_next_start(
    office: Office, operator: AsyncClient, mei: AsyncClient
) -> None:
    await bring(operator, slice_of(1))
    folder = files(office)[0].parent
    long_ago = (office.clock.now() - timedelta(days=9000)).timestamp()
    for name in ("stray.image", "half.new"):
        (folder / name).write_bytes(b"sealed")
        os.utime(folder / name, (long_ago, long_ago))
    (folder / "young.new").write_bytes(b"being written")

    await office.records.images.start()

    assert {path.name for path in files(office)} >= {"young.new"}
    assert len(files(office)) == 2
    assert (await mei.get(f"{WEB}/{STUDY}/thumbnail")).is_success


# A file or a zip from the browser


def zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return held.getvalue()


async def test_a_file_or_a_zip_of_files_is_brought_like_an_import(
    office: Office, mei: AsyncClient
) -> None:
    archive = zipped(a=slice_of(1), b=slice_of(2), readme=b"Hello", DICOMDIR=b"x")
    answer = await mei.post("/api/records/images", params={"name": "cd.zip"}, content=archive)
    single = await mei.post("/api/records/images", content=made("MR_small"))

    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["file"] for each in steps if each["kind"] == "refused"] == ["readme"]
    assert (steps[-1]["kind"], steps[-1]["accepted"], steps[-1]["refused"]) == ("done", 2, 1)
    assert json.loads(single.text.splitlines()[-1])["new"] == 1
    assert len((await mei.get("/api/records/patients/mei/images")).json()) == 2


async def test_a_zip_that_unpacks_to_more_than_it_may_is_refused(
    office: Office, mei: AsyncClient
) -> None:
    bomb = zipped(bomb=b"\0" * 50_000_000)

    answer = await mei.post("/api/records/images", content=bomb)

    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["kind"] for each in steps if each["reason"]] == ["refused"]


@pytest.mark.parametrize("body", [b"", b"--cut", b"--cut\r\n\r\n", b"--cut\r\nX\r\n--cut--"])
async def test_a_broken_body_is_refused_and_breaks_nothing(
    office: Office, operator: AsyncClient, body: bytes
) -> None:
    kind = 'multipart/related; type="application/dicom"; boundary=cut'

    answer = await operator.post(WEB, content=body, headers={"content-type": kind})

    assert answer.status_code in (200, 409)
    assert (await operator.post(WEB, json={})).status_code == 415
