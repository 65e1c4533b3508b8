"""Text as one looks for it: without case, accents, punctuation and double spaces."""

import re
import unicodedata
from functools import lru_cache

LENGTH_MOST = 200  # of a text in the index; a longer one is found by its beginning

# Within a word they are left out, so that OBrien finds O'Brien; all others part words.
DROPPED = dict.fromkeys(map(ord, "'’ʼ‘`´."))
ASCII_PARTING = re.compile(r"[\x00-\x20!\"#%&()*,/:;?@\[\\\]_{}\x7f-]+")


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """What of a text is compared: of " Zoë  O'Brien-Smith" it is "zoe obrien smith".

    Wide and narrow forms of Chinese, Japanese and Korean text are one.
    """
    if text.isascii():
        text = ASCII_PARTING.sub(" ", text.translate(DROPPED).lower())
    else:
        plain = unicodedata.normalize("NFKD", text).translate(DROPPED).casefold()
        text = "".join(_kept(char) for char in unicodedata.normalize("NFKD", plain))
    return " ".join(text.split())[:LENGTH_MOST].rstrip()


def _kept(char: str) -> str:
    if char.isalnum():
        return char
    if unicodedata.combining(char):
        return ""
    return " " if unicodedata.category(char)[0] in "PZC" else char
