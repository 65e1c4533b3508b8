"""Makes `readmission`: back in hospital within 30 days, of adults with diabetes (Diabetes-130)."""

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import readmission as features
from asklepion.twin.engine.learned.tables import Row

from . import figures, inputs, tabular
from .artefact import Fitted, write
from .intervals import venn_abers

SHA256 = "3a17a3b55b6dd4a1926703185c0ad8e2ed30bc8e2f9b927cdd1000b733d1de8e"
RECIPE = tabular.Recipe(
    trees={
        "loss_function": "Logloss",
        "iterations": 1000,
        "depth": 6,
        "learning_rate": 0.035,
        "l2_leaf_reg": 8,
        "rsm": 0.25,
        "subsample": 0.8,
        "bootstrap_type": "Bernoulli",
        "border_count": 64,
    }
)
ALONE = "stays in the year before, alone, measured here"
TIMES = 200  # resamples: each is a hundred thousand rows


def read() -> list[Row]:
    """All stays after which one can come back, held to the published counts."""
    path = inputs.gate("diabetes130/dataset_diabetes.zip", sha256=SHA256)
    rows = tabular.rows_of(features.read_table(path))
    inputs.count("stays", len(rows), 101_766)
    rows = [row for row in rows if row["discharge_disposition_id"] not in features.NOT_COMING_BACK]
    inputs.count("stays after which one can come back", len(rows), 99_343)
    inputs.count("readmitted", sum(row["readmitted"] == "<30" for row in rows), 11_314)
    return rows


def table_of(rows: list[Row]) -> tabular.Table:
    """The rows as training takes them."""
    said = [features.words(row) for row in rows]
    plain = features.matrix(rows, {name: {} for name in features.TABLES})
    return tabular.Table(
        plain=plain[:, : len(features.PLAIN)],
        outcome=np.array([row["readmitted"] == "<30" for row in rows], np.float64),
        groups=np.array([row["patient_nbr"] for row in rows]),
        said={name: [each[name] for each in said] for name in features.TABLES},
    )


def parts_of(rows: list[Row], plain: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """Sex, age and race, as the table tells them, and who came once."""
    at = features.PLAIN.index
    race = np.array([row["race"] for row in rows])
    parts = {
        "women": plain[:, at("female")] == 1,
        "men": plain[:, at("female")] == 0,
        **figures.by_age(plain[:, at("age")]),
    }
    for name in ("Caucasian", "AfricanAmerican", "Hispanic", "Asian", "Other", "?"):
        parts[f"race {'not known' if name == '?' else name}"] = race == name
    parts["no stay in the year before"] = plain[:, at("number_inpatient")] == 0
    return parts


def make() -> None:
    """Fit, measure and keep it."""
    rows = read()
    table = table_of(rows)
    scores = tabular.out_of_fold(table, {"risk": RECIPE})["risk"]
    chance = tabular.calibrated(table, scores)
    drawn = figures.resamples(table.groups, TIMES)
    told = figures.measure(table.outcome, chance, drawn)
    prior = table.plain[:, features.PLAIN.index("number_inpatient")]
    by_count = figures.measure(table.outcome, prior, drawn, {"auroc": figures.auroc})
    members, whole, tables = tabular.everybody(table, RECIPE)
    head = tabular.head(members, table.outcome, scores)
    calibrated = head.intercept + head.slope * scores
    parts = figures.slices(table.outcome, chance, table.groups, parts_of(rows, table.plain))
    model = write(
        Fitted(
            name=features.NAME,
            kind="probability",
            unit="1",
            keys=features.KEYS,
            heads={"risk": head},
            interval=venn_abers(table.outcome, np.round(calibrated, 2)),
            limits={
                "needed": [["number_inpatient"], ["time_in_hospital"], ["age"]],
                "ranges": {"not_coming_back": [0, 0], "age": [0, 100]},
                "strange": 8,
            },
            rows=whole,
            facts={"tables": tables},
            card=CARD
            | {
                "figures": told,
                "baselines": [{"name": ALONE, "auroc": by_count["auroc"]["value"]}, *BASELINES],
                "subgroups": parts,
            },
        )
    )
    print(told, "abstains on", model.abstains(whole).mean(), flush=True)


BASELINES: list[dict[str, object]] = [
    {"name": "HOSPITAL, another population (published)", "auroc": 0.72},
    {"name": "LACE, where it was made (published)", "auroc": 0.684},
    {"name": "CatBoost on this table, before", "auroc": 0.680},
]
CARD = {
    "title": "Back in hospital within 30 days of leaving it",
    "outcome": "readmitted within 30 days, as the table tells it",
    "data": {
        "name": "Diabetes 130-US hospitals 1999-2008 (UCI 296)",
        "licence": "CC BY 4.0 (as UCI states it; from memory)",
        "people": "69,990 patients, 99,343 stays of 1 to 14 days with any diagnosis of diabetes",
        "input_sha256": SHA256,
    },
    "split": "5 folds by patient; calibration and words (codes, specialties) from other folds",
    "main": ["auroc", "auprc", "brier", "slope", "in_the_large"],
    "intended_use": "For clinicians, at discharge: whom to call in the first days.",
    "not_for": "Anyone without diabetes; children (few were among them); refusing or ending care; "
    "payment.",
    "limits": [
        "US hospitals of 1999-2008: care, coding (ICD-9-CM) and lengths of stay were others",
        "A weak signal: of two patients, who comes back is ranked higher about 2 times in 3",
        "Deaths after discharge are not known in the table and count as not readmitted",
        "Each stay is told by itself; earlier stays count only as the table's own yearly counts",
        "Race is no input; who pays is one, and may stand for it",
        "It predicts; it does not say what would prevent it",
    ],
}
