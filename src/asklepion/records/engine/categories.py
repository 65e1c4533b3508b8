"""Of which kind a fact is, in the words consent is given in."""

from collections.abc import Iterator
from typing import Any, cast

from ..model import Category

BY_TYPE = {
    type: category
    for category, types in {
        Category.DEMOGRAPHICS: "Patient Person RelatedPerson",
        Category.VITALS: "Device DeviceMetric DeviceUseStatement DeviceRequest",
        Category.LABORATORY: "Specimen MolecularSequence DiagnosticReport",
        Category.CONDITIONS: "Condition ClinicalImpression DetectedIssue Flag RiskAssessment"
        " AdverseEvent",
        Category.MEDICINES: "Medication MedicationAdministration MedicationDispense"
        " MedicationKnowledge MedicationRequest MedicationStatement",
        Category.ALLERGIES: "AllergyIntolerance",
        Category.IMMUNISATIONS: "Immunization ImmunizationEvaluation ImmunizationRecommendation",
        Category.PROCEDURES: "Procedure BodyStructure ServiceRequest SupplyDelivery SupplyRequest"
        " VisionPrescription",
        Category.VISITS: "Encounter EpisodeOfCare Appointment AppointmentResponse Schedule Slot",
        Category.NOTES: "Composition DocumentReference DocumentManifest Communication"
        " CommunicationRequest Binary Bundle",
        Category.IMAGING: "ImagingStudy Media",
        Category.SOCIAL: "FamilyMemberHistory QuestionnaireResponse",
        Category.CARE_PLANS: "CarePlan CareTeam Goal NutritionOrder RequestGroup Task",
        Category.FINANCE: "Account ChargeItem Claim ClaimResponse Contract Coverage"
        " CoverageEligibilityRequest CoverageEligibilityResponse EnrollmentRequest"
        " EnrollmentResponse ExplanationOfBenefit Invoice PaymentNotice PaymentReconciliation",
        Category.CONSENTS: "Consent",
    }.items()
    for type in types.split()
}

# Categories of Observation: http://terminology.hl7.org/CodeSystem/observation-category
OBSERVATIONS = {
    "vital-signs": Category.VITALS,
    "activity": Category.VITALS,
    "laboratory": Category.LABORATORY,
    "imaging": Category.IMAGING,
    "procedure": Category.PROCEDURES,
    "exam": Category.CONDITIONS,
    "social-history": Category.SOCIAL,
    "survey": Category.SOCIAL,
    "therapy": Category.CARE_PLANS,
}

# Vital signs by LOINC, for senders that name no category.
# Source: https://hl7.org/fhir/R4/observation-vitalsigns.html
VITAL_SIGNS = frozenset(
    [
        "85353-1",
        "9279-1",
        "8867-4",
        "2708-6",
        "59408-5",
        "8310-5",
        "8302-2",
        "9843-4",
        "29463-7",
        "39156-5",
        "85354-9",
        "8480-6",
        "8462-4",
        "8478-0",
    ]
)

# Sections of DiagnosticReport: http://terminology.hl7.org/CodeSystem/v2-0074
REPORTS = {
    code: category
    for category, codes in {
        Category.IMAGING: "RAD RUS CUS CTH CT NMR NMS VUS XRC OUS RX PHY",
        Category.PROCEDURES: "EC EN GE PF SP OTH SUR PRC",
    }.items()
    for code in codes.split()
}

LOINC = "http://loinc.org"
NOTE_REPORTS = frozenset(["34117-2", "51847-2", "11488-4", "18842-5", "11506-3", "34133-9"])


def category_of(resource: dict[str, Any]) -> Category:
    """What kind of fact it is, in the words consent is given in."""
    type = resource["resourceType"]
    if type == "Observation":
        return _observation(resource)
    if type == "DiagnosticReport":
        return _report(resource)
    return BY_TYPE.get(type, Category.OTHER)


def _observation(resource: dict[str, Any]) -> Category:
    for coding in _codings(resource.get("category")):
        category = OBSERVATIONS.get(coding.get("code", ""))
        if category is not None:
            return category
    for coding in _codings([resource.get("code")]):
        if coding.get("system") == LOINC and coding.get("code") in VITAL_SIGNS:
            return Category.VITALS
    return Category.OTHER


def _report(resource: dict[str, Any]) -> Category:
    for coding in _codings(resource.get("category")):
        code = coding.get("code", "")
        if coding.get("system") == LOINC and code in NOTE_REPORTS:
            return Category.NOTES
        if code in REPORTS:
            return REPORTS[code]
    return Category.LABORATORY


def _codings(concepts: Any) -> Iterator[dict[str, Any]]:
    for concept in cast(list[Any], concepts or []):
        if concept:
            yield from concept.get("coding", ())
