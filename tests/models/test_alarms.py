"""Alarms by the hour: whom the line reaches, and that no fold draws its own."""

import numpy as np
import pytest

from models import alarms, linear

DICE = np.random.default_rng(5)
PEOPLE, HOURS = 400, 24


def course() -> alarms.Course:
    """Invented people, every tenth of whom gets sepsis after some hours."""
    ids = np.repeat([f"p{at:03}" for at in range(PEOPLE)], HOURS)
    label = np.zeros((PEOPLE, HOURS))
    label[::10, 14:] = 1
    return alarms.Course.read(ids, label.ravel())


def test_who_gets_sepsis_is_told_of_each_of_her_hours() -> None:
    told = course()

    assert len(told.starts) == PEOPLE
    assert told.is_septic.reshape(PEOPLE, HOURS).all(axis=1).tolist() == [
        at % 10 == 0 for at in range(PEOPLE)
    ]
    assert (told.gain[told.label > 0] >= 0).all()


def test_the_line_alarms_no_more_people_without_sepsis_than_it_may() -> None:
    told = course()
    score = DICE.normal(size=len(told.label)) + 0.3 * told.label

    line = alarms.threshold_of(told, score)

    most, septic = told.highest(score)
    assert (most[~septic] >= line).mean() <= alarms.ALARMED


def test_alarms_that_know_everything_are_worth_all_and_alarm_nobody_else() -> None:
    told = course()

    measured = alarms.measure(told, told.gain > 0)

    assert measured["utility"]["value"] == pytest.approx(1)
    assert measured["alarmed_without_sepsis"]["value"] == 0
    assert measured["alarmed_with_sepsis"]["value"] == 1


def test_the_line_of_a_fold_does_not_move_with_the_outcomes_of_its_own_people() -> None:
    told = course()
    score = DICE.normal(size=len(told.label)) + told.label
    _, before = alarms.apart(told, score)
    first = np.flatnonzero(told.ids == "p000")

    raised = score.copy()
    raised[first] += 100  # hers alone
    _, after = alarms.apart(told, raised)

    (known, mine) = next(
        (known, mine)
        for known, mine in alarms.splits.folds(told.ids, told.label)
        if first[0] in mine
    )
    others = np.setdiff1d(mine, first)
    assert after[first].all()
    np.testing.assert_array_equal(after[others], before[others])
    line = alarms.threshold_of(told.of(known), score[known])
    np.testing.assert_array_equal(before[mine], score[mine] >= line)


def test_a_ridge_of_a_quantity_finds_the_line_and_takes_the_missing_for_the_mean() -> None:
    rows = DICE.normal(size=(500, 3))
    days = 5 + 2 * rows[:, 0] - rows[:, 1]
    rows[:, 2] = 1  # tells nothing

    line = linear.fit_quantity(rows, days, penalty=1e-6)

    inside = (np.abs(rows[:, :2]) < 2).all(axis=1)
    np.testing.assert_allclose(line.score(rows[inside]), days[inside], atol=0.1)
    missing = line.score(np.full((1, 3), np.nan))
    assert missing[0] == pytest.approx(5, abs=0.2)
