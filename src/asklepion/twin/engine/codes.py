"""What conditions, medicines and answers mean to the equations and organs, by their codes.

SNOMED CT and RxNorm ingredients, ICD-10 and ATC by their first characters; words only where a
record gives no code that we know, and then whole words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from .fhir import Coding

SNOMED = "http://snomed.info/sct"
ICD_10 = ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm")
ATC = "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Concepts that mean the same to us.

    Args:
        snomed: SNOMED CT codes.
        icd10: beginnings of ICD-10 codes.
        rxnorm: RxNorm codes of ingredients.
        atc: beginnings of ATC codes.
        words: words that name one of them, lower case.
        not_words: words that show that it is something else after all.
    """

    snomed: frozenset[str] = field(default_factory=frozenset[str])
    icd10: tuple[str, ...] = ()
    rxnorm: frozenset[str] = field(default_factory=frozenset[str])
    atc: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()

    def holds(self, codings: Iterable[Coding], text: str = "") -> bool:
        """Whether a concept belongs to this group."""
        codings = tuple(codings)
        if any(self._has(coding) for coding in codings):
            return True
        said = " ".join([text, *(coding.display for coding in codings)]).lower()
        return self._is_said(said)

    def _has(self, coding: Coding) -> bool:
        if coding.system == SNOMED:
            return coding.code in self.snomed
        if coding.system == RXNORM:
            return coding.code in self.rxnorm
        if coding.system == ATC:
            return bool(self.atc) and coding.code.startswith(self.atc)
        return coding.system in ICD_10 and bool(self.icd10) and coding.code.startswith(self.icd10)

    def _is_said(self, said: str) -> bool:
        if not self.words or _any_word(self.not_words, said):
            return False
        return _any_word(self.words, said)


# Chinese puts no space before a word: only a Latin letter or a digit hides that one begins.
BEGINS = "(?<![0-9a-z_\u00df-\u024f])"


def _set(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


def _any_word(words: tuple[str, ...], said: str) -> bool:
    return bool(words) and _beginning(words).search(said) is not None


@cache
def _beginning(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{BEGINS}(?:{'|'.join(map(re.escape, words))})")


DIABETES = Group(
    snomed=_set(
        "73211009 44054006 46635009 8801005 237599002 127013003 422034002 421893009 "
        "368581000119106 1551000119108 97331000119101 90781000119102 60951000119105 "
        "157141000119108 1501000119109 313435000 313436004 23045005"
    ),
    icd10=("E10", "E11", "E12", "E13", "E14"),
    words=("diabetes", "diabetic", "1型糖尿病", "1 型糖尿病"),
    not_words=(
        *("prediabetes", "pre-diabetes", "insipidus", "gestational", "family history", "risk"),
        "家族史",
    ),
)
TYPE_1 = Group(
    snomed=_set("46635009 313435000 23045005"),
    icd10=("E10",),
    words=(
        *("type 1 diabetes", "diabetes mellitus type 1", "diabetes type 1", "type i diabetes"),
        *("1型糖尿病", "1 型糖尿病"),
    ),
    not_words=("family history", "risk of", "fear of", "screening for", "家族史"),
)
# Coronary heart disease, stroke, heart failure: then a *first* event can no longer be predicted.
PRIOR_CVD = Group(
    snomed=_set(
        "53741008 414545008 22298006 399211009 401303003 401314000 194828000 230690007 422504002 "
        "432504007 266257000 84114007 88805009 42343007 85232009 441481004 441530006 410429000 "
        "429007001 698296002 371068009 399261000 414024009 57054005 1755008"
    ),
    icd10=("I20", "I21", "I22", "I23", "I24", "I25", "I50", "I60", "I61", "I63", "I64", "I69"),
    words=(
        "myocardial infarction",
        "heart failure",
        "coronary heart disease",
        "coronary artery disease",
        "ischemic heart disease",
        "ischaemic heart disease",
        "angina",
        "stroke",
        "cardiac arrest",
    ),
    not_words=(
        "family history",
        "heat stroke",
        "risk of",
        "fear of",
        "herpangina",
        "angina tonsil",
    ),
)
PREGNANCY = Group(
    snomed=_set("72892002 77386006 47200007 127364007 169826009 82661006"),
    icd10=("Z33", "Z34", "O0", "O1", "O2", "O3", "O4", "Z3A"),
)
STATIN = Group(
    rxnorm=_set("83367 301542 36567 42463 6472 41127 861634"),
    atc=("C10AA", "C10BA", "C10BX"),
    words=(
        "atorvastatin",
        "rosuvastatin",
        "simvastatin",
        "simvistatin",  # as one widely used generator of test patients spells it
        "pravastatin",
        "lovastatin",
        "fluvastatin",
        "pitavastatin",
    ),
)
ANTIHYPERTENSIVE = Group(
    rxnorm=_set(
        "29046 3827 1998 18867 35296 35208 54552 52175 69749 214354 83818 73494 321064 17767 7417 "
        "4316 3443 11170 5487 2409 5764 9997 6918 1202 19484 8787 20352 6185 31555 2599 6876 5470 "
        "49276 6984"
    ),
    atc=("C02", "C03AA", "C03BA", "C03DA", "C07", "C08", "C09"),
    words=(
        "amlodipine",
        "nifedipine",
        "felodipine",
        "lercanidipine",
        "diltiazem",
        "verapamil",
        "lisinopril",
        "enalapril",
        "ramipril",
        "perindopril",
        "captopril",
        "benazepril",
        "quinapril",
        "losartan",
        "valsartan",
        "candesartan",
        "irbesartan",
        "telmisartan",
        "olmesartan",
        "hydrochlorothiazide",
        "chlorthalidone",
        "chlortalidone",
        "indapamide",
        "spironolactone",
        "metoprolol",
        "atenolol",
        "bisoprolol",
        "propranolol",
        "carvedilol",
        "labetalol",
        "nebivolol",
        "clonidine",
        "methyldopa",
        "hydralazine",
        "doxazosin",
        "minoxidil",
    ),
    not_words=("topical", "ophthalmic"),
)

# Answers to "Tobacco smoking status": SNOMED CT and LOINC's own answers.
SMOKES: Mapping[str, bool] = {
    "449868002": True,  # every day
    "77176002": True,  # smoker
    "428041000124106": True,  # some days
    "428061000124105": True,  # light
    "428071000124103": True,  # heavy
    "65568007": True,  # cigarette smoker
    "8517006": False,  # formerly
    "266919005": False,  # never
    "LA18976-3": True,
    "LA18977-1": True,
    "LA18979-7": True,
    "LA18981-3": True,
    "LA18982-1": True,
    "LA15920-4": False,
    "LA18978-9": False,
}
CONSCIOUSNESS: Mapping[str, str] = {
    "248234008": "A",  # mentally alert
    "130987000": "C",  # acute confusion
    "300202002": "V",  # responds to voice
    "450847001": "P",  # responds to pain
    "422768004": "U",  # unresponsive
    "LA9340-6": "A",
    "LA6560-2": "C",
    "LA17108-4": "V",
    "LA17107-6": "P",
    "LA9343-0": "U",
}
YES_NO: Mapping[str, bool] = {"373066001": True, "373067005": False}
