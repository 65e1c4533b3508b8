"""Published rows that contradict the paper of their score, each with what is wrong there.

They are held to, too: a row that no longer differs from us has no business here.
"""


def _rows(numbers: str) -> frozenset[int]:
    return frozenset(map(int, numbers.split()))


CONTRADICT = {
    # The source adds the coma scale itself, not what is missing to 15, and more: pH 7.32 and 50
    # years of age are 4 points in the paper's chart, and 25 there.
    "APACHE-II": _rows("1 3 4 5 6 7 8 11 13 14 15 17 18 19"),
    # The source leaves out every factor told as yes: a fracture, a stroke, an earlier clot.
    "Caprini": _rows("1 2 4 5 6 8 9 10 11 12 14 15 16 17 18"),
    # The source forgets a tumour, a liver disease or diabetes that it was told of, or adds one.
    "Charlson": _rows("1 2 4 6 7 8 13 14 16 19 20"),
    # The source leaves out ascites or encephalopathy, or gives albumin of 3.5 g/dL one point.
    "Child-Pugh": _rows("2 3 4 5 9 10 11 13 15 17 19"),
    # The source prints shares with one decimal (1.2 % is 0.0 there), and 1.0 for two men.
    "Framingham-hard-CHD": _rows("3 4 6 7 8 9 10 11 13 14 15 16"),
    # Haemoglobin of 13.0 g/dL (men) and 12.0 (women) is above the paper's first bands.
    "GBS": _rows("5 6"),
    # The source counts the voice twice, up to 18 of 15 points, and what cannot be tested as 4.
    "GCS": _rows("2 3 4 5 7 9 10 11 13 14 17 18 19 20"),
    # The source converts triglycerides in mmol/L by a wrong factor.
    "LDL-Friedewald": _rows("2"),
    # The source rounds the MELD to a multiple of 10 before it adds sodium; the policy, to a whole.
    "MELD-Na-UNOS": _rows("2 3 4 5"),
    # The source misreads degrees Celsius: 38.0 and 36.0 score nothing in the paper.
    "PSI": _rows("2 4"),
    # A stroke is told as yes by one name and as no by another: refused; no, to the source.
    "RCRI": _rows("13 15 16 19 22 23 24 26 28 29 32"),
    # The source counts one criterion more than there is; one count has no possible unit.
    "SIRS": _rows("1 4 6 9 11 15 19 20"),
    # The source takes the mildest of several catecholamines, or forgets urine or a mask.
    "SOFA": _rows("1 3 4 5 6 7 8 9 11 12 14 15 16 17 18 19 20"),
}

# Disputed in the collection, and right: 147·10⁹ platelets in a litre are 147 as the paper counts
# them; of a stay of 5 days the parts are told, not the sum.
RIGHT_AFTER_ALL = {"FIB-4-019", "LACE-002"}
