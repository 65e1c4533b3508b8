"""ICD-9-CM codes as the groups that readmission is learned from.

Source: the chapters and categories of ICD-9-CM, grouped by what brings people back.
"""

# The first range that holds a code names its group, so single categories stand before chapters.
RANGES: tuple[tuple[str, int, int], ...] = (
    ("infection", 1, 139),
    ("neoplasm", 140, 239),
    ("endocrine", 240, 249),
    ("diabetes", 250, 250),
    ("metabolic", 251, 279),
    ("blood", 280, 289),
    ("mental", 290, 319),
    ("nerves", 320, 359),
    ("senses", 360, 389),
    ("hypertension", 401, 405),
    ("ischaemic_heart", 410, 414),
    ("lung_circulation", 415, 417),
    ("arrhythmia", 426, 427),
    ("heart_failure", 428, 428),
    ("heart_other", 390, 429),
    ("stroke", 430, 438),
    ("arteries", 440, 448),
    ("veins", 451, 459),
    ("pneumonia", 480, 488),
    ("copd", 490, 496),
    ("lung_other", 460, 519),
    ("stomach", 530, 537),
    ("gut_bleeding", 578, 578),
    ("liver", 570, 573),
    ("bile_pancreas", 574, 577),
    ("gut_other", 520, 579),
    ("kidney_failure", 584, 586),
    ("urinary_tract", 590, 599),
    ("genitourinary_other", 580, 629),
    ("pregnancy", 630, 679),
    ("skin_infection", 680, 686),
    ("skin_ulcer", 707, 707),
    ("skin_other", 680, 709),
    ("bones", 710, 739),
    ("congenital", 740, 779),
    ("symptoms_general", 780, 780),
    ("symptoms_chest", 785, 786),
    ("symptoms_belly", 787, 789),
    ("symptoms_other", 780, 799),
    ("fracture", 800, 829),
    ("injury", 800, 995),
    ("device_complication", 996, 996),
    ("procedure_complication", 997, 999),
)
GROUPS: tuple[str, ...] = (*dict.fromkeys(name for name, _, _ in RANGES), "contact", "cause")

ILLS: dict[str, frozenset[str]] = {
    "ill_kidneys": frozenset(("585", "V45", "V56", "403")),
    "ill_heart_failure": frozenset(("428", "402", "404")),
    "ill_metastasis": frozenset(("196", "197", "198", "199")),
    "ill_cirrhosis": frozenset(("571", "572")),
    "ill_sickle_cell": frozenset(("282",)),
    "ill_depression": frozenset(("311", "296")),
    "ill_addiction": frozenset(("291", "292", "303", "304", "305")),
}


def category(code: str) -> str:
    """The three digits (or letter and two digits) of a code; empty where there is none."""
    return code.strip().upper().split(".")[0]


def group_of(code: str) -> str:
    """The group of a code; empty for one that is none."""
    short = category(code)
    if short[:1] == "V":
        return "contact"
    if short[:1] == "E":
        return "cause"
    if not (short.isascii() and short.isdigit()):
        return ""
    at = int(short)
    return next((name for name, low, high in RANGES if low <= at <= high), "")


def is_complicated_diabetes(code: str) -> bool:
    """Diabetes with a named complication: 250.1 to 250.9."""
    return category(code) == "250" and _digit(code, 0) in "123456789"


def is_uncontrolled_diabetes(code: str) -> bool:
    """Diabetes that the fifth digit calls uncontrolled: 2 or 3."""
    return category(code) == "250" and _digit(code, 1) in "23"


def is_type_1_diabetes(code: str) -> bool:
    """Diabetes that the fifth digit calls type 1: 1 or 3."""
    return category(code) == "250" and _digit(code, 1) in "13"


def _digit(code: str, at: int) -> str:
    digits = code.strip().partition(".")[2]
    return digits[at] if len(digits) > at else "-"
