import json
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.identity import STRANGER, AccountClosed, Caller, Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.errors import Forbidden, Unauthenticated
from asklepion.records import Asking, Ground
from asklepion.world import MIGRATIONS, Looks, World
from asklepion.world.model import Age, BodyShape, Cover, Look, Top, look_for, read_look
from asklepion.world.service.looks import default_look
from asklepion.world.wire import Enter, Kind, control
from tests.conftest import People
from tests.world.grounds import yard

GOLDEN = json.loads((Path(__file__).parent / "golden_looks.json").read_text())
ADA = Caller(account="account-ada", name="Ada", person="Patient/ada")
DOC = Caller(account="account-doc", name="Doc", roles=frozenset({Role.CLINICIAN}))

looks = st.builds(
    Look,
    shape=st.sampled_from(BodyShape),
    top=st.sampled_from(Top),
    cover=st.sampled_from(Cover),
    age=st.sampled_from(Age),
    skin=st.integers(0, 11),
    hair_colour=st.integers(0, 9),
    top_colour=st.integers(0, 15),
    glasses=st.booleans(),
    wheelchair=st.booleans(),
)


@pytest.fixture
async def db(tmp_path: Path, clock: StoppedClock) -> AsyncGenerator[Database]:
    made = connect_database(f"sqlite:///{tmp_path}/looks.sqlite")
    await made.migrate({"world": MIGRATIONS}, tmp_path, clock)
    yield made
    await made.close()


@pytest.fixture
def wardrobe(db: Database) -> Looks:
    return Looks(db)


def in_coat(look: Look) -> Look:
    return msgspec.structs.replace(look, top=Top.COAT)


@given(looks)
def test_a_look_comes_back_from_its_text(look: Look) -> None:
    assert read_look(look.code) == look


@pytest.mark.parametrize("told", GOLDEN, ids=lambda told: str(told["code"]))
def test_looks_are_the_same_text_in_python_and_in_the_browser(told: dict[str, object]) -> None:
    look = msgspec.convert(told["look"], Look)

    assert look.code == told["code"]
    assert read_look(look.code) == look


@pytest.mark.parametrize(
    "code", ["", "1", "2" + "0" * 19, "1" + "z" * 19, "1" + "0" * 20, "1é" * 10]
)
def test_what_is_no_look_is_read_as_none(code: str) -> None:
    assert read_look(code) is None


def test_nobody_looks_like_another_by_accident() -> None:
    codes = {look_for(f"account-{n}", is_clinician=False).code for n in range(2000)}

    assert len(codes) == 2000


def test_nobody_is_a_believer_a_child_or_a_doctor_by_accident() -> None:
    for n in range(500):
        look = look_for(f"account-{n}", is_clinician=False)
        assert look.cover is Cover.NONE
        assert look.age is not Age.CHILD
        assert not look.is_clinical
        assert not look.wheelchair
        assert not look.hearing_aids


async def test_one_looks_the_same_until_one_chooses(wardrobe: Looks) -> None:
    first = await wardrobe.read(ADA)
    assert first == await wardrobe.read(ADA) == default_look(ADA)

    chosen = msgspec.structs.replace(first, cover=Cover.HIJAB, glasses=True)
    await wardrobe.choose(ADA, chosen)

    assert await wardrobe.read(ADA) == chosen
    assert await wardrobe.reset(ADA) == await wardrobe.read(ADA) == first


async def test_only_clinicians_wear_the_white_coat(wardrobe: Looks) -> None:
    with pytest.raises(Forbidden, match="Only clinicians"):
        await wardrobe.choose(ADA, in_coat(default_look(ADA)))

    assert (await wardrobe.choose(DOC, in_coat(default_look(DOC)))).is_clinical
    assert default_look(DOC).is_clinical


async def test_who_is_no_clinician_any_more_is_seen_in_a_shirt(wardrobe: Looks) -> None:
    await wardrobe.choose(DOC, in_coat(default_look(DOC)))

    seen = await wardrobe.read(Caller(account=DOC.account, name="Doc"))

    assert seen.top is Top.SHIRT


async def test_strangers_have_no_look(wardrobe: Looks) -> None:
    with pytest.raises(Unauthenticated):
        await wardrobe.read(STRANGER)
    with pytest.raises(Unauthenticated):
        await wardrobe.choose(STRANGER, default_look(ADA))
    with pytest.raises(Unauthenticated):
        await wardrobe.reset(STRANGER)


async def test_a_look_goes_with_the_patient_and_with_the_account(
    wardrobe: Looks, db: Database
) -> None:
    other = msgspec.structs.replace(default_look(ADA), glasses=True)
    await wardrobe.choose(ADA, other)
    await wardrobe.choose(DOC, in_coat(default_look(DOC)))

    async with db.begin() as tx:
        gone = await wardrobe.forget(tx, "Patient/ada")
    await wardrobe.hear_closed(AccountClosed(DOC.account, ""))

    assert gone.rows == {"world_look": 1}
    assert await wardrobe.read(ADA) == default_look(ADA)
    async with db.read() as tx:
        assert await tx.all("SELECT * FROM world_look") == []


async def test_a_look_follows_a_patient_whose_records_become_one(
    wardrobe: Looks, db: Database
) -> None:
    await wardrobe.choose(ADA, default_look(ADA))

    async with db.begin() as tx:
        assert await wardrobe.follow(tx, "Patient/ada", "Patient/ada-two", ["another"]) == []
        assert await wardrobe.follow(tx, "Patient/ada", "Patient/ada-two") == [ADA.account]
        assert (await wardrobe.forget(tx, "Patient/ada")).rows == {"world_look": 0}
        assert (await wardrobe.forget(tx, "Patient/ada-two")).rows == {"world_look": 1}


async def test_whoever_is_near_sees_at_once_that_somebody_changed(
    wardrobe: Looks, clock: StoppedClock
) -> None:
    world = World(clock=clock, places={"yard": yard()})
    wardrobe.when_changed(world.dress)
    doc, ada = world.open(DOC), world.open(ADA, look=(await wardrobe.read(ADA)).code)
    for visit in (doc, ada):
        await world.hear(visit, control(Enter(place="yard")))
    while doc.outbox.take():
        pass
    chosen = msgspec.structs.replace(default_look(ADA), wheelchair=True)

    await wardrobe.choose(ADA, chosen)

    frame = doc.outbox.take()
    assert frame
    assert frame[0] == Kind.CONTROL
    told = {"type": "dressed", "slot": ada.slot, "look": chosen.code}
    assert json.loads(frame[1:]) == told
    assert ada.person.look == chosen.code


async def test_nothing_is_left_of_the_look_of_somebody_who_is_erased(
    house: House, people: People
) -> None:
    for person in (people.patient, people.other_patient):
        worn = msgspec.structs.replace(await house.looks.read(person), wheelchair=True)
        await house.looks.choose(person, worn)
    console = Asking(caller=Identity.console())
    await house.records.update(console, {"resourceType": "Patient", "id": "p-1"})

    await house.records.erase(console, "Patient/p-1", Ground.WITHDRAWN)

    async with house.db.read() as tx:
        rows = await tx.all("SELECT account FROM world_look")
    assert [row[0] for row in rows] == [people.other_patient.account]


async def test_the_browser_is_told_what_is_no_look(patient: AsyncClient) -> None:
    look = (await patient.get("/api/world/look")).json()

    for wrong in (b"", b"[]", b'{"shape": "round"}', json.dumps(look | {"skin": 12}).encode()):
        refused = await patient.put("/api/world/look", content=wrong)
        assert refused.status_code == 400, wrong
    coat = await patient.put("/api/world/look", content=json.dumps(look | {"top": "coat"}))
    assert coat.status_code == 403
    chosen = look | {"glasses": not look["glasses"]}
    assert (await patient.put("/api/world/look", content=json.dumps(chosen))).json() == chosen
    assert (await patient.delete("/api/world/look")).json() == look
