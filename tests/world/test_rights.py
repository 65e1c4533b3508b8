"""Who may do what in a place, and who is gone to whom."""

import json
from typing import Any

import pytest

from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.world import Code, World
from asklepion.world.model import (
    USUAL,
    Access,
    Door,
    Followers,
    Part,
    Right,
    Self,
    Sign,
    Ties,
    part_of,
    rights_of,
)
from asklepion.world.service import Visit, load_places
from asklepion.world.service.rights import ALL, rights
from asklepion.world.wire import (
    Enter,
    Gesture,
    Kind,
    Motion,
    Phrase,
    Pose,
    Say,
    Signal,
    Utter,
    control,
    pose_frame,
    read_snapshot,
)
from tests.world.grounds import Time, yard

ADA = Caller(account="account-ada", name="Ada", roles=frozenset({Role.PATIENT}))
BO = Caller(account="account-bo", name="Bo", roles=frozenset({Role.PATIENT}))
CY = Caller(account="account-cy", name="Cy", roles=frozenset({Role.PATIENT}))
DOC = Caller(account="account-doc", name="Doc", roles=frozenset({Role.CLINICIAN}))
KEEPER = Caller(account="account-keeper", name="Keeper", roles=frozenset({Role.OPERATOR}))
GUEST = Caller(account="account-guest", name="Guest")
QUIET = {Part.MEMBER: (Right.ENTER,)}


def door(to: str) -> Door:
    return Door(id=to, to=to, position=(0.0, 0.0, -8.0), yaw=3.14159, label_key="world.place.x")


PLACES = {
    "yard": yard(doors=(door("hut"), door("yard"))),
    "hut": yard(id="hut", sign=Sign.COUNT, hosts=(Role.CLINICIAN,), is_child_safe=True),
    "hall": yard(id="hall", rights=QUIET),
    "lock": yard(id="lock", rights={Part.GUEST: ()}),
    "den": yard(id="den", access=Access.OWNER),
}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ties() -> Ties:
    return Ties()


@pytest.fixture
def world(clock: StoppedClock, time: Time, ties: Ties) -> World:
    return World(clock=clock, tell_time=time, places=PLACES, ties=ties)


def frames(visit: Visit) -> list[bytes]:
    found: list[bytes] = []
    while (frame := visit.outbox.take()) is not None:
        found.append(frame)
    return found


def words(found: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(frame[1:]) for frame in found if frame[0] == Kind.CONTROL]


def told(visit: Visit, kind: str) -> list[dict[str, Any]]:
    return [message for message in words(frames(visit)) if message["type"] == kind]


async def come(world: World, caller: Caller, place: str) -> Visit:
    visit = world.open(caller)
    await world.hear(visit, control(Enter(place=place)))
    return visit


# --- rights


def test_at_home_one_is_the_owner_and_in_the_hut_the_clinician_is_the_host() -> None:
    assert part_of(PLACES["den"], GUEST) is Part.OWNER
    assert part_of(PLACES["hut"], DOC) is Part.HOST
    assert part_of(PLACES["yard"], DOC) is Part.MEMBER
    assert part_of(PLACES["yard"], GUEST) is Part.GUEST


def test_an_operator_keeps_order_wherever_everybody_may_go_and_nowhere_else() -> None:
    places = load_places()

    assert part_of(places["plaza"], KEEPER) is Part.HOST
    assert part_of(places["consulting-room-1"], KEEPER) is Part.MEMBER
    assert part_of(places["consulting-room-1"], DOC) is Part.HOST
    assert part_of(places["clinic"], DOC) is Part.HOST


def test_no_file_shuts_an_operator_out_or_takes_the_order_of_a_place_from_them() -> None:
    nothing: dict[Part, tuple[Right, ...]] = dict.fromkeys(Part, ())
    listed = yard(access=Access.GUARDED, visitors=(Role.PATIENT,), rights=nothing)

    assert rights_of(yard(rights=nothing), KEEPER) == frozenset(Right)
    assert rights_of(listed, KEEPER) == frozenset(Right) - {Right.PHOTO}
    assert part_of(listed, KEEPER) is Part.HOST
    assert rights_of(yard(access=Access.GUARDED, rights=nothing), KEEPER) == frozenset()
    assert rights_of(yard(rights=nothing), ADA) == frozenset()


def test_the_file_of_a_place_says_what_differs_from_the_usual() -> None:
    assert rights_of(PLACES["yard"], ADA) == USUAL[Part.MEMBER]
    assert Right.MODERATE not in USUAL[Part.MEMBER]
    assert rights_of(PLACES["hall"], ADA) == {Right.ENTER}
    assert rights_of(PLACES["hall"], KEEPER) == USUAL[Part.HOST]


def test_where_a_list_of_roles_is_let_in_the_file_says_who_may_touch_things() -> None:
    listed = yard(access=Access.GUARDED, visitors=(Role.PATIENT,), rights=QUIET)
    by_name = yard(access=Access.GUARDED, rights=QUIET)

    assert rights(listed, ADA) == frozenset()
    assert rights(listed, ADA, ADA.account) == ALL
    assert rights(by_name, ADA) == ALL


async def test_every_message_is_held_against_the_rights_of_its_sender(world: World) -> None:
    ada, keeper = await come(world, ADA, "hall"), await come(world, KEEPER, "hall")
    frames(ada)
    frames(keeper)

    for message in (Say(text="x"), Utter(phrase=Phrase.HELLO), Signal(to=keeper.slot, data="x")):
        await world.hear(ada, control(message))

    assert [m["code"] for m in told(ada, "refused")] == [Code.FORBIDDEN] * 3
    assert words(frames(keeper)) == []
    await world.hear(keeper, control(Say(text="Welcome.")))
    assert [m["text"] for m in told(ada, "said")] == ["Welcome."]


async def test_who_may_share_nothing_shows_no_screen_but_watches_and_talks(world: World) -> None:
    guest, ada = await come(world, GUEST, "yard"), await come(world, ADA, "yard")
    frames(guest)
    frames(ada)

    for data in ('{"showing":{"bye":true}}', '{"watching":{"bye":true}}', '{"hello":true}'):
        await world.hear(guest, control(Signal(to=ada.slot, data=data)))
    await world.hear(ada, control(Signal(to=guest.slot, data='{"showing":{"bye":true}}')))

    assert [m["code"] for m in told(guest, "refused")] == [Code.FORBIDDEN]
    assert [m["data"][2:7] for m in told(ada, "signalled")] == ["watch", "hello"]


async def test_whoever_may_not_enter_stays_outside(world: World) -> None:
    guest = await come(world, GUEST, "lock")

    assert [m["code"] for m in told(guest, "refused")] == [Code.FORBIDDEN]
    assert guest.gathering is None


async def test_whoever_comes_in_is_told_what_they_may_do(world: World) -> None:
    doc = await come(world, DOC, "hut")

    (standing,) = told(doc, "standing")
    assert (standing["part"], "moderate" in standing["rights"]) == ("host", True)


async def test_a_phrase_is_handed_on_as_what_it_means(world: World) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    frames(bo)

    await world.hear(ada, control(Utter(phrase=Phrase.THANKS)))

    (heard,) = told(bo, "uttered")
    assert (heard["slot"], heard["phrase"]) == (ada.slot, "thanks")


# --- apart


def slots_in(found: list[bytes]) -> set[int]:
    seen = [read_snapshot(frame).poses for frame in found if frame[0] == Kind.SNAPSHOT]
    return {slot for poses in seen for slot in poses}


async def move(world: World, visit: Visit, x: float, z: float) -> None:
    await world.hear(visit, pose_frame(Pose(position=(x, 0.0, z), yaw=visit.slot + 1.0)))


async def act(world: World, visit: Visit, other: Visit) -> None:
    """Do everything that others may see or hear."""
    await move(world, visit, 0.4 * visit.slot, 1.0)
    world.tick()
    await world.hear(visit, control(Say(text="Hello there")))
    await world.hear(visit, control(Gesture(motion=Motion.HAND_UP)))
    await world.hear(visit, control(Signal(to=other.slot, data="offer")))


@pytest.mark.parametrize("first", [0, 1])
async def test_of_one_who_is_blocked_not_one_byte_arrives_either_way(
    world: World, ties: Ties, first: int
) -> None:
    ties.block(ADA.account, BO.account)
    one, other = [(ADA, BO), (BO, ADA)][first]
    a, b = await come(world, one, "yard"), await come(world, other, "yard")
    cy = await come(world, CY, "yard")

    await act(world, a, b)
    await act(world, b, a)
    for _ in range(17):
        world.tick()
    assert cy.gathering
    poses = read_snapshot(cy.gathering.hall.whole(cy.slot)).poses

    for mine, theirs in ((a, b), (b, a)):
        got = frames(mine)
        assert theirs.slot not in slots_in(got)
        assert cy.slot in slots_in(got)
        assert poses[theirs.slot] not in b"".join(got)
        assert theirs.name.encode() not in b"".join(got)
        assert theirs.who.encode() not in b"".join(got)
        refused = [m["code"] for m in words(got) if m["type"] == "refused"]
        assert refused == [Code.NOT_HERE]  # as if nobody had that slot
    everything = b"".join(frames(cy))
    assert poses[a.slot] in everything
    assert poses[b.slot] in everything


async def test_that_somebody_hidden_moves_does_not_even_show_by_a_frame(
    world: World, ties: Ties
) -> None:
    ties.block(ADA.account, BO.account)
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    for _ in range(20):
        world.tick()
    frames(ada)

    for step in range(3):  # of more, a slow reader is shown none
        await move(world, bo, 0.1 * step, 0.0)
        world.tick()

    assert frames(ada) == []


async def test_one_who_was_too_slow_is_shown_all_but_whom_they_may_not_see(
    world: World, ties: Ties
) -> None:
    ties.block(ADA.account, BO.account)
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    cy = await come(world, CY, "yard")
    frames(ada)
    for step in range(9):
        await move(world, cy, 0.1 * step, 0.0)
        world.tick()

    got: list[bytes] = []
    for _ in range(len(ada.outbox) + 1):
        if frame := await ada.next_frame():
            got.append(frame)

    assert slots_in(got) == {ada.slot, cy.slot}
    assert bo.slot not in slots_in(got)


async def test_signs_name_and_count_nobody_who_is_gone_to_whom_reads_them(
    world: World, ties: Ties
) -> None:
    ties.block(BO.account, ADA.account)
    await come(world, BO, "hut")
    ada, cy = await come(world, ADA, "yard"), await come(world, CY, "yard")

    for visit, count in ((ada, 0), (cy, 1)):
        (welcome,) = told(visit, "welcome")
        assert {s["place"]: s["count"] for s in welcome["signs"]}["hut"] == count
    card = {card.id: card.presence for card in world.list_places(ADA)}["hut"]
    assert card
    assert card.count == 0
    for _ in range(20):
        world.tick()
    frames(ada)
    world.shut(world.visit_here(BO.account) or ada)
    for _ in range(20):
        world.tick()
    assert told(ada, "signs") == []  # nothing changed for her


def test_where_both_wanted_it_one_change_of_mind_does_not_bring_them_together() -> None:
    ties = Ties()
    ties.block("a", "b")
    ties.block("b", "a")

    ties.unblock("a", "b")

    assert ties.are_apart("a", "b")
    ties.unblock("b", "a")
    assert not ties.are_apart("a", "b")


# --- room around one


async def test_a_stranger_comes_no_nearer_than_half_a_metre_to_one_who_wants_room(
    world: World, ties: Ties, time: Time
) -> None:
    ties.selves[ADA.account] = Self(bubble=True)
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    here = ada.gathering
    assert here
    x, z = (float(v[ada.slot]) for v in (here.hall.legs.x, here.hall.legs.z))
    await move(world, bo, x + 0.6, z)
    world.tick()

    await move(world, bo, x + 0.3, z)
    world.tick()

    assert told(bo, "moved")
    assert float(here.hall.legs.x[bo.slot]) == pytest.approx(x + 0.6, abs=0.01)
    ties.friends[(ADA.account, BO.account)] = ties.friends[(BO.account, ADA.account)] = False
    await move(world, bo, x + 0.3, z)
    world.tick()
    assert float(here.hall.legs.x[bo.slot]) == pytest.approx(x + 0.3, abs=0.01)


def test_a_child_has_room_around_it_unless_it_says_otherwise() -> None:
    assert Self(is_child=True).has_bubble
    assert not Self().has_bubble
    assert not Self(is_child=True, bubble=False).has_bubble


# --- children


async def test_a_child_meets_others_only_where_the_place_says_so(world: World, ties: Ties) -> None:
    ties.selves[ADA.account] = Self(is_child=True)

    ada = await come(world, ADA, "yard")

    assert [m["code"] for m in told(ada, "refused")] == [Code.NOT_FOR_CHILDREN]
    await world.hear(ada, control(Enter(place="hut")))
    assert told(ada, "welcome")


async def test_where_the_guardian_says_so_a_child_speaks_in_phrases(
    world: World, ties: Ties
) -> None:
    ties.selves[ADA.account] = Self(is_child=True, phrases_only=True)
    ada, bo = await come(world, ADA, "hut"), await come(world, BO, "hut")
    frames(bo)

    await world.hear(ada, control(Say(text="my address is")))
    await world.hear(ada, control(Utter(phrase=Phrase.HELLO)))

    assert [m["code"] for m in told(ada, "refused")] == [Code.PHRASES_ONLY]
    assert [m["type"] for m in words(frames(bo))] == ["uttered"]


def test_no_unknown_adult_asks_or_follows_a_child_even_where_anybody_may() -> None:
    ties = Ties()
    ties.selves["child"] = Self(is_child=True, followers=Followers.ANYBODY)
    ties.selves["other child"] = Self(is_child=True)

    assert not ties.may_approach("adult", "child")
    assert not ties.may_follow("adult", "child")
    assert ties.may_follow("other child", "child")
    ties.friends[("adult", "child")] = ties.friends[("child", "adult")] = False
    assert ties.may_follow("adult", "child")
