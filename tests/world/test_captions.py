"""Captions: who reads what somebody says, and who may write it down."""

import json
from typing import Any

import msgspec
import pytest

from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.world import Code, World
from asklepion.world.engine import Captioners
from asklepion.world.model import Act, Deed, Part, Right, Self
from asklepion.world.service import Visit
from asklepion.world.wire import (
    MAX_CAPTION_CHARS,
    MOST_CAPTIONERS,
    Caption,
    Enter,
    GiveWord,
    LeaveAside,
    LetCaption,
    ReadCaptions,
    SetStage,
    control,
    read_control,
)
from tests.world.grounds import Time, yard
from tests.world.test_asides import ADA, BO, CY, DEE, HOST, come, do, heard, whisper


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(clock: StoppedClock, time: Time) -> World:
    places = {
        "yard": yard(capacity=12, is_child_safe=True),
        "hut": yard(id="hut", is_child_safe=True),
    }
    return World(clock=clock, tell_time=time, places=places)


async def reading(world: World, caller: Caller, x: float = 0.0) -> Visit:
    """Come in, and read captions."""
    visit = await come(world, caller, x)
    await do(world, visit, ReadCaptions(is_on=True))
    return visit


def words(text: str, piece: int = 1, **more: Any) -> Caption:
    return Caption(text=text, piece=piece, **more)


def read(visit: Visit) -> list[str]:
    return [message["text"] for message in heard(visit, "captioned")]


def refused(visit: Visit) -> list[str]:
    return [message["code"] for message in heard(visit, "caption-refused")]


# --- who reads


async def test_whoever_wants_to_reads_what_another_says_and_nobody_else_is_sent_it(
    world: World,
) -> None:
    ada, bo, cy = await come(world, ADA), await reading(world, BO), await come(world, CY)

    await do(world, ada, words("good mor", is_final=False, lang="en"))
    await do(world, ada, words("good morning", lang="en"))

    said = heard(bo, "captioned")
    assert [(m["text"], m["is_final"], m["piece"]) for m in said] == [
        ("good mor", False, 1),
        ("good morning", True, 1),
    ]
    assert {(m["slot"], m["name"], m["lang"], m["by"]) for m in said} == {
        (ada.slot, "Ada", "en", "")
    }
    assert read(cy) == []
    assert read(ada) == ["good mor", "good morning"]  # so she sees what others read
    await do(world, bo, ReadCaptions(is_on=False))
    await do(world, ada, words("bye"))
    assert read(bo) == []


async def test_nobody_is_told_who_reads(world: World) -> None:
    bo, ada = await come(world, BO), await come(world, ADA)
    await do(world, bo, ReadCaptions(is_on=True))

    assert ada.outbox.take() is None


async def test_what_is_said_privately_is_read_by_the_members_alone(world: World) -> None:
    ada, bo, cy = [await reading(world, who, x) for who, x in ((ADA, 0), (BO, 1), (CY, 2))]
    aside = await whisper(world, ada, bo)
    for visit in (ada, bo, cy):
        heard(visit)

    await do(world, ada, words("between us", aside=aside))
    await do(world, cy, words("to everybody else"))

    assert [m["is_private"] for m in heard(bo, "captioned")] == [True]
    assert read(cy) == ["to everybody else"]
    assert "to everybody else" not in read(ada)


async def test_words_begun_privately_are_refused_where_others_would_read_them(
    world: World,
) -> None:
    ada, bo, cy = [await reading(world, who, x) for who, x in ((ADA, 0), (BO, 1), (CY, 2))]
    aside = await whisper(world, ada, bo)
    await do(world, bo, LeaveAside())

    await do(world, ada, words("between us", aside=aside))

    assert refused(ada) == [Code.OTHER_EARS]
    assert read(bo) == read(cy) == []


async def test_on_stage_only_those_with_the_word_are_read(world: World) -> None:
    host, ada, bo = [await reading(world, who) for who in (HOST, ADA, BO)]
    await do(world, host, SetStage(is_on=True))

    await do(world, ada, words("may I?"))
    assert refused(ada) == [Code.UNHEARD]
    await do(world, host, GiveWord(to=ada.slot))
    await do(world, ada, words("thank you"))

    assert read(bo) == read(host) == ["thank you"]


async def test_who_went_apart_reads_nothing_of_the_other(world: World) -> None:
    ada, bo, cy = [await reading(world, who) for who in (ADA, BO, CY)]
    world.ties.block(BO.account, ADA.account)

    await do(world, ada, words("hello"))
    await do(world, bo, words("good day", 2))

    assert read(ada) == ["hello"]
    assert read(bo) == ["good day"]
    assert read(cy) == ["hello", "good day"]


async def test_a_child_and_an_adult_whom_it_does_not_know_read_nothing_of_each_other(
    world: World,
) -> None:
    world.ties.selves[CY.account] = Self(is_child=True)
    ada, cy = await reading(world, ADA), await reading(world, CY)

    await do(world, ada, words("hello, child"))
    await do(world, cy, words("hello", 2))

    assert read(ada) == ["hello, child"]
    assert read(cy) == ["hello"]


# --- what is not taken


def mute(world: World, caller: Caller, clock: StoppedClock) -> None:
    act = Act(
        id="act",
        deed=Deed.MUTE,
        place="yard",
        account=caller.account,
        by="h",
        reason="",
        at=clock.now(),
    )
    world.ties.acts["act"] = act


async def test_whose_word_was_taken_is_neither_read_nor_writes_for_another(
    world: World, clock: StoppedClock
) -> None:
    ada, bo, cy = [await reading(world, who) for who in (ADA, BO, CY)]
    await do(world, bo, LetCaption(to=ada.slot, may=True))
    await do(world, ada, LetCaption(to=bo.slot, may=True))
    mute(world, ADA, clock)

    await do(world, ada, words("I will speak"))
    await do(world, ada, words("she says this", of=bo.slot))
    await do(world, bo, words("she says that", of=ada.slot))

    assert refused(ada) == [Code.SILENCED] * 2
    assert refused(bo) == [Code.UNHEARD]
    assert read(cy) == []


@pytest.mark.parametrize("hindrance", ["muted", "phrases", "right"])
async def test_who_writes_for_another_is_not_told_what_is_set_for_them(
    world: World, clock: StoppedClock, hindrance: str
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO)
    await do(world, ada, LetCaption(to=bo.slot, may=True))
    if hindrance == "muted":
        mute(world, ADA, clock)
    elif hindrance == "phrases":
        world.ties.selves[ADA.account] = Self(phrases_only=True)
    else:
        assert ada.gathering
        rights = {Part.GUEST: (Right.ENTER, Right.WRITE)}
        ada.gathering.hall.place = yard(capacity=12, is_child_safe=True, rights=rights)

    await do(world, bo, words("she says that", of=ada.slot))

    (no,) = heard(bo, "caption-refused")
    assert (no["code"], no["hint"]) == (Code.UNHEARD, "They are not heard here now.")


async def test_who_speaks_in_phrases_only_has_no_captions(world: World) -> None:
    world.ties.selves[ADA.account] = Self(phrases_only=True)
    ada = await come(world, ADA)

    await do(world, ada, words("my own words"))

    assert refused(ada) == [Code.PHRASES_ONLY]


@pytest.mark.parametrize(
    ("right", "own", "for_another"),
    [(Right.WRITE, [Code.FORBIDDEN], [Code.UNHEARD]), (Right.SPEAK, [], [Code.FORBIDDEN])],
)
async def test_it_takes_the_right_to_speak_and_for_another_the_right_to_write_as_well(
    clock: StoppedClock, right: Right, own: list[Code], for_another: list[Code]
) -> None:
    place = yard(rights={Part.GUEST: (Right.ENTER, right)})
    world = World(clock=clock, tell_time=Time(), places={"yard": place})
    ada, bo = await come(world, ADA), await come(world, BO)
    await do(world, bo, LetCaption(to=ada.slot, may=True))

    await do(world, ada, words("my own"))
    assert refused(ada) == own
    await do(world, ada, words("another's", 2, of=bo.slot))
    assert refused(ada) == for_another


async def test_a_line_too_long_is_refused_by_its_number_and_one_as_long_as_may_be_is_read(
    world: World,
) -> None:
    ada, bo = await come(world, ADA), await reading(world, BO)

    await do(world, ada, words("x" * (MAX_CAPTION_CHARS + 1), 7))
    await do(world, ada, words("x" * MAX_CAPTION_CHARS, 8))

    (no,) = heard(ada, "caption-refused")
    assert (no["code"], no["piece"]) == (Code.TOO_LONG, 7)
    assert [len(line) for line in read(bo)] == [MAX_CAPTION_CHARS]


async def test_a_flood_of_finished_lines_is_refused_and_of_unfinished_ones_passed_over(
    world: World, time: Time
) -> None:
    ada, bo = await come(world, ADA), await reading(world, BO)

    for n in range(20):
        await do(world, ada, words("so", n, is_final=False))
        await do(world, ada, words("so it is", n))

    assert set(refused(ada)) == {Code.TOO_FAST}
    assert 0 < len(read(bo)) < 20
    time.s += 10
    await do(world, ada, words("and later", 30))
    assert read(bo) == ["and later"]


async def test_words_come_without_what_would_turn_other_lines(world: World) -> None:
    ada, bo = await come(world, ADA), await reading(world, BO)

    await do(world, ada, words("so\u202e it\nis"))
    await do(world, ada, words(" \n ", 2))

    assert read(bo) == ["so it is"]


@pytest.mark.parametrize("lang", ["<b>", "en_GB", "e", "x" * 40, "zh-CN-"])
def test_what_is_no_language_tag_is_no_message(lang: str) -> None:
    frame = (
        b"\x00" + json.dumps({"type": "caption", "text": "a", "piece": 1, "lang": lang}).encode()
    )

    with pytest.raises(msgspec.ValidationError):
        read_control(frame)


@pytest.mark.parametrize("lang", ["", "en", "zh-CN", "zh-Hans-CN", "yue"])
def test_a_language_tag_goes_through(lang: str) -> None:
    message = read_control(control(words("a", lang=lang)))

    assert isinstance(message, Caption)
    assert message.lang == lang


# --- who writes it down


async def test_nobody_puts_words_into_a_mouth_without_a_yes(world: World) -> None:
    ada, bo, cy = await come(world, ADA), await reading(world, BO), await come(world, CY)

    await do(world, cy, words("I am ill", of=ada.slot))
    assert refused(cy) == [Code.FORBIDDEN]
    await do(world, cy, LetCaption(to=ada.slot, may=True))  # her yes is not theirs to give
    await do(world, cy, words("I am ill", of=ada.slot))

    assert refused(cy) == [Code.FORBIDDEN]
    assert read(bo) == []


async def test_whom_a_speaker_lets_writes_for_her_and_each_line_says_who_typed_it(
    world: World,
) -> None:
    ada, bo, cy = await come(world, ADA), await reading(world, BO), await come(world, CY)

    await do(world, ada, LetCaption(to=cy.slot, may=True))
    await do(world, cy, words("my knee hurts", of=ada.slot, lang="en"))

    for one in (ada, cy):
        told = heard(one, "may-caption", "captioned")
        assert (told[0]["slot"], told[0]["by"], told[0]["may"]) == (ada.slot, cy.slot, True)
        assert [m["text"] for m in told[1:]] == ["my knee hurts"]  # she sees what is said for her
    (line,) = heard(bo, "captioned")
    assert (line["name"], line["by"], line["by_slot"]) == ("Ada", "Cy", cy.slot)
    assert line["is_typed"]
    await do(world, ada, LetCaption(to=cy.slot, may=False))
    await do(world, cy, words("and more", of=ada.slot))
    assert [m["may"] for m in heard(cy, "may-caption")] == [False]
    assert read(bo) == []


async def test_who_writes_for_another_hears_them(world: World) -> None:
    ada, bo, cy = [await reading(world, who, x) for who, x in ((ADA, 0), (BO, 1), (CY, 2))]
    await do(world, ada, LetCaption(to=cy.slot, may=True))
    await whisper(world, ada, bo)
    heard(cy)

    await do(world, cy, words("they speak of me", of=ada.slot))

    assert refused(cy) == [Code.UNHEARD]
    assert read(bo) == []


async def test_who_went_apart_from_a_typist_reads_nothing_that_they_type_for_another(
    world: World,
) -> None:
    ada, bo, cy, dee = [await reading(world, who) for who in (ADA, BO, CY, DEE)]
    await do(world, ada, LetCaption(to=bo.slot, may=True))
    world.ties.block(CY.account, BO.account)
    world.look_again(CY.account, BO.account)

    await do(world, bo, words("she says that", of=ada.slot))

    assert read(cy) == []
    assert read(ada) == read(bo) == read(dee) == ["she says that"]
    assert ada.gathering
    ring = ada.gathering.ring
    assert ring.parts(world.time(), CY.account)[BO.account].typed == []
    assert ring.parts(world.time(), DEE.account)[BO.account].typed


async def test_a_child_reads_nothing_that_an_adult_whom_it_does_not_know_types_for_its_friend(
    world: World,
) -> None:
    world.ties.selves[CY.account] = Self(is_child=True)
    for pair in ((ADA.account, CY.account), (CY.account, ADA.account)):
        world.ties.friends[pair] = True
    ada, bo, cy = [await reading(world, who) for who in (ADA, BO, CY)]
    await do(world, ada, LetCaption(to=bo.slot, may=True))

    await do(world, ada, words("my own"))
    await do(world, bo, words("she says that", 2, of=ada.slot))

    assert read(cy) == ["my own"]
    assert read(ada) == read(bo) == ["my own", "she says that"]


async def test_a_yes_ends_when_one_of_them_goes_and_is_nobody_elses_who_takes_the_slot(
    world: World,
) -> None:
    ada, cy = await come(world, ADA), await come(world, CY)
    await do(world, ada, LetCaption(to=cy.slot, may=True))
    slot = cy.slot
    heard(ada)

    await do(world, cy, Enter(place="hut"))
    assert [m["may"] for m in heard(ada, "may-caption")] == [False]
    dee = await come(world, DEE)
    assert dee.slot == slot
    await do(world, dee, words("hers", of=ada.slot))

    assert refused(dee) == [Code.FORBIDDEN]


async def test_a_yes_ends_with_a_block_and_stays_ended_when_that_is_taken_back(
    world: World,
) -> None:
    ada, cy = await come(world, ADA), await come(world, CY)
    await do(world, ada, LetCaption(to=cy.slot, may=True))
    world.ties.block(ADA.account, CY.account)
    world.look_again(ADA.account, CY.account)
    world.ties.unblock(ADA.account, CY.account)
    world.look_again(ADA.account, CY.account)

    await do(world, cy, words("hers", of=ada.slot))

    assert refused(cy) == [Code.FORBIDDEN]


async def test_whose_line_broke_still_writes_for_another_and_says_anew_whether_they_read(
    world: World,
) -> None:
    ada, bo, cy = await come(world, ADA), await reading(world, BO), await come(world, CY)
    await do(world, ada, LetCaption(to=cy.slot, may=True))
    back: list[Visit] = []
    for one in (bo, cy):
        world.lose(one)
        back.append(world.open(one.caller, key=one.key))
        await do(world, back[-1], Enter(place="yard"))
    bo, cy = back

    assert [m["may"] for m in heard(cy, "may-caption")] == [True]
    await do(world, cy, words("she goes on", of=ada.slot))
    assert read(bo) == []  # they may have changed their mind meanwhile
    await do(world, bo, ReadCaptions(is_on=True))
    await do(world, cy, words("and on", 2, of=ada.slot))
    assert read(bo) == ["and on"]


@pytest.mark.parametrize("hindrance", ["muted", "phrases", "right"])
async def test_nobody_is_let_who_may_not_write_here_and_the_speaker_is_not_told_why(
    world: World, clock: StoppedClock, hindrance: str
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO)
    if hindrance == "muted":
        mute(world, BO, clock)
    elif hindrance == "phrases":
        world.ties.selves[BO.account] = Self(phrases_only=True)
    else:
        assert bo.gathering
        rights = {Part.GUEST: (Right.ENTER, Right.SPEAK)}
        bo.gathering.hall.place = yard(capacity=12, is_child_safe=True, rights=rights)

    await do(world, ada, LetCaption(to=bo.slot, may=True))

    (no,) = heard(ada, "caption-refused", "may-caption")
    assert (no["code"], no["hint"]) == (Code.FORBIDDEN, "They may not write down what is said.")
    assert heard(bo, "may-caption") == []


async def test_a_child_lets_no_adult_write_for_it_whom_it_does_not_know(world: World) -> None:
    world.ties.selves[CY.account] = Self(is_child=True)
    ada, cy = await come(world, ADA), await come(world, CY)

    await do(world, cy, LetCaption(to=ada.slot, may=True))
    await do(world, cy, LetCaption(to=99, may=True))

    assert refused(cy) == [Code.FORBIDDEN, Code.NOT_HERE]


def test_only_so_many_write_for_one_person_and_each_change_is_told_once() -> None:
    told: list[tuple[int, int, bool]] = []

    def tell(speaker: int, typist: int, may: bool) -> None:
        told.append((speaker, typist, may))

    captioners = Captioners(MOST_CAPTIONERS, tell)

    took = [captioners.let(0, slot) for slot in range(1, MOST_CAPTIONERS + 2)]
    captioners.let(0, 1)

    assert took == [True] * MOST_CAPTIONERS + [False]
    assert len(told) == MOST_CAPTIONERS
    captioners.end(0, 1)
    captioners.end(0, 1)
    assert told[MOST_CAPTIONERS:] == [(0, 1, False)]
    assert captioners.let(0, 9)


# --- the last minute


async def test_a_reported_minute_holds_finished_captions_for_those_who_could_hear_them(
    world: World,
) -> None:
    ada, bo, cy = [await come(world, who, x) for who, x in ((ADA, 0), (BO, 1), (CY, 2))]
    await whisper(world, ada, bo)
    await do(world, bo, LetCaption(to=ada.slot, may=True))

    await do(world, ada, words("between", is_final=False))
    await do(world, ada, words("between us"))
    await do(world, ada, words("he says", 2, of=bo.slot))

    assert ada.gathering
    ring, now = ada.gathering.ring, world.time()

    def did(reader: Visit) -> list[tuple[str, str]]:
        doings = ring.parts(now, reader.account)[ADA.account]
        return [(what, words) for _, what, words in [*doings.did, *doings.typed]]

    assert did(bo) == [("captioned", "between us"), (BO.account, "he says")]
    ring.stand(now, {ADA.account: (0.0, 0.0)})
    assert did(cy) == []
