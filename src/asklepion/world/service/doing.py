"""Which verb of the engine is meant by a wish."""

from ..engine import Things, Who
from ..wire import (
    ChangeItem,
    DropItem,
    FromHands,
    FromThings,
    LockItem,
    MakeItem,
    RemoveItem,
    Sit,
    Stand,
    TakeItem,
    UndoItem,
)


def do(things: Things, who: Who, message: FromHands, new_id: str) -> FromThings | None:
    """Do it; the answer is what everybody hears, None where nothing changed."""
    match message:
        case MakeItem():
            return things.make(who, message, new_id)
        case TakeItem():
            return things.take(who, message.item)
        case DropItem():
            return things.drop(who, message)
        case ChangeItem():
            return things.change(who, message)
        case RemoveItem():
            return things.remove(who, message)
        case UndoItem():
            return things.undo(who, message)
        case LockItem():
            return things.lock(who, message)
        case Sit() | Stand():
            return None
