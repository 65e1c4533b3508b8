"""The card of a learned model: its prediction with interval, reasons, limits, or its needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..model import Cannot, Need
from ..wire import Card, Interval, Reason, Text
from .cards import LABEL, Frame, Known, as_inputs, iso, limit
from .learned.model import Floats, Learned

NAMED = 6  # reasons by name
PER_CENT = 100


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a model is asked about one person.

    Args:
        row: her features, in the model's order.
        inputs: what of the record went into it, as the card shows it.
        needs: what stands in the way, besides what the model itself needs.
        input_of: the input that a feature belongs to, as the catalogues name it.
    """

    row: Floats
    inputs: Sequence[Known]
    needs: Sequence[Need]
    limits: Sequence[Text]
    input_of: Callable[[str], str]
    as_of: datetime | None
    params: Mapping[str, str | float] = field(default_factory=dict[str, str | float])


def learned_card(frame: Frame, model: Learned, asked: Asked) -> Card:
    """Predict for one person, or say what is missing."""
    needs = list(asked.needs)
    if not needs:
        told = {asked.input_of(need.key): need for need in model.needs(asked.row)}
        needs = [Need(key=key, why=need.why) for key, need in told.items()]
    limits = [*asked.limits, figure_limit(model)]
    if needs:
        return frame.refuse(Cannot(tuple(needs)), asked.inputs, limits)
    times = PER_CENT if model.kind == "probability" else 1
    told = model.predict(asked.row[None, :])
    return frame.compute(
        float(told.value[0]) * times,
        Interval(
            low=float(told.low[0]) * times,
            high=float(told.high[0]) * times,
            meaning_key="twin.card.interval."
            + ("venn_abers" if model.kind == "probability" else "conformal"),
        ),
        inputs=as_inputs(asked.inputs),
        limits=limits,
        as_of=iso(asked.as_of),
        reasons=reasons(model, asked),
        version=model.version,
    )


def reasons(model: Learned, asked: Asked) -> list[Reason]:
    """What each input adds, the weightiest by name; they sum to the score."""
    explained = model.explain(asked.row)
    by_input: dict[str, float] = {}
    for term in explained.terms:
        key = asked.input_of(term.key)
        by_input[key] = by_input.get(key, 0.0) + term.adds
    named = sorted(by_input.items(), key=lambda item: -abs(item[1]))
    rest = sum(adds for _, adds in named[NAMED:])
    told = [("average", explained.base), *named[:NAMED], ("others", rest)]
    return [Reason(key=key, label_key=LABEL + key, adds=adds) for key, adds in told]


def figure_limit(model: Learned) -> Text:
    """How right the model was on people it had not seen, from its own card."""
    name = "auroc" if model.kind == "probability" else "mean_absolute_error_d"
    figure = model.card["figures"][name]
    params: dict[str, str | float] = {
        key: round(figure[key], 2) for key in ("value", "low", "high")
    }
    return limit(f"learned.{model.kind}", **params)
