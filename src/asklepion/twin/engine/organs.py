"""Which organ a condition or a measurement belongs to.

The organs are those of the hologram; "blood" and "body" have no shape of their own there and are
shown beside it. A condition may belong to several organs (diabetic retinopathy: eyes and
pancreas); one that we cannot place belongs to "body". ICD-10 goes by chapters; other codes by the
words the record uses for them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..model import Sex
from .chart import Said
from .codes import ICD_10


@dataclass(frozen=True, kw_only=True)
class Organ:
    """One organ, and what is said of it.

    Args:
        measures: keys of the measurements that tell of it.
        icd10: beginnings of ICD-10 codes.
        words: beginnings of words, as regular expressions.
        sex: whose organ it is; nothing for everybody's.
    """

    id: str
    measures: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    sex: Sex | None = None
    pattern: re.Pattern[str] | None = field(init=False, default=None, compare=False)

    def __post_init__(self) -> None:
        if self.words:
            pattern = re.compile(rf"\b(?:{'|'.join(self.words)})", re.IGNORECASE)
            object.__setattr__(self, "pattern", pattern)

    def has(self, said: Said) -> bool:
        """Whether a condition belongs here."""
        for coding in said.codings:
            if coding.system in ICD_10 and self.icd10 and coding.code.startswith(self.icd10):
                return True
        words = " ".join([said.text, *(coding.display for coding in said.codings)])
        return bool(self.pattern and self.pattern.search(words))


ORGANS: Sequence[Organ] = (
    Organ(
        id="brain",
        icd10=("F", "G", "I60", "I61", "I63", "I64", "I69", "S06", "C71"),
        words=(
            r"brain", "cerebr", "stroke", "epilep", "seizure", "migraine", "headache", "dementia",
            "alzheimer", "parkinson", "concussion", "mening", "depress", "anxiety", "bipolar",
            "schizo", "multiple sclerosis", "neuropath", "encephal",
        ),
    ),
    Organ(
        id="eyes",
        icd10=("H0", "H1", "H2", "H3", "H4", "H5"),
        words=(r"eyes?\b", "retin", "glaucoma", "cataract", "macular", "conjunctiv", "myopia"),
    ),
    Organ(
        id="thyroid",
        measures=("tsh",),
        icd10=("E00", "E01", "E02", "E03", "E04", "E05", "E06", "E07", "C73"),
        words=("thyro", "hypothyro", "hyperthyro", "goit", "graves", "hashimoto"),
    ),
    Organ(
        id="airways",
        icd10=("J0", "J3", "C32"),
        words=("sinus", "rhinit", "pharyng", "laryng", "tonsil", "sore throat", "trache"),
    ),
    Organ(
        id="lungs",
        measures=("spo2", "respiratory_rate", "fev1_fvc"),
        icd10=("J1", "J2", "J4", "J6", "J7", "J8", "J9", "A15", "I26", "C34"),
        words=(
            r"lungs?\b", "bronch", "asthma", r"copd\b", "emphysema", "pneumon", "pulmonary",
            "tubercul", "pleur", "chronic obstructive", "respiratory failure",
        ),
    ),
    Organ(
        id="heart",
        measures=("heart_rate", "nt_probnp", "lvef"),
        icd10=("I05", "I06", "I07", "I08", "I09", "I11", "I2", "I3", "I4", "I50", "I51", "I52"),
        words=(
            r"heart\b", "cardi", "myocard", "coronary", "atrial", "angina", "endocard",
            "ischa?emic heart",
        ),
    ),
    Organ(
        id="vessels",
        measures=("sbp", "dbp", "ldl_c", "total_c", "hdl_c"),
        icd10=("I10", "I12", "I13", "I15", "I7", "I8", "E78"),
        words=(
            "hypertens", "atheroscl", "aneurysm", "thromb", "embol", "hyperlipid",
            "hypercholesterol", "cholesterol", "varic", "vascul", "peripheral arter",
        ),
    ),
    Organ(
        id="oesophagus",
        icd10=("K20", "K21", "K22", "C15"),
        words=("o?esophag", "gastro-?o?esophag", "reflux", "heartburn"),
    ),
    Organ(
        id="stomach",
        icd10=("K25", "K26", "K27", "K28", "K29", "K30", "K31", "C16"),
        words=("gastrit", "gastric", "stomach", "peptic", "dyspeps"),
    ),
    Organ(
        id="liver",
        measures=("alt", "ast", "bilirubin", "albumin"),
        icd10=("K7", "B15", "B16", "B17", "B18", "B19", "C22"),
        words=(r"liver\b", "hepat", "cirrho", "steatos", "jaundice"),
    ),
    Organ(
        id="gallbladder",
        icd10=("K80", "K81", "K82", "K83", "C23"),
        words=("gall", "cholecyst", "cholelith", "cholang", "biliary"),
    ),
    Organ(id="spleen", icd10=("D73",), words=("spleen", "splen")),
    Organ(
        id="pancreas",
        measures=("hba1c", "glucose"),
        icd10=("E10", "E11", "E12", "E13", "E14", "K85", "K86", "C25"),
        words=("pancrea", "diabet", "prediabet", "pre-diabet", "hyperglyc", "hypoglyc"),
    ),
    Organ(id="adrenals", icd10=("E24", "E25", "E26", "E27"), words=("adrenal", "addison")),
    Organ(
        id="kidneys",
        measures=("egfr", "uacr", "potassium", "sodium"),
        icd10=("N0", "N1", "N20", "N25", "N26", "N27", "N28", "N29", "C64"),
        words=("kidney", "renal", "nephr", "glomerul", "albuminuria", "proteinuria"),
    ),
    Organ(
        id="bladder",
        icd10=("N21", "N3", "C67"),
        words=(r"bladder\b", "cystit", "urinary tract", "urinary incont", "escherichia coli urin"),
    ),
    Organ(
        id="intestines",
        icd10=("K35", "K36", "K37", "K38", "K4", "K5", "K6", "K90", "A0", "C18", "C19", "C20"),
        words=(
            r"colon\b", "bowel", "crohn", "colit", "colorect", "appendic", "appendec", "intestin",
            "rectal", "rectum", "diverticul", "c(?:o)?eliac", "hernia", "constipat", "diarrh",
        ),
    ),
    Organ(
        id="uterus",
        icd10=("N8", "N9", "O", "Z33", "Z34", "C53", "C54", "C55", "C56"),
        words=(
            "uter", "endometr", "ovar", "pregnan", "miscarr", "eclamps", "pre-?eclamps", "fetus",
            "blighted ovum", "cervix", "menstru",
        ),
        sex=Sex.FEMALE,
    ),
    Organ(id="prostate", icd10=("N40", "N41", "N42", "C61"), words=("prostat",), sex=Sex.MALE),
    Organ(
        id="skeleton",
        icd10=("M", "S02", "S12", "S22", "S32", "S42", "S52", "S62", "S72", "S82", "S92"),
        words=(
            "arthr", "osteo", "fractur", "sprain", r"gout\b", "ligament", "tendon", "rotator",
            "rheumat", "scolios", "back pain", r"bones?\b", r"joints?\b", "disloc", "subluxation",
        ),
    ),
    Organ(
        id="skin",
        icd10=("L", "T2", "C43", "C44"),
        words=("dermat", "eczem", "psoria", "lacerat", r"burns?\b", r"skin\b", "urticar", "acne"),
    ),
    Organ(
        id="blood",
        measures=("haemoglobin", "platelets"),
        icd10=("D5", "D6", "D70", "D71", "D72", "D74", "D75", "D8", "C8", "C9"),
        words=("ana?emia", "leuka?em", "lymphoma", "h(?:a)?emophil", "thrombocytop"),
    ),
    Organ(id="body", measures=("temperature_c", "bmi")),
)  # fmt: skip


def places_of(said: Said, sex: Sex | None) -> list[str]:
    """The organs that a condition belongs to; "body" where none is told."""
    places = [organ.id for organ in organs_of(sex) if organ.has(said)]
    return places or ["body"]


def organs_of(sex: Sex | None) -> list[Organ]:
    """The organs of a person; of both sexes where nobody told us hers."""
    return [organ for organ in ORGANS if organ.sex in (None, sex) or sex is None]
