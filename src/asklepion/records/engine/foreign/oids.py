"""What code systems and identifiers are called in FHIR, from the numbers they have elsewhere.

Source: https://terminology.hl7.org and https://build.fhir.org/ig/HL7/ccda-on-fhir/mappingGuidance.html
"""

import re

V3 = "http://terminology.hl7.org/CodeSystem/v3-"
UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
SYSTEMS = {
    "2.16.840.1.113883.6.96": SNOMED,
    "2.16.840.1.113883.6.1": LOINC,
    "2.16.840.1.113883.6.8": UCUM,
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.12.292": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.59": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.12.227": "http://hl7.org/fhir/sid/mvx",
    "2.16.840.1.113883.6.3": "http://hl7.org/fhir/sid/icd-10",
    "2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "2.16.840.1.113883.6.4": "http://www.cms.gov/Medicare/Coding/ICD10",
    "2.16.840.1.113883.6.42": "http://hl7.org/fhir/sid/icd-9",
    "2.16.840.1.113883.6.103": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.104": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.12": "http://www.ama-assn.org/go/cpt",
    "2.16.840.1.113883.6.285": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "2.16.840.1.113883.6.14": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    "2.16.840.1.113883.4.9": "http://fdasis.nlm.nih.gov",
    "2.16.840.1.113883.6.101": "http://nucc.org/provider-taxonomy",
    "2.16.840.1.113883.3.26.1.1": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
    "2.16.840.1.113883.6.238": "urn:oid:2.16.840.1.113883.6.238",
    "2.16.840.1.113883.6.121": "urn:ietf:bcp:47",
    "2.16.840.1.113883.12.1": "http://terminology.hl7.org/CodeSystem/v2-0001",
    "2.16.840.1.113883.4.1": "http://hl7.org/fhir/sid/us-ssn",
    "2.16.840.1.113883.4.6": "http://hl7.org/fhir/sid/us-npi",
    "2.16.840.1.113883.4.572": "http://hl7.org/fhir/sid/us-medicare",
    "2.16.840.1.113883.5.1": V3 + "AdministrativeGender",
    "2.16.840.1.113883.5.2": V3 + "MaritalStatus",
    "2.16.840.1.113883.5.4": V3 + "ActCode",
    "2.16.840.1.113883.5.6": V3 + "ActClass",
    "2.16.840.1.113883.5.8": V3 + "ActReason",
    "2.16.840.1.113883.5.25": V3 + "Confidentiality",
    "2.16.840.1.113883.5.60": V3 + "LanguageAbilityMode",
    "2.16.840.1.113883.5.83": V3 + "ObservationInterpretation",
    "2.16.840.1.113883.5.84": V3 + "ObservationMethod",
    "2.16.840.1.113883.5.88": V3 + "ParticipationFunction",
    "2.16.840.1.113883.5.90": V3 + "ParticipationType",
    "2.16.840.1.113883.5.110": V3 + "RoleClass",
    "2.16.840.1.113883.5.111": V3 + "RoleCode",
    "2.16.840.1.113883.5.112": V3 + "RouteOfAdministration",
    "2.16.840.1.113883.5.129": V3 + "SpecimenType",
    "2.16.840.1.113883.5.139": V3 + "TimingEvent",
    "2.16.840.1.113883.5.1008": V3 + "NullFlavor",
    "2.16.840.1.113883.5.1063": V3 + "ObservationValue",
    "2.16.840.1.113883.5.1076": V3 + "ReligiousAffiliation",
    "2.16.840.1.113883.6.257": "urn:oid:2.16.840.1.113883.6.257",
}
CODED = {  # how HL7 v2 calls them, table 0396
    "LN": LOINC,
    "SCT": SNOMED,
    "SNM": SNOMED,
    "I10": "http://hl7.org/fhir/sid/icd-10",
    "I10C": "http://hl7.org/fhir/sid/icd-10-cm",
    "I9C": "http://hl7.org/fhir/sid/icd-9-cm",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "MVX": "http://hl7.org/fhir/sid/mvx",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "C4": "http://www.ama-assn.org/go/cpt",
    "CPT": "http://www.ama-assn.org/go/cpt",
    "UCUM": UCUM,
}
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def system_of(root: str) -> str:
    """The URI of a code system or of whoever gives identifiers, from its OID or UUID."""
    root = root.strip()
    if root in SYSTEMS:
        return SYSTEMS[root]
    if OID.fullmatch(root):
        return f"urn:oid:{root}"
    if UUID.fullmatch(root):
        return f"urn:uuid:{root.lower()}"
    return ""


# How units are written that are not UCUM, where there is no doubt.
# Source: The Unified Code for Units of Measure, 2.2.
UNITS = {
    "bpm": "/min",
    "beats/min": "/min",
    "breaths/min": "/min",
    "{beats}/min": "/min",
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "c": "Cel",
    "°c": "Cel",
    "℃": "Cel",
    "degc": "Cel",
    "f": "[degF]",
    "°f": "[degF]",
    "℉": "[degF]",
    "degf": "[degF]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "kg/m²": "kg/m2",
    "kg/m^2": "kg/m2",
    "10^9/l": "10*9/L",
    "10*9/l": "10*9/L",
    "×10^9/l": "10*9/L",
    "10^12/l": "10*12/L",
    "10*12/l": "10*12/L",
    "×10^12/l": "10*12/L",
    "10^3/ul": "10*3/uL",
    "10*3/ul": "10*3/uL",
    "10^6/ul": "10*6/uL",
    "10*6/ul": "10*6/uL",
    "k/ul": "10*3/uL",
    "m/ul": "10*6/uL",
    "mmol/l": "mmol/L",
    "umol/l": "umol/L",
    "μmol/l": "umol/L",
    "µmol/l": "umol/L",
    "mg/dl": "mg/dL",
    "g/dl": "g/dL",
    "g/l": "g/L",
    "mg/l": "mg/L",
    "iu/l": "[IU]/L",
    "u/l": "U/L",
    "meq/l": "meq/L",
    "miu/l": "m[IU]/L",
    "ng/ml": "ng/mL",
    "pg/ml": "pg/mL",
    "次/分": "/min",
    "毫米汞柱": "mm[Hg]",
    "千克": "kg",
    "公斤": "kg",
    "厘米": "cm",
}


def unit_of(text: str) -> str:
    """The UCUM code of a unit as people write it; itself where nothing better is known."""
    text = text.strip()
    return UNITS.get(text.lower(), text)
