"""Makes `operation_icu`, `operation_long_stay` and `operation_days` (VitalDB).

The table is for non-commercial use: these models are written to the folder of ASKLEPION_MODELS
(else `data/models`), never committed, and used only by whoever made them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import operation as features
from asklepion.twin.engine.learned.tables import Row, word

from . import figures, inputs, tabular
from .artefact import Fitted, HeadFitted, write
from .cards_operation import BASELINES, CARDS
from .intervals import venn_abers
from .mondrian import conformal_by
from .serious_illness import coverage, quantity_figures

SHA256 = "735deb6e089e8d4f534c0f069ecd2545ad185dfbbc5d96551c0157836f9391c3"
TREES: dict[str, Any] = {
    "loss_function": "Logloss",
    "iterations": 500,
    "depth": 5,
    "learning_rate": 0.03,
    "l2_leaf_reg": 6,
    "rsm": 0.3,
    "subsample": 0.7,
    "bootstrap_type": "Bernoulli",
    "border_count": 64,
}
CHANCE = tabular.Recipe(trees=TREES, seeds=2, ridge=0.4, strength=0.02)
QUANTILES = {
    head: tabular.Recipe(trees={**TREES, "iterations": 800, "loss_function": loss})
    for head, loss in {
        "low": "Quantile:alpha=0.1",
        "middle": "Quantile:alpha=0.5",
        "high": "Quantile:alpha=0.9",
    }.items()
}
SHRINK = 8
Floats = NDArray[np.float64]


def read() -> list[Row]:
    """All operations, held to their count."""
    path = inputs.gate("vitaldb/clinical_data_dev.csv", sha256=SHA256)
    rows = tabular.rows_of(features.read_table(path))
    inputs.count("operations", len(rows), 5091)
    return rows


def days_of(rows: list[Row]) -> Floats:
    """Days from the end of the operation to discharge."""
    return (tabular.column(rows, "dis") - tabular.column(rows, "opend")) / features.DAY_S


def table_of(rows: list[Row], outcome: Floats, *, odds: bool) -> tabular.Table:
    """The rows as training takes them."""
    said = [features.words(row) for row in rows]
    plain = features.matrix(rows, {name: {} for name in features.TABLES})
    return tabular.Table(
        plain=plain[:, : len(features.PLAIN)],
        outcome=outcome,
        groups=np.array([row["subjectid"] for row in rows]),
        said={name: [each[name] for each in said] for name in features.TABLES},
        shrink=SHRINK,
        odds=odds,
    )


def parts_of(rows: list[Row], plain: Floats) -> dict[str, NDArray[np.bool_]]:
    """Sex, age and department."""
    at = features.PLAIN.index
    male, department = plain[:, at("male")], plain[:, at("department")]
    parts = {"women": male == 0, "men": male == 1, **figures.by_age(plain[:, at("age")])}
    names = enumerate(features.DEPARTMENTS)
    return parts | {name: department == each for each, name in names}


LIMITS: dict[str, Any] = {
    "needed": [["age"], ["department"]],
    "ranges": {"age": [0, 110], "asa": [1, 6]},
    "strange": 6,
}


def chance(rows: list[Row], name: str, outcome: Floats) -> None:
    """Fit, measure and keep one probability."""
    table = table_of(rows, outcome, odds=True)
    scores = tabular.out_of_fold(table, {"risk": CHANCE})["risk"]
    probability = tabular.calibrated(table, scores)
    measured = figures.measure(outcome, probability, figures.resamples(table.groups))
    members, whole, tables = tabular.everybody(table, CHANCE)
    head = tabular.head(members, outcome, scores)
    parts = parts_of(rows, table.plain)
    card: dict[str, Any] = CARDS[name] | {
        "data": CARDS[name]["data"] | {"input_sha256": SHA256},
        "figures": measured,
        "baselines": BASELINES[name],
        "subgroups": figures.slices(outcome, probability, table.groups, parts),
    }
    log_odds = head.intercept + head.slope * scores
    model = write(
        Fitted(
            name=name,
            kind="probability",
            unit="1",
            keys=features.KEYS,
            heads={"risk": head},
            interval=venn_abers(outcome, np.round(log_odds, 3)),
            limits=LIMITS,
            rows=whole,
            facts={"tables": tables},
            card=card,
            is_free=False,
        )
    )
    print(name, measured, "abstains on", model.abstains(whole).mean(), flush=True)


def quantity(rows: list[Row]) -> None:
    """Days to discharge of who leaves alive, with intervals that hold in each department."""
    after = days_of(rows)
    rows = [
        row
        for row, each in zip(rows, after, strict=True)
        if word(row, "death_inhosp") == "0" and each > 0
    ]
    days = days_of(rows)
    table = table_of(rows, np.log1p(days), odds=False)
    kind = table.plain[:, features.PLAIN.index("department")]
    told = tabular.out_of_fold(table, QUANTILES)
    low, high = tabular.interval_out_of_fold(
        table, told["low"], told["high"], by="department", kind=kind
    )
    middle, low, high = (np.expm1(each) for each in (told["middle"], low, high))
    heads: dict[str, HeadFitted] = {}
    whole, tables = table.plain, {}
    for name, recipe in QUANTILES.items():
        members, whole, tables = tabular.everybody(table, recipe)
        heads[name] = HeadFitted(members=members, link="expm1")
    measured = quantity_figures(days, middle, low, high)
    held = (days >= low) & (days <= high)
    parts = coverage(days, middle, held, parts_of(rows, table.plain))
    interval = conformal_by(table.outcome, told["low"], told["high"], by="department", kind=kind)
    card: dict[str, Any] = CARDS[features.DAYS] | {
        "data": CARDS[features.DAYS]["data"] | {"input_sha256": SHA256},
        "figures": measured,
        "baselines": BASELINES[features.DAYS],
        "subgroups": parts,
    }
    model = write(
        Fitted(
            name=features.DAYS,
            kind="quantity",
            unit="d",
            keys=features.KEYS,
            heads=heads,
            interval=interval,
            limits=LIMITS,
            rows=whole,
            facts={"tables": tables},
            card=card,
            is_free=False,
        )
    )
    print(features.DAYS, measured, parts, "abstains on", model.abstains(whole).mean(), flush=True)


def make() -> None:
    """Make all three."""
    rows = read()
    chance(rows, features.ICU, (tabular.column(rows, "icu_days") >= 2).astype(np.float64))
    chance(rows, features.LONG, (days_of(rows) > 14).astype(np.float64))
    quantity(rows)
