"""How well does the house tell that two records are of one person?

The patients of Synthea are parted in two halves by a hash of their ids. On the one half `--fit`
measures the weights that stand in `engine/likeness.py`; the other half is never looked at for
that. Here each of the other half is written down again and again with the slips people make
(typing errors, turned names, changed addresses, numbers left out), and every copy is compared with
its original and with every other original. Half of the time there is no identifier at all, as where
records come from two clinics; another run leaves out every one.

Shares come with Wilson's interval (95 %), as if copies of one patient were independent, which they
are not: it is too narrow. The rule that a parent of the same name is no more than possible was made
after this bench had shown that it was needed.
"""

import hashlib
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from itertools import combinations
from math import log2, sqrt
from pathlib import Path
from typing import Any

from asklepion.records.engine.likeness import (
    FIELDS,
    Grade,
    Level,
    compare,
    traits_of,
)

from ._fhir import find_bundles, tell

Patient = dict[str, Any]

COPIES = 60
SMOOTHING = 0.5  # as if every way of agreeing had been seen half a time
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def patients() -> list[Patient]:
    """Every Patient of Synthea's bundles; none where these are not on this machine."""
    found: list[Patient] = []
    with tempfile.TemporaryDirectory() as empty:
        folder, name = find_bundles(Path(empty))
        paths = sorted(folder.glob("*.json")) if name == "Synthea" else []
    for path in paths:
        for entry in json.loads(path.read_text()).get("entry", ()):
            if entry["resource"]["resourceType"] == "Patient":
                found.append(entry["resource"])
    return sorted(found, key=lambda it: it["id"])


def halves(all: Sequence[Patient]) -> tuple[list[Patient], list[Patient]]:
    """Those whom weights are measured on, and those who were never looked at for that."""
    ranked = sorted(all, key=lambda it: hashlib.sha256(it["id"].encode()).digest())
    return ranked[: len(ranked) // 2], ranked[len(ranked) // 2 :]


# Slips


def slip(word: str, chance: random.Random) -> str:
    """One typing error: a letter more, less, another, or two turned round."""
    if len(word) < 3:
        return word
    i = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:i] + word[i + 1 :],
            word[:i] + chance.choice(LETTERS) + word[i:],
            word[:i] + chance.choice(LETTERS) + word[i + 1 :],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        ]
    )


def copied(patient: Patient, others: Sequence[Patient], chance: random.Random) -> Patient:
    """The same person, written down by somebody else on another day."""
    copy = deepcopy(patient)
    _rename(copy, chance, others)
    _redate(copy, chance)
    roll = chance.random()
    if roll < 0.02:
        copy["gender"] = {"male": "female", "female": "male"}.get(copy.get("gender", ""), "other")
    elif roll < 0.05:
        copy.pop("gender", None)
    _reach(copy, chance, others)
    roll = chance.random()
    if roll < 0.5:
        copy.pop("identifier", None)
    elif roll < 0.6:
        for each in copy.get("identifier", ()):
            each["value"] = slip(each["value"], chance)
    return copy


def _rename(copy: Patient, chance: random.Random, others: Sequence[Patient]) -> None:
    name = copy["name"][0]
    copy["name"] = [name]
    name.pop("text", None)
    if chance.random() < 0.15:
        name["family"] = slip(name["family"], chance)
    if chance.random() < 0.15:
        name["given"][0] = slip(name["given"][0], chance)
    if chance.random() < 0.05:
        name["given"][0] = name["given"][0][:1]
    if chance.random() < 0.05:
        name["family"], name["given"][0] = name["given"][0], name["family"]
    if copy.get("gender") == "female" and chance.random() < 0.06:
        name["family"] = chance.choice(others)["name"][0]["family"]
    if len(name["given"]) > 1 and chance.random() < 0.5:
        name["given"] = name["given"][:1]


def _redate(copy: Patient, chance: random.Random) -> None:
    year, month, day = copy["birthDate"].split("-")
    roll = chance.random()
    if roll < 0.04:
        copy["birthDate"] = f"{year}-{day}-{month}" if int(day) <= 12 else f"{year}-{month}-01"
    elif roll < 0.08:
        copy["birthDate"] = f"{int(year) + chance.choice((-1, 1))}-{month}-{day}"
    elif roll < 0.12:
        copy["birthDate"] = f"{year}-{month}-{chance.randrange(1, 29):02d}"
    elif roll < 0.15:
        copy.pop("birthDate")
    elif roll < 0.17:
        copy["birthDate"] = (
            f"{int(year) + chance.randrange(-9, 9)}-{chance.randrange(1, 13):02d}-11"
        )


def _reach(copy: Patient, chance: random.Random, others: Sequence[Patient]) -> None:
    roll = chance.random()
    if roll < 0.3:
        copy.pop("telecom", None)
    elif roll < 0.5:
        copy["telecom"] = deepcopy(chance.choice(others).get("telecom", []))
    roll = chance.random()
    if roll < 0.2:
        copy.pop("address", None)
    elif roll < 0.4:
        copy["address"] = deepcopy(chance.choice(others).get("address", []))
    elif roll < 0.6:
        copy["address"][0]["line"] = [slip(copy["address"][0]["line"][0], chance)]


def relatives(patient: Patient, chance: random.Random) -> list[Patient]:
    """People who are easily taken for her: a twin, a sibling, a parent of the same name."""
    given = patient["name"][0]["given"][0]
    year, *rest = patient["birthDate"].split("-")
    found: list[Patient] = []
    for name, born in (
        ("".join(reversed(given)).title(), patient["birthDate"]),
        ("".join(reversed(given)).title(), f"{int(year) - chance.randrange(2, 9)}-03-17"),
        (given, "-".join([str(int(year) - chance.randrange(20, 40)), *rest[:1], "19"])),
    ):
        one = deepcopy(patient)
        one["name"] = [{"family": patient["name"][0]["family"], "given": [name]}]
        one["birthDate"] = born
        one.pop("identifier", None)
        found.append(one)
    return found


# Measured


def fit(half: Sequence[Patient]) -> dict[str, dict[str, float]]:
    """log2(m/u) of each way of agreeing, from one half alone."""
    chance = random.Random(11)
    same = {field: Counter[Level]() for field in FIELDS}
    other = {field: Counter[Level]() for field in FIELDS}
    for patient in half:
        for _ in range(COPIES):
            _count(same, patient, copied(patient, half, chance))
    for one, two in combinations(half, 2):
        _count(other, one, two)
        _count(other, one, copied(two, half, chance))
    weights: dict[str, dict[str, float]] = {}
    for field in FIELDS:
        levels = [level for level in Level if level != Level.UNKNOWN]
        levels = [level for level in levels if same[field][level] or other[field][level]]
        of_same, of_other = ({lv: c[field][lv] + SMOOTHING for lv in levels} for c in (same, other))
        sums = sum(of_same.values()), sum(of_other.values())
        weights[field] = {
            str(lv): round(log2(of_same[lv] / sums[0]) - log2(of_other[lv] / sums[1]), 1)
            for lv in levels
        }
    return weights


def _count(into: dict[str, Counter[Level]], one: Patient, other: Patient) -> None:
    for field, level in compare(traits_of(one), traits_of(other)).levels.items():
        into[field][level] += 1


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Interval of a share, 95 %. Source: Wilson, J Am Stat Assoc 1927;22:209-212."""
    if not total:
        return 0.0, 1.0
    z, p = 1.959964, hits / total
    middle = p + z * z / (2 * total)
    reach = z * sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return (middle - reach) / (1 + z * z / total), (middle + reach) / (1 + z * z / total)


Shares = dict[str, tuple[int, int]]  # what, hits and how many there were


def measure(half: Sequence[Patient], *, with_identifiers: bool) -> Shares:
    """Precision and recall on the half that was never looked at."""
    chance = random.Random(7)
    whole = [traits_of(each if with_identifiers else _without(each)) for each in half]
    counts = Counter[str]()
    for i, patient in enumerate(half):
        for _ in range(COPIES):
            copy = copied(patient, half, chance)
            traits = traits_of(copy if with_identifiers else _without(copy))
            for j, other in enumerate(whole):
                grade = compare(traits, other).grade
                kind = "hit" if i == j else "wrong"
                counts[f"certain {kind}"] += grade == Grade.CERTAIN
                counts[f"probable {kind}"] += grade in (Grade.CERTAIN, Grade.PROBABLE)
                counts[f"possible {kind}"] += grade != Grade.NOT
    kin = [compare(traits_of(it), traits_of(k)) for it in half for k in relatives(it, chance)]
    total = len(half) * COPIES
    shares: Shares = {}
    for grade in ("certain", "probable", "possible"):
        hits, wrong = counts[f"{grade} hit"], counts[f"{grade} wrong"]
        shares[f"recall at {grade} or better"] = hits, total
        shares[f"precision at {grade} or better"] = hits, hits + wrong
    for grade, those in (
        ("certain", (Grade.CERTAIN,)),
        ("probable", (Grade.CERTAIN, Grade.PROBABLE)),
    ):
        mistaken = sum(found.grade in those for found in kin)
        shares[f"relatives in the same home not taken for her at {grade}"] = (
            len(kin) - mistaken,
            len(kin),
        )
    return shares


def _without(patient: Patient) -> Patient:
    return {key: value for key, value in patient.items() if key != "identifier"}


def main() -> None:
    """Print the weights, or how well they do."""
    fitted_on, kept_apart = halves(patients())
    if "--fit" in sys.argv:
        print(json.dumps(fit(fitted_on), indent=1))
        return
    for with_identifiers in (True, False):
        of = "numbers in half of the copies" if with_identifiers else "no numbers"
        for what, (hits, total) in measure(kept_apart, with_identifiers=with_identifiers).items():
            low, high = wilson(hits, total)
            name = f"matching, {of}: {what} ({100 * low:.2f} to {100 * high:.2f}, of {total})"
            tell(name, 100 * hits / max(1, total), "%", higher_is_better=True)


if __name__ == "__main__":
    main()
