"""On stage few speak and all hear: the hosts, and those whom a host gives the word."""

from ..wire import Code, Gestured, GiveWord, Motion, Staged, Worded
from .gathering import Gathering
from .visit import Visit

MOST_WORDS = 8  # beside the hosts


def set_stage(here: Gathering, *, is_on: bool) -> None:
    """Put a place on stage, where nobody but its hosts has the word yet; or end that."""
    if here.is_stage == is_on:
        return
    here.is_stage = is_on
    for visit in here.visits.values():
        visit.has_word = False
    here.tell(Staged(is_on=is_on))


def give_word(here: Gathering, host: Visit, message: GiveWord) -> None:
    """Give somebody the word, which lowers their hand; or take it back."""
    other = here.visits.get(message.to)
    if not other:
        return host.refuse(Code.NOT_HERE, "Nobody here has that slot.")
    if not here.is_stage:
        return host.refuse(Code.FORBIDDEN, "This place is not on stage.")
    if other.has_word == message.has_word:
        return None
    if message.has_word and sum(visit.has_word for visit in here.visits.values()) >= MOST_WORDS:
        return host.refuse(Code.WORDS_GIVEN, f"At most {MOST_WORDS} have it at once.")
    other.has_word = message.has_word
    here.tell(Worded(slot=other.slot, has_word=other.has_word), by=other)
    if other.hand:
        other.hand = 0
        here.tell(Gestured(slot=other.slot, motion=Motion.HAND_DOWN), by=other)
    return None
