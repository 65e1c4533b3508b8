"""Loose things: what people make, hand over, change and leave behind.

A loose thing (an item) is of one kind, and its kind is its state: each knows which acts may be done
to it and what takes an act back. What stands in a place file is no item; a fixture of it is one.
"""

from collections.abc import Callable, Iterable
from math import isfinite
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from asklepion.kit.errors import Conflict, Incorrect

BOARD_STEPS = 4096  # across a board's width, and as many of the same size down
MOST_POINTS = 512  # numbers in one act: 256 points
MOST_STROKE = 4096  # numbers in one stroke, however many acts drew it
MOST_MARKS = 1500  # on one board
MOST_BOARD = 160_000  # bytes that the marks of one board take, about
MOST_WORDS = 200
MOST_NOTE = 500
MOST_NAME = 80
MOST_PAGES = 100
INKS = 8

Ink: TypeAlias = Annotated[int, Meta(ge=0, lt=INKS)]
Short: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[0-9A-Za-z-]+$")]
Step: TypeAlias = Annotated[int, Meta(ge=0, le=BOARD_STEPS)]
FileId: TypeAlias = Annotated[str, Meta(min_length=36, max_length=36, pattern="^[0-9a-f-]+$")]


class _Mark(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mark"
):
    """Something on a board. `seq` is the house's own, and never given twice: which lies above."""

    id: Short
    ink: Ink = 0
    seq: int = 0


class Stroke(_Mark, frozen=True, kw_only=True, tag="stroke"):
    """A line: x and y in turn, in steps of a board's width; `width` in the same steps."""

    width: Annotated[int, Meta(ge=1, le=400)] = 12
    points: Annotated[tuple[Step, ...], Meta(min_length=2, max_length=MOST_STROKE)]


class Words(_Mark, frozen=True, kw_only=True, tag="words"):
    """Typed words: `size` the height of a line, in steps of a board's width."""

    x: Step
    y: Step
    size: Annotated[int, Meta(ge=40, le=800)] = 140
    text: Annotated[str, Meta(min_length=1, max_length=MOST_WORDS)]


Mark: TypeAlias = Stroke | Words


class _Kind(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """A kind of item with the state it is in."""


class BoardItem(_Kind, frozen=True, kw_only=True, tag="board"):
    """A whiteboard of so many metres, with marks on it from the undermost to the topmost."""

    width: Annotated[float, Meta(ge=0.6, le=4.0)] = 2.4
    height: Annotated[float, Meta(ge=0.4, le=2.4)] = 1.35
    marks: tuple[Mark, ...] = ()


class NoteItem(_Kind, frozen=True, kw_only=True, tag="note"):
    """A sticky note."""

    text: Annotated[str, Meta(max_length=MOST_NOTE)] = ""
    ink: Ink = 0


class BallItem(_Kind, frozen=True, kw_only=True, tag="ball"):
    """A ball to throw and to catch."""

    ink: Ink = 0


class SlidesItem(_Kind, frozen=True, kw_only=True, tag="slides"):
    """Pictures on a screen, one at a time; each page is a file of the house."""

    name: Annotated[str, Meta(max_length=MOST_NAME)] = ""
    pages: Annotated[tuple[FileId, ...], Meta(min_length=1, max_length=MOST_PAGES)]
    page: Annotated[int, Meta(ge=0, lt=MOST_PAGES)] = 0


class ModelItem(_Kind, frozen=True, kw_only=True, tag="model"):
    """A thing in three dimensions from a file of the house, so many metres at its longest."""

    name: Annotated[str, Meta(max_length=MOST_NAME)] = ""
    file: FileId
    size: Annotated[float, Meta(ge=0.05, le=4.0)] = 0.6


ItemState: TypeAlias = BoardItem | NoteItem | BallItem | SlidesItem | ModelItem


class _Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Something done to an item."""


class Draw(_Act, frozen=True, kw_only=True, tag="draw"):
    """Put a mark on a board; a stroke that is there already goes on from its last point."""

    mark: Mark


class Erase(_Act, frozen=True, kw_only=True, tag="erase"):
    """Take these marks off a board."""

    marks: Annotated[tuple[Short, ...], Meta(min_length=1, max_length=MOST_MARKS)]


class Restore(_Act, frozen=True, kw_only=True, tag="restore"):
    """Put marks back that were taken off. The house does this where somebody takes an act back."""

    marks: tuple[Mark, ...]


class Write(_Act, frozen=True, kw_only=True, tag="write"):
    """Write a note anew."""

    text: Annotated[str, Meta(max_length=MOST_NOTE)]
    ink: Ink = 0


class Flip(_Act, frozen=True, kw_only=True, tag="flip"):
    """Show another page."""

    page: Annotated[int, Meta(ge=0, lt=MOST_PAGES)]


class Resize(_Act, frozen=True, kw_only=True, tag="resize"):
    """Make a model larger or smaller."""

    size: Annotated[float, Meta(ge=0.05, le=4.0)]


Act: TypeAlias = Draw | Erase | Restore | Write | Flip | Resize


def done(state: ItemState, act: Act) -> tuple[ItemState, Act | None]:
    """The state after an act, and the act that takes it back; None where nothing has to.

    Raises:
        Incorrect: this cannot be done to an item of this kind.
        Conflict: it would become too large.
    """
    match state, act:
        case BoardItem(), Draw():
            return _drawn(state, act.mark)
        case BoardItem(), Erase():
            gone = set(act.marks)
            off = tuple(mark for mark in state.marks if mark.id in gone)
            left = tuple(mark for mark in state.marks if mark.id not in gone)
            return _with(state, marks=left), Restore(marks=off) if off else None
        case BoardItem(), Restore():
            return _restored(state, act.marks)
        case NoteItem(), Write():
            back = Write(text=state.text, ink=state.ink)
            return _with(state, text=act.text, ink=act.ink), back
        case SlidesItem(), Flip():
            if act.page >= len(state.pages):
                raise Incorrect("There is no such page.", hint=f"Of {len(state.pages)} pages.")
            return _with(state, page=act.page), None
        case ModelItem(), Resize():
            return _with(state, size=act.size), Resize(size=state.size)
        case _:
            raise Incorrect("This cannot be done to a thing of this kind.", hint=_kind(state))


def _drawn(state: BoardItem, mark: Mark) -> tuple[ItemState, Act | None]:
    known = next((one for one in state.marks if one.id == mark.id), None)
    room = MOST_BOARD - sum(map(weight, state.marks))
    if weight(mark) > room:
        raise Conflict("This board is full.", hint="Wipe some of it, or take another board.")
    if known is None:
        if len(state.marks) >= MOST_MARKS:
            raise Conflict("This board is full.", hint="Wipe some of it, or take another board.")
        return _with(state, marks=(*state.marks, mark)), Erase(marks=(mark.id,))
    if not isinstance(known, Stroke) or not isinstance(mark, Stroke):
        raise Incorrect("Another mark has this id.", hint="Give every mark an id of its own.")
    points = known.points + mark.points
    if len(points) > MOST_STROKE:
        raise Incorrect("This stroke is too long.", hint=f"At most {MOST_STROKE} numbers.")
    longer = _with(known, points=points)
    return _with(state, marks=tuple(longer if m is known else m for m in state.marks)), None


def _restored(state: BoardItem, marks: Iterable[Mark]) -> tuple[ItemState, Act | None]:
    there = {mark.id for mark in state.marks}
    back = [mark for mark in marks if mark.id not in there]
    if not back:
        return state, None
    whole = tuple(sorted((*state.marks, *back), key=lambda mark: mark.seq))
    if len(whole) > MOST_MARKS or sum(map(weight, whole)) > MOST_BOARD:
        raise Conflict("This board is full.", hint="Wipe some of it first.")
    return _with(state, marks=whole), Erase(marks=tuple(mark.id for mark in back))


def weight(mark: Mark) -> int:
    """How many bytes a mark takes, about."""
    return 80 + (5 * len(mark.points) if isinstance(mark, Stroke) else 4 * len(mark.text))


def files_of(state: ItemState) -> tuple[str, ...]:
    """The files that an item shows."""
    match state:
        case SlidesItem():
            return state.pages
        case ModelItem():
            return (state.file,)
        case _:
            return ()


def is_sound(numbers: Iterable[float]) -> bool:
    """Whether all of these are numbers that one can stand somewhere."""
    return all(isfinite(number) for number in numbers)


def _kind(state: ItemState) -> str:
    return f"It is a {state.__struct_config__.tag}."


_with: Callable[..., Any] = msgspec.structs.replace
