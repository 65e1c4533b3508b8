"""Makes `survival`, `survival_with_doctor`, `leaving_hospital` and `hospital_stay` (SUPPORT2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import serious_illness as features
from asklepion.twin.engine.learned.tables import Row, word

from . import curves, figures, inputs, tabular
from .artefact import Fitted, HeadFitted, write
from .cards_serious_illness import BASELINES, CARDS
from .intervals import venn_abers
from .mondrian import conformal_by

SHA256 = "4f7dfcfb0d702401adfd0fa47702ed18fdd4dfe37acd0bcf1055acb7df007a1b"
TREES: dict[str, Any] = {
    "loss_function": "Logloss",
    "iterations": 500,
    "depth": 5,
    "learning_rate": 0.03,
    "l2_leaf_reg": 10,
    "rsm": 0.35,
    "subsample": 0.7,
    "bootstrap_type": "Bernoulli",
    "border_count": 64,
}
CHANCE = tabular.Recipe(trees=TREES, seeds=2, ridge=0.4, strength=0.03)
QUANTILES = {
    head: tabular.Recipe(trees={**TREES, "loss_function": loss}, seeds=1)
    for head, loss in {
        "low": "Quantile:alpha=0.1",
        "middle": "Quantile:alpha=0.5",
        "high": "Quantile:alpha=0.9",
    }.items()
}
HALF_YEAR, FORTNIGHT = 180, 14
ERROR = "mean_absolute_error_d"
SURVIVAL_DAYS = [7, 14, 30, 60, 90, 180, 365, 730]
LEAVING_DAYS = [5, 7, 10, 14, 21, 30, 45, 60, 90]
Floats = NDArray[np.float64]


def read() -> list[Row]:
    """All patients, held to the published counts."""
    path = inputs.gate("support2/support2.csv", sha256=SHA256)
    rows = tabular.rows_of(features.read_table(path))
    inputs.count("patients", len(rows), 9105)
    inputs.count("deaths", sum(row["death"] == "1" for row in rows), 6201)
    return rows


def parts_of(rows: list[Row]) -> dict[str, NDArray[np.bool_]]:
    """Sex, age, race and the study's groups of disease."""
    sex, race, kind = (
        np.array([word(row, key) for row in rows]) for key in ("sex", "race", "dzgroup")
    )
    parts = {"women": sex == "female", "men": sex == "male"}
    parts |= figures.by_age(tabular.column(rows, "age"))
    parts |= {f"race {each}": race == each for each in ("white", "black", "hispanic", "asian")}
    return parts | {name: kind == name for name in features.GROUPS}


def survival(rows: list[Row], name: str, *, with_doctor: bool) -> None:
    """Six-month survival, and the curve around it."""
    alive = 1 - (tabular.column(rows, "death") * (tabular.column(rows, "d.time") <= HALF_YEAR))
    plain = features.matrix(rows, with_doctor=with_doctor)
    table = tabular.Table(plain=plain, outcome=alive, groups=np.arange(len(rows)))
    time, died = tabular.column(rows, "d.time"), tabular.column(rows, "death") == 1
    told = {"days": SURVIVAL_DAYS, "main": HALF_YEAR, "falls": True}
    needed = [["age"], ["class"], ["aps", "sps"]]
    if with_doctor:
        needed.append(["doctor_6_months"])
    chance(rows, name, table, needed, (time, died, told))


def leaving(rows: list[Row]) -> None:
    """Leaving hospital alive within 14 days, and the curve around it."""
    stay, died = tabular.column(rows, "slos"), tabular.column(rows, "hospdead") == 1
    left = ((stay <= FORTNIGHT) & ~died).astype(np.float64)
    table = tabular.Table(plain=features.matrix(rows), outcome=left, groups=np.arange(len(rows)))
    time = np.where(died, np.inf, stay)  # who died there never leaves it alive
    told = {"days": LEAVING_DAYS, "main": FORTNIGHT, "falls": False}
    needed = [["age"], ["class"], ["aps", "sps"]]
    chance(rows, features.LEAVING, table, needed, (time, ~died, told))


def chance(
    rows: list[Row],
    name: str,
    table: tabular.Table,
    needed: list[list[str]],
    course: tuple[Floats, NDArray[np.bool_], dict[str, Any]],
) -> None:
    """Fit, measure and keep one probability with its curve."""
    time, ended, told = course
    scores = tabular.out_of_fold(table, {"risk": CHANCE})["risk"]
    members, whole, _ = tabular.everybody(table, CHANCE)
    judged = np.isfinite(tabular.column(rows, "prg6m")) if "doctor" in name else np.isfinite(scores)
    rows = [row for row, is_judged in zip(rows, judged, strict=True) if is_judged]
    table = tabular.Table(
        plain=table.plain[judged], outcome=table.outcome[judged], groups=table.groups[judged]
    )
    scores, time, ended, whole = scores[judged], time[judged], ended[judged], whole[judged]
    probability = tabular.calibrated(table, scores)
    drawn = figures.resamples(table.groups)
    measured = figures.measure(table.outcome, probability, drawn)
    head = tabular.head(members, table.outcome, scores)
    log_odds = head.intercept + head.slope * scores
    line = curves.fit(log_odds, time, ended, told["days"], main=told["main"], falls=told["falls"])
    by_day = curves.errors(line, log_odds, time, ended)
    card: dict[str, Any] = CARDS[name] | {
        "data": CARDS[name]["data"] | {"input_sha256": SHA256},
        "figures": measured,
        "curve": by_day,
        "baselines": [*doctors_own(rows, table), *BASELINES[name]],
        "subgroups": figures.slices(table.outcome, probability, table.groups, parts_of(rows)),
    }
    model = write(
        Fitted(
            name=name,
            kind="probability",
            unit="1",
            keys=features.DOCTOR_KEYS if "doctor" in name else features.KEYS,
            heads={"risk": head},
            interval=venn_abers(table.outcome, np.round(log_odds, 3)),
            limits=limits(needed),
            rows=whole,
            facts={"curve": line},
            card=card,
        )
    )
    print(name, measured, by_day, "abstains on", model.abstains(whole).mean(), flush=True)


def doctors_own(rows: list[Row], table: tabular.Table) -> list[dict[str, object]]:
    """The doctors' own estimates and the study's model, of the same patients where both are."""
    doctor, study = tabular.column(rows, "prg6m"), tabular.column(rows, "surv6m")
    alive = 1 - tabular.column(rows, "death") * (tabular.column(rows, "d.time") <= HALF_YEAR)
    if not np.array_equal(table.outcome, alive):
        return []
    both = np.isfinite(doctor) & np.isfinite(study)
    told = {"the study's model": study, "the doctors": doctor}
    return [
        {
            "name": f"{who}, measured here",
            "auroc": round(figures.auroc(alive[both], chance[both]), 4),
            "brier": round(figures.brier(alive[both], chance[both]), 4),
        }
        for who, chance in told.items()
    ]


def limits(needed: list[list[str]]) -> dict[str, Any]:
    """When it keeps silent."""
    ranges = {"age": [18, 105], "aps": [0, 150], "sps": [0, 105], "temp": [30, 43]}
    return {"needed": needed, "ranges": ranges, "strange": 4}


def stay(rows: list[Row]) -> None:
    """Days in hospital of those who leave it alive, with intervals that hold in each class."""
    rows = [row for row in rows if word(row, "hospdead") == "0"]
    days = tabular.column(rows, "slos")
    table = tabular.Table(
        plain=features.matrix(rows), outcome=np.log1p(days), groups=np.arange(len(rows))
    )
    kind = table.plain[:, features.KEYS.index("class")]
    told = tabular.out_of_fold(table, QUANTILES)
    low, high = tabular.interval_out_of_fold(
        table, told["low"], told["high"], by="class", kind=kind
    )
    judged = quantity_figures(days, np.expm1(told["middle"]), np.expm1(low), np.expm1(high))
    heads: dict[str, HeadFitted] = {}
    whole = table.plain
    for name, recipe in QUANTILES.items():
        members, whole, _ = tabular.everybody(table, recipe)
        heads[name] = HeadFitted(members=members, link="expm1")
    interval = conformal_by(table.outcome, told["low"], told["high"], by="class", kind=kind)
    classes = {"organ failure": 0, "chronic organ disease": 1, "cancer": 2, "coma": 3}
    held = (days >= np.expm1(low)) & (days <= np.expm1(high))
    guess = float(np.abs(days - np.median(days)).mean())
    parts = coverage(days, np.expm1(told["middle"]), held, parts_of(rows))
    parts += coverage(
        days, np.expm1(told["middle"]), held, {name: kind == at for name, at in classes.items()}
    )
    card: dict[str, Any] = CARDS[features.STAY] | {
        "data": CARDS[features.STAY]["data"] | {"input_sha256": SHA256},
        "figures": judged,
        "baselines": [
            *BASELINES[features.STAY],
            {"name": "the median, measured here", ERROR: round(guess, 3)},
        ],
        "subgroups": parts,
    }
    model = write(
        Fitted(
            name=features.STAY,
            kind="quantity",
            unit="d",
            keys=features.KEYS,
            heads=heads,
            interval=interval,
            limits=limits([["age"], ["class"], ["aps", "sps"]]),
            rows=whole,
            card=card,
        )
    )
    print(features.STAY, judged, "abstains on", model.abstains(whole).mean(), flush=True)


def quantity_figures(
    days: Floats, middle: Floats, low: Floats, high: Floats
) -> dict[str, figures.Figure]:
    """Error, rank, share within the interval and its width, each with its interval."""
    drawn = figures.resamples(np.arange(len(days)), 300)
    told = figures.measure(days, middle, drawn, {ERROR: figures.error})
    held = ((days >= low) & (days <= high)).astype(np.float64)
    told |= figures.measure(held, high - low, drawn, {"coverage": lambda had, _: float(had.mean())})
    told |= figures.measure(held, high - low, drawn, {"width": lambda _, w: float(np.median(w))})
    few = figures.resamples(np.arange(len(days)), 20)
    return told | figures.measure(days, middle, few, {"concordance": figures.concordance})


def coverage(
    days: Floats, middle: Floats, held: NDArray[np.bool_], parts: dict[str, NDArray[np.bool_]]
) -> list[dict[str, object]]:
    """Error and share within the interval of each part that has at least 50 people."""
    table: list[dict[str, object]] = []
    for name, part in parts.items():
        rows = np.flatnonzero(part)
        line: dict[str, object] = {"part": name, "rows": len(rows)}
        if len(rows) >= 50:
            drawn = figures.resamples(rows, 200)
            inside = held[rows].astype(np.float64)
            line["mean"] = round(float(days[rows].mean()), 2)
            line["figures"] = {
                **figures.measure(days[rows], middle[rows], drawn, {ERROR: figures.error}),
                **figures.measure(inside, inside, drawn, {"coverage": lambda had, _: had.mean()}),
            }
        table.append(line)
    return table


def make() -> None:
    """Make all four."""
    rows = read()
    survival(rows, features.ALONE, with_doctor=False)
    survival(rows, features.WITH_DOCTOR, with_doctor=True)  # judged: whose doctor said a number
    leaving(rows)
    stay(rows)
