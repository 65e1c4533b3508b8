"""Learned models at run time: trees, terms, limits, and files that must be whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import Fault, NotFound
from asklepion.twin import Why
from asklepion.twin.engine.learned import Learned, artefact_names, find_artefact, open_model
from asklepion.twin.engine.learned.artefacts import Artefact, read_artefact
from asklepion.twin.engine.learned.linear import Linear
from asklepion.twin.engine.learned.trees import Trees


def grove(seed: int, trees: int = 5, depth: int = 3, features: int = 4) -> Trees:
    """Some invented trees; features come twice in many of them."""
    dice = np.random.default_rng(seed)
    return Trees(
        feature=dice.integers(features, size=(trees, depth)).astype(np.int16),
        border=dice.normal(size=(trees, depth)).astype(np.float32),
        leaves=dice.normal(size=(trees, 1 << depth)).astype(np.float32),
        weights=dice.integers(0, 9, size=(trees, 1 << depth)).astype(np.float32),
        bias=0.25,
    )


def by_walking(trees: Trees, row: np.ndarray[Any, Any]) -> float:
    """The sum of the trees, question by question."""
    total = trees.bias
    for tree in range(len(trees.leaves)):
        leaf = 0
        for level in range(trees.depth):
            if row[trees.feature[tree, level]] > trees.border[tree, level]:
                leaf += 1 << level
        total += float(trees.leaves[tree, leaf])
    return total


rows = st.lists(st.floats(-3, 3, width=32) | st.just(float("nan")), min_size=4, max_size=4)


@given(seed=st.integers(0, 50), row=rows)
@settings(max_examples=25)
def test_the_terms_of_an_explanation_sum_to_what_the_trees_say(seed: int, row: list[float]) -> None:
    trees, asked = grove(seed), np.array(row)

    base, terms = trees.explain(asked)

    said = by_walking(trees, asked)
    assert trees.score(asked[None, :])[0] == pytest.approx(said, abs=1e-5)
    assert base + terms.sum() == pytest.approx(said, abs=1e-5)


def test_a_feature_that_no_tree_asks_for_adds_nothing() -> None:
    trees = grove(3, features=4)

    _, terms = trees.explain(np.array([0.1, 0.2, 0.3, 0.4, 99.0]))

    assert terms[4] == 0


def test_of_one_tree_with_one_question_the_term_is_the_leaf_less_the_mean() -> None:
    trees = Trees(
        feature=np.array([[1]], np.int16),
        border=np.array([[0.5]], np.float32),
        leaves=np.array([[1.0, 3.0]], np.float32),
        weights=np.array([[3.0, 1.0]], np.float32),
    )

    base, terms = trees.explain(np.array([0.0, 1.0]))

    assert (base, terms.tolist()) == (1.5, [0.0, 1.5])


def invented(**changes: Any) -> Learned:
    """A model of two features: age and pulse."""
    linear = Linear(
        mean=np.array([60.0, 80.0]),
        coefficient=np.array([0.05, 0.02]),
        low=np.array([18.0, 30.0]),
        high=np.array([100.0, 200.0]),
        intercept=-2.0,
    )
    spec: dict[str, Any] = {
        "kind": "probability",
        "unit": "1",
        "features": [
            {"key": "age", "low": 18, "high": 90},
            {"key": "pulse", "low": 40, "high": 160},
        ],
        "heads": {
            "risk": {
                "members": [{"kind": "linear", "arrays": "risk.0", "weight": 1.0}],
                "slope": 1.0,
                "intercept": 0.0,
                "link": "logistic",
            }
        },
        "interval": {"kind": "table", "score": [-5, 5], "low": [0.0, 0.9], "high": [0.1, 1.0]},
        "limits": {"needed": [["pulse"]], "ranges": {"age": [16, 120]}, "strange": 1},
    }
    arrays = linear.write("risk.0")
    return Learned(
        Artefact(name="invented", folder=Path(), spec=spec | changes, arrays=arrays, card={})
    )


def test_a_prediction_lies_within_its_interval_and_abstains_with_a_reason() -> None:
    model = invented()
    nan = float("nan")

    told = model.predict(np.array([[70.0, 90.0], [70.0, nan], [8.0, 90.0], [95.0, 170.0]]))

    assert told.abstained.tolist() == [False, True, True, True]
    assert told.low[0] <= told.value[0] <= told.high[0]
    assert np.isnan(told.value[1:]).all()
    assert np.isnan(told.low[1:]).all()
    assert [(need.key, need.why) for need in model.needs(np.array([70.0, nan]))] == [
        ("pulse", Why.MISSING)
    ]
    assert [need.key for need in model.needs(np.array([8.0, 90.0]))] == ["age"]
    assert [need.key for need in model.needs(np.array([95.0, 170.0]))] == ["age", "pulse"]
    assert model.needs(np.array([nan, 90.0])) == ()


def test_a_quantity_is_never_below_zero() -> None:
    head = {
        "members": [{"kind": "linear", "arrays": "risk.0", "weight": 1.0}],
        "slope": 1.0,
        "intercept": 0.0,
        "link": "identity",
    }
    interval = {"kind": "conformal", "below": 3.0, "above": 3.0}
    heads = dict.fromkeys(("low", "middle", "high"), head)
    model = invented(kind="quantity", heads=heads, interval=interval)

    told = model.predict(np.array([[60.0, 80.0]]))

    assert (told.low[0], told.value[0], told.high[0]) == (0, 0, 1)


@pytest.mark.parametrize("name", artefact_names())
def test_a_shipped_model_predicts_what_it_predicted_when_it_was_fitted(name: str) -> None:
    model = open_model(name)
    for golden in model.golden:
        row = np.array([np.nan if each is None else each for each in golden["row"]])

        told, explained = model.predict(row[None, :]), model.explain(row)

        assert model.score(row[None, :])[0] == pytest.approx(golden["score"], abs=1e-6)
        assert explained.score == pytest.approx(golden["score"], abs=1e-4)
        if golden["value"] is None:
            assert told.abstained[0]
            assert model.needs(row)
        else:
            assert told.value[0] == pytest.approx(golden["value"], abs=1e-6)
            assert model.needs(row) == ()


@pytest.mark.parametrize("name", artefact_names())
def test_a_shipped_model_has_a_card_that_says_what_it_is(name: str) -> None:
    artefact = find_artefact(name)
    card = artefact.card

    assert {"title", "data", "split", "main", "figures", "baselines", "subgroups", "limits"} <= set(
        card
    )
    assert card["intended_use"]
    assert card["not_for"]
    assert card["data"]["licence"]
    assert all(f["low"] <= f["value"] <= f["high"] for f in map(card["figures"].get, card["main"]))
    size = sum(file.stat().st_size for file in artefact.folder.iterdir())
    assert size < 3 << 20


def test_a_model_that_was_altered_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "model.npz").write_bytes(b"")
    card = {"sha256": {"model.json": "0" * 64, "model.npz": "0" * 64}}
    (tmp_path / "card.json").write_text(json.dumps(card))

    with pytest.raises(Fault, match=r"another model\.json than its card says"):
        read_artefact(tmp_path)


def test_a_model_that_is_not_here_is_not_found() -> None:
    with pytest.raises(NotFound, match="no model of_tomorrow"):
        find_artefact("of_tomorrow")
