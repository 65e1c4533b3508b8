"""Whether somebody may say what they say: their rights here, and what others decided."""

from datetime import datetime

from ..model import Deed, Place, Right, Ties, part_of, rights_of
from ..wire import (
    AskAside,
    Code,
    FromVisitor,
    GiveWord,
    JoinAside,
    Say,
    SetStage,
    SfuOffer,
    Signal,
    Standing,
    Utter,
)
from .visit import Visit

NEEDED: dict[type[FromVisitor], Right] = {
    Say: Right.WRITE,
    Utter: Right.WRITE,
    Signal: Right.SPEAK,
    AskAside: Right.SPEAK,
    JoinAside: Right.SPEAK,
    SfuOffer: Right.SPEAK,
    SetStage: Right.MODERATE,
    GiveWord: Right.MODERATE,
}
SHOWING = '{"showing":'  # how a note begins by which one shows a screen to others
SILENT = "A host has taken the word from you here for a while."
FADE_M = 0.8  # nearer than this, others fade on the screen of one who wants room


def may(visit: Visit, right: Right) -> bool:
    """Whether a visitor has this right where they are."""
    here = visit.gathering
    return here is not None and right in rights_of(here.hall.place, visit.caller)


def refusal_of(
    visit: Visit, message: FromVisitor, ties: Ties, now: datetime
) -> tuple[Code, str] | None:
    """Why this is not taken from somebody who is in a place, None if it is."""
    right = NEEDED.get(type(message))
    if isinstance(message, Signal) and message.data.startswith(SHOWING):
        right = Right.SHARE
    if not right or not visit.gathering:
        return None
    if not may(visit, right):
        return Code.FORBIDDEN, f"Here you may not {right}."
    place = visit.gathering.hall.place.id
    if right is Right.MODERATE:
        return None
    if right is Right.SPEAK:
        return _silenced(visit, place, ties, now)
    return refusal_of_words(visit, ties, now, is_own=isinstance(message, Say))


def refusal_of_words(
    visit: Visit, ties: Ties, now: datetime, *, is_own: bool = True
) -> tuple[Code, str] | None:
    """Why no words are taken from somebody now, said or written, None if they are.

    Args:
        is_own: they are free words, not one of the phrases.
    """
    if not visit.gathering:
        return None
    place = visit.gathering.hall.place.id
    if refusal := _silenced(visit, place, ties, now):
        return refusal
    if is_own and ties.self_of(visit.account).phrases_only:
        return Code.PHRASES_ONLY, "Send a phrase instead."
    return _too_soon(visit, ties.slow_s(place, now), now)


def refusal_of_captions(
    speaker: Visit, typist: Visit, ties: Ties, now: datetime
) -> tuple[Code, str] | None:
    """Why nobody may read what somebody says, as another or they themselves have it written."""
    hindrance = refusal_of_part(speaker, Right.SPEAK, ties, now)
    if typist is speaker:
        return hindrance
    if refusal := refusal_of_part(typist, Right.WRITE, ties, now):
        return refusal
    return (Code.UNHEARD, "They are not heard here now.") if hindrance else None


def refusal_of_part(
    visit: Visit, right: Right, ties: Ties, now: datetime
) -> tuple[Code, str] | None:
    """Why somebody may not have their part in captions, in words for them alone.

    Args:
        right: to speak what is written down, or to write what another says.
    """
    if not visit.gathering or not may(visit, right):
        return Code.FORBIDDEN, f"Here you may not {right}."
    if refusal := _silenced(visit, visit.gathering.hall.place.id, ties, now):
        return refusal
    if ties.self_of(visit.account).phrases_only:
        return Code.PHRASES_ONLY, "Send a phrase instead."
    return None


def _silenced(visit: Visit, place: str, ties: Ties, now: datetime) -> tuple[Code, str] | None:
    is_silent = ties.standing(Deed.MUTE, place, visit.account, now)
    return (Code.SILENCED, SILENT) if is_silent else None


def _too_soon(visit: Visit, slow_s: int, now: datetime) -> tuple[Code, str] | None:
    if not slow_s or visit.spoke_at is None or may(visit, Right.MODERATE):
        return None
    if (now - visit.spoke_at).total_seconds() >= slow_s:
        return None
    return Code.SLOW_MODE, f"One line every {slow_s} seconds."


def take_stand(visit: Visit, place: Place, ties: Ties, now: datetime) -> Standing:
    """What somebody is and may do in a place; others are told a part of it."""
    rights = rights_of(place, visit.caller)
    mine = ties.self_of(visit.account)
    visit.is_host = Right.MODERATE in rights
    visit.is_silent = ties.standing(Deed.MUTE, place.id, visit.account, now) is not None
    return Standing(
        place=place.id,
        part=part_of(place, visit.caller),
        rights=tuple(right for right in Right if right in rights),
        is_silent=visit.is_silent,
        phrases_only=mine.phrases_only,
        slow_s=ties.slow_s(place.id, now),
        bubble_m=FADE_M if mine.has_bubble else 0.0,
    )
