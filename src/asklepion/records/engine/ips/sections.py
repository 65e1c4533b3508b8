"""The sections of a summary, in their order, with the codes that the guide asks for.

Source: https://hl7.org/fhir/uv/ips/STU2/StructureDefinition-Composition-uv-ips.html
"""

from typing import NamedTuple

from ..categories import VITAL_SIGNS

LOINC = "http://loinc.org"


class Section(NamedTuple):
    """One section: how it is known here, and its code."""

    key: str  # also of its words
    code: str  # LOINC
    display: str
    most: int  # entries; what is older is counted and left out
    is_required: bool = False


SECTIONS = (
    Section("problems", "11450-4", "Problem list - Reported", 100, True),
    Section("allergies", "48765-2", "Allergies and adverse reactions Document", 100, True),
    Section("medicines", "10160-0", "History of Medication use Narrative", 100, True),
    Section("alerts", "104605-1", "Alert", 40),
    Section("immunisations", "11369-6", "History of Immunization note", 100),
    Section("results", "30954-2", "Relevant diagnostic tests/laboratory data note", 300),
    Section("vitals", "8716-3", "Vital signs note", 150),
    Section("procedures", "47519-4", "History of Procedures Document", 60),
    Section("devices", "46264-8", "History of medical device use", 40),
    Section("past", "11348-0", "History of Past illness note", 60),
    Section("pregnancy", "10162-6", "History of pregnancies Narrative", 40),
    Section("social", "29762-2", "Social history note", 40),
    Section("plans", "18776-5", "Plan of care note", 40),
    Section("directives", "42348-3", "Advance healthcare directives", 20),
)

SMOKING = ("72166-2", "74013-4")  # tobacco and alcohol, which some send without a category
# Whether she is pregnant, when the child is due, and how earlier pregnancies ended.
PREGNANCY_STATUS = "82810-3"
PREGNANCY = (
    PREGNANCY_STATUS,
    *("11778-8", "11779-6", "11780-4"),
    *("11636-8", "11637-6", "11638-4", "11639-2", "11640-0", "11612-9", "11613-7", "11614-5"),
    *("33065-4", "11977-6", "11996-6"),
)
VITAL_CODES = tuple(sorted(VITAL_SIGNS))
