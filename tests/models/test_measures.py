"""How models are measured and made sure of: laws, and numbers that can be checked by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.twin.engine.learned.drift import shares, stability
from models import calibration, events, figures, inputs, intervals, splits, utility

DICE = np.random.default_rng(5)
scores = st.lists(st.integers(0, 20), min_size=4, max_size=40)


@given(score=scores, seed=st.integers(0, 99))
@settings(max_examples=30)
def test_auroc_is_the_share_of_pairs_that_stand_in_the_right_order(
    score: list[int], seed: int
) -> None:
    said = np.array(score, float)
    ill = np.random.default_rng(seed).random(len(said)) < 0.5
    pairs = [(a > b) + 0.5 * (a == b) for a in said[ill] for b in said[~ill]]

    found = figures.auroc(ill.astype(float), said)

    assert np.isnan(found) if not pairs else found == pytest.approx(np.mean(pairs))


def test_average_precision_of_a_list_by_hand() -> None:
    ill, said = np.array([1.0, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])

    assert figures.auprc(ill, said) == pytest.approx((1 + 2 / 3) / 2)


def test_calibration_finds_the_line_that_spoilt_the_probabilities() -> None:
    score = DICE.normal(size=20000)
    ill = (DICE.random(20000) < 1 / (1 + np.exp(-(0.7 * score - 1)))).astype(float)

    slope, intercept = calibration.platt(ill, score)

    assert (slope, intercept) == (pytest.approx(0.7, abs=0.06), pytest.approx(-1, abs=0.06))
    chance = 1 / (1 + np.exp(-(slope * score + intercept)))
    assert figures.slope(ill, chance) == pytest.approx(1, abs=1e-6)
    assert figures.in_the_large(ill, chance) == pytest.approx(0, abs=1e-6)


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=30)
def test_isotonic_regression_never_falls_and_keeps_the_mean(values: list[float]) -> None:
    fitted = calibration.isotonic(np.array(values))

    assert (np.diff(fitted) >= -1e-12).all()
    assert fitted.mean() == pytest.approx(np.mean(values))


def test_both_venn_abers_probabilities_hold_the_truth_between_them_or_near() -> None:
    score = DICE.normal(size=4000)
    truth = 1 / (1 + np.exp(-score))
    ill = (DICE.random(4000) < truth).astype(float)

    table = intervals.venn_abers(ill, score)

    low, high = np.array(table["low"]), np.array(table["high"])
    assert (low <= high).all()
    middle, meant = (low + high) / 2, 1 / (1 + np.exp(-np.array(table["score"])))
    assert np.abs(middle - meant)[10:-10].max() < 0.09


def test_a_conformal_interval_holds_its_share_of_people_not_seen_before() -> None:
    truth = DICE.exponential(size=6000)
    low, high = np.full(3000, 0.4), np.full(3000, 0.9)

    told = intervals.conformal(truth[:3000], low, high, 0.8)
    seen = truth[3000:]

    inside = (seen >= low - told["below"]) & (seen <= high + told["above"])
    assert inside.mean() == pytest.approx(0.8, abs=0.025)


def test_no_patient_is_on_both_sides_and_each_row_is_predicted_once() -> None:
    whose = np.repeat(np.arange(40), 3)
    predicted = np.zeros(len(whose), int)

    for known, apart in splits.folds(whose, whose % 7 == 0):
        assert not set(whose[known]) & set(whose[apart])
        predicted[apart] += 1

    assert (predicted == 1).all()


def test_the_first_event_is_the_lesser_of_sensitivity_and_predictive_value() -> None:
    died, chance = np.array([1.0, 1, 0, 0, 0]), np.array([0.9, 0.2, 0.8, 0.7, 0.1])

    assert events.event_1(died, chance, 0.5) == pytest.approx(1 / 3)
    assert events.event_1(died, chance, 0.85) == pytest.approx(1 / 2)


def test_the_second_event_is_small_where_risks_are_right_and_large_where_they_are_not() -> None:
    chance = DICE.beta(1, 6, size=4000)
    died = (DICE.random(4000) < chance).astype(float)

    right, wrong = (events.event_2(died, each) for each in (chance, chance / 3))

    assert right < 40
    assert wrong > 3 * right


def test_the_utility_of_alarms_follows_the_published_rule_hour_by_hour() -> None:
    labels = np.zeros(20)
    labels[8:] = 1  # so sepsis begins at hour 14

    alarm, silence = utility.of_hours(labels)

    assert alarm[:2].tolist() == [-0.05, -0.05]  # too early
    assert alarm[2] == 0  # twelve hours before
    assert alarm[8] == pytest.approx(1)  # six hours before: best
    assert (alarm[14], alarm[17], alarm[18]) == (pytest.approx(1 / 3), pytest.approx(0), 0)
    assert (silence[8], silence[14], silence[17]) == (0, pytest.approx(-4 / 3), pytest.approx(-2))
    assert silence[18] == 0


def test_the_best_alarms_are_worth_one_silence_nothing_and_false_alarms_less() -> None:
    labels = np.concatenate([np.zeros(30), np.repeat([0, 1], [20, 10])])
    alarm, silence = utility.table(labels, np.repeat([1, 2], 30))

    assert utility.utility(alarm > silence, alarm, silence) == pytest.approx(1)
    assert utility.utility(np.zeros(60, bool), alarm, silence) == 0
    assert utility.utility(np.arange(60) < 30, alarm, silence) < 0


def test_the_same_people_do_not_drift_and_others_do() -> None:
    here = DICE.normal(size=5000)
    edges = np.quantile(here, np.linspace(0.1, 0.9, 9)).tolist()
    usual = shares(here, edges)

    assert usual.sum() == pytest.approx(1)
    assert stability(usual, shares(DICE.normal(size=5000), edges)) < 0.02
    assert stability(usual, shares(here + 1, edges)) > 0.25
    assert stability(usual, shares(np.where(here > 0, here, np.nan), edges)) > 0.25


def test_a_file_that_is_not_the_one_that_was_examined_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "FOLDER", tmp_path)

    (tmp_path / "altered.csv").write_text("a row less")

    with pytest.raises(Incorrect, match="not the file that was examined"):
        inputs.gate("altered.csv", sha256="0")
    with pytest.raises(Incorrect, match="is not there"):
        inputs.gate("a.csv", sha256="0")
    with pytest.raises(Incorrect, match="3, not 4"):
        inputs.count("rows", 3, 4)
