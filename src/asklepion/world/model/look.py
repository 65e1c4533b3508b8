"""How a person looks to others: a few choices, small enough to tell everybody in a place.

A look travels as text: a sign for the version, then one sign (0-9, a-z) for each field in order,
the place of what was chosen among what may be. In version 2 the id of an avatar follows, which they
brought and wear over all of it.
"""

import re
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

import msgspec

FACES, SKINS, HAIR_COLOURS, EYE_COLOURS, CLOTHS = 3, 12, 10, 6, 16  # how many there are of each
LOOK_VERSION = "1"
WORN_VERSION = "2"  # with an avatar behind it
AVATAR_SIGNS = 12
SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"


class BodyShape(StrEnum):
    """The shape of a body."""

    FEMININE = "feminine"
    MASCULINE = "masculine"


class Age(StrEnum):
    """The age a body shows."""

    CHILD = "child"
    ADULT = "adult"
    ELDER = "elder"


class Build(StrEnum):
    """How much of it there is."""

    SLIM = "slim"
    MEDIUM = "medium"
    FULL = "full"


class Stature(StrEnum):
    """How tall it is among those of its age."""

    SHORT = "short"
    MEDIUM = "medium"
    TALL = "tall"


class HairStyle(StrEnum):
    """How the hair is worn."""

    BALD = "bald"
    CROP = "crop"
    PARTED = "parted"
    CURLS = "curls"
    BOB = "bob"
    LONG = "long"
    TAIL = "tail"
    BUN = "bun"
    RECEDING = "receding"


class Top(StrEnum):
    """What the upper body wears. SCRUBS and COAT are for clinicians, and carry their badge."""

    JUMPER = "jumper"
    SHIRT = "shirt"
    DRESS = "dress"
    TUNIC = "tunic"
    SCRUBS = "scrubs"
    COAT = "coat"


class Cover(StrEnum):
    """What the head wears."""

    NONE = "none"
    HIJAB = "hijab"
    TURBAN = "turban"
    KIPPAH = "kippah"


CLINICAL = frozenset({Top.SCRUBS, Top.COAT})
FACE = Annotated[int, msgspec.Meta(ge=0, lt=FACES)]
SKIN = Annotated[int, msgspec.Meta(ge=0, lt=SKINS)]
HAIR_COLOUR = Annotated[int, msgspec.Meta(ge=0, lt=HAIR_COLOURS)]
EYE_COLOUR = Annotated[int, msgspec.Meta(ge=0, lt=EYE_COLOURS)]
AVATAR = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{12})?$")]
CLOTH = Annotated[int, msgspec.Meta(ge=0, lt=CLOTHS)]


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a person looks. Colours are places in the client's palettes."""

    shape: BodyShape
    age: Age = Age.ADULT
    build: Build = Build.MEDIUM
    stature: Stature = Stature.MEDIUM
    face: FACE = 0
    skin: SKIN = 0
    eyes: EYE_COLOUR = 0
    hair: HairStyle = HairStyle.CROP
    hair_colour: HAIR_COLOUR = 0
    beard: bool = False
    top: Top = Top.JUMPER
    top_colour: CLOTH = 0
    legs_colour: CLOTH = 0
    shoes_colour: CLOTH = 0
    cover: Cover = Cover.NONE
    cover_colour: CLOTH = 0
    glasses: bool = False
    hearing_aids: bool = False
    wheelchair: bool = False
    avatar: AVATAR = ""  # the house says which: see service/vrm.py

    @property
    def is_clinical(self) -> bool:
        """Whether it says: this is a clinician."""
        return self.top in CLINICAL

    @property
    def code(self) -> str:
        """This look as text."""
        chosen = msgspec.to_builtins(self)
        places = (options.index(chosen[name]) for name, options in _OPTIONS.items())
        version = WORN_VERSION if self.avatar else LOOK_VERSION
        return version + "".join(SIGNS[place] for place in places) + self.avatar


def read_look(code: str) -> Look | None:
    """The look that a text tells, None where it tells none."""
    signs, avatar = code[: 1 + len(_OPTIONS)], code[1 + len(_OPTIONS) :]
    if len(signs) != 1 + len(_OPTIONS) or signs[0] != (WORN_VERSION if avatar else LOOK_VERSION):
        return None
    if avatar and not _AVATAR.fullmatch(avatar):
        return None
    told: dict[str, Any] = {"avatar": avatar}
    for sign, (name, options) in zip(signs[1:], _OPTIONS.items(), strict=True):
        place = SIGNS.find(sign)
        if not 0 <= place < len(options):
            return None
        told[name] = options[place]
    return msgspec.convert(told, Look)


def without_avatar(code: str) -> str:
    """The text of a look, without the avatar that is worn over it."""
    plain = code[1 : 1 + len(_OPTIONS)]
    return LOOK_VERSION + plain if code.startswith(WORN_VERSION) else code


def look_for(account: str, *, is_clinician: bool) -> Look:
    """The look of somebody who has chosen none: their account's own, the same every time.

    Nobody is dressed as a believer, a child, or with what helps them by chance.
    """
    chance = int.from_bytes(sha256(f"asklepion look {account}".encode()).digest())

    def draw(options: list[Any]) -> Any:
        nonlocal chance
        chance, place = divmod(chance, len(options))
        return options[place]

    shape = draw(list(BodyShape))
    tops = [Top.SCRUBS, Top.COAT] if is_clinician else [Top.JUMPER, Top.SHIRT, Top.TUNIC]
    styles = list(HairStyle)[1:8] if shape is BodyShape.FEMININE else _SHORT
    return Look(
        shape=shape,
        age=draw([Age.ADULT] * 4 + [Age.ELDER]),
        build=draw(list(Build)),
        stature=draw(list(Stature)),
        face=draw(_upto(FACES)),
        skin=draw(_upto(SKINS)),
        eyes=draw(_upto(EYE_COLOURS)),
        hair=draw(styles),
        hair_colour=draw(_upto(HAIR_COLOURS)),
        beard=shape is BodyShape.MASCULINE and draw([False, False, True]),
        top=draw(tops),
        top_colour=draw(_upto(CLOTHS)),
        legs_colour=draw(_upto(CLOTHS)),
        shoes_colour=draw(_upto(CLOTHS)),
        cover_colour=draw(_upto(CLOTHS)),
    )


_AVATAR = re.compile(f"[0-9a-f]{{{AVATAR_SIGNS}}}")
_SHORT = [HairStyle.CROP, HairStyle.PARTED, HairStyle.CURLS, HairStyle.RECEDING]


def _upto(count: int) -> list[int]:
    return list(range(count))


_OPTIONS: dict[str, list[Any]] = {
    "shape": [str(one) for one in BodyShape],
    "age": [str(one) for one in Age],
    "build": [str(one) for one in Build],
    "stature": [str(one) for one in Stature],
    "face": _upto(FACES),
    "skin": _upto(SKINS),
    "eyes": _upto(EYE_COLOURS),
    "hair": [str(one) for one in HairStyle],
    "hair_colour": _upto(HAIR_COLOURS),
    "beard": [False, True],
    "top": [str(one) for one in Top],
    "top_colour": _upto(CLOTHS),
    "legs_colour": _upto(CLOTHS),
    "shoes_colour": _upto(CLOTHS),
    "cover": [str(one) for one in Cover],
    "cover_colour": _upto(CLOTHS),
    "glasses": [False, True],
    "hearing_aids": [False, True],
    "wheelchair": [False, True],
}
