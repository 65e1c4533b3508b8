"""What a patient says about her record, in plain parts; who stands in for her; emergencies."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import end_of

from ..model import Act, Because, Breaking, Choice, Label, Said
from ..service.books import CATEGORY_OF, code_of
from ..service.emergencies import Sought
from .asking import Asks, Here

router = APIRouter()

ACT_OF = {"access": Act.ACCESS, "correct": Act.CORRECT, "decide": Act.DECIDE}
Body = TypeVar("Body", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChoiceIn(_Strict):
    """A choice as it is sent; what is left out means everything."""

    effect: str = "permit"
    actors: list[str] = []
    categories: list[str] = []
    labels: list[str] = []
    things: list[str] = []
    authors: list[str] = []
    made_from: str = ""
    made_until: str = ""
    purposes: list[str] = []
    until: datetime | None = None
    acts: list[str] = ["access"]
    but: list[str] = []
    but_emergency: bool = False

    def read(self) -> Choice:
        """The choice it is.

        Raises:
            Incorrect: a word is unknown.
        """
        if self.effect not in ("permit", "deny"):
            raise Incorrect("The effect is unknown.", hint="Say permit or deny.")
        return Choice(
            is_denial=self.effect == "deny",
            actors=tuple(self.actors),
            categories=frozenset(_known(self.categories, CATEGORY_OF, "category")),
            labels=frozenset(_known(self.labels, Label.__members__, "label")),
            things=tuple(self.things),
            authors=tuple(self.authors),
            made_from=self.made_from,
            made_until=self.made_until,
            purposes=tuple(self.purposes),
            end=end_of(self.until) if self.until else None,
            acts=Act(sum(set(_known(self.acts, ACT_OF, "act")))),
            but=tuple(self.but),
            but_emergency=self.but_emergency,
        )


def _known(words: list[str], known: Any, what: str) -> list[Any]:
    try:
        return [known[word] for word in words]
    except KeyError as error:
        raise Incorrect(f"A {what} is unknown.", hint=f"Known: {', '.join(known)}.") from error


async def _read(request: Request, kind: type[Body]) -> Body:
    try:
        return kind.model_validate_json(await request.body())
    except ValueError as error:  # what was sent is not repeated
        names = ", ".join(kind.model_fields)
        raise Incorrect("The body cannot be read.", hint=f"Send JSON with {names}.") from error


# What she says


@router.get("/patients/{id}/choices")
async def choices(id: str, asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Everything the patient ever said, newest first; for her, and who decides in her place."""
    return [_said(each) for each in await records.consents.said(asks, f"Patient/{id}")]


@router.post("/patients/{id}/choices", status_code=201)
async def choose(id: str, asks: Asks, records: Here, request: Request) -> dict[str, str]:
    """Say who may see what, who may not, or who may stand in for her; ends by `DELETE`."""
    choice = (await _read(request, ChoiceIn)).read()
    kept = await records.consents.say(asks, f"Patient/{id}", choice)
    return {"consent": kept.id}


def _said(said: Said) -> dict[str, Any]:
    told: dict[str, Any] = {
        "consent": said.consent,
        "version": said.version,
        "at": to_iso(said.at),
        "stands": said.stands,
        "choice": choice_json(said.choice),
    }
    return told


def choice_json(choice: Choice | None) -> dict[str, Any] | None:
    """A choice as it is told; nothing where it says more than plain parts can."""
    if choice is None:
        return None
    return {
        "effect": "deny" if choice.is_denial else "permit",
        "actors": choice.actors,
        "categories": [code_of(each) for each in sorted(choice.categories)],
        "labels": [each.name for each in sorted(choice.labels)],
        "things": choice.things,
        "authors": choice.authors,
        "made_from": choice.made_from,
        "made_until": choice.made_until,
        "purposes": choice.purposes,
        "from": to_iso(choice.start) if choice.start else None,
        "until": to_iso(choice.end) if choice.end else None,
        "visit": choice.visit or None,
        "acts": _acts(choice.acts),
        "but": choice.but,
        "but_emergency": choice.but_emergency,
    }


def _acts(acts: Act) -> list[str]:
    return [name for name, act in ACT_OF.items() if act & acts]


@router.get("/patients/{id}/sensitive")
async def sensitive(id: str, asks: Asks, records: Here) -> dict[str, int]:
    """How many of her facts are delicate about what, by HL7's sensitivity codes."""
    return await records.consents.sensitive(asks, f"Patient/{id}")


@router.get("/patients/{id}/preview")
async def preview(
    id: str,
    asks: Asks,
    records: Here,
    actor: Annotated[str, Query(max_length=200)],
    purpose: Annotated[str, Query(max_length=64)] = "TREAT",
) -> dict[str, dict[str, int]]:
    """What somebody would see of her now: for each category how many, and out of how many."""
    counts = await records.consents.preview(asks, f"Patient/{id}", actor, purpose)
    return {name: {"seen": seen, "of": whole} for name, (seen, whole) in counts.items()}


@router.get("/represented")
async def represented(asks: Asks, records: Here) -> dict[str, list[str]]:
    """The patients in whose place the caller may do something, and what."""
    found = await records.consents.represents(asks)
    return {patient: _acts(acts) for patient, acts in found.items()}


@router.get("/why")
async def why(
    asks: Asks, records: Here, reference: Annotated[str, Query(max_length=200)]
) -> dict[str, Any]:
    """Why something is shown to the caller; to her who decides, also to whom else and why."""
    told = await records.explain(asks, reference)
    return {
        "because": [_because(each) for each in told.because],
        "others": [{"actor": actor} | _because(each) for actor, each in told.others],
    }


def _because(because: Because) -> dict[str, Any]:
    return asdict(because) | {"until": to_iso(because.until) if because.until else None}


# Emergencies


class BreakIn(_Strict):
    """A broken glass as it is asked for: whom, why, for how long."""

    patient: str
    reason: str
    minutes: int = 60


class SoughtIn(_Strict):
    """Whom somebody looks for."""

    id: str = ""
    identifier: str = ""
    family: str = ""
    given: str = ""
    born: str = ""


class JudgementIn(_Strict):
    """Whether it was justified, and why."""

    justified: bool
    remark: str


@router.post("/emergencies/find")
async def find_patient(asks: Asks, records: Here, request: Request) -> dict[str, str]:
    """Whom what is known of somebody fits, if that is exactly one; written down."""
    sought = await _read(request, SoughtIn)
    return {"patient": await records.emergencies.find(asks, Sought(**sought.model_dump()))}


@router.post("/emergencies", status_code=201)
async def break_glass(asks: Asks, records: Here, request: Request) -> dict[str, Any]:
    """Look where nothing was allowed, because it cannot wait; the patient is told at once.

    From now on what is asked with `X-Purpose-Of-Use: BTG` is open, until it is over.
    """
    body = await _read(request, BreakIn)
    lasting = timedelta(minutes=max(0, min(body.minutes, 100_000)))
    return _breaking(await records.emergencies.open(asks, body.patient, body.reason, lasting))


@router.get("/emergencies/mine")
async def my_emergencies(asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Those that the caller opened and that go on."""
    return [_breaking(each) for each in await records.emergencies.mine(asks)]


@router.get("/emergencies")
async def emergencies(
    asks: Asks,
    records: Here,
    state: str = "open",
    before: Annotated[str | None, Query(max_length=64)] = None,
    count: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:
    """Those that wait for a judgement, or have it; for operators."""
    found = await records.emergencies.to_judge(asks, state=state, before=before, count=count)
    return [_breaking(each) for each in found]


@router.delete("/emergencies/{id}", status_code=204, response_model=None)
async def end_emergency(id: str, asks: Asks, records: Here) -> Response:
    """End one before its time; by who opened it, the patient, or an operator."""
    await records.emergencies.end(asks, id)
    return Response(status_code=204)


@router.post("/emergencies/{id}/judgement")
async def judge(id: str, asks: Asks, records: Here, request: Request) -> dict[str, Any]:
    """Say whether it was justified; by an operator. The patient reads it."""
    body = await _read(request, JudgementIn)
    judged = await records.emergencies.judge(
        asks, id, is_justified=body.justified, remark=body.remark
    )
    return _breaking(judged)


@router.get("/patients/{id}/emergencies")
async def emergencies_of(id: str, asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Every time somebody broke the glass, and what was said of it; for the patient."""
    return [_breaking(each) for each in await records.emergencies.of_patient(asks, f"Patient/{id}")]


def _breaking(made: Breaking) -> dict[str, Any]:
    told = asdict(made)
    for name in ("at", "until", "reviewed_at"):
        told[name] = to_iso(told[name]) if told[name] else None
    return told
