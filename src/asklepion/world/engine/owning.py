"""What somebody may do to a loose thing: with their rights here, and as its maker."""

from asklepion.kit.errors import Forbidden

from ..model.items import Act, Draw, Erase, NoteItem, Restore, Write
from ..wire import ThingRight
from .loose import Loose, Who


def require(who: Who, right: ThingRight) -> None:
    """Nothing, for whoever has this right here.

    Raises:
        Forbidden: they have not.
    """
    if right not in who.rights:
        raise Forbidden("You may not do that here.", hint="Ask whose place it is.")


def require_own(who: Who, loose: Loose) -> None:
    """Nothing, for its maker and for whoever tidies here.

    Raises:
        Forbidden: it is another's.
    """
    if ThingRight.TIDY not in who.rights and loose.account != who.account:
        raise Forbidden("Somebody else made this.", hint="Ask them, or whoever looks after it.")


def allowed(who: Who, loose: Loose, act: Act) -> Act:
    """The act, as far as this person may do it.

    Raises:
        Forbidden: no part of it.
    """
    if isinstance(act, Restore):
        raise Forbidden("The house alone puts marks back.", hint="Send an undo.")
    if isinstance(act, Draw):
        author = loose.authors.get(act.mark.id)
        if author and author.account != who.account:
            raise Forbidden("Somebody else drew this mark.", hint="Draw one of your own.")
    is_note = isinstance(loose.item.state, NoteItem)
    if is_note and isinstance(act, Write) and loose.account != who.account:
        if act.text:  # what one writes goes with one, so it stands on what is one's own
            raise Forbidden("Somebody else made this.", hint="Make a note of your own.")
        require_own(who, loose)
    if isinstance(act, Erase) and ThingRight.TIDY not in who.rights:
        own = [m for m in act.marks if (a := loose.authors.get(m)) and a.account == who.account]
        if not own:
            raise Forbidden("Others drew these marks.", hint="One wipes what one has drawn.")
        return Erase(marks=tuple(own))
    return act
