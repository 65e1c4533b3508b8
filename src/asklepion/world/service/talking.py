"""What visitors say, show and hand on to each other in one place."""

from asklepion.kit.clock import Clock, to_iso

from ..model import Ties
from ..wire import (
    MAX_CHAT_CHARS,
    MAX_SIGNAL_CHARS,
    AskAside,
    Caption,
    Code,
    DeclineAside,
    FromSfuTalkers,
    FromTalkers,
    FromVisitor,
    Gesture,
    Gestured,
    GiveWord,
    JoinAside,
    LeaveAside,
    LetCaption,
    Motion,
    ReadCaptions,
    Said,
    Say,
    SetStage,
    SfuAnswer,
    SfuHear,
    SfuLeave,
    SfuOffer,
    Signal,
    Signalled,
    Utter,
    Uttered,
)
from .allowing import refusal_of
from .captioning import Captioning
from .gathering import Gathering
from .private import PrivateTalk, may_call
from .relays import Relays
from .sfu import Voices
from .staging import give_word, set_stage
from .visit import Visit, tidy

END_SHOWING = '{"watching":{"stop":true}}'  # the note by which a host takes a screen away


class Talking:
    """Takes in whatever a visitor says in the place they are in."""

    def __init__(self, clock: Clock, ties: Ties) -> None:
        self._clock = clock
        self._ties = ties
        self._private = PrivateTalk(ties)
        self._captioning = Captioning(clock, ties)
        self.voices: Voices | None = None  # where there is an SFU
        self.relays: Relays | None = None  # where there are STUN or TURN servers

    def hear(self, visit: Visit, message: FromVisitor, now: float) -> None:
        """Hand it to those whom it concerns, or refuse it."""
        here = visit.gathering
        if not here:
            hint = "Enter a place first."
            code = Code.NOT_HERE if isinstance(message, Signal) else Code.NOWHERE
            return visit.refuse(code, hint)
        if refusal := refusal_of(visit, message, self._ties, self._clock.now()):
            return visit.refuse(*refusal)
        if isinstance(message, Say | Utter) and _is_for_others(here, visit, message):
            return visit.refuse(Code.OTHER_EARS, "Others hear you now than those you meant.")
        match message:
            case Say():
                self._say(here, visit, message.text, now)
            case Utter():
                self._utter(here, visit, message, now)
            case Gesture():
                self._gesture(here, visit, message.motion, now)
            case Signal():
                self._signal(here, visit, message)
            case AskAside() | JoinAside() | DeclineAside() | LeaveAside():
                self._private.hear(here, visit, message, now)
            case SetStage():
                set_stage(here, is_on=message.is_on)
            case SfuOffer() | SfuAnswer() | SfuHear() | SfuLeave():
                return self._hear_sfu(here, visit, message)
            case GiveWord():
                give_word(here, visit, message)
            case Caption() | LetCaption() | ReadCaptions():
                return self._captioning.hear(here, visit, message, now)
            case _:
                pass

        if self.voices and isinstance(message, FromTalkers):
            self.voices.look(here)  # at once: who may hear whom may be another matter now

    def look(self, here: Gathering) -> None:
        """Look, once a second, who has walked away, and whose way through firewalls ends soon."""
        self._private.look(here)
        if self.relays:
            self.relays.look(here)

    def _hear_sfu(self, here: Gathering, visit: Visit, message: FromSfuTalkers) -> None:
        if not self.voices:
            return visit.refuse(Code.UNHEARD, "Voices here go from browser to browser.")
        self.voices.hear(here, visit, message)

    def _say(self, here: Gathering, visit: Visit, text: str, now: float) -> None:
        if len(text) > MAX_CHAT_CHARS:
            return visit.refuse(Code.TOO_LONG, f"At most {MAX_CHAT_CHARS} characters.")
        line = tidy(text)
        if self._may_write(visit, now) and line:
            is_private = self._note(here, visit, "said", line, now)
            at = to_iso(self._clock.now())
            said = Said(slot=visit.slot, name=visit.name, text=line, at=at, is_private=is_private)
            self._tell(here, visit, said)

    def _utter(self, here: Gathering, visit: Visit, message: Utter, now: float) -> None:
        if self._may_write(visit, now):
            phrase, at = message.phrase, to_iso(self._clock.now())
            is_private = self._note(here, visit, "uttered", phrase, now)
            uttered = Uttered(
                slot=visit.slot, name=visit.name, phrase=phrase, at=at, is_private=is_private
            )
            self._tell(here, visit, uttered)

    def _note(self, here: Gathering, visit: Visit, what: str, words: str, now: float) -> bool:
        """Keep words for a minute; whether they are for those in one's aside alone."""
        is_private = here.asides.of(visit.slot) != 0
        among = frozenset(other.account for other in here.hearers(visit)) if is_private else None
        here.ring.note(now, visit.account, what, words, among or frozenset())
        return is_private

    def _tell(self, here: Gathering, visit: Visit, message: Said | Uttered) -> None:
        if not message.is_private:
            return here.tell(message, by=visit)
        for other in here.hearers(visit):
            other.tell(message)

    def _may_write(self, visit: Visit, now: float) -> bool:
        if not visit.lines.spend(now):
            visit.refuse(Code.TOO_FAST, "Wait a moment before the next line.")
            return False
        visit.spoke_at = self._clock.now()
        return True

    def _gesture(self, here: Gathering, visit: Visit, motion: Motion, now: float) -> None:
        if motion is Motion.HAND_DOWN:
            visit.hand = 0
        elif motion is Motion.HAND_UP and not visit.hand:
            visit.hand = here.hands = here.hands + 1
        here.ring.note(now, visit.account, motion)
        here.tell(Gestured(slot=visit.slot, motion=motion), by=visit)

    def _signal(self, here: Gathering, visit: Visit, message: Signal) -> None:
        if len(message.data) > MAX_SIGNAL_CHARS:
            return visit.refuse(Code.TOO_LONG, f"At most {MAX_SIGNAL_CHARS} characters.")
        other = here.visits.get(message.to)
        if not other or other is visit or here.apartness.parts(visit, other):
            return visit.refuse(Code.NOT_HERE, "Nobody else here has that slot.")
        if visit.is_host and message.data == END_SHOWING:
            return other.tell(Signalled(slot=visit.slot, data=message.data))
        if not here.may_hear(visit, other):
            return visit.refuse(Code.UNHEARD, "One of you is apart, or neither has the word.")
        if may_call(self._ties, here, visit, other):
            other.tell(Signalled(slot=visit.slot, data=message.data))


def _is_for_others(here: Gathering, visit: Visit, message: Say | Utter) -> bool:
    """Whether words are meant for another aside than the one somebody is in now."""
    return message.aside not in (None, here.asides.of(visit.slot))
