"""Words to read: who may write down what somebody says, and who reads it."""

from asklepion.kit.clock import Clock, to_iso

from ..engine import in_earshot
from ..model import Right, Ties
from ..wire import (
    MAX_CAPTION_CHARS,
    MOST_CAPTIONERS,
    Caption,
    Captioned,
    CaptionRefused,
    Code,
    FromCaptioners,
    LetCaption,
    ReadCaptions,
    control,
)
from .allowing import refusal_of_captions, refusal_of_part
from .gathering import Gathering
from .private import may_call
from .visit import Visit, tidy


class Captioning:
    """The verbs of captions. They reach whoever may hear the speaker, and wants to read."""

    def __init__(self, clock: Clock, ties: Ties) -> None:
        self._clock = clock
        self._ties = ties

    def hear(self, here: Gathering, visit: Visit, message: FromCaptioners, now: float) -> None:
        """Hand words on to those who read, or refuse them."""
        match message:
            case ReadCaptions():
                visit.reads_captions = message.is_on
            case LetCaption():
                self._let(here, visit, message, now)
            case Caption():
                self._caption(here, visit, message, now)

    def _let(self, here: Gathering, visit: Visit, message: LetCaption, now: float) -> None:
        other = here.visits.get(message.to)
        if not message.may:
            return here.captioners.end(visit.slot, message.to)
        if not other or other is visit or here.apartness.parts(visit, other):
            return _refuse(visit, Code.NOT_HERE, "Nobody else here has that slot.")
        if not may_call(self._ties, here, visit, other):
            return _refuse(visit, Code.FORBIDDEN, "You do not know each other.")
        if not visit.asks.spend(now):
            return _refuse(visit, Code.TOO_FAST, "Wait a moment before you ask another.")
        if refusal_of_part(other, Right.WRITE, self._ties, self._clock.now()):
            return _refuse(visit, Code.FORBIDDEN, "They may not write down what is said.")
        if not here.captioners.let(visit.slot, other.slot):
            hint = f"At most {MOST_CAPTIONERS} write down what one says."
            return _refuse(visit, Code.FULL, hint)

    def _caption(self, here: Gathering, visit: Visit, message: Caption, now: float) -> None:
        piece = message.piece
        allowed = visit.caption_lines if message.is_final else visit.caption_pieces
        if not allowed.spend(now):
            if message.is_final:  # what is not final yet is followed by what is
                _refuse(visit, Code.TOO_FAST, "Wait a moment before the next line.", piece)
            return
        speaker = visit if message.of is None else here.visits.get(message.of)
        if not speaker or here.apartness.parts(visit, speaker):
            return _refuse(visit, Code.NOT_HERE, "Nobody else here has that slot.", piece)
        if refusal := self._refusal(here, speaker, visit, message):
            return _refuse(visit, *refusal, piece)
        line = tidy(message.text)
        if line:
            self._tell(here, speaker, visit, message, line, now)

    def _refusal(
        self, here: Gathering, speaker: Visit, typist: Visit, message: Caption
    ) -> tuple[Code, str] | None:
        if len(message.text) > MAX_CAPTION_CHARS:
            return Code.TOO_LONG, f"At most {MAX_CAPTION_CHARS} characters."
        if speaker is not typist and not here.captioners.may(speaker.slot, typist.slot):
            return Code.FORBIDDEN, "They have not let you write down what they say."
        if refusal := refusal_of_captions(speaker, typist, self._ties, self._clock.now()):
            return refusal
        aside = here.asides.of(speaker.slot)
        if message.aside not in (None, aside):
            return Code.OTHER_EARS, "Others hear them now than those you meant."
        if not aside and here.is_stage and not speaker.may_speak:
            return Code.UNHEARD, "On stage nobody hears who has not the word."
        if typist is not speaker and not self._may_reach(here, speaker, typist):
            return Code.UNHEARD, "You do not hear them now."
        return None

    def _tell(
        self,
        here: Gathering,
        speaker: Visit,
        typist: Visit,
        message: Caption,
        line: str,
        now: float,
    ) -> None:
        both, is_own = (speaker, typist), speaker is typist
        everybody = here.visits.values()
        among = [v for v in everybody if message.is_final or v.reads_captions or v in both]
        hearers = self._hearers(here, speaker, typist, among)
        if message.is_final:
            could_hear = frozenset(one.account for one in hearers)
            of = "" if is_own else speaker.account
            here.ring.note(now, typist.account, "captioned", line, could_hear, of)
        frame = control(
            Captioned(
                slot=speaker.slot,
                name=speaker.name,
                text=line,
                piece=message.piece,
                is_final=message.is_final,
                is_typed=message.is_typed or not is_own,
                lang=message.lang,
                at=to_iso(self._clock.now()),
                by="" if is_own else typist.name,
                by_slot=-1 if is_own else typist.slot,
                is_private=here.asides.of(speaker.slot) > 0,
            )
        )
        for one in hearers:
            if one.reads_captions or one in both:
                one.send(frame)

    def _hearers(
        self, here: Gathering, speaker: Visit, typist: Visit, among: list[Visit]
    ) -> list[Visit]:
        """Of some, whom a voice may reach, and the words of who types it; and these two."""
        both = (speaker, typist)
        found = [
            other
            for other in among
            if other in both
            or (
                self._may_reach(here, speaker, other)
                and (typist is speaker or self._may_call(here, typist, other))
            )
        ]
        near = _near(here, speaker, found)
        return [other for other in found if other in both or other.slot in near]

    def _may_reach(self, here: Gathering, speaker: Visit, other: Visit) -> bool:
        return here.may_hear(speaker, other) and self._may_call(here, speaker, other)

    def _may_call(self, here: Gathering, one: Visit, other: Visit) -> bool:
        is_apart = here.apartness.parts(one, other)
        return not is_apart and may_call(self._ties, here, one, other)


def _near(here: Gathering, speaker: Visit, others: list[Visit]) -> set[int]:
    """The slots of those to whom a voice carries: on stage and in an aside to all."""
    slots = [other.slot for other in others]
    if here.is_stage or here.asides.of(speaker.slot):
        return set(slots)
    crowd = [s for s, v in here.visits.items() if not v.is_silent and not here.asides.of(s)]
    hidden = {slot: here.apartness.hidden_from(slot) for slot in here.apartness.veiled}
    return in_earshot(here.hall.legs, crowd, speaker.slot, slots, hidden)


def _refuse(visit: Visit, code: Code, hint: str, piece: int = -1) -> None:
    visit.tell(CaptionRefused(code=code, piece=piece, hint=hint))
