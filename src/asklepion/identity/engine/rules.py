"""What may be an e-mail address, a name, a password; each comes back in its one right form."""

import re
import unicodedata
from collections.abc import Iterable

from asklepion.kit.errors import Incorrect

from ..model import Role
from .commonest import COMMONEST

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1024  # characters
LONGEST_EMAIL, LONGEST_NAME, LONGEST_REASON = 254, 100, 500
LANGUAGES = ("en", "zh-CN")
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]+")
PERSON = re.compile(r"(Patient|Practitioner|RelatedPerson)/[A-Za-z0-9.-]{1,64}")
ACTOR = re.compile(r"(Practitioner|PractitionerRole)/[A-Za-z0-9.-]{1,64}")
JOINERS = "\u200c\u200d"  # stand inside words of some scripts


def email_of(text: str) -> str:
    """An e-mail address, the same for every way of writing it.

    Raises:
        Incorrect: it cannot be one.
    """
    email = unicodedata.normalize("NFKC", text).strip().casefold()
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL or not _is_text(email):
        raise Incorrect("That is not an e-mail address.", hint="Write it as name@example.org.")
    return email


def name_of(text: str) -> str:
    """A name as others may see it.

    Raises:
        Incorrect: it is empty, too long, or holds characters that nobody can see.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Incorrect(f"A name has 1 to {LONGEST_NAME} characters.")
    if any(unicodedata.category(c)[0] == "C" and c not in JOINERS for c in name):
        raise Incorrect("The name holds characters that cannot be seen.")
    return name


def reason_of(text: str) -> str:
    """Why something was done, in one line.

    Raises:
        Incorrect: it is empty, too long, or holds characters that nobody can see.
    """
    reason = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(reason) <= LONGEST_REASON:
        hint = "It is kept for whoever asks later."
        raise Incorrect(f"A reason has 1 to {LONGEST_REASON} characters.", hint=hint)
    if any(unicodedata.category(c)[0] == "C" and c not in JOINERS for c in reason):
        raise Incorrect("The reason holds characters that cannot be seen.")
    return reason


def password_of(text: str, *, unlike: Iterable[str] = ()) -> str:
    """A password that is good enough to be a new one.

    Args:
        unlike: what it must not be: the account's own address and name.

    Raises:
        Incorrect: it is too short, too long, or among the first that anybody would try.
    """
    password = typed_password(text)
    if len(password) < SHORTEST_PASSWORD:
        raise Incorrect(
            f"The password has fewer than {SHORTEST_PASSWORD} characters.",
            hint="A few unrelated words make a good one.",
        )
    plain = password.casefold()
    if plain in COMMONEST or plain in {other.casefold() for other in unlike}:
        raise Incorrect(
            "That password is one of the first that anybody would try.",
            hint="A few unrelated words make a good one.",
        )
    return password


def typed_password(text: str) -> str:
    """A password as it was typed, in the one form that is hashed.

    Raises:
        Incorrect: it is longer than any password may be, or no text.
    """
    if len(text) > LONGEST_PASSWORD:
        raise Incorrect(f"The password has more than {LONGEST_PASSWORD} characters.")
    if not _is_text(text):
        raise Incorrect("The password is not valid text.")
    return unicodedata.normalize("NFKC", text)


def person_of(text: str) -> str:
    """A reference to whom an account speaks as.

    Raises:
        Incorrect: it names neither a patient, nor a practitioner, nor a patient's relative.
    """
    if not PERSON.fullmatch(text):
        raise Incorrect("That is neither Patient/…, Practitioner/… nor RelatedPerson/….")
    return text


def actor_of(text: str) -> str:
    """A reference to whom a service acts as.

    Raises:
        Incorrect: nobody could give it a consent.
    """
    if not ACTOR.fullmatch(text):
        raise Incorrect("That is none whom patients could allow.", hint="Give Practitioner/….")
    return text


def roles_of(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles of an account.

    Raises:
        Incorrect: there are none, or a device's, which never signs in.
    """
    given = frozenset(roles)
    if not given or Role.DEVICE in given:
        raise Incorrect("An account has one role or more, and is not a device.")
    return given


def language_of(text: str) -> str:
    """A language that the house speaks.

    Raises:
        Incorrect: it does not.
    """
    if text not in LANGUAGES:
        raise Incorrect("The house does not speak that.", hint=f"Known: {', '.join(LANGUAGES)}.")
    return text


def _is_text(text: str) -> bool:
    """Whether it can be written down: no half characters, as broken input has them."""
    return not any(unicodedata.category(character) == "Cs" for character in text)
