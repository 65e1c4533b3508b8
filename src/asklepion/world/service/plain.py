"""What people write on things, as plain words."""

from typing import TypeVar

import msgspec

from asklepion.kit.errors import Incorrect

from ..model.items import Act, Draw, ItemState, ModelItem, NoteItem, SlidesItem, Words, Write
from ..wire import ChangeItem, FromHands, MakeItem
from .visit import tidy

MOST_LINES = 20
S = TypeVar("S", bound=msgspec.Struct)


def plain(message: FromHands) -> FromHands:
    """The message with nothing in its words that turns or hides what others wrote.

    Raises:
        Incorrect: nothing is left of words that have to be some.
    """
    if isinstance(message, MakeItem):
        return _with(message, state=_state(message.state))
    if isinstance(message, ChangeItem):
        return _with(message, act=_act(message.act))
    return message


def _state(state: ItemState) -> ItemState:
    match state:
        case NoteItem():
            return _with(state, text=lines(state.text))
        case SlidesItem() | ModelItem():
            return _with(state, name=tidy(state.name))
        case _:
            return state


def _act(act: Act) -> Act:
    if isinstance(act, Write):
        return _with(act, text=lines(act.text))
    if isinstance(act, Draw) and isinstance(act.mark, Words):
        text = tidy(act.mark.text)
        if not text:
            raise Incorrect("These are no words.", hint="Write something.")
        return Draw(mark=_with(act.mark, text=text))
    return act


def lines(text: str) -> str:
    """Some lines of plain words."""
    return "\n".join(tidy(line) for line in text.split("\n")[:MOST_LINES]).strip()


def _with(struct: S, **changes: object) -> S:
    return msgspec.structs.replace(struct, **changes)
