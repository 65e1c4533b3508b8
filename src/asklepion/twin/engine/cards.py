"""What every card is made of: its inputs as they were found, and what it still needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import to_iso

from ..model import Cannot, Need, Why
from ..wire import Card, Input, Interval, Missing, Source, Text
from .chart import Chart, Reading
from .codes import PREGNANCY

LABEL = "twin.input."
WHY = "twin.input.why."
VALUE = "twin.input.value."
CHANGE_KEY = "twin.card.change.association"
OLD = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Known:
    """One input as it was found, or why it cannot be used.

    Args:
        value: to compute with; nothing if it may not be used.
        seen: to show, even where it may not be used.
    """

    key: str
    value: float | bool | str | None = None
    seen: float | bool | str | None = None
    unit: str = ""
    at: datetime | None = None
    reference: str | None = None
    why: Why = Why.MISSING


def found(reading: Reading) -> Known:
    """An input that can be used."""
    return Known(
        key=reading.key,
        value=reading.value,
        seen=reading.value,
        unit=reading.unit,
        at=reading.at,
        reference=reading.reference,
    )


def look_up(chart: Chart, key: str, *, since: datetime | None = None) -> Known:
    """The newest reading of one input, or why there is none that will do."""
    if key in chart.hidden:
        return Known(key=key, why=Why.NOT_ALLOWED)
    newest = chart.latest(key)
    if newest is None:
        return Known(key=key, why=Why.UNIT if key in chart.unreadable else Why.MISSING)
    if since and newest.at < since:
        return Known(
            key=key,
            seen=newest.value,
            unit=newest.unit,
            at=newest.at,
            reference=newest.reference,
            why=Why.TOO_OLD,
        )
    return found(newest)


def stated(chart: Chart, key: str, value: float | bool | str | None, unit: str = "") -> Known:
    """An input that was not measured but is known otherwise, such as an age or a diagnosis."""
    if key in chart.hidden:
        return Known(key=key, why=Why.NOT_ALLOWED)
    if value is False and key in chart.unread:
        return Known(key=key, why=Why.UNREAD)
    return Known(key=key, value=value, seen=value, unit=unit)


def number(known: Known) -> float | None:
    """The value of a measured input, to compute with."""
    value = known.value
    return value if isinstance(value, float | int) and not isinstance(value, bool) else None


def answer(known: Known) -> bool | None:
    """The value of a yes or no, to compute with."""
    return known.value if isinstance(known.value, bool) else None


def as_inputs(
    inputs: Iterable[Known], cannot: Cannot | None = None, points: Mapping[str, int] | None = None
) -> list[Input]:
    """Inputs as a card shows them."""
    lacking = {need.key for need in cannot.needs} if cannot else set[str]()
    return [
        Input(
            key=known.key,
            label_key=LABEL + known.key,
            value=known.seen,
            value_key=_value_key(known.key, known.seen),
            unit=known.unit,
            at=iso(known.at),
            reference=known.reference,
            missing=known.key in lacking or known.value is None,
            points=(points or {}).get(known.key),
        )
        for known in inputs
    ]


def as_missing(cannot: Cannot, inputs: Iterable[Known]) -> list[Missing]:
    """What a card needs, each with the reason why what is there will not do."""
    reasons = {known.key: known.why for known in inputs if known.value is None}
    return [_missing(need, reasons.get(need.key, need.why)) for need in cannot.needs]


def _missing(need: Need, why: Why) -> Missing:
    why = why if need.why is Why.MISSING else need.why
    return Missing(
        key=need.key,
        label_key=LABEL + need.key,
        why_key=WHY + why,
        low=need.low,
        high=need.high,
        unit=need.unit,
    )


def _value_key(key: str, value: object) -> str:
    if isinstance(value, bool):
        return VALUE + ("yes" if value else "no")
    return f"{VALUE}{key}.{value.lower()}" if isinstance(value, str) else ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is the same on every card of one kind."""

    id: str
    unit: str
    digits: int
    horizon: Text
    source: Source

    def refuse(self, cannot: Cannot, inputs: Iterable[Known], limits: list[Text]) -> Card:
        """The card of something that cannot be told: no number, and all that is needed."""
        inputs = tuple(inputs)
        return self._card(
            state="cannot",
            inputs=as_inputs(inputs, cannot),
            missing=as_missing(cannot, inputs),
            limits=limits,
        )

    def compute(self, value: float, interval: Interval, **rest: Any) -> Card:
        """The card of a number, with everything that belongs to it."""
        return self._card(state="computed", value=value, interval=interval, **rest)

    def _card(self, **fields: Any) -> Card:
        blank: dict[str, Any] = {
            "value": None,
            "interval": None,
            "band": None,
            "parts": [],
            "missing": [],
            "would_change": [],
            "as_of": None,
            "version": "",
        }
        return Card(
            id=self.id,
            title_key=f"twin.card.{self.id}.title",
            about_key=f"twin.card.{self.id}.about",
            unit=self.unit,
            digits=self.digits,
            horizon=self.horizon,
            source=self.source,
            change_key=CHANGE_KEY,
            **(blank | fields),
        )


def exclusions(chart: Chart) -> list[Need]:
    """Why this person may be someone whom no equation here is for."""
    needs = [Need(key="deceased", why=Why.EXCLUDED)] if chart.person.is_dead else []
    if any(PREGNANCY.holds(c.codings, c.text) for c in chart.conditions if c.is_active):
        needs.append(Need(key="pregnancy", why=Why.EXCLUDED))
    return needs


def limit_pregnancy(chart: Chart) -> list[Text]:
    """That nobody here knows of a pregnancy, where that is so."""
    unknown = chart.hidden | chart.unread
    return [limit("pregnancy_unknown")] if "pregnancy" in unknown else []


def with_exclusions(result: object, needs: list[Need]) -> Cannot | None:
    """Everything that stands in the way: what the equation said, and who it is not for."""
    told = result.needs if isinstance(result, Cannot) else ()
    return Cannot((*told, *needs)) if told or needs else None


def limit(name: str, **params: str | float) -> Text:
    """One limit of a card."""
    return Text(key=f"twin.limit.{name}", params=params)


def iso(at: datetime | None) -> str | None:
    """A moment as it travels."""
    return None if at is None else to_iso(at)


def limit_old(as_of: datetime | None, now: datetime) -> list[Text]:
    """That the inputs are old, where they are."""
    if as_of is None or now - as_of <= OLD:
        return []
    return [limit("old", at=as_of.date().isoformat())]
