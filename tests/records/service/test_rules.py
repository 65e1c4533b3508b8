"""Consents as rules: decided in SQL as in plain Python, and as the guide's worked cases say."""

import contextlib
import json
import os
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asklepion import records
from asklepion.identity import Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import connect_database
from asklepion.kit.errors import Forbidden, Incorrect, NotFound, Unsupported
from asklepion.records import (
    Act,
    Asking,
    Category,
    Choice,
    ConsentEnded,
    ConsentGranted,
    Ground,
    Label,
)
from asklepion.records.engine.labels import LABELS, labels_of
from asklepion.records.service.consenting import FOR_EVER
from asklepion.records.store import permits

from ..conftest import MIGRATIONS, Office
from ..people import (
    AMARA,
    AMARA_ASKS,
    BORIS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    LOINC,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    Resource,
    caller,
    condition,
    note,
    observation,
    patient,
    practitioner,
)

DATA = Path(os.environ.get("ASKLEPION_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
PCF = DATA / "fhir" / "pcf" / "resources"
REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
TREATS = replace(AMARA_ASKS, visit=None)
NUMBERS = count()


async def found(office: Office, asking: Asking, type: str = "") -> set[str]:
    """What a search tells, held against what single reads and a count tell."""
    params = [("_count", "1000"), *([] if type else [("_type", ",".join(TYPES))])]
    page = await office.records.search(asking, type, params)
    ids = {f"{it['resourceType']}/{it['id']}" for it in page.entries}
    total = await office.records.search(asking, type, [*params, ("_summary", "count")])
    assert total.total == len(ids)
    return ids


TYPES = ("Observation", "Condition", "DocumentReference", "Encounter")


# The law: SQL and Python say the same


def facts() -> list[Resource]:
    psych = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.1"}]}
    made: list[Resource] = [
        observation("pulse", at="2025-06-01"),
        observation("sodium", kind="laboratory", at="2026-01-05"),
        {**observation("sad", kind="survey", at="2026-02-01"), "code": psych},
        {**condition("low"), "code": psych},
        condition("pressure"),
        {
            **note(),
            "id": "letter",
            "author": [{"reference": BORIS}],
            "date": "2026-01-01T10:00:00Z",
        },
        {**note(), "id": "plan", "author": [{"reference": AMARA}]},
        {
            "resourceType": "Encounter",
            "id": "stay",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": MEI},
        },
    ]
    made[0]["encounter"] = {"reference": "Encounter/stay"}
    made[4]["meta"] = {
        "security": [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}
        ]
    }
    return made


def coding(label: Label) -> dict[str, str]:
    system = next(system for (system, _), known in LABELS.items() if known == label)
    return {"system": system, "code": label.name}


CATEGORIES = "https://asklepion.local/fhir/CodeSystem/record-category"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
Made = st.SearchStrategy[Any]


def actor(reference: str) -> Resource:
    return {"role": {"text": "who"}, "reference": {"reference": reference}}


def datum(meaning: str, reference: str) -> Resource:
    return {"meaning": meaning, "reference": {"reference": reference}}


def purpose_of(code: str) -> Resource:
    return {"system": REASONS, "code": code}


def kind(system: str, code: str) -> Resource:
    return {"system": system, "code": code}


def some(values: Made) -> Made:
    return st.lists(values, min_size=1, max_size=2)


references = st.sampled_from([f"{it['resourceType']}/{it['id']}" for it in facts()])
OPTIONAL: dict[str, Made] = {
    "actor": some(
        st.builds(actor, st.sampled_from([AMARA, BORIS, "Organization/clinic", "Group/night"]))
    ),
    "purpose": some(st.builds(purpose_of, st.sampled_from(["TREAT", "HRESCH", "BTG"]))),
    "securityLabel": some(
        st.builds(coding, st.sampled_from([Label.N, Label.R, Label.V, Label.PSY, Label.HIV]))
    ),
    "class": some(
        st.one_of(
            st.builds(kind, st.just(RESOURCE_TYPES), st.sampled_from(["Observation", "Encounter"])),
            st.builds(
                kind, st.just(CATEGORIES), st.sampled_from(["vitals", "conditions", "notes"])
            ),
        )
    ),
    "dataPeriod": st.sampled_from(
        [{"start": "2026"}, {"end": "2025-12-31"}, {"start": "2026-01-01", "end": "2026-01-31"}]
    ),
    "code": st.just([{"coding": [{"system": LOINC, "code": "8867-4"}]}]),
    "data": some(
        st.builds(
            datum,
            st.sampled_from(["instance", "related", "authoredby"]),
            st.one_of(references, st.sampled_from([AMARA, BORIS])),
        )
    ),
}
provisions: Made = st.fixed_dictionaries(
    {"type": st.sampled_from(["permit", "permit", "deny"])}, optional=OPTIONAL
)


def with_exceptions(root: Resource, inner: list[Resource]) -> Resource:
    return {**root, **({"provision": inner} if inner else {})}


consents: Made = st.builds(with_exceptions, provisions, st.lists(provisions, max_size=2))


def consent_of(provision: Resource, id: str, of: str = MEI) -> Resource:
    return {
        "resourceType": "Consent",
        "id": id,
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": LOINC, "code": "59284-0"}]}],
        "patient": {"reference": of},
        "policyRule": {"coding": [{"code": "OPTIN"}]},
        "provision": provision,
    }


async def furnish(office: Office) -> None:
    await office.keep(
        practitioner(),
        practitioner(BORIS, "987"),
        patient(MEI),
        patient(JONAS, "Weber", "1955-12-24"),
        {
            "resourceType": "PractitionerRole",
            "id": "role",
            "practitioner": {"reference": AMARA},
            "organization": {"reference": "Organization/clinic"},
            "code": [{"coding": [{"system": "http://a.example/roles", "code": "nurse"}]}],
        },
        {
            "resourceType": "Group",
            "id": "night",
            "type": "practitioner",
            "actual": True,
            "member": [{"entity": {"reference": BORIS}}],
        },
        *facts(),
    )


def said(provision: Resource, asking: Asking, it: Resource, is_root: bool = True) -> bool | None:
    """What one provision says about one fact, in the plainest words: the guide, read by a child."""
    who = asking.caller.person
    belongs = {AMARA: "Organization/clinic", BORIS: "Group/night"}
    actors = [each["reference"]["reference"] for each in provision.get("actor", ())]
    if actors and not {who, belongs[who or ""]} & set(actors):
        return None
    purposes = [each["code"] for each in provision.get("purpose", ())]
    if purposes and asking.purpose not in purposes:
        return None
    is_denial = provision["type"] == "deny"
    return (not is_denial) if matches(provision, it, is_denial) else None


def matches(provision: Resource, it: Resource, is_denial: bool) -> bool:
    reference = f"{it['resourceType']}/{it['id']}"
    kinds = {"pulse": "vitals", "sodium": "laboratory", "sad": "social", "low": "conditions"}
    kinds |= {"pressure": "conditions", "letter": "notes", "plan": "notes", "stay": "visits"}
    classes = [each["code"] for each in provision.get("class", ())]
    if classes and not {it["resourceType"], kinds[it["id"]]} & set(classes):
        return False
    levels = ["U", "L", "M", "N", "R", "V"]
    asked = [each["code"] for each in provision.get("securityLabel", ())]
    has = {"sad": {"R", "PSY"}, "low": {"R", "PSY"}, "pressure": {"V"}}.get(it["id"], {"N"})
    ranks = [levels.index(each) for each in asked if each in levels]
    reach: set[str] = set()
    if ranks:
        reach = set(levels[min(ranks) :] if is_denial else levels[: max(ranks) + 1])
    if asked and not has & (set(asked) | reach):
        return False
    if "code" in provision and it["id"] not in ("pulse", "sodium"):
        return False
    when = it.get("effectiveDateTime") or it.get("recordedDate") or it.get("date")
    span = provision.get("dataPeriod")
    if span and when is None:
        return is_denial and pointed(provision, it, reference)
    if span and not span.get("start", "0") <= str(when)[:10] <= span.get("end", "9999"):
        return False
    return pointed(provision, it, reference)


def pointed(provision: Resource, it: Resource, reference: str) -> bool:
    data = provision.get("data")
    if not data:
        return True
    wrote = {each["reference"] for each in it.get("author", ())}
    points = {it.get("encounter", {}).get("reference"), it["subject"]["reference"], *wrote}
    refers = {f"{x['resourceType']}/{x['id']}": x for x in facts()}
    for each in data:
        named = each["reference"]["reference"]
        if each["meaning"] == "authoredby" and named in wrote:
            return True
        if each["meaning"] == "instance" and named == reference:
            return True
        if each["meaning"] == "related":
            of = refers.get(named, {})
            besides = {of.get("encounter", {}).get("reference")}
            if named == reference or named in points or reference in besides:
                return True
    return False


def expected(provisions: list[Resource], asking: Asking, broken: bool) -> set[str]:
    """Deny wins; what nobody allows is closed; an exception lifts what its own Consent says."""
    seen: set[str] = set()
    for it in facts():
        permitted, denied = broken and asking.purpose == "BTG", False
        for root in provisions:
            outer = {k: v for k, v in root.items() if k != "provision"}
            inner = [said({**outer, **each}, asking, it) for each in root.get("provision", ())]
            says = said(outer, asking, it)
            if False in inner or (says is False and True not in inner):
                denied = True
            if asking.purpose != "BTG" and (says is True or True in inner):
                permitted = True
        if permitted and not denied:
            seen.add(f"{it['resourceType']}/{it['id']}")
    return seen


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    provisions=st.lists(consents, min_size=1, max_size=3),
    purpose=st.sampled_from(["TREAT", "HRESCH", "BTG"]),
    writes_first=st.booleans(),
)
async def test_searches_counts_and_reads_decide_as_the_guide_says_in_plain_words(
    office: Office, provisions: list[Resource], purpose: str, writes_first: bool
) -> None:
    if not await office.count("records_res"):
        await furnish(office)
    made = [consent_of(each, f"c{next(NUMBERS)}") for each in provisions]
    for each in made:
        await office.records.create(MEI_ASKS, each, id=each["id"])
    try:
        if writes_first:  # marks are also made for what comes later
            await office.keep(*({**it, "language": f"x-{next(NUMBERS)}"} for it in facts()))
        await decide(office, provisions, purpose)
    finally:
        for each in made:
            await office.records.revoke(MEI_ASKS, each["id"])
    assert await found(office, replace(TREATS, purpose=purpose)) == set()
    assert await office.count("records_mark") == 0


async def decide(office: Office, provisions: list[Resource], purpose: str) -> None:
    asks = replace(TREATS, purpose=purpose)
    glass = None
    if purpose == "BTG":
        glass = await office.records.emergencies.open(
            TREATS, MEI, "She lies unconscious.", timedelta(hours=1)
        )
    try:
        for asking in (asks, replace(BORIS_ASKS, purpose=purpose)):
            seen, read = await found(office, asking), set[str]()
            for it in facts():
                with contextlib.suppress(NotFound):
                    await office.records.read(asking, it["resourceType"], it["id"])
                    read.add(f"{it['resourceType']}/{it['id']}")
            assert read == seen
            assert seen == expected(provisions, asking, glass is not None and asking is asks)
    finally:
        if glass:
            await office.records.emergencies.end(TREATS, glass.id)
            office.wait(60 * 25)  # nobody breaks the glass fifty times a day


# The guide's worked cases


def of_guide(name: str) -> Resource:
    if not PCF.is_dir():
        pytest.skip("ASKLEPION_TEST_DATA holds no examples of the guide")
    return json.loads((PCF / f"{name}.json").read_text())


GUIDES = ("weight-2", "weight", "bloodPressure", "bloodSugar", "alcoholUse")
ALL_FIVE = set[str](GUIDES)
NORMAL = ALL_FIVE - {"alcoholUse"}
DOCTOR = caller("account-guide", "Practitioner/ex-practitioner", Role.CLINICIAN)
CLERK = caller("account-clerk", "Practitioner/ex-clerk", Role.CLINICIAN)
SHE = Asking(caller=caller("account-she", "Patient/ex-patient", Role.PATIENT), purpose="PATRQT")
MOTHER = Asking(
    caller=caller("account-mother", "Patient/ex-mother", Role.PATIENT), purpose="PATRQT"
)

# Consent, who asks, for what, and which of the five observations are shown.
CASES: list[tuple[str, Any, str, set[str]]] = [
    ("basic-treat", DOCTOR, "TREAT", ALL_FIVE),
    ("basic-treat", CLERK, "HPAYMT", ALL_FIVE),
    ("basic-treat", DOCTOR, "HRESCH", set()),
    ("basic-ink", DOCTOR, "TREAT", ALL_FIVE),
    ("basic-reject", DOCTOR, "TREAT", set()),
    ("basic-research", DOCTOR, "HRESCH", ALL_FIVE),
    ("basic-research", DOCTOR, "TREAT", set()),
    ("expired-treat", DOCTOR, "TREAT", set()),
    ("intermediate-authoredby", DOCTOR, "TREAT", set()),  # another wrote all five
    ("intermediate-not-authoredby", DOCTOR, "TREAT", ALL_FIVE),
    ("intermediate-data", DOCTOR, "TREAT", ALL_FIVE),
    ("intermediate-not-data", DOCTOR, "TREAT", NORMAL),
    ("intermediate-encounter", DOCTOR, "TREAT", ALL_FIVE),
    ("intermediate-not-encounter", DOCTOR, "TREAT", set()),
    ("intermediate-timeframe", DOCTOR, "TREAT", {"alcoholUse"}),
    ("intermediate-not-timeframe", DOCTOR, "TREAT", NORMAL),
    ("intermediate-purpose", DOCTOR, "TREAT", set()),
    ("intermediate-purpose", DOCTOR, "FooBar", ALL_FIVE),
    ("intermediate-purpose", CLERK, "FooBar", set()),  # of no research organization
    ("advanced-normal", DOCTOR, "TREAT", NORMAL),
    ("advanced-normal-restricted", DOCTOR, "TREAT", ALL_FIVE),
    ("advanced-normal-not-restricted", DOCTOR, "TREAT", NORMAL),
    ("advanced-normal-focused-restricted", DOCTOR, "TREAT", ALL_FIVE),
    ("advanced-normal-focused-restricted", CLERK, "TREAT", NORMAL),
    ("advanced-normal-focused-psy", DOCTOR, "TREAT", NORMAL),
    ("advanced-normal-focused-psy-or-sdv", DOCTOR, "TREAT", NORMAL),
    ("advanced-normal-break-glass-restricted", DOCTOR, "TREAT", NORMAL),
]


async def of_the_guide(office: Office) -> None:
    names = ["Patient-ex-patient", "Patient-ex-mother", "Organization-ex-organization"]
    names += ["Organization-ex-org-researcher", "Practitioner-ex-practitioner"]
    names += ["Practitioner-ex-author", "Practitioner-ex-clerk", "Encounter-ex-encounter"]
    names += ["Group-ex-privilegedUsers", *(f"Observation-ex-{name}" for name in GUIDES)]
    role = {
        "resourceType": "PractitionerRole",
        "id": "researcher",
        "practitioner": {"reference": "Practitioner/ex-practitioner"},
        "organization": {"reference": "Organization/ex-org-researcher"},
    }
    await office.keep(*map(of_guide, names), role)


async def shown(office: Office, asking: Asking) -> set[str]:
    page = await office.records.search(asking, "Observation", [])
    return {it["id"].removeprefix("ex-") for it in page.entries}


@pytest.mark.parametrize(("name", "who", "purpose", "expected"), CASES)
async def test_every_worked_case_of_the_guide_is_decided_as_it_says(
    office: Office, name: str, who: Any, purpose: str, expected: set[str]
) -> None:
    consent = of_guide(f"Consent-ex-consent-{name}")
    await of_the_guide(office)
    await office.records.create(SHE, consent, id=consent["id"])

    assert await shown(office, Asking(caller=who, purpose=purpose)) == expected
    assert await shown(office, SHE) == ALL_FIVE


async def test_a_dissent_leaves_open_only_what_it_says_to_whom_it_says_in_an_emergency(
    office: Office,
) -> None:
    consent = of_guide("Consent-ex-dissent-intermediate-break-glass")
    await of_the_guide(office)
    await office.records.create(SHE, consent, id=consent["id"])
    glass = office.records.emergencies
    her, hour = "Patient/ex-patient", timedelta(hours=1)

    assert await shown(office, Asking(caller=DOCTOR)) == set()
    assert await shown(office, Asking(caller=DOCTOR, purpose="BTG")) == set()  # not yet broken
    await glass.open(Asking(caller=DOCTOR), her, "Found in a coma.", hour)
    await glass.open(Asking(caller=CLERK), her, "Found in a coma.", hour)
    assert await shown(office, Asking(caller=DOCTOR, purpose="BTG")) == ALL_FIVE
    assert await shown(office, Asking(caller=CLERK, purpose="BTG")) == set()
    assert await shown(office, Asking(caller=DOCTOR)) == set()


async def test_every_consent_of_the_guide_is_kept_and_found_again(office: Office) -> None:
    await of_the_guide(office)
    names = sorted(path.stem for path in PCF.glob("Consent-*.json"))
    for name in names:
        it = of_guide(name)
        await office.records.update(OPERATOR_ASKS, it)
        found = await office.records.search(
            SHE, "Consent", [("_id", it["id"]), ("patient", it["patient"]["reference"])]
        )
        assert [each["id"] for each in found.entries] == [it["id"]] or "infant" in name

    assert len(names) == 23


# What a patient can say in plain parts


async def test_my_therapist_s_notes_are_for_this_doctor_alone(full: Office) -> None:
    desk = full.records
    await full.keep({**note(), "id": "talk", "author": [{"reference": BORIS}]})
    share = Choice(actors=(AMARA, BORIS), purposes=("TREAT",))
    await desk.consents.say(MEI_ASKS, MEI, share)
    hide = Choice(
        is_denial=True,
        categories=frozenset({Category.NOTES}),
        authors=(BORIS,),
        but=(BORIS,),
    )
    await desk.consents.say(MEI_ASKS, MEI, hide)

    assert "DocumentReference/talk" in await found(full, BORIS_ASKS)
    assert "DocumentReference/talk" not in await found(full, TREATS)
    assert "Observation/pulse-1" in await found(full, TREATS)
    (again, first) = await desk.consents.said(MEI_ASKS, MEI)
    assert first.choice is not None
    assert first.choice.actors == (AMARA, BORIS)
    assert again.choice is not None
    assert replace(again.choice, start=None) == hide


async def test_mental_health_can_be_hidden_whatever_else_is_shown(full: Office) -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "370143000"}]}
    await full.keep({**condition("sadness"), "code": code})
    await full.records.consents.say(MEI_ASKS, MEI, Choice(actors=(AMARA,), purposes=("TREAT",)))
    assert "Condition/sadness" in await found(full, TREATS)

    hide = Choice(is_denial=True, labels=frozenset({Label.PSY}), but_emergency=True)
    await full.records.consents.say(MEI_ASKS, MEI, hide)

    assert "Condition/sadness" not in await found(full, TREATS)
    assert "Condition/pressure" in await found(full, TREATS)
    assert (await full.records.consents.sensitive(MEI_ASKS, MEI)) == {"PSY": 1, "BH": 1}
    broken = await full.records.emergencies.open(
        TREATS, MEI, "She has taken tablets.", timedelta(minutes=30)
    )
    assert "Condition/sadness" in await found(full, replace(TREATS, purpose="BTG"))
    await full.records.emergencies.end(TREATS, broken.id)
    assert await found(full, replace(TREATS, purpose="BTG")) == set()


async def test_she_sees_what_somebody_would_see(full: Office) -> None:
    await full.allow([Category.VITALS])

    seen = await full.records.consents.preview(MEI_ASKS, MEI, AMARA, "TREAT")

    assert seen["vitals"] == (2, 2)
    assert seen["laboratory"] == (0, 1)
    with pytest.raises(NotFound):
        await full.records.consents.preview(TREATS, MEI, AMARA, "TREAT")


async def test_a_role_an_organization_and_a_group_are_meant_as_long_as_one_belongs_there(
    full: Office,
) -> None:
    role: Resource = {
        "resourceType": "PractitionerRole",
        "id": "ward",
        "practitioner": {"reference": AMARA},
        "organization": {"reference": "Organization/clinic"},
        "code": [{"coding": [{"system": "http://a.example/roles", "code": "nurse"}]}],
    }
    nurses = Choice(actors=("role|http://a.example/roles|nurse",), purposes=("TREAT",))
    said = await full.records.consents.say(MEI_ASKS, MEI, nurses)
    assert await found(full, TREATS) == set()

    await full.keep(role)
    assert "Observation/pulse-1" in await found(full, TREATS)
    assert await found(full, BORIS_ASKS) == set()

    await full.keep({**role, "active": False})
    assert await found(full, TREATS) == set()
    (back,) = await full.records.consents.said(MEI_ASKS, MEI)
    assert back.choice is not None
    assert back.choice.actors == nurses.actors
    await full.hear()
    await full.records.revoke(MEI_ASKS, said.id)
    ended = [it for it in await full.hear() if isinstance(it, ConsentEnded)]
    assert [it.actor for it in ended] == ["role|http://a.example/roles|nurse"]


@pytest.mark.parametrize("role", ["role|", "role|nurse", "role|http://a.example/roles|"])
async def test_a_role_without_a_code_is_nobody_s(full: Office, role: str) -> None:
    for choice in (Choice(actors=(role,)), Choice(is_denial=True, but=(role,))):
        with pytest.raises(Incorrect, match="role"):
            await full.records.consents.say(MEI_ASKS, MEI, choice)


# Who stands in for her


def relative(relation: str, of: str = MEI, **more: Any) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    return {
        "resourceType": "RelatedPerson",
        "id": "mother",
        "patient": {"reference": of},
        "relationship": [{"coding": [{"system": system, "code": relation}]}],
        **more,
    }


MOTHER_ASKS = Asking(
    caller=caller("account-mother", "RelatedPerson/mother", Role.PATIENT), purpose="FAMRQT"
)


async def test_a_mother_stands_in_for_her_child_until_it_is_of_age(full: Office) -> None:
    await full.keep(patient(MEI, born="2010-03-02"), relative("MTH"))

    assert "Observation/pulse-1" in await found(full, MOTHER_ASKS)
    assert await full.records.consents.represents(MOTHER_ASKS) == {
        MEI: Act.ACCESS | Act.CORRECT | Act.DECIDE
    }
    said = await full.records.consents.say(
        MOTHER_ASKS, MEI, Choice(actors=(AMARA,), purposes=("TREAT",))
    )
    assert "Observation/pulse-1" in await found(full, TREATS)
    kept = await full.records.read(MOTHER_ASKS, "Consent", said.id)
    assert kept["performer"] == [{"reference": "RelatedPerson/mother"}]
    await full.records.create(MOTHER_ASKS, observation("from-home"))
    assert await full.records.accesses(MOTHER_ASKS, MEI)
    with pytest.raises(NotFound):
        await full.records.accesses(MOTHER_ASKS, JONAS)

    full.wait(60 * 24 * 365 * 2 + 60 * 24 * 3)  # past her eighteenth birthday

    assert await found(full, MOTHER_ASKS) == set()
    with pytest.raises(Forbidden):
        await full.records.consents.say(MOTHER_ASKS, MEI, Choice(actors=(BORIS,)))


async def test_a_mother_is_nobody_s_keeper_who_is_grown_up(full: Office) -> None:
    await full.keep(relative("MTH"))

    assert await found(full, MOTHER_ASKS) == set()
    assert await full.records.consents.represents(MOTHER_ASKS) == {}


async def test_a_guardian_stands_in_whatever_her_age_until_that_ends(full: Office) -> None:
    await full.keep(relative("GUARD", period={"end": "2026-03-05"}))
    assert "Observation/pulse-1" in await found(full, MOTHER_ASKS)

    full.wait(60 * 24 * 6)

    assert await found(full, MOTHER_ASKS) == set()


async def test_she_can_let_somebody_look_and_write_but_not_decide(full: Office) -> None:
    carer = Choice(actors=("RelatedPerson/mother",), acts=Act.ACCESS | Act.CORRECT)
    await full.records.consents.say(MEI_ASKS, MEI, carer)
    await full.keep(relative("FRND"))

    assert "Observation/pulse-1" in await found(full, MOTHER_ASKS)
    await full.records.create(MOTHER_ASKS, observation("from-home"))
    with pytest.raises(Forbidden):
        await full.records.consents.say(MOTHER_ASKS, MEI, Choice(actors=(AMARA,)))
    with pytest.raises(Forbidden):
        await full.records.create(MOTHER_ASKS, consent_of({"type": "permit"}, "mine"), id="mine")
    with pytest.raises(NotFound):
        await full.records.accesses(MOTHER_ASKS, MEI)


async def test_who_may_write_but_not_decide_makes_nobody_a_guardian(full: Office) -> None:
    carer = Choice(actors=("RelatedPerson/mother",), acts=Act.ACCESS | Act.CORRECT)
    await full.records.consents.say(MEI_ASKS, MEI, carer)
    await full.keep(relative("FRND"))

    with pytest.raises(Forbidden):
        await full.records.update(MOTHER_ASKS, relative("GUARD"))
    with pytest.raises(Forbidden):
        await full.records.create(MOTHER_ASKS, {**relative("GUARD"), "id": "accomplice"})

    assert await full.records.consents.represents(MOTHER_ASKS) == {MEI: carer.acts}


async def test_who_may_write_but_not_decide_gives_no_grown_up_a_mother(full: Office) -> None:
    carer = Choice(actors=("RelatedPerson/mother",), acts=Act.ACCESS | Act.CORRECT)
    await full.records.consents.say(MEI_ASKS, MEI, carer)
    await full.keep(relative("MTH"))

    await full.records.update(MOTHER_ASKS, patient(MEI, born="2020-03-02"))

    assert await full.records.consents.represents(MOTHER_ASKS) == {MEI: carer.acts}


async def test_who_may_write_one_kind_of_thing_writes_no_other(full: Office) -> None:
    vitals = Choice(
        actors=("RelatedPerson/mother",),
        acts=Act.ACCESS | Act.CORRECT,
        categories=frozenset({Category.VITALS}),
    )
    await full.records.consents.say(MEI_ASKS, MEI, vitals)
    await full.keep(relative("FRND"))

    await full.records.create(MOTHER_ASKS, observation("from-home"))
    with pytest.raises(Forbidden):
        await full.records.create(MOTHER_ASKS, condition("made-up"))


async def test_a_group_that_becomes_a_patient_s_has_no_members_any_more(full: Office) -> None:
    team: Resource = {
        "resourceType": "Group",
        "id": "team",
        "type": "practitioner",
        "actual": True,
        "member": [{"entity": {"reference": AMARA}}],
    }
    await full.keep(team)
    await full.records.consents.say(MEI_ASKS, MEI, Choice(actors=("Group/team",)))
    assert "Observation/pulse-1" in await found(full, TREATS)

    await full.keep({**team, "type": "person", "member": [{"entity": {"reference": MEI}}]})

    assert "Observation/pulse-1" not in await found(full, TREATS)


@pytest.mark.parametrize(
    "denial",
    [
        Choice(is_denial=True, actors=(f"{AMARA}/_history/1",)),
        Choice(is_denial=True, actors=("Practitioner/",)),
        Choice(is_denial=True, things=("Observation/pulse-1/_history/1",)),
    ],
)
async def test_a_denial_that_no_rule_would_ever_meet_is_refused(
    full: Office, denial: Choice
) -> None:
    with pytest.raises(Unsupported, match="no plain reference"):
        await full.records.consents.say(MEI_ASKS, MEI, denial)


async def test_a_doctor_cannot_be_let_decide_in_her_place(full: Office) -> None:
    with pytest.raises(Unsupported, match="action may only be access"):
        await full.records.consents.say(
            MEI_ASKS, MEI, Choice(actors=(AMARA,), acts=Act.ACCESS | Act.DECIDE)
        )


async def test_nobody_makes_himself_a_guardian(full: Office) -> None:
    for asking in (JONAS_ASKS, TREATS, MOTHER_ASKS):
        with pytest.raises(Forbidden):
            await full.records.create(asking, relative("GUARD"), id="mother")


async def test_a_consent_that_names_nobody_is_for_clinicians_and_for_nobody_else(
    full: Office,
) -> None:
    await full.records.consents.say(MEI_ASKS, MEI, Choice(purposes=("TREAT", "PATRQT")))

    assert "Observation/pulse-1" in await found(full, BORIS_ASKS)
    assert not {it for it in await found(full, JONAS_ASKS) if it == "Observation/pulse-1"}
    nurse = Asking(caller=caller("account-tom", "Practitioner/tom", Role.TRAINEE))
    assert await found(full, nurse) == set()


async def test_labels_come_from_codes_and_from_those_a_fact_came_with() -> None:
    psych = condition("low", code="370143000")
    said = {**condition("x"), "meta": {"security": [coding(Label.V), coding(Label.HIV)]}}

    assert labels_of(condition("pressure")) == Label.N.bit
    assert labels_of(psych) == Label.R.bit | Label.PSY.bit | Label.BH.bit
    assert labels_of(said) == Label.V.bit | Label.HIV.bit
    assert labels_of({"resourceType": "Condition", "code": {"text": "therapeutic archive"}}) == (
        Label.N.bit
    )


async def test_what_is_granted_to_many_is_told(full: Office) -> None:
    said = await full.records.consents.say(MEI_ASKS, MEI, Choice(purposes=("TREAT",)))

    assert ConsentGranted(said.id, MEI, "*", None) in await full.hear()


async def test_what_an_older_program_permitted_stands_after_the_move_to_rules(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> None:
    url = database_url or f"sqlite:///{tmp_path}/records.sqlite"
    db = connect_database(url)
    older = {**MIGRATIONS, "records": records.MIGRATIONS[:6]}
    await db.migrate(older, tmp_path / "backups", clock)
    async with db.begin() as tx:
        for actor in (AMARA, BORIS):
            await tx.run(
                "INSERT INTO records_permit (consent, actor, purpose, patient, is_denial,"
                " categories, from_at, until_at, visit)"
                " VALUES ('c', :actor, 'TREAT', :patient, 0, 2, 0, :until, '')",
                actor=actor,
                patient=MEI,
                until=FOR_EVER,
            )
    await db.migrate(MIGRATIONS, tmp_path / "backups", clock)

    async with db.read() as tx:
        (rule,) = await permits.find_standing(tx, AMARA, [MEI], 1, is_clinician=True)
        both = await permits.find_of_consent(tx, "c")

    assert (rule.actor, rule.categories, rule.labels, rule.acts) == (AMARA, 2, 0, 1)
    assert [it.number for it in both] == [0, 1]
    await db.close()


async def test_who_decides_for_her_reads_who_looked_and_shares_and_takes_her_record(
    full: Office,
) -> None:
    await full.keep(relative("GUARD"))

    groups = await full.records.audit.grouped(MOTHER_ASKS, MEI)
    links = await full.records.links.list(MOTHER_ASKS, MEI)

    assert groups.groups
    assert links == []
    for other in (JONAS_ASKS, TREATS, OPERATOR_ASKS):
        with pytest.raises(NotFound):
            await full.records.audit.grouped(other, MEI)
        with pytest.raises(NotFound):
            await full.records.links.list(other, MEI)


async def test_a_consent_that_names_somebody_erased_hinders_no_other_s_writing(
    full: Office,
) -> None:
    stay: Resource = {
        "resourceType": "Encounter",
        "id": "stay",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": MEI},
    }
    await full.keep(stay)
    around = {"meaning": "related", "reference": {"reference": "Encounter/stay"}}
    provision: Resource = {"type": "permit", "actor": [actor(JONAS)], "data": [around]}
    await full.records.create(MEI_ASKS, consent_of(provision, "c"), id="c")
    await full.records.erase(OPERATOR_ASKS, JONAS, Ground.WITHDRAWN)

    await full.keep({**stay, "status": "cancelled"})

    read = await full.records.read(MEI_ASKS, "Encounter", "stay")
    assert read["status"] == "cancelled"
