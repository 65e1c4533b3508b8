"""The 8,000 stays of sets A and B of the PhysioNet Challenge 2012, as rows."""

import csv
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import icu

from . import inputs

Floats = NDArray[np.float64]
HASHES = {
    "events_ab.parquet": "4c2b3b242390117ce10c189a93de4b87a1b5a85daeee2060b318c1fa21f50149",
    "Outcomes-a.txt": "2613ea60ccda29f87571a7d6b09ad130858a8ccd66325bd073365925026883c2",
    "Outcomes-b.txt": "1305f29734da374a809483229a99f33a9230aa8d4fa74b1a2d6ad788136423d5",
}
DATA: dict[str, Any] = {
    "name": "PhysioNet/Computing in Cardiology Challenge 2012, sets A and B",
    "licence": "ODC-By 1.0 (as remembered: the text was not at hand; ask before handing on)",
    "citation": "Silva I, et al. Comput Cardiol 2012;39:245-248; Goldberger AL, et al. "
    "Circulation 2000;101:e215-e220",
    "origin": "four intensive care units of one hospital in Boston, USA, 2001-2008; age from 16; "
    "stays of 48 hours and more",
    "people": 8000,
    "files": HASHES,
    "checked": "8,000 stays, 1,122 deaths in hospital, as published",
}


@dataclass(frozen=True, kw_only=True)
class Stays:
    """Rows of features with what came of each stay.

    Args:
        is_b: whether it belongs to set B.
        days: in hospital; below 0 where nobody knows.
    """

    ids: NDArray[np.int64]
    rows: Floats
    died: Floats
    days: Floats
    is_b: NDArray[np.bool_]

    def column(self, key: str) -> Floats:
        """One feature of all stays."""
        return self.rows[:, icu.KEYS.index(key)]


def read() -> Stays:
    """All stays, in order of their ids.

    Raises:
        Incorrect: a file is not the one that was examined.
    """
    paths = {name: inputs.gate(f"physionet2012/{name}", sha256=h) for name, h in HASHES.items()}
    outcomes: dict[int, tuple[float, float, bool]] = {}
    for name, is_b in (("Outcomes-a.txt", False), ("Outcomes-b.txt", True)):
        with paths[name].open(newline="") as file:
            for line in csv.DictReader(file):
                died, days = float(line["In-hospital_death"]), float(line["Length_of_stay"])
                outcomes[int(line["RecordID"])] = (died, days, is_b)
    ids, rows = list[int](), list[list[float]]()
    for stay in icu.read_stays(paths["events_ab.parquet"]):
        ids.append(int(stay.id))
        rows.append(list(icu.features(stay).values()))
    died, days, is_b = (np.array(each) for each in zip(*(outcomes[id] for id in ids), strict=True))
    inputs.count("stays", len(ids), 8000)
    inputs.count("deaths", int(died.sum()), 1122)
    return Stays(
        ids=np.array(ids, np.int64), rows=np.array(rows), died=died, days=days, is_b=is_b > 0
    )


def parts(stays: Stays) -> dict[str, NDArray[np.bool_]]:
    """The slices that every card of these stays shows; ethnicity is not in the data."""
    from .figures import by_age

    units = ("coronary", "cardiac_surgery", "medical", "surgical")
    return {
        "women": stays.column("male") == 0,
        "men": stays.column("male") == 1,
        **by_age(stays.column("Age")),
        **{f"unit: {unit}": stays.column(f"unit.{unit}") == 1 for unit in units},
    }


# What has to be known before a stay is judged: of each line one. Stays without any vital sign in
# the data (128), or without any laboratory value (120), are ranked and calibrated as the others.
NEEDED = [["Age"], ["HR.last", "SBP.last", "GCS.last", "Creatinine.last", "BUN.last"]]
