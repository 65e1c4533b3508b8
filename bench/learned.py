"""How good the learned models are, by their cards, and how fast: `python -m bench.learned`.

Each figure is out of fold, grouped by patient, with its 95 % interval, and stands beside what was
published or measured before on such data. `python -m models` measures them anew.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from asklepion.twin import learned

FOR_S = 0.5
LESS_IS_BETTER = ("error", "brier", "event_2", "alarm", "width")


def tell(name: str, value: float, unit: str, peer: tuple[str, float] | None = None) -> None:
    """Print one result."""
    who, what = peer or (None, None)
    less = unit == "ms" or any(word in name for word in LESS_IS_BETTER)
    row: dict[str, Any] = {"name": name, "value": round(value, 4), "unit": unit}
    row |= {"higher_is_better": not less, "peer": who, "peer_value": what}
    print(json.dumps(row), flush=True)


def figures(name: str, card: dict[str, Any]) -> None:
    """The figures of one card, with their intervals, and its slices."""
    for key, told in card["figures"].items():
        peers = [(each["name"], each[key]) for each in card["baselines"] if key in each]
        unit = f"[{told['low']:g}, {told['high']:g}]"
        tell(f"{name}.{key}", told["value"], unit, peers[-1] if peers else None)
    for part in card["subgroups"]:
        for key, told in part.get("figures", {}).items():
            if key in ("auroc", "in_the_large", "mean_absolute_error_d", "coverage"):
                unit = f"[{told['low']:g}, {told['high']:g}]"
                tell(f"{name}.{part['part']}.{key}", told["value"], unit)


def took_ms(work: Callable[[], object]) -> float:
    """How long it takes once."""
    work()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < FOR_S:
        work()
        count += 1
    return 1000 * (time.perf_counter() - began) / count


def speed(name: str) -> None:
    """One person predicted, and explained."""
    model = learned.open_model(name)
    row = np.array([np.nan if each is None else each for each in model.golden[0]["row"]])
    tell(f"{name}.predict_one", took_ms(lambda: model.predict(row[None, :])), "ms")
    tell(f"{name}.explain_one", took_ms(lambda: model.explain(row)), "ms")


if __name__ == "__main__":
    for name in learned.artefact_names():
        figures(name, learned.find_artefact(name).card)
        speed(name)
