"""Learned models of tables: what their cards hold, beside what was there before, and how fast.

The figures are out of fold, by patient, as `make models` measured them (bench fits nothing); models
that are not shipped are told of where ASKLEPION_MODELS has them. Each shows its subgroups, too.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from asklepion.twin.engine.learned import artefact_names, compare, find_artefact, open_model
from asklepion.twin.engine.learned.tabular import TABULAR

LOWER_IS_BETTER = ("brier", "mae", "width", "hazard_ratio", "risk_ratio")
FOR_S = 0.5


def rows() -> Iterator[dict[str, Any]]:
    """One row for each figure of each model that is here, and for each part of its people."""
    here = set(artefact_names())
    for each in TABULAR:
        if each.name in here:
            yield from _figures(each.name)
            yield _speed(each.name)


def _figures(name: str) -> Iterator[dict[str, Any]]:
    card = find_artefact(name).card
    before: dict[str, float] = card["baselines"]
    for key, told in card["figures"].items():
        peers = {peer: value for peer, value in before.items() if key in peer.split()}
        same = {peer: each for peer, each in peers.items() if "before" in peer}  # on these people
        peer, value = next(iter((same or peers).items()), (None, None))
        yield _row(f"{name} {key}", told["value"], key, peer, value) | {
            "low": told["low"],
            "high": told["high"],
        }
    for part in card["subgroups"]:
        found: dict[str, Any] = part.get("figures", part)
        for key in ("auroc", "in_the_large", "mae", "coverage", "concordance"):
            if key in found:
                told: Any = found[key]
                value = float(told if isinstance(told, float) else told["value"])
                yield _row(f"{name} {key}, {part['part']}", value, key, None, None)


def _row(
    name: str, value: float, key: str, peer: str | None, peer_value: float | None
) -> dict[str, Any]:
    better = key not in LOWER_IS_BETTER
    row: dict[str, Any] = {"name": name, "value": round(value, 4), "unit": "1"}
    row["unit"] = "d" if key in ("mae", "width") else "1"
    return row | {"higher_is_better": better, "peer": peer, "peer_value": peer_value}


def _speed(name: str) -> dict[str, Any]:
    """How long one person takes: prediction, interval and whether it abstains."""
    model = open_model(name)
    known = [np.nan if each is None else each for each in model.golden[0]["row"]]
    row = np.array(known, np.float64)
    ask = (lambda: compare(model, row)) if "treatment" in model.facts else None
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < FOR_S:
        _ = ask() if ask else model.predict(row[None, :])
        count += 1
    took = (time.perf_counter() - began) / count * 1e3
    return {
        "name": f"{name}, one person",
        "value": round(took, 3),
        "unit": "ms",
        "higher_is_better": False,
        "peer": None,
        "peer_value": None,
    }


def tabular() -> None:
    """Print them all."""
    for row in rows():
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    tabular()
