"""One message in FHIR, by what it tells of."""

from ..model import Foreign, Gathering, Ids, Unreadable, pruned
from ..times import zone_of
from . import people, results
from .er7 import Message
from .people import Reading
from .values import Names

ADT = frozenset(["A01", "A02", "A03", "A04", "A05", "A08", "A11", "A13", "A28", "A31"])
PERSONS = frozenset(["A28", "A31"])  # tell of the person, and of no visit
TAKEN = "ADT (A01-A05, A08, A11, A13, A28, A31), ORU^R01, MDM^T02"


class Unsupported(Unreadable):
    """It is a message, but none that is taken; `is_merge` where it asks to make two people one."""

    def __init__(self, reason: str, *, is_merge: bool = False) -> None:
        super().__init__(reason)
        self.is_merge = is_merge


def read_message(message: Message, ids: Ids, names: Names) -> Foreign:
    """What one message tells, in FHIR.

    Args:
        ids: gives the id of something from what it is called.
        names: how its sender calls those who give identifiers.

    Raises:
        Unsupported: it is of a kind that is not taken.
        Unreadable: it is about nobody, or about somebody without a number.
    """
    kind, event = message.kind
    if kind == "ADT" and event in ("A40", "A18", "A34", "A35", "A36", "A39", "A41", "A42", "A47"):
        words = "asks to merge two people, which only an operator does here"
        raise Unsupported(words, is_merge=True)
    is_known = (kind == "ADT" and event in ADT) or (kind, event) in (("ORU", "R01"), ("MDM", "T02"))
    if not is_known:
        raise Unsupported(f"is of a kind that is not taken; taken are {TAKEN}")
    pids = list(message.every("PID"))
    if len(pids) != 1:
        raise Unreadable("is about nobody, or about several people (PID)")
    identifiers = people.identifiers_of(pids[0], names)
    if not identifiers:
        raise Unreadable("is about somebody without a number (PID-3)")
    first = identifiers[0]
    whose = f"{first['system']}|{first['value']}"
    reading = Reading(
        to=Gathering(ids, whose),
        names=names,
        message=message,
        zone=zone_of(message.header.text(7)),
    )
    return _read(reading, kind, event)


def _read(reading: Reading, kind: str, event: str) -> Foreign:
    message, gathering = reading.message, reading.to
    (pid,) = message.every("PID")
    subject = gathering.subject["reference"]
    who = people.patient_of(reading, pid)
    id = subject.removeprefix("Patient/")
    others = dict(gathering.resources)
    gathering.resources.clear()
    gathering.resources[subject] = pruned({"resourceType": "Patient", "id": id, **who})
    gathering.resources.update(others)
    if kind == "ADT":
        if event not in PERSONS:
            people.encounter(reading, event)
        for al1 in message.every("AL1"):
            people.allergy(reading, al1)
    elif kind == "ORU":
        for place, order in enumerate(results.orders(reading)):
            results.report(reading, order, place)
    elif (txa := message.find("TXA")) is not None:
        results.document(reading, txa)
    else:
        raise Unreadable("names no document (TXA)")
    _note_rest(reading)
    return Foreign(
        patient=subject,
        resources=gathering.resources,
        notes=gathering.notes,
        is_current=kind == "ADT",
    )


READ = frozenset(
    [
        "MSH",
        "EVN",
        "PID",
        "PD1",
        "NK1",
        "PV1",
        "PV2",
        "DG1",
        "AL1",
        "ORC",
        "OBR",
        "OBX",
        "NTE",
        "TXA",
        "SFT",
    ]
)


def _note_rest(reading: Reading) -> None:
    """Name the segments that nobody read."""
    rest = {segment.name for segment in reading.message.segments} - READ
    for name in sorted(rest):
        reading.to.note(name, "is a segment that is not read")
