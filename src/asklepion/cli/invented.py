"""Three invented lives as FHIR R4 bundles, written anew so that their dates are never stale."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

Resource = dict[str, Any]
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
RXNORM, CVX = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/cvx"
TERMS = "http://terminology.hl7.org/CodeSystem"
DOCTOR, THERAPIST = "Practitioner/amara-okafor", "Practitioner/tomas-reyes"
MOTHER, CHILD = "RelatedPerson/nora-weber", "lina-weber"
CLINIC, PRACTICE = "Organization/asklepion-demo", "Organization/quiet-harbour"
ROLES = f"{TERMS}/practitioner-role"
LICENCES: dict[str, Resource] = {
    DOCTOR: {
        "registration_number": "KE-20417",
        "speciality": {"system": SNOMED, "code": "419192003", "display": "Internal medicine"},
        "region": "KE",
        "languages": ["en", "sw", "zh-CN"],
    },
    THERAPIST: {
        "registration_number": "ES-88102",
        "speciality": {
            "system": "http://nucc.org/provider-taxonomy",
            "code": "103T00000X",
            "display": "Psychologist",
        },
        "region": "ES",
        "languages": ["en", "es"],
    },
}
MEMBERSHIP: Resource = {"organisation": "Asklepion by the sea", "role": "Staff"}
CHILD_YEARS = 8
TALK = (
    "Third talk. She sleeps better since she no longer takes her work to bed. We spoke about her"
    " father's last year, which she had not told anybody. She asks that this stays between us."
)

# code, display, unit, category, and what was found, oldest first; the last is three weeks old
LABS: tuple[tuple[str, str, str, tuple[float, ...]], ...] = (
    ("2160-0", "Creatinine in serum or plasma", "mg/dL", (0.84, 0.88, 0.93, 0.97)),
    ("2093-3", "Cholesterol in serum or plasma", "mg/dL", (231, 218, 204, 196)),
    ("2085-9", "HDL cholesterol in serum or plasma", "mg/dL", (47, 48, 49, 49)),
    ("4548-4", "Haemoglobin A1c", "%", (6.3, 6.8, 7.1, 6.9)),
    ("9318-7", "Albumin/creatinine in urine", "mg/g", (18, 24, 36, 41)),
    ("2345-7", "Glucose in serum or plasma", "mg/dL", (118, 131, 139, 134)),
    ("718-7", "Haemoglobin", "g/dL", (13.1, 13.0, 12.8, 12.9)),
    ("2823-3", "Potassium in serum or plasma", "mmol/L", (4.2, 4.3, 4.4, 4.4)),
    ("1742-6", "Alanine aminotransferase", "U/L", (24, 27, 31, 29)),
    ("3016-3", "Thyrotropin", "m[IU]/L", (2.1, 2.4, 2.2, 2.6)),
)
PRESSURES = ((152, 94), (149, 92), (146, 91), (144, 88), (141, 87), (139, 86), (142, 88), (138, 85))
WEIGHTS = (71.8, 72.4, 72.1, 71.2, 70.6, 69.9, 69.4, 68.9)
HEIGHT_M = 1.60


def lives(now: datetime) -> Iterator[Resource]:
    """One transaction bundle for the house's people and places, then one for each patient."""
    yield bundle(
        [
            organisation(CLINIC, "Asklepion by the sea"),
            organisation(PRACTICE, "Quiet Harbour Counselling"),
            practitioner(DOCTOR, "Okafor", "Amara", "Dr"),
            practitioner(THERAPIST, "Reyes", "Tomas"),
            role(DOCTOR, CLINIC, "doctor", "Doctor"),
            role(THERAPIST, PRACTICE, "psychotherapist", "Psychotherapist"),
        ]
    )
    yield bundle([patient("mei-lin", "林", "梅", "Mei Lin", "female", "1967-04-18"), *mei(now)])
    jonas = patient("jonas-weber", "Weber", "Jonas", "Jonas Weber", "male", "1990-09-02")
    yield bundle([jonas, *Life("jonas-weber", now).young()])
    born = f"{now.year - CHILD_YEARS}-01-15"
    lina = patient(CHILD, "Weber", "Lina", "Lina Weber", "female", born)
    yield bundle([lina, mother(), *Life(CHILD, now).child()])


def bundle(resources: list[Resource]) -> Resource:
    """Resources under ids of our own choosing: a second time changes nothing."""
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def organisation(reference: str, name: str) -> Resource:
    return {"resourceType": "Organization", "id": reference.partition("/")[2], "name": name}


def practitioner(reference: str, family: str, given: str, prefix: str = "") -> Resource:
    name = {"family": family, "given": [given], **({"prefix": [prefix]} if prefix else {})}
    return {
        "resourceType": "Practitioner",
        "id": reference.partition("/")[2],
        "name": [name],
        "communication": [coded("urn:ietf:bcp:47", code, code) for code in ("en", "zh-CN")],
    }


def role(who: str, where: str, code: str, display: str) -> Resource:
    """Who works where, and as what: consents may name either."""
    return {
        "resourceType": "PractitionerRole",
        "id": who.partition("/")[2],
        "practitioner": {"reference": who},
        "organization": {"reference": where},
        "code": [coded(ROLES, code, display)],
    }


def mother() -> Resource:
    """Stands in for her child until it is of age."""
    return {
        "resourceType": "RelatedPerson",
        "id": MOTHER.partition("/")[2],
        "active": True,
        "patient": {"reference": f"Patient/{CHILD}"},
        "relationship": [coded(f"{TERMS}/v3-RoleCode", "MTH", "Mother")],
        "name": [{"text": "Nora Weber", "family": "Weber", "given": ["Nora"]}],
    }


def patient(id: str, family: str, given: str, text: str, gender: str, birth: str) -> Resource:
    return {
        "resourceType": "Patient",
        "id": id,
        "name": [{"use": "official", "text": text, "family": family, "given": [given]}],
        "gender": gender,
        "birthDate": birth,
        "managingOrganization": {"reference": "Organization/asklepion-demo"},
    }


def coded(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


class Life:
    """Writes one patient's record; each method gives back what happened as one resource."""

    def __init__(self, id: str, now: datetime) -> None:
        self._id = id
        self._subject = {"reference": f"Patient/{id}"}
        self._now = now
        self._count = 0

    def day(self, days_ago: float) -> str:
        return (self._now - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def make(self, kind: str, **elements: Any) -> Resource:
        self._count += 1
        return {"resourceType": kind, "id": f"{self._id}-{self._count:03d}", **elements}

    def observation(
        self, code: str, display: str, days_ago: float, category: str, **value: Any
    ) -> Resource:
        return self.make(
            "Observation",
            status="final",
            category=[coded(f"{TERMS}/observation-category", category, category)],
            code=coded(LOINC, code, display),
            subject=self._subject,
            effectiveDateTime=self.day(days_ago),
            performer=[{"reference": DOCTOR}],
            **value,
        )

    def measured(
        self, code: str, display: str, value: float, unit: str, days_ago: float, category: str
    ) -> Resource:
        return self.observation(
            code, display, days_ago, category, valueQuantity=quantity(value, unit)
        )

    def pressure(self, systolic: int, diastolic: int, days_ago: float) -> Resource:
        parts = [
            {"code": coded(LOINC, code, name), "valueQuantity": quantity(value, "mm[Hg]")}
            for code, name, value in (
                ("8480-6", "Systolic blood pressure", systolic),
                ("8462-4", "Diastolic blood pressure", diastolic),
            )
        ]
        panel = ("85354-9", "Blood pressure panel")
        return self.observation(*panel, days_ago, "vital-signs", component=parts)

    def condition(self, code: str, display: str, days_ago: float) -> Resource:
        return self.make(
            "Condition",
            clinicalStatus=coded(f"{TERMS}/condition-clinical", "active", "Active"),
            verificationStatus=coded(f"{TERMS}/condition-ver-status", "confirmed", "Confirmed"),
            category=[coded(f"{TERMS}/condition-category", "problem-list-item", "Problem")],
            code=coded(SNOMED, code, display),
            subject=self._subject,
            onsetDateTime=self.day(days_ago)[:10],
            recordedDate=self.day(days_ago),
        )

    def medicine(self, code: str, display: str, dose: str, days_ago: float) -> Resource:
        return self.make(
            "MedicationRequest",
            status="active",
            intent="order",
            medicationCodeableConcept=coded(RXNORM, code, display),
            subject=self._subject,
            authoredOn=self.day(days_ago),
            requester={"reference": DOCTOR},
            dosageInstruction=[{"text": dose}],
        )

    def encounter(self, display: str, days_ago: float) -> Resource:
        return self.make(
            "Encounter",
            status="finished",
            **{"class": {"system": f"{TERMS}/v3-ActCode", "code": "AMB", "display": "ambulatory"}},
            type=[coded(SNOMED, "185349003", display)],
            subject=self._subject,
            participant=[{"individual": {"reference": DOCTOR}}],
            period={"start": self.day(days_ago), "end": self.day(days_ago - 0.02)},
        )

    def vaccination(self, code: str, display: str, days_ago: float) -> Resource:
        return self.make(
            "Immunization",
            status="completed",
            vaccineCode=coded(CVX, code, display),
            patient=self._subject,
            occurrenceDateTime=self.day(days_ago),
        )

    def allergy(self, code: str, display: str) -> Resource:
        return self.make(
            "AllergyIntolerance",
            clinicalStatus=coded(f"{TERMS}/allergyintolerance-clinical", "active", "Active"),
            type="allergy",
            category=["medication"],
            criticality="high",
            code=coded(SNOMED, code, display),
            patient=self._subject,
            recordedDate=self.day(4000),
        )

    def procedure(self, code: str, display: str, days_ago: float) -> Resource:
        return self.make(
            "Procedure",
            status="completed",
            code=coded(SNOMED, code, display),
            subject=self._subject,
            performedDateTime=self.day(days_ago),
        )

    def never_smoked(self, days_ago: float) -> Resource:
        answer = coded(SNOMED, "266919005", "Never smoked tobacco")
        status = ("72166-2", "Tobacco smoking status")
        return self.observation(*status, days_ago, "social-history", valueCodeableConcept=answer)

    def talk(self, days_ago: float) -> Resource:
        """What a therapist wrote after a talk."""
        data = base64.b64encode(TALK.encode()).decode()
        return self.make(
            "DocumentReference",
            status="current",
            type=coded(LOINC, "11488-4", "Psychotherapy note"),
            subject=self._subject,
            date=self.day(days_ago),
            author=[{"reference": THERAPIST}],
            content=[{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
        )

    def child(self) -> Iterator[Resource]:
        """A short record of a child."""
        yield self.measured("29463-7", "Body weight", 26.4, "kg", 30, "vital-signs")
        yield self.measured("8302-2", "Body height", 128, "cm", 30, "vital-signs")
        yield self.condition("195967001", "Asthma", 900)
        yield self.allergy("91935009", "Allergy to peanuts")
        yield self.vaccination("140", "Influenza vaccine", 75)

    def young(self) -> Iterator[Resource]:
        """A short record of somebody who is rarely ill."""
        yield self.pressure(121, 78, 40)
        yield self.measured("29463-7", "Body weight", 79.5, "kg", 40, "vital-signs")
        yield self.condition("195967001", "Asthma", 6900)
        yield self.vaccination("140", "Influenza vaccine", 60)


def quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def mei(now: datetime) -> Iterator[Resource]:
    """Eight years of a life with high blood pressure and, lately, diabetes."""
    life = Life("mei-lin", now)
    yield life.condition("38341003", "Hypertensive disorder", 2980)
    yield life.condition("55822004", "Hyperlipidaemia", 2240)
    yield life.condition("44054006", "Type 2 diabetes mellitus", 1130)
    yield life.allergy("91936005", "Allergy to penicillin")
    yield life.medicine("308136", "Amlodipine 2.5 mg oral tablet", "One each morning", 2900)
    yield life.medicine("617311", "Atorvastatin 40 mg oral tablet", "One each evening", 2200)
    yield life.medicine("860975", "Metformin 500 mg oral tablet", "One with each meal", 1100)
    yield life.procedure("80146002", "Appendectomy", 12400)
    yield life.procedure("73761001", "Colonoscopy", 820)
    yield life.vaccination("140", "Influenza vaccine", 120)
    yield life.vaccination("133", "Pneumococcal conjugate vaccine", 700)
    yield life.never_smoked(21)
    for number, (systolic, diastolic) in enumerate(PRESSURES):
        days_ago = 21 + 90 * (len(PRESSURES) - 1 - number)
        weight = WEIGHTS[number]
        index = round(weight / HEIGHT_M**2, 1)
        yield life.encounter("Follow-up visit", days_ago)
        yield life.pressure(systolic, diastolic, days_ago)
        yield life.measured("29463-7", "Body weight", weight, "kg", days_ago, "vital-signs")
        yield life.measured("39156-5", "Body mass index", index, "kg/m2", days_ago, "vital-signs")
    yield life.measured("8302-2", "Body height", 100 * HEIGHT_M, "cm", 21, "vital-signs")
    yield life.condition("197480006", "Anxiety disorder", 150)
    yield life.talk(12)
    for code, display, unit, values in LABS:
        for number, value in enumerate(values):
            days_ago = 21 + 180 * (len(values) - 1 - number)
            yield life.measured(code, display, value, unit, days_ago, "laboratory")
