"""Words that people write on things: they are held against the same rules as the chat's."""

from asklepion.kit.clock import Clock

from ..model.items import Draw, ModelItem, NoteItem, SlidesItem, Words, Write
from ..wire import ChangeItem, Code, FromHands, ItemCode, MakeItem
from .allowing import refusal_of_words
from .visit import Visit


def words_of(message: FromHands) -> str:
    """The free words that somebody wants to write with this."""
    match message:
        case MakeItem(state=NoteItem(text=words)):
            return words
        case MakeItem(state=SlidesItem(name=words) | ModelItem(name=words)):
            return words
        case ChangeItem(act=Write(text=words)):
            return words
        case ChangeItem(act=Draw(mark=Words(text=words))):
            return words
        case _:
            return ""


class Wording:
    """Whether words may be written, and what is remembered of them for a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def refusal(self, visit: Visit, message: FromHands) -> tuple[ItemCode, str] | None:
        """Why these words are not taken, None if they are or if there are none."""
        if not visit.gathering or not words_of(message):
            return None
        refusal = refusal_of_words(visit, visit.gathering.ties, self._clock.now())
        if refusal is None:
            return None
        code, hint = refusal
        is_soon = code is Code.SLOW_MODE
        return (ItemCode.TOO_FAST if is_soon else ItemCode.FORBIDDEN), hint

    def note(self, visit: Visit, message: FromHands, now: float) -> None:
        """Take in what was written, as a line of the chat is."""
        words = words_of(message)
        if visit.gathering and words:
            visit.gathering.ring.note(now, visit.account, "said", words)
            visit.spoke_at = self._clock.now()
