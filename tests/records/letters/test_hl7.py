"""Messages of HL7 v2: read in their own characters, kept once, answered only when kept."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import Conflict, Forbidden, Incorrect
from asklepion.records import Ground, Mllp, Sender, send_messages, split_messages
from asklepion.records.engine import validate
from asklepion.records.engine.foreign import Foreign, Names, Unreadable, read_er7, read_message
from asklepion.records.service.mllp import Frames

from ..conftest import Office
from ..people import MEI_ASKS, OPERATOR_ASKS, Resource, patient

HOSPITAL = "urn:oid:1.2.826.0.1.999.9"


def msh(kind: str, control: str = "1", charset: str = "", sender: str = "LAB|LAKE") -> str:
    at = "20260110093000+0800"
    return f"MSH|^~\\&|{sender}|HOUSE|HERE|{at}||{kind}|{control}|P|2.5.1||||||{charset}"


PID = "PID|1||77^^^HOSP^MR||Asher^Wren^M||19710815|F|||4 Reed Lane^^Lakeside^^9000||555-0100|||M"
VISIT = {1: "1", 2: "I", 3: "W1^2^3^LAKE", 7: "42^Vale^Ines", 19: "V-1", 44: "20260109080000"}
PV1 = "|".join(["PV1", *(VISIT.get(n, "") for n in range(1, 45))])


def message(*segments: str) -> bytes:
    return "\r".join(segments).encode()


def adt(event: str, control: str = "1", pid: str = PID, *more: str) -> bytes:
    return message(msh(f"ADT^{event}", control), pid, PV1, *more)


def oru(control: str = "9", *, value: str = "140", status: str = "F", pid: str = PID) -> bytes:
    return message(
        msh("ORU^R01^ORU_R01", control),
        pid,
        "ORC|RE|P-1|F-1",
        f"OBR|1|P-1|F-1|24323-8^Panel^LN|||20260109070000||||||||||||||||20260109090000||LAB|{status}",
        f"OBX|1|NM|2951-2^Sodium^LN||{value}|mmol/L|135-145|N|||{status}|||20260109070000",
        "NTE|1||Drawn fasting",
        "OBX|2|SN|2345-7^Glucose^LN||>^5.5|mmol/L^^UCUM|<5.6|H|||F",
        "OBX|3|CWE|600-7^Culture^LN||3092008^Staphylococcus^SCT||||||F",
    )


def ids(seed: str) -> str:
    return base64.b32encode(seed.encode()).decode().rstrip("=")[-60:]


def read(text: bytes) -> Foreign:
    return read_message(read_er7(text), ids, Names(sender="LAB|LAKE", systems={"HOSP": HOSPITAL}))


def of_type(foreign: Foreign, type: str) -> list[Resource]:
    return [it for it in foreign.resources.values() if it["resourceType"] == type]


@pytest.mark.parametrize("text", [adt("A01"), adt("A28"), oru()])
def test_every_resource_of_a_message_is_good_fhir(text: bytes) -> None:
    for resource in read(text).resources.values():
        assert [i for i in validate(resource) if not i.is_warning] == [], resource["resourceType"]


def test_a_patient_goes_by_her_number_in_the_system_of_her_hospital() -> None:
    (who,) = of_type(read(adt("A28")), "Patient")

    assert who["identifier"][0]["system"] == HOSPITAL
    assert who["identifier"][0]["value"] == "77"
    assert who["name"][0]["given"] == ["Wren", "M"]
    assert (who["birthDate"], who["gender"]) == ("1971-08-15", "female")
    assert who["maritalStatus"]["coding"][0]["code"] == "M"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("A01", "in-progress"),
        ("A03", "finished"),
        ("A05", "planned"),
        ("A11", "cancelled"),
        ("A13", "in-progress"),
    ],
)
def test_a_visit_stands_as_the_event_says(event: str, status: str) -> None:
    (visit,) = of_type(read(adt(event)), "Encounter")

    assert visit["status"] == status
    assert visit["class"]["code"] == "IMP"
    assert visit["participant"][0]["individual"]["display"] == "Ines Vale"


def test_results_have_their_values_units_ranges_and_notes() -> None:
    foreign = read(oru())

    sodium, glucose, culture = of_type(foreign, "Observation")
    assert sodium["valueQuantity"]["code"] == "mmol/L"
    assert sodium["referenceRange"][0]["low"]["value"] == 135
    assert sodium["note"] == [{"text": "Drawn fasting"}]
    assert sodium["effectiveDateTime"] == "2026-01-09T07:00:00+08:00"
    assert glucose["valueQuantity"]["comparator"] == ">"
    assert glucose["interpretation"][0]["coding"][0]["code"] == "H"
    assert culture["valueCodeableConcept"]["coding"][0]["system"] == "http://snomed.info/sct"
    (report,) = of_type(foreign, "DiagnosticReport")
    assert len(report["result"]) == 3


def test_a_document_in_lines_and_a_file_in_base64_are_documents() -> None:
    pdf = base64.b64encode(b"%PDF-1.4").decode()
    text = message(
        msh("MDM^T02"),
        PID,
        "TXA|1|11488-4^Note^LN||20260109070000||||||||D-1|||||AU",
        "OBX|1|TX|||First line.||||||F",
        "OBX|2|ED|||^application^pdf^Base64^" + pdf + "||||||F",
    )

    (document,) = of_type(read(text), "DocumentReference")

    kinds = [content["attachment"]["contentType"] for content in document["content"]]
    assert kinds == ["text/plain; charset=utf-8", "application/pdf"]
    assert document["docStatus"] == "final"


@pytest.mark.parametrize(
    ("charset", "codec"), [("UNICODE UTF-8", "utf-8"), ("GB 18030-2000", "gb18030")]
)
def test_a_message_is_read_in_the_characters_that_it_names(charset: str, codec: str) -> None:
    # In GB 18030 the last byte of 鍇 is that of | itself.
    text = "\r".join([msh("ADT^A28", "1", charset), "PID|1||7^^^HOSP||林^鍇"]).encode(codec)

    (who,) = of_type(read(text), "Patient")

    assert (who["name"][0]["family"], who["name"][0]["given"]) == ("林", ["鍇"])


def test_separators_are_those_of_the_message_and_escapes_are_resolved() -> None:
    text = rb"MSH!@%$*!LAB!LAKE!!!2026!!ADT@A28!1!P!2.5.1" + b"\r"
    text += rb"PID!1!!7@@@HOSP!!As$F$her@W$X4142$n$S$%Other@One"

    (who,) = of_type(read(text), "Patient")

    assert who["name"][0]["family"] == "As!her"
    assert who["name"][0]["given"] == ["WABn@"]
    assert who["name"][1]["family"] == "Other"


def test_a_segment_that_is_not_read_is_named() -> None:
    foreign = read(adt("A01", "1", PID, "IN1|1|x", "ZZZ|secret"))

    assert {note.where for note in foreign.notes} == {"IN1", "ZZZ"}
    assert "secret" not in str(foreign.notes)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_damaged_message_is_read_or_refused_and_never_more(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([adt("A01"), oru()]))
    at = data.draw(st.integers(0, len(whole)))
    put = data.draw(
        st.binary(max_size=12) | st.sampled_from([b"|", b"~", b"^^", b"\\", b"&", b"\r"])
    )
    text = whole[:at] + put + whole[at + data.draw(st.integers(0, 40)) :]

    try:
        foreign = read(text)
    except Unreadable:
        return
    assert foreign.patient in foreign.resources


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.integers(1, 9))
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    messages: list[bytes], step: int
) -> None:
    messages = [m.replace(b"\x0b", b"").replace(b"\x1c", b"") or b"x" for m in messages]
    line = b"".join(b"\r\n\x0b" + m + b"\x1c\r" for m in messages)
    frames, found = Frames(100), list[bytes]()

    for at in range(0, len(line), step):
        frames.add(line[at : at + step])
        while (frame := frames.next()) is not None:
            found.append(frame)

    assert found == messages
    assert not frames.is_too_much


def test_a_frame_without_end_and_noise_without_frame_are_too_much() -> None:
    for begin in (b"\x0b", b""):
        frames = Frames(1000)
        for _ in range(200):
            frames.add(begin + b"x" * 1000)
            begin = b""
            frames.next()
            if frames.is_too_much:
                break
        assert frames.is_too_much or not frames.is_open  # noise is thrown away as it comes


# Kept, and then answered


async def allow(office: Office, **more: Any) -> Sender:
    told: dict[str, Any] = {"application": "LAB", "facility": "LAKE", "name": "Lab by the lake"}
    told |= {"systems": {"HOSP": HOSPITAL}, **more}
    return await office.records.messages.allow(OPERATOR_ASKS, **told)


async def know(office: Office) -> None:
    """Have an operator bring Mei, by the number that the hospital knows her by."""
    number = {"system": HOSPITAL, "value": "77"}
    await office.keep({**patient("Patient/mei"), "identifier": [number]})


def code(answer: bytes) -> tuple[str, str]:
    lines = answer.decode().split("\r")
    (msa,) = (line.split("|") for line in lines if line.startswith("MSA"))
    return msa[1], msa[2]


async def send(office: Office, text: bytes) -> str:
    return code(await office.records.messages.receive(text))[0]


async def test_a_sender_nobody_registered_is_refused_and_nothing_is_kept(office: Office) -> None:
    answer = await office.records.messages.receive(oru())

    assert code(answer) == ("AR", "9")
    assert await office.count("records_res") == 0
    for value in (b"Asher", b"Sodium", b"19710815"):
        assert value not in answer


async def test_what_is_acknowledged_is_kept_once_under_the_sender_s_name(office: Office) -> None:
    await office.keep(
        {**patient("Patient/mei"), "identifier": [{"system": HOSPITAL, "value": "77"}]}
    )
    await allow(office)
    pid = PID.replace("19710815", "19800402")

    assert await send(office, oru(pid=pid)) == "AA"
    rows = await office.count("records_res")
    assert await send(office, oru(pid=pid)) == "AA"

    assert await office.count("records_res") == rows
    found = await office.records.search(MEI_ASKS, "Observation", [("code", "2951-2")])
    assert found.entries[0]["subject"] == {"reference": "Patient/mei"}
    entry = next(
        it for it in await office.records.accesses(MEI_ASKS, "Patient/mei") if it.via == "hl7"
    )
    assert (entry.actor_name, entry.action) == ("Lab by the lake", "import")
    assert await office.records.verify() == []


async def test_a_corrected_result_is_the_next_version_of_the_same(office: Office) -> None:
    await office.keep(
        {**patient("Patient/mei"), "identifier": [{"system": HOSPITAL, "value": "77"}]}
    )
    await allow(office)
    pid = PID.replace("19710815", "19800402")
    await send(office, oru("9", pid=pid))

    assert await send(office, oru("10", pid=pid, value="141", status="C")) == "AA"

    found = await office.records.search(MEI_ASKS, "Observation", [("code", "2951-2")])
    (sodium,) = found.entries
    assert sodium["valueQuantity"]["value"] == 141
    assert (sodium["status"], sodium["meta"]["versionId"]) == ("corrected", "2")


async def test_an_update_changes_what_it_says_and_leaves_the_rest(office: Office) -> None:
    known = patient("Patient/mei")
    known["identifier"] = [{"system": HOSPITAL, "value": "77"}]
    known["photo"] = [{"title": "Hers"}]
    await office.keep(known)
    await allow(office)

    assert await send(office, adt("A08", "1", PID.replace("19710815", "19800402"))) == "AA"

    now = await office.records.read(MEI_ASKS, "Patient", "mei")
    assert now["name"][0]["family"] == "Asher"
    assert now["photo"] == [{"title": "Hers"}]


async def test_a_merge_is_held_told_of_and_not_carried_out(office: Office) -> None:
    await allow(office)
    await send(office, adt("A28"))
    rows = await office.count("records_res")
    merge = message(msh("ADT^A40", "5"), PID, "MRG|78^^^HOSP^MR")

    assert await send(office, merge) == "AE"
    assert await send(office, merge) == "AE"

    assert await office.count("records_res") == rows
    (held,) = await office.records.messages.held(OPERATOR_ASKS)
    assert (held.control, held.kind) == ("5", "ADT^A40")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "AR"),
        (b"MSH|^~\\&|", "AR"),
        (b"GET / HTTP/1.1\r\n\r\n", "AR"),
        (message(msh("SIU^S12"), PID), "AR"),
        (message(msh("ADT^A08"), "PID|1||||Nobody"), "AE"),
        (message(msh("ADT^A08", ""), PID), "AE"),
        (message(msh("ADT^A08"), PID, PID), "AE"),
        (message(msh("ADT^A08", "1", "EBCDIC"), PID), "AR"),
    ],
)
async def test_what_cannot_be_taken_is_answered_so_and_never_quoted(
    office: Office, text: bytes, expected: str
) -> None:
    await allow(office)

    answer = await office.records.messages.receive(text)

    assert code(answer)[0] == expected
    assert b"ERR|" in answer
    assert b"Nobody" not in answer
    assert await office.count("records_res") == 0


async def test_a_message_of_which_one_part_is_wrong_is_not_kept_at_all(office: Office) -> None:
    await allow(office)
    wrong = oru().replace(b"2951-2^Sodium^LN", b"2951-2^Sodium^LN^^^\x01bad")

    answer = await office.records.messages.receive(
        wrong.replace(b"Drawn fasting", b"\x02")  # no character of FHIR
    )

    assert code(answer)[0] in ("AA", "AE")
    count = await office.count("records_res")
    assert (count > 0) == (code(answer)[0] == "AA")


async def test_nothing_of_messages_is_left_of_a_patient_who_is_erased(office: Office) -> None:
    await office.keep(
        {**patient("Patient/mei"), "identifier": [{"system": HOSPITAL, "value": "77"}]}
    )
    await allow(office)
    await send(office, oru(pid=PID.replace("19710815", "19800402")))

    await office.records.erase(OPERATOR_ASKS, "Patient/mei", Ground.WITHDRAWN)

    assert await office.count("records_alias") == 0
    assert await office.count("records_received") == 0


async def test_only_an_operator_says_who_may_send_and_each_only_once(office: Office) -> None:
    with pytest.raises(Forbidden):
        await office.records.messages.allow(MEI_ASKS, application="A", facility="B", name="C")
    sender = await allow(office)
    with pytest.raises(Conflict, match="registered already"):
        await allow(office)
    with pytest.raises(Incorrect, match="no URI"):
        await allow(office, facility="X", systems={"A": "no uri"})
    await office.records.messages.remove(OPERATOR_ASKS, sender.id)
    assert await send(office, oru()) == "AR"


# Over a line


@pytest.fixture
async def line(office: Office) -> AsyncGenerator[Mllp]:
    mllp = Mllp(office.records.messages.receive, host="127.0.0.1", port=0, most=100_000)
    await mllp.start()
    yield mllp
    await mllp.stop()


async def test_several_messages_of_one_line_are_answered_in_order(
    office: Office, line: Mllp
) -> None:
    await allow(office)
    texts = [adt("A01", "1"), oru("2"), adt("A03", "3")]

    answers = await send_messages(texts, host="127.0.0.1", port=line.port)

    assert [code(answer) for answer in answers] == [("AA", "1"), ("AA", "2"), ("AA", "3")]


async def test_half_a_message_is_none_and_noise_is_passed_over(office: Office, line: Mllp) -> None:
    await allow(office)
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.write(b"noise\x0b" + oru() + b"\x1c\r\x0b" + oru("10")[:50])
    answer = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 30)
    writer.close()

    assert code(answer[1:-2]) == ("AA", "9")
    assert await office.count("records_received") == 1


async def test_a_message_without_end_ends_the_line_and_others_go_on(
    office: Office, line: Mllp
) -> None:
    await allow(office)
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.write(b"\x0b" + b"x" * 300_000)

    assert await asyncio.wait_for(reader.read(), 30) == b""
    writer.close()
    (answer,) = await send_messages([oru()], host="127.0.0.1", port=line.port)
    assert code(answer)[0] == "AA"


async def test_a_message_in_hand_is_answered_before_the_line_stops(office: Office) -> None:
    async def slowly(text: bytes) -> bytes:
        began.set()
        await asyncio.sleep(0.2)
        return text

    began = asyncio.Event()
    mllp = Mllp(slowly, host="127.0.0.1", port=0)
    await mllp.start()
    sending = asyncio.create_task(send_messages([b"hello"], host="127.0.0.1", port=mllp.port))
    await began.wait()

    await mllp.stop()

    assert await sending == [b"hello"]


async def test_messages_of_a_file_are_imported_as_they_are_sent(
    office: Office, tmp_path: Path
) -> None:
    await allow(office)
    path = tmp_path / "night.hl7"
    path.write_bytes(b"BHS|^~\\&|LAB\r" + adt("A01", "1") + b"\r" + oru("2") + b"\rBTS|2\r")

    steps = [step async for step in office.records.take_in(OPERATOR_ASKS, path)]

    done = steps[-1]
    assert done.refused == 0, [step.reason for step in steps if step.kind == "refused"]
    assert done.by_type["Patient"] == 1
    assert done.by_type["Observation"] == 3
    assert len(split_messages(path.read_bytes())) == 2
