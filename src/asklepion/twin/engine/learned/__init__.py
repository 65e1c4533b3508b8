"""Learned models at run time: numpy alone, no training package.

**An artefact** is a folder `<name>/` under `src/asklepion/twin/artefacts`, or under the folder that
`ASKLEPION_MODELS` names (models of non-commercial data live only there). It holds

    model.json   features, heads, calibration, limits, golden rows (see `artefacts.Artefact`)
    model.npz    the trees and tables as arrays (no pickles)
    card.json    data, licence, split, figures with intervals, limits, and the sha256 of both

and is opened by `open_model(name)`: hashes first, once, then kept.

**model.json**

    kind       "probability" (head "risk") or "quantity" (heads "low", "middle", "high")
    unit       UCUM of the prediction; "1" for a probability
    features   [{key, low, high, edges, shares}]: the order of a row; beyond low..high is strange;
               `edges` are the nine deciles of training, `shares` what lay between them (the first:
               what was not known), for `drift`
    heads      {head: {members: [{kind: "trees" | "linear", arrays: prefix, weight}],
                       slope, intercept, link}}; link: "logistic" | "identity" | "exp" |
               "expm1" | "hazard" (the chance of a log cumulative hazard)
               a head's score is intercept + slope * sum(weight * member), its value link(score)
    interval   {"kind": "table", score, low, high}: Venn-Abers by score of the head "risk"; or
               {"kind": "conformal", below, above, space, by, groups}: added below "low" and above
               "high", after the link, or before it where space is "score"; by names a feature, and
               groups {its value: {below, above}} hold the share within each kind (Mondrian)
    limits     needed [[key, …], …]: of each list one must be known, else it abstains
               ranges {key: [low, high]}: beyond, it abstains; strange: more features than this
               beyond their low..high, it abstains; never below 0 for quantities
    golden     rows with what training predicted for them, to be found again
    facts      whatever else one model needs (thresholds, tables of categories)

**A row** is a float array in the order of `features`; what is not known is NaN.

    model = open_model("icu_death")
    told = model.predict(rows)      # arrays: value, low, high, abstained
    model.needs(row)                # why it abstains: what is missing, what lies outside
    model.explain(row)              # base and one term for each feature; their sum is the score

The terms are exact Shapley values of the trees (path dependent), so base + sum(terms) is the score
(log-odds for a probability) before the link, calibration included.

**A predictor** (`predictors.PREDICTORS`, by name) adds how a file is read: `read(path)` yields
batches of ids and rows, which `asklepion twin predict` and `bench` consume. Features are written
once, in a folder of their own beside this (`icu`, `sepsis`), and used by training and prediction.
"""

from .artefacts import Artefact, artefact_names, find_artefact
from .curves import Curve, curve
from .drift import MUCH, SOME, drift
from .model import Explained, Learned, Predicted, Term, open_model
from .predictors import PREDICTORS as BY_HOUR
from .predictors import Batch, Predictor
from .tabular import TABULAR
from .treatment import Compared, Tier, compare

PREDICTORS = {**BY_HOUR, **{each.name: each for each in TABULAR}}

__all__ = [
    "MUCH",
    "PREDICTORS",
    "SOME",
    "Artefact",
    "Batch",
    "Compared",
    "Curve",
    "Explained",
    "Learned",
    "Predicted",
    "Predictor",
    "Term",
    "Tier",
    "artefact_names",
    "compare",
    "curve",
    "drift",
    "find_artefact",
    "open_model",
]
