"""What in a record tells whether a trial was made with people like this one."""

from ..codes import TYPE_1, Group
from ..criteria import HEART_FAILURE

_NOT_HERS = ("family history", "risk of", "fear of", "screening for")
ATRIAL_FIBRILLATION = Group(
    snomed=frozenset({"49436004", "282825002", "426749004", "440059007", "440028005"}),
    icd10=("I48",),
    words=("atrial fibrillation",),
    not_words=_NOT_HERS,
)
MITRAL_STENOSIS = Group(
    snomed=frozenset({"79619009"}), icd10=("I05.0", "I05.2", "I34.2"), words=("mitral stenosis",)
)
VALVE = Group(icd10=("Z95.2",), words=("mechanical heart valve", "mechanical valve"))
ANTICOAGULANT = Group(
    rxnorm=frozenset({"11289", "1364430", "1114195", "1546356", "1599538"}),
    atc=("B01AA", "B01AE07", "B01AF"),
    words=("warfarin", "apixaban", "rivaroxaban", "dabigatran", "edoxaban"),
)
SGLT2 = Group(
    rxnorm=frozenset({"1488564", "1545653", "1373458", "1992672"}),
    atc=("A10BK", "A10BD15", "A10BD20"),
    words=("dapagliflozin", "empagliflozin", "canagliflozin", "ertugliflozin"),
)
METFORMIN = Group(rxnorm=frozenset({"6809"}), atc=("A10BA02", "A10BD"), words=("metformin",))
__all__ = [
    "ANTICOAGULANT",
    "ATRIAL_FIBRILLATION",
    "HEART_FAILURE",
    "METFORMIN",
    "MITRAL_STENOSIS",
    "SGLT2",
    "TYPE_1",
    "VALVE",
]
