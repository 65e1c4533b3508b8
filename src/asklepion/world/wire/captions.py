"""What somebody says, as words to read; JSON as every control."""

from typing import Annotated, TypeAlias

import msgspec

MAX_CAPTION_CHARS = 300
MOST_CAPTIONERS = 4  # of one speaker

# A tag as BCP 47 has it: "en", "zh-CN"; "" where nobody knows. https://www.rfc-editor.org/info/bcp47
Tag: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3})?$", max_length=35)
]

Piece: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One control message."""


class Caption(
    _Message,
    frozen=True,
    kw_only=True,
    tag="caption",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Words that are being said: one's own, or of somebody who lets one write down theirs.

    What comes with the same `piece` takes the place of what came before, until it is final.
    `aside` is the one the words are meant for, as for Say.
    """

    text: str
    piece: Piece
    is_final: bool = True
    is_typed: bool = False  # by hand, and not by a machine that listened
    lang: Tag = ""
    of: int | None = None  # whose words; None: one's own
    aside: int | None = None


class LetCaption(
    _Message, frozen=True, kw_only=True, tag="let-caption", forbid_unknown_fields=True
):
    """Let somebody here write down what I say, or not any more."""

    to: int
    may: bool


class ReadCaptions(
    _Message, frozen=True, kw_only=True, tag="read-captions", forbid_unknown_fields=True
):
    """Send me the captions of those whom I may hear, or not any more. Nobody is told."""

    is_on: bool


FromCaptioners: TypeAlias = Caption | LetCaption | ReadCaptions


class Captioned(_Message, frozen=True, kw_only=True, tag="captioned"):
    """What somebody says. Whoever typed it for them stands in `by`, and always is named."""

    slot: int
    name: str
    text: str
    piece: int
    is_final: bool
    is_typed: bool
    lang: str
    at: str
    by: str = ""  # the name of who typed it for them; "" where it is their own
    by_slot: int = -1
    is_private: bool = False  # to those in their aside alone


class CaptionRefused(_Message, frozen=True, kw_only=True, tag="caption-refused"):
    """A caption, or a wish about them, was not taken. `code` is as in Refused."""

    code: str
    piece: int = -1  # -1: it was no caption
    hint: str = ""


class MayCaption(_Message, frozen=True, kw_only=True, tag="may-caption"):
    """Somebody lets another write down what they say, or not any more; told to these two."""

    slot: int  # who speaks
    by: int  # who writes it down
    may: bool


TellsCaptions: TypeAlias = Captioned | CaptionRefused | MayCaption
