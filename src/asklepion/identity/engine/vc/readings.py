"""What a credential that is a document says to people, whatever the words of its makers."""

from typing import Any, cast

from .kinds import Kind
from .vcdm import CREDENTIAL, Document, list_of, objects_of

OPEN_BADGE = frozenset({"OpenBadgeCredential", "AchievementCredential"})
LONGEST_TYPE = 200  # characters
QUIET = frozenset({"id", "type", "@context"})  # not for people to read


def type_of(document: Document) -> str:
    """What kind of credential it says that it is, in signs that can be shown and kept."""
    said = [each for each in list_of(document.get("type")) if each != CREDENTIAL]
    text = str(said[-1] if said else CREDENTIAL)[:LONGEST_TYPE]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def kind_of_document(document: Document) -> Kind | None:
    """A badge, if that is what it is: no other kind of ours is a document."""
    is_badge = not OPEN_BADGE.isdisjoint(map(str, list_of(document.get("type"))))
    return Kind.BADGE if is_badge and "achievement" in claims_of(document) else None


def claims_of(document: Document) -> Document:
    """What it says about whoever it is about; of several, each in turn."""
    subjects = [_told(each) for each in objects_of(document, "credentialSubject")]
    if len(subjects) > 1:
        return {"subjects": subjects}
    named = document.get("name")
    title = {"title": named} if isinstance(named, str) and "title" not in subjects[0] else {}
    is_said = any(named == _name(each) for each in subjects[0].values())
    return {**({} if is_said else title), **subjects[0]}


def _told(subject: Document) -> Document:
    return {name: value for name, value in subject.items() if name not in QUIET}


def _name(value: Any) -> Any:
    return cast(Document, value).get("name") if isinstance(value, dict) else None
