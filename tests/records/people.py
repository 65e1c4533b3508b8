"""Invented people, what is known of them, and those who ask."""

from typing import Any

from asklepion.identity import Caller, Role
from asklepion.records import Asking, Category

Resource = dict[str, Any]

LOINC, UCUM, SNOMED = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
KINDS = "http://terminology.hl7.org/CodeSystem/observation-category"

MEI, JONAS, UNKNOWN = "Patient/mei", "Patient/jonas", "Patient/nobody-knows"
AMARA, BORIS = "Practitioner/amara", "Practitioner/boris"
VISIT = "visit-1"


def caller(account: str, person: str | None, *roles: Role) -> Caller:
    return Caller(account=account, name=f"Name of {account}", roles=frozenset(roles), person=person)


MEI_CALLS = caller("account-mei", MEI, Role.PATIENT)
JONAS_CALLS = caller("account-jonas", JONAS, Role.PATIENT)
NEW_CALLS = caller("account-new", None, Role.PATIENT)
AMARA_CALLS = caller("account-amara", AMARA, Role.CLINICIAN)
BORIS_CALLS = caller("account-boris", BORIS, Role.CLINICIAN)
TRAINEE_CALLS = caller("account-tom", "Practitioner/tom", Role.TRAINEE)
OPERATOR_CALLS = caller("account-iris", None, Role.OPERATOR)
DEVICE_CALLS = Caller(
    account="device-1", name="Monitor", roles=frozenset({Role.DEVICE}), acts_for=MEI
)

ACCOUNTS = {
    each.account: each
    for each in (MEI_CALLS, JONAS_CALLS, AMARA_CALLS, BORIS_CALLS, OPERATOR_CALLS)
}


async def find_caller(account: str) -> Caller | None:
    return ACCOUNTS.get(account)


MEI_ASKS = Asking(caller=MEI_CALLS, purpose="PATRQT")
JONAS_ASKS = Asking(caller=JONAS_CALLS, purpose="PATRQT")
NEW_ASKS = Asking(caller=NEW_CALLS, purpose="PATRQT")
AMARA_ASKS = Asking(caller=AMARA_CALLS, visit=VISIT)
BORIS_ASKS = Asking(caller=BORIS_CALLS)
TRAINEE_ASKS = Asking(caller=TRAINEE_CALLS)
OPERATOR_ASKS = Asking(caller=OPERATOR_CALLS, purpose="HOPERAT")
DEVICE_ASKS = Asking(caller=DEVICE_CALLS, purpose="PATRQT", via="device")
STRANGER_ASKS = Asking(caller=Caller())


def patient(reference: str, family: str = "Lin", born: str = "1980-04-02") -> Resource:
    return {
        "resourceType": "Patient",
        "id": reference.removeprefix("Patient/"),
        "name": [{"family": family, "given": ["Invented"]}],
        "birthDate": born,
        "gender": "female",
    }


def observation(
    id: str, of: str = MEI, *, kind: str = "vital-signs", value: float = 72, at: str = "2026-03-01"
) -> Resource:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"system": KINDS, "code": kind}]}],
        "code": {"coding": [{"system": LOINC, "code": "8867-4"}]},
        "subject": {"reference": of},
        "effectiveDateTime": f"{at}T08:00:00Z",
        "valueQuantity": {"value": value, "unit": "/min", "system": UCUM, "code": "/min"},
    }


def condition(id: str, of: str = MEI, code: str = "38341003") -> Resource:
    return {
        "resourceType": "Condition",
        "id": id,
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "subject": {"reference": of},
        "recordedDate": "2025-11-05",
    }


def note(of: str = MEI, text: str = "UmVzdC4=") -> Resource:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": LOINC, "code": "11488-4"}]},
        "subject": {"reference": of},
        "content": [{"attachment": {"contentType": "text/plain", "data": text}}],
    }


def practitioner(reference: str = AMARA, npi: str = "1234567890") -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": reference.removeprefix("Practitioner/"),
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}],
        "name": [{"family": "Okafor"}],
    }


def organization(id: str = "clinic") -> Resource:
    return {"resourceType": "Organization", "id": id, "name": "A clinic by the sea"}


VITALS = frozenset({Category.VITALS})
MOST = frozenset({Category.DEMOGRAPHICS, Category.VITALS, Category.CONDITIONS})


def group_of(members: list[str]) -> Resource:
    return {
        "resourceType": "Group",
        "id": "cohort",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": who}} for who in members],
    }
