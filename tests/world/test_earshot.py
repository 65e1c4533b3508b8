"""How far captions go: no farther than the voice may."""

import pytest

from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.world import World
from asklepion.world.model import Circle, Spot, Ties
from asklepion.world.service import Visit
from asklepion.world.wire import Enter, LetCaption, ReadCaptions
from tests.world.grounds import Time, yard
from tests.world.test_asides import do, heard
from tests.world.test_captions import read, words


@pytest.fixture
def field(clock: StoppedClock) -> World:
    place = yard(capacity=40, is_child_safe=True, bounds=(Circle(center=(0.0, 0.0), radius=99.0),))
    return World(clock=clock, tell_time=Time(), places={"yard": place})


async def standing(world: World, name: str, x: float) -> Visit:
    """Come in, read captions, and stand there."""
    caller = Caller(account=f"account-{name}", name=name)
    visit = world.open(caller)
    await do(world, visit, Enter(place="yard"))
    await do(world, visit, ReadCaptions(is_on=True))
    put(visit, x)
    heard(visit)
    return visit


def put(visit: Visit, x: float) -> None:
    assert visit.gathering
    visit.gathering.hall.put(visit.slot, Spot(position=(x, 0.0, 0.0)))


async def test_in_a_crowd_words_go_no_farther_than_a_voice_may(field: World) -> None:
    ada = await standing(field, "ada", 0)
    crowd = [await standing(field, f"near-{n}", 1) for n in range(8)]
    far = await standing(field, "far", 17)

    await do(field, ada, words("to those near me"))
    assert read(far) == []
    assert [read(one) for one in [ada, *crowd]] == [["to those near me"]] * 9
    assert far.gathering
    assert far.gathering.ring.parts(field.time(), far.account).keys() == set()
    put(far, 15)  # who heard her at 12 m does until 16 m, but for eight who stand far nearer
    await do(field, ada, words("and to you", 2))
    assert read(far) == ["and to you"]
    for one in crowd:
        put(one, 14)
    await do(field, ada, words("who stands before you?", 3))

    assert read(far) == []


async def test_where_few_are_words_reach_everybody_and_on_stage_too(field: World) -> None:
    ada = await standing(field, "ada", 0)
    far = await standing(field, "far", 50)
    for n in range(7):
        await standing(field, f"near-{n}", 1)

    await do(field, ada, words("nine of us"))
    assert read(far) == ["nine of us"]
    await standing(field, "tenth", 1)
    assert far.gathering
    far.gathering.is_stage, ada.is_host = True, True
    await do(field, ada, words("from the stage", 2))

    assert read(far) == ["from the stage"]


async def test_who_is_gone_to_a_reader_stands_before_nobody(field: World) -> None:
    ada = await standing(field, "ada", 0)
    far = await standing(field, "far", 10)
    others = [await standing(field, f"near-{n}", 10) for n in range(8)]
    await do(field, ada, words("too many stand before me"))
    assert read(far) == []
    field.ties.block(far.account, others[0].account)
    field.look_again(far.account, others[0].account)

    await do(field, ada, words("one less", 2))

    assert read(far) == ["one less"]


async def test_who_types_for_another_reads_what_they_typed_from_wherever_they_stand(
    field: World,
) -> None:
    ada = await standing(field, "ada", 0)
    for n in range(8):
        await standing(field, f"near-{n}", 1)
    typist = await standing(field, "typist", 50)
    await do(field, ada, LetCaption(to=typist.slot, may=True))

    await do(field, typist, words("she says that", of=ada.slot))

    assert read(ada) == read(typist) == ["she says that"]


async def test_unfinished_words_are_asked_about_for_those_who_read_and_nobody_else(
    field: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo = await standing(field, "ada", 0), await standing(field, "bo", 1)
    quiet = [await standing(field, f"quiet-{n}", 1) for n in range(20)]
    for one in quiet:
        await do(field, one, ReadCaptions(is_on=False))
    asked: set[str] = set()
    are_apart = Ties.are_apart

    def note(ties: Ties, one: str, other: str) -> bool:
        asked.update((one, other))
        return are_apart(ties, one, other)

    monkeypatch.setattr(Ties, "are_apart", note)

    await do(field, ada, words("so it", is_final=False))

    assert asked <= {ada.account, bo.account}
    assert read(bo) == ["so it"]
