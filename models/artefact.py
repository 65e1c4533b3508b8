"""Writes what was fitted, in the form that `asklepion.twin.engine.learned` reads."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned.artefacts import SHIPPED, elsewhere, read_artefact
from asklepion.twin.engine.learned.drift import shares
from asklepion.twin.engine.learned.linear import Linear
from asklepion.twin.engine.learned.model import Learned
from asklepion.twin.engine.learned.trees import Trees

Floats = NDArray[np.float64]
RARE = 0.0005  # share of training values that count as strange on each side
GOLDEN = 5
DATE = "2026-11-30"  # of the last fit; told here, so that the same data make the same card


@dataclass(frozen=True, kw_only=True)
class HeadFitted:
    """A weighted sum of members with its calibration."""

    members: Sequence[tuple[float, Trees | Linear]]
    link: str = "logistic"
    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A whole model, ready to be kept.

    Args:
        rows: the rows it was fitted on: their ranges and deciles are kept, five of them golden.
        is_free: whether it may be handed on; else it is written to the folder of ASKLEPION_MODELS.
        card: everything in card.json but the hashes and the date.
    """

    name: str
    kind: str
    unit: str
    keys: Sequence[str]
    heads: Mapping[str, HeadFitted]
    interval: Mapping[str, Any]
    limits: Mapping[str, Any]
    rows: Floats
    card: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_free: bool = True


def write(fitted: Fitted) -> Learned:
    """Keep a model; returns it as it will be read."""
    folder = (SHIPPED if fitted.is_free else elsewhere()) / fitted.name
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.generic]] = {}
    heads = {name: _head(name, head, arrays) for name, head in fitted.heads.items()}
    spec: dict[str, Any] = {
        "format": 1,
        "kind": fitted.kind,
        "unit": fitted.unit,
        "features": _features(fitted.keys, fitted.rows),
        "heads": heads,
        "interval": dict(fitted.interval),
        "limits": dict(fitted.limits),
        "facts": dict(fitted.facts),
    }
    _keep(folder, spec, arrays, fitted.card)
    spec["golden"] = _golden(Learned(read_artefact(folder)), fitted.rows)
    _keep(folder, spec, arrays, fitted.card)
    return Learned(read_artefact(folder))


def _head(name: str, head: HeadFitted, arrays: dict[str, NDArray[np.generic]]) -> dict[str, Any]:
    members: list[dict[str, Any]] = []
    for at, (weight, member) in enumerate(head.members):
        prefix = f"{name}.{at}"
        arrays.update(member.write(prefix))
        kind = "trees" if isinstance(member, Trees) else "linear"
        members.append({"kind": kind, "arrays": prefix, "weight": weight})
    told = {"slope": head.slope, "intercept": head.intercept, "link": head.link}
    return {"members": members, **told}


def _features(keys: Sequence[str], rows: Floats) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = []
    for key, column in zip(keys, rows.T, strict=True):
        known = column[np.isfinite(column)]
        line: dict[str, Any] = {"key": key, "low": None, "high": None}
        if len(known):
            low, high = np.quantile(known, [RARE, 1 - RARE])
            edges = np.quantile(known, np.linspace(0.1, 0.9, 9))
            line |= {"low": _short(low), "high": _short(high)}
            line["edges"] = [_short(edge) for edge in edges]
            line["shares"] = [_short(share) for share in shares(column, line["edges"])]
        table.append(line)
    return table


def _golden(model: Learned, rows: Floats) -> list[dict[str, Any]]:
    chosen = rows[np.linspace(0, len(rows) - 1, GOLDEN).astype(int)]
    score, told = model.score(chosen), model.predict(chosen)
    return [
        {
            "row": [None if np.isnan(each) else float(each) for each in row],
            "score": float(score[at]),
            "value": None if told.abstained[at] else float(told.value[at]),
        }
        for at, row in enumerate(chosen)
    ]


def _keep(
    folder: Path,
    spec: Mapping[str, Any],
    arrays: Mapping[str, NDArray[np.generic]],
    card: Mapping[str, Any],
) -> None:
    contents = {"model.json": _json(spec, indent=None), "model.npz": _npz(arrays)}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    contents["card.json"] = _json({**card, "date": DATE, "sha256": hashes}, indent=1)
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def _npz(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """An archive as numpy reads it, the same bytes for the same arrays."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue())
    return kept.getvalue()


def _json(told: object, indent: int | None) -> bytes:
    return (json.dumps(told, indent=indent, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _short(value: float) -> float:
    return float(f"{value:.6g}")
