import asyncio
import json
from typing import Any

import pytest

from asklepion.identity import STRANGER, Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, Forbidden, NotFound, Unauthenticated
from asklepion.world import Code, World
from asklepion.world.model import Access, Door, Sign
from asklepion.world.service import Visit
from asklepion.world.service.tickets import Tickets
from asklepion.world.service.world import SILENCE_S, STALL_S
from asklepion.world.wire import (
    MAX_CHAT_CHARS,
    MAX_FRAME_BYTES,
    MAX_SIGNAL_CHARS,
    TICKS_PER_S,
    Close,
    Enter,
    Gesture,
    Kind,
    Motion,
    Pose,
    Say,
    Signal,
    control,
    pose_frame,
    read_snapshot,
)
from tests.world.grounds import Time, yard

ADA = Caller(account="account-ada", name="Ada")
BO = Caller(account="account-bo", name="Bo")
CY = Caller(account="account-cy", name="Cy")


def door(to: str) -> Door:
    return Door(id=to, to=to, position=(0.0, 0.0, -8.0), yaw=3.14159, label_key="world.place.x")


PLACES = {
    "yard": yard(capacity=2, doors=(door("hut"), door("gate"), door("den"))),
    "hut": yard(id="hut", sign=Sign.COUNT, doors=(door("yard"),)),
    "gate": yard(id="gate", access=Access.GUARDED, exit="yard", sign=Sign.COUNT),
    "den": yard(id="den", access=Access.OWNER, sign=Sign.NOTHING),
}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(clock: StoppedClock, time: Time) -> World:
    return World(clock=clock, tell_time=time, places=PLACES)


def heard(visit: Visit) -> list[dict[str, Any]]:
    """Everything said to a visitor so far, snapshots as {"type": "snapshot"}."""
    messages: list[dict[str, Any]] = []
    while (frame := visit.outbox.take()) is not None:
        if frame[0] == Kind.CONTROL:
            if not frame.startswith(b'\x00{"type":"items"'):  # tests of things hear those
                messages.append(json.loads(frame[1:]))
        else:
            shot = read_snapshot(frame)
            messages.append({"type": "snapshot", "whole": shot.whole, "slots": sorted(shot.poses)})
    return messages


def of(kind: str, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


async def come(world: World, caller: Caller, place: str) -> Visit:
    visit = world.open(caller)
    await world.hear(visit, control(Enter(place=place)))
    return visit


# --- coming in


async def test_a_stranger_opens_no_line_and_reads_no_place(world: World) -> None:
    for ask in (
        lambda: world.open(STRANGER),
        lambda: world.list_places(STRANGER),
        lambda: world.read_place(STRANGER, "yard"),
    ):
        with pytest.raises(Unauthenticated):
            ask()


async def test_whoever_comes_late_hears_who_is_there_and_sees_them_all(world: World) -> None:
    ada = await come(world, ADA, "yard")
    await world.hear(ada, control(Gesture(motion=Motion.HAND_UP)))
    world.tick()
    heard(ada)

    bo = await come(world, BO, "yard")

    welcome, snapshot, standing = heard(bo)
    people = {p["slot"]: (p["name"], p["is_hand_up"]) for p in welcome["people"]}
    assert people == {ada.slot: ("Ada", True), bo.slot: ("Bo", False)}
    assert welcome["you"] == bo.slot
    assert snapshot == {"type": "snapshot", "whole": True, "slots": sorted([ada.slot, bo.slot])}
    assert standing["part"] == "guest"
    assert of("joined", heard(ada))[0]["person"]["name"] == "Bo"


async def test_nothing_that_is_sent_tells_the_account_of_another(world: World) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    await world.hear(bo, control(Say(text="good morning")))
    await world.hear(bo, control(Signal(to=ada.slot, data="offer")))
    world.shut(bo)

    assert "account-" not in json.dumps(heard(ada))


async def test_a_full_place_refuses_and_one_stays_where_one_was(world: World) -> None:
    await come(world, ADA, "yard")
    await come(world, BO, "yard")
    cy = await come(world, CY, "hut")
    heard(cy)

    await world.hear(cy, control(Enter(place="yard")))

    (refusal,) = heard(cy)
    assert (refusal["type"], refusal["code"], refusal["place"]) == ("refused", "full", "yard")
    assert refusal["hint"]
    assert world.accounts_in("hut") == [CY.account]


async def test_a_place_left_by_one_has_room_for_exactly_one(world: World) -> None:
    ada = await come(world, ADA, "yard")
    await come(world, BO, "yard")
    world.shut(ada)

    await come(world, CY, "yard")
    await come(world, ADA, "yard")

    assert world.accounts_in("yard") == [BO.account, CY.account]


async def test_whoever_is_in_a_full_place_may_enter_it_again(world: World) -> None:
    ada = await come(world, ADA, "yard")
    await come(world, BO, "yard")
    heard(ada)

    await world.hear(ada, control(Enter(place="yard")))

    assert heard(ada)[0]["type"] == "welcome"
    assert sorted(world.accounts_in("yard")) == [ADA.account, BO.account]


async def test_a_second_window_takes_over_and_the_first_is_told(world: World) -> None:
    first = await come(world, ADA, "yard")
    await come(world, BO, "yard")
    heard(first)

    second = await come(world, ADA, "yard")

    assert heard(first)[-1] == {"type": "refused", "code": "elsewhere", "hint": "", "place": ""}
    assert (first.close, second.is_over) == (Close.ELSEWHERE, False)
    assert sorted(world.accounts_in("yard")) == [ADA.account, BO.account]
    world.shut(first)
    assert ADA.account in world.accounts_in("yard")


async def test_lines_opened_faster_than_people_do_are_refused(world: World, time: Time) -> None:
    for _ in range(20):
        world.open(ADA)
    with pytest.raises(Busy):
        world.open(ADA)

    time.s += 3.1

    assert world.open(ADA)


async def test_everybody_has_a_den_of_their_own(world: World) -> None:
    ada, bo = await come(world, ADA, "den"), await come(world, BO, "den")

    assert [len(heard(visit)[0]["people"]) for visit in (ada, bo)] == [1, 1]


async def test_an_unknown_place_is_refused(world: World) -> None:
    ada = await come(world, ADA, "moon")

    assert [(m["code"], m["place"]) for m in heard(ada)] == [("unknown-place", "moon")]


async def test_through_a_door_one_arrives_before_the_door_that_leads_back(world: World) -> None:
    ada = await come(world, ADA, "yard")
    heard(ada)

    await world.hear(ada, control(Enter(place="hut")))

    spot = heard(ada)[0]["spot"]
    assert spot["position"] == pytest.approx([0.0, 0.0, -6.4], abs=0.05)
    assert spot["yaw"] == pytest.approx(3.14159, abs=0.01)
    assert world.accounts_in("yard") == []


async def test_once_one_has_left_a_place_nothing_of_it_is_shown_any_more(world: World) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    heard(ada)
    for step in range(3):
        await world.hear(bo, pose_frame(Pose(position=(0.1 * step, 0.0, 0.5))))
        world.tick()

    await world.hear(ada, control(Enter(place="hut")))

    assert [m["type"] for m in heard(ada)] == ["welcome", "snapshot", "standing"]


# --- guarded places


async def test_a_guarded_place_without_a_gatekeeper_lets_nobody_in(world: World) -> None:
    ada = await come(world, ADA, "gate")

    assert [m["code"] for m in heard(ada)] == ["forbidden"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Forbidden("no", hint="Ask first."), "forbidden"),
        (Busy("later"), "busy"),
        (TimeoutError(), "busy"),
        (ZeroDivisionError(), "busy"),
        (None, None),
    ],
)
async def test_the_gatekeeper_decides(
    world: World, error: Exception | None, code: str | None
) -> None:
    asked: list[tuple[str, str]] = []

    async def keep(caller: Caller, place: str) -> None:
        asked.append((caller.account, place))
        if error:
            raise error

    world.guard("gate", keep)
    ada = await come(world, ADA, "gate")

    assert asked == [(ADA.account, "gate")]
    assert [m["code"] for m in of("refused", heard(ada))] == ([code] if code else [])
    assert world.accounts_in("gate") == ([] if code else [ADA.account])


async def test_while_the_gatekeeper_thinks_the_last_room_may_go(world: World) -> None:
    opened = asyncio.Event()

    async def keep(caller: Caller, place: str) -> None:
        await opened.wait()

    world.guard("gate", keep)
    callers = [Caller(account=f"a{n}", name=str(n)) for n in range(12)]
    visits = [world.open(caller) for caller in callers]
    asking = [asyncio.create_task(world.hear(v, control(Enter(place="gate")))) for v in visits]
    await asyncio.sleep(0)
    opened.set()
    await asyncio.gather(*asking)

    assert len(world.accounts_in("gate")) == PLACES["gate"].capacity == 8
    codes = [m["code"] for visit in visits for m in of("refused", heard(visit))]
    assert codes == ["full"] * 4


async def test_whoever_hangs_up_while_the_gatekeeper_thinks_does_not_appear(world: World) -> None:
    opened = asyncio.Event()

    async def keep(caller: Caller, place: str) -> None:
        await opened.wait()

    world.guard("gate", keep)
    ada = world.open(ADA)
    asking = asyncio.create_task(world.hear(ada, control(Enter(place="gate"))))
    await asyncio.sleep(0)
    world.shut(ada)
    opened.set()
    await asking

    assert world.accounts_in("gate") == []


async def test_whoever_keeps_a_room_hears_that_somebody_is_not_in_it_any_more(
    world: World,
) -> None:
    async def keep(caller: Caller, place: str) -> None:
        if caller is CY:
            raise Forbidden("Not yours.")

    left: list[tuple[str, str]] = []
    world.guard("gate", keep)
    world.when_left("gate", lambda account, place: left.append((account, place)))
    ada, bo = await come(world, ADA, "gate"), await come(world, BO, "gate")
    assert left == []

    await world.hear(ada, control(Enter(place="yard")))
    world.expel(BO.account, "gate")
    await come(world, CY, "gate")
    await world.hear(bo, control(Enter(place="gate")))
    world.shut(bo)

    gone = [ADA.account, BO.account, CY.account, BO.account]
    assert left == [(account, "gate") for account in gone]


async def test_it_is_told_too_when_somebody_was_let_in_and_did_not_come(world: World) -> None:
    async def keep(caller: Caller, place: str) -> None:
        world.shut(ada)  # the page is closed while the gatekeeper thinks

    left: list[str] = []
    world.guard("gate", keep)
    world.when_left("gate", lambda account, _: left.append(account))
    ada = world.open(ADA)

    await world.hear(ada, control(Enter(place="gate")))

    assert left == [ADA.account]
    assert world.accounts_in("gate") == []


async def test_only_a_place_that_is_there_can_be_guarded(world: World) -> None:
    async def keep(caller: Caller, place: str) -> None: ...

    with pytest.raises(NotFound):
        world.guard("moon", keep)
    with pytest.raises(NotFound):
        world.when_left("moon", lambda account, place: None)


async def test_one_who_is_expelled_hears_why_and_where_to_go_next(world: World) -> None:
    async def keep(caller: Caller, place: str) -> None: ...

    world.guard("gate", keep)
    ada, bo = await come(world, ADA, "gate"), await come(world, BO, "gate")
    heard(ada)
    heard(bo)

    assert world.expel(ADA.account, "gate", Code.ENDED)
    assert not world.expel(ADA.account, "gate")
    assert not world.expel(BO.account, "yard")

    assert heard(ada) == [{"type": "expelled", "place": "gate", "code": "ended", "to": "yard"}]
    assert [m["type"] for m in heard(bo)] == ["left"]
    world.tick()
    assert heard(ada) == []


# --- what is said and shown


async def test_a_line_reaches_everybody_here_and_nobody_elsewhere(world: World) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    cy = await come(world, CY, "hut")
    for visit in (ada, bo, cy):
        heard(visit)

    await world.hear(ada, control(Say(text="  <b>Good</b>\nmorning\u202e \u0007 ")))

    line = {
        "type": "said",
        "slot": ada.slot,
        "name": "Ada",
        "text": "<b>Good</b> morning",
        "at": "2026-03-01T12:00:00.000Z",
        "is_private": False,
    }
    assert (heard(ada), heard(bo), heard(cy)) == ([line], [line], [])


async def test_a_line_is_not_too_long_and_not_too_soon_and_nothing_is_no_line(
    world: World, time: Time
) -> None:
    ada = await come(world, ADA, "yard")
    heard(ada)

    await world.hear(ada, control(Say(text="x" * (MAX_CHAT_CHARS + 1))))
    await world.hear(ada, control(Say(text=" \n ")))
    assert [m.get("code") for m in heard(ada)] == ["too-long"]

    for _ in range(6):
        await world.hear(ada, control(Say(text="hello")))
    assert [m["type"] for m in heard(ada)] == ["said"] * 5 + ["refused"]

    time.s += 2
    await world.hear(ada, control(Say(text="hello")))
    assert [m["type"] for m in heard(ada)] == ["said"]


async def test_a_raised_hand_stays_up_until_it_is_lowered_or_one_leaves(world: World) -> None:
    ada = await come(world, ADA, "yard")
    for motion in (Motion.HAND_UP, Motion.WAVE):
        await world.hear(ada, control(Gesture(motion=motion)))
    assert ada.person.is_hand_up

    await world.hear(ada, control(Gesture(motion=Motion.HAND_DOWN)))
    assert not ada.person.is_hand_up

    await world.hear(ada, control(Gesture(motion=Motion.HAND_UP)))
    await world.hear(ada, control(Enter(place="hut")))
    assert not ada.person.is_hand_up


async def test_signals_pass_unread_between_two_in_the_same_place_only(world: World) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    cy = await come(world, CY, "hut")
    for visit in (ada, bo, cy):
        heard(visit)
    data = json.dumps({"sdp": "v=0" * 100})

    await world.hear(ada, control(Signal(to=bo.slot, data=data)))
    await world.hear(ada, control(Signal(to=ada.slot, data=data)))
    await world.hear(ada, control(Signal(to=7, data=data)))
    await world.hear(ada, control(Signal(to=bo.slot, data="x" * (MAX_SIGNAL_CHARS + 1))))

    assert heard(bo) == [{"type": "signalled", "slot": ada.slot, "data": data}]
    assert [m["code"] for m in heard(ada)] == ["not-here", "not-here", "too-long"]
    assert heard(cy) == []


async def test_before_entering_a_place_one_can_say_and_show_nothing(world: World) -> None:
    ada = world.open(ADA)

    await world.hear(ada, pose_frame(Pose(position=(0, 0, 0))))
    for message in (Say(text="x"), Gesture(motion=Motion.WAVE), Signal(to=0, data="")):
        await world.hear(ada, control(message))

    assert [m["code"] for m in heard(ada)] == ["nowhere", "nowhere", "not-here"]


async def test_one_who_steps_where_nobody_can_is_told_where_they_stand(
    world: World, time: Time
) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    world.tick()
    heard(ada)
    heard(bo)
    before = ada.gathering.hall.spot(ada.slot) if ada.gathering else None
    assert before

    for _ in range(10):
        await world.hear(ada, pose_frame(Pose(position=(0.0, 0.0, 90.0))))
        world.tick()

    moved = of("moved", heard(ada))
    assert [tuple(m["spot"]["position"]) for m in moved] == [before.position] * 2  # not ten times
    assert heard(bo) == []


# --- signs


async def test_signs_tell_names_only_where_the_place_allows_it(world: World) -> None:
    ada = await come(world, ADA, "yard")
    cy = await come(world, CY, "hut")

    signs = {s["place"]: (s["count"], s["names"]) for s in heard(ada)[0]["signs"]}
    assert signs == {"hut": (0, []), "gate": (0, [])}
    for _ in range(20):
        world.tick()
    told = of("signs", heard(ada))[-1]["signs"]
    assert {s["place"]: (s["count"], s["names"]) for s in told} == {"hut": (1, []), "gate": (0, [])}
    assert {s["place"]: s["names"] for s in heard(cy)[0]["signs"]} == {"yard": ["Ada"]}


async def test_signs_are_hung_out_only_when_they_say_something_new(world: World) -> None:
    ada = await come(world, ADA, "yard")
    for _ in range(20):
        world.tick()
    heard(ada)

    for _ in range(100):
        world.tick()

    assert of("signs", heard(ada)) == []


async def test_the_list_of_places_tells_what_the_signs_tell(world: World) -> None:
    await come(world, ADA, "yard")

    cards = {card.id: card.presence for card in world.list_places(BO)}

    assert cards["yard"]
    assert (cards["yard"].count, cards["yard"].names) == (1, ("Ada",))
    assert cards["den"] is None


# --- silence, hurry, garbage


async def test_silent_avatars_leave(world: World, time: Time) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    time.s += SILENCE_S - 1
    await world.hear(bo, pose_frame(Pose(position=(0, 0, 0))))
    time.s += 2
    for _ in range(20):
        world.tick()

    assert (ada.close, bo.close) == (Close.SILENT, None)
    assert [m["slot"] for m in of("left", heard(bo))] == [0]


async def test_one_who_never_reads_is_let_go(world: World, time: Time) -> None:
    ada = await come(world, ADA, "yard")
    await ada.next_frame()
    time.s += STALL_S + 1
    await world.hear(ada, pose_frame(Pose(position=(0, 0, 0))))
    for _ in range(20):
        world.tick()

    assert ada.close is Close.SLOW


async def test_one_who_reads_slowly_misses_steps_but_ends_up_with_the_whole(world: World) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    heard(bo)
    for step in range(60):
        await world.hear(ada, pose_frame(Pose(position=(0.02 * step, 0.0, 0.0))))
        world.tick()
        assert len(bo.outbox) <= 5
    assert of("snapshot", heard(bo)) == []

    frame = await bo.next_frame()

    assert frame
    assert read_snapshot(frame).whole
    world.tick()
    assert not bo.outbox.is_behind


GARBAGE = [
    b"",
    b"\x00",
    b"\x00{",
    b"\x01" * 5,
    b"\x02" * 12,
    b"\xff" * 300,
    bytes(MAX_FRAME_BYTES + 1),
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_is_refused_and_who_sends_only_garbage_is_let_go(
    world: World, garbage: bytes
) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    heard(ada)
    heard(bo)

    for _ in range(6):
        await world.hear(ada, garbage)

    assert [m["code"] for m in heard(ada)] == ["garbage"] * 6
    assert ada.close is Close.GARBAGE
    assert [m["type"] for m in heard(bo)] == ["left"]


async def test_a_mistake_now_and_then_is_forgiven(world: World, time: Time) -> None:
    ada = await come(world, ADA, "yard")
    for _ in range(30):
        await world.hear(ada, b"\x00nonsense")
        time.s += 61

    assert ada.close is None


async def test_a_flood_of_poses_is_let_go_and_a_busy_headset_is_not(
    world: World, time: Time
) -> None:
    ada, bo = await come(world, ADA, "yard"), await come(world, BO, "yard")
    still = pose_frame(Pose(position=(0, 0, 0)))
    for _ in range(10 * 72):
        await world.hear(bo, still)
        time.s += 1 / 72
    for _ in range(2000):
        await world.hear(ada, still)

    assert (ada.close, bo.close) == (Close.HURRIED, None)


async def test_a_flood_of_messages_is_let_go(world: World) -> None:
    ada = await come(world, ADA, "yard")
    for _ in range(600):
        await world.hear(ada, control(Gesture(motion=Motion.WAVE)))
        heard(ada)

    assert ada.close is Close.HURRIED


async def test_what_comes_after_the_end_changes_nothing(world: World) -> None:
    ada = await come(world, ADA, "yard")
    world.shut(ada)
    world.shut(ada)

    await world.hear(ada, control(Enter(place="yard")))

    assert world.accounts_in("yard") == []


# --- the pulse


async def test_the_world_ticks_by_itself_and_says_goodbye_when_it_stops(
    clock: StoppedClock,
) -> None:
    world = World(clock=clock, places=PLACES)
    await world.start()
    ada = await come(world, ADA, "yard")
    heard(ada)

    async with asyncio.timeout(5):
        frames = [await ada.next_frame() for _ in range(2)]
    await world.stop()

    assert [frame[0] for frame in frames if frame] == [Kind.SNAPSHOT] * 2
    assert heard(ada)[-1]["code"] == "restart"
    assert ada.close is Close.RESTART


async def test_a_tick_that_fails_does_not_stop_the_world(
    clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(clock=clock, places=PLACES)
    ticked = asyncio.Event()
    ticks: list[int] = []

    def fail() -> None:
        ticks.append(1)
        if len(ticks) == 3:
            ticked.set()
        raise ZeroDivisionError

    monkeypatch.setattr(world, "tick", fail)
    await world.start()
    async with asyncio.timeout(5):
        await ticked.wait()
    await world.stop()

    assert len(ticks) == 3


# --- a line that breaks


async def away(world: World, caller: Caller, place: str = "yard") -> Visit:
    """Somebody in a place, whose line broke."""
    visit = world.open(caller)
    await world.hear(visit, control(Enter(place=place)))
    world.lose(visit)
    return visit


async def test_a_body_waits_its_time_even_if_its_line_broke_in_the_middle_of_a_frame(
    clock: StoppedClock,
) -> None:
    time = Time()
    world = World(clock=clock, tell_time=time, places={"yard": yard()})
    visit = world.open(ADA)
    await world.hear(visit, control(Enter(place="yard")))
    visit.sending_since = time.s
    world.lose(visit)

    time.s += 25
    for _ in range(TICKS_PER_S):
        world.tick()
    assert world.accounts_in("yard") == [ADA.account]
    time.s += 6
    for _ in range(TICKS_PER_S):
        world.tick()

    assert world.accounts_in("yard") == []


async def test_whoever_is_sent_out_while_away_hears_of_it_and_is_not_let_in_unasked(
    clock: StoppedClock,
) -> None:
    world = World(clock=clock, places={"yard": yard()})
    gone = await away(world, ADA)
    world.expel(ADA.account, "yard", Code.KICKED)

    back = world.open(ADA, key=gone.key)
    await world.hear(back, control(Enter(place="yard")))

    told = [json.loads(frame[1:]) for frame in drained(back) if frame[0] == Kind.CONTROL]
    assert [(m["type"], m["code"]) for m in told] == [("expelled", "kicked"), ("refused", "kicked")]
    await world.hear(back, control(Enter(place="yard")))  # a second time they know, and may
    assert back.gathering


@pytest.mark.parametrize("key", ["", "guessed", "钥匙", "\ud800"])
async def test_a_key_that_is_none_opens_a_visit_of_its_own(clock: StoppedClock, key: str) -> None:
    world = World(clock=clock, places={"yard": yard()})
    gone = await away(world, ADA)

    visit = world.open(ADA, key=key)

    assert gone.is_over
    assert visit.gathering is None


async def test_who_comes_back_and_is_refused_leaves_no_body_behind(clock: StoppedClock) -> None:
    guarded = yard(access=Access.GUARDED)
    world = World(clock=clock, places={"yard": guarded})
    is_open = True

    async def keep(caller: Caller, place: str) -> None:
        if not is_open:
            raise Forbidden("No more.")

    world.guard("yard", keep)
    gone = await away(world, ADA)
    is_open = False

    back = world.open(ADA, key=gone.key)
    await world.hear(back, control(Enter(place="yard")))

    assert world.accounts_in("yard") == []


async def test_whose_account_ends_is_gone_at_once_and_lets_nobody_in_with_a_ticket(
    clock: StoppedClock,
) -> None:
    world = World(clock=clock, places={"yard": yard()})
    tickets = Tickets(world.time)
    world.lines.lead_to("ws://127.0.0.1:1", tickets)
    ticket = world.lines.offer(ADA, "").ticket
    visit = world.open(ADA)
    await world.hear(visit, control(Enter(place="yard")))

    world.dismiss(ADA.account)

    assert visit.close == Close.STRANGER
    assert world.accounts_in("yard") == []
    assert tickets.take(ticket, "") is None


def drained(visit: Visit) -> list[bytes]:
    """What was sent to a visitor since the last look."""
    frames: list[bytes] = []
    while (frame := visit.outbox.take()) is not None:
        frames.append(frame)
    return frames


async def test_what_fails_in_one_place_stops_no_other(
    clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"yard": yard(), "hut": yard(id="hut")}
    world = World(clock=clock, tell_time=Time(), places=places)
    ada, bo = world.open(ADA), world.open(BO)
    await world.hear(ada, control(Enter(place="yard")))
    await world.hear(bo, control(Enter(place="hut")))
    assert ada.gathering
    assert bo.gathering

    def fail(now: float) -> None:
        raise RuntimeError("a fault of one place")

    monkeypatch.setattr(ada.gathering, "tick", fail)
    monkeypatch.setattr(ada.gathering, "remember", fail)
    before = bo.gathering.hall.tick_number
    for _ in range(TICKS_PER_S):
        world.tick()

    assert bo.gathering.hall.tick_number == before + TICKS_PER_S
    assert bo.account in bo.gathering.ring.parts(world.time())
