"""The card of readmission: of the latest stay in hospital, while its thirty days still run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ..model import Cannot, Need, Why
from ..wire import Card, Source, Text
from .card_learned import Asked, learned_card
from .cards import Frame, Known, exclusions, limit, stated
from .chart import Chart
from .fhir import Resource, inner, read_moment
from .learned import artefact_names, readmission
from .learned.from_record import latest_stay, read_stays, stay_row
from .learned.model import open_model
from .learned.tables import Row

THIRTY_DAYS = timedelta(days=30)
FRAME = Frame(
    id=readmission.NAME,
    unit="%",
    digits=0,
    horizon=Text(key="twin.card.horizon.after_discharge", params={"days": 30}),
    source=Source(
        citation="Strack B, et al. Biomed Res Int 2014:781670 (data)",
        url="https://doi.org/10.1155/2014/781670",
    ),
)
# What a need and a feature are called on the card.
NEED_OF = {
    "hospital_stay": "hospital_stay",
    "time_in_hospital": "hospital_days",
    "number_inpatient": "hospital_before",
    "diag_1": "hospital_diagnoses",
    "diabetes": "dm",
    "not_coming_back": "hospital_way",
}
INPUT_KEYS = frozenset(
    {
        *("hospital_stay", "hospital_days", "hospital_before", "hospital_diagnoses"),
        *("hospital_way", "hospital_care", "hospital_medicines", "hospital_department"),
    }
)
BEGINNINGS: Mapping[str, str] = {
    **dict.fromkeys(("time_in",), "hospital_days"),
    **dict.fromkeys(
        ("number_inp", "number_em", "number_out", "visits", "acute"), "hospital_before"
    ),
    **dict.fromkeys(("number_diag", "first_", "any_", "ill_", "diabetes_"), "hospital_diagnoses"),
    **dict.fromkeys(("rate_first", "rate_second", "rate_third"), "hospital_diagnoses"),
    **dict.fromkeys(("num_lab", "num_proc", "labs_"), "hospital_care"),
    **dict.fromkeys(("num_med", "medications_", "drug"), "hospital_medicines"),
    **dict.fromkeys(("admission_", "discharge_", "not_coming", "rate_left"), "hospital_way"),
    **dict.fromkeys(("rate_came",), "hospital_way"),
    **dict.fromkeys(("payer", "medical_", "rate_spec", "rate_payer"), "hospital_department"),
    **{"age": "age", "weight": "weight", "female": "sex", "hba1c": "hba1c", "glucose": "glucose"},
}


@dataclass(frozen=True, kw_only=True)
class Discharged:
    """What a record says of stays in hospital, up to now."""

    chart: Chart
    found: Mapping[str, Sequence[Resource]]
    now: datetime


def input_of(feature: str) -> str:
    """The input that a feature, or a need, belongs to."""
    if feature in NEED_OF:
        return NEED_OF[feature]
    return next(key for start, key in BEGINNINGS.items() if feature.startswith(start))


def readmission_cards(of: Discharged) -> list[Card]:
    """The card, where the model is here."""
    return [_card(of)] if FRAME.id in artefact_names() else []


def _card(of: Discharged) -> Card:
    limits = [limit("judgement"), limit("readmission.diabetes"), limit("readmission.usual")]
    stays = read_stays(of.chart.person, of.found, of.now)
    stay = latest_stay(stays.encounters)
    ended = read_moment(inner(stay or {}, "period").get("end"))
    model = open_model(FRAME.id)
    needs = [*_hidden(of.chart), *exclusions(of.chart)]
    inputs: list[Known] = []
    row = np.full(len(model.keys), np.nan)
    told = stay_row(stays)
    if isinstance(told, Cannot):
        known = {need.key for need in needs}
        needs += [each for each in map(_renamed, told.needs) if each.key not in known]
    elif ended is not None and of.now - ended > THIRTY_DAYS:
        needs.append(Need(key="hospital_stay", why=Why.TOO_OLD))
    else:
        inputs = _inputs(of.chart, told, stay, ended)
        whole = {**_usual(model.keys, model.edges), **told}
        row = readmission.matrix([whole], model.facts["tables"])[0]
    asked = Asked(
        row=row, inputs=inputs, needs=needs, limits=limits, input_of=input_of, as_of=ended
    )
    return learned_card(FRAME, model, asked)


def _renamed(need: Need) -> Need:
    return Need(key=input_of(need.key), why=need.why, low=need.low, high=need.high, unit=need.unit)


def _hidden(chart: Chart) -> list[Need]:
    """What may not be seen, in whole or in part: then nothing is counted."""
    wanted = ("age", "hospital_stay", "dm")
    hidden = [Need(key=key, why=Why.NOT_ALLOWED) for key in wanted if key in chart.hidden]
    if "hospital_stay" in chart.unread:
        hidden.append(Need(key="hospital_before", why=Why.UNREAD))
    return hidden


def _usual(keys: Sequence[str], edges: Sequence[Sequence[float]]) -> Row:
    """What was done and given in most stays: counts that the record may not tell."""
    return {
        key: str(edges[keys.index(key)][4])
        for key in ("num_lab_procedures", "num_procedures", "num_medications")
    }


def _inputs(chart: Chart, row: Row, stay: Resource | None, ended: datetime | None) -> list[Known]:
    reference = f"Encounter/{stay['id']}" if stay else None
    days = float(row["time_in_hospital"])
    before = sum(float(row[f"number_{way}"]) for way in ("inpatient", "emergency", "outpatient"))
    count = float(row["number_diagnoses"])
    age = chart.person.age_at(ended) if ended else None
    return [
        stated(chart, "age", age, "a"),
        Known(key="hospital_days", value=days, seen=days, unit="d", at=ended, reference=reference),
        Known(key="hospital_before", value=before, seen=before, unit="1"),
        Known(key="hospital_diagnoses", value=count, seen=count, unit="1"),
    ]
