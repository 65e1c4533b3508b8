"""Text as one looks for it: without case, accents, punctuation and double spaces."""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

LENGTH_MOST = 200  # of a text in the index; a longer one is found by its beginning

# Within a word they are left out, so that OBrien finds O'Brien; all others part words.
DROPPED = dict.fromkeys(map(ord, "'’ʼ‘`´."))
ASCII_PARTING = re.compile(r"[\x00-\x20!\"#%&()*,/:;?@\[\\\]_{}\x7f-]+")


TAG = re.compile(r"<[^<>]*>")
WITHOUT_SPACES = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
WORDS_MOST = 1000  # different ones of one resource; the rest of a longer text is not looked into

PROSE_MOST = 4_000  # signs of one text that are looked into

# Elements that hold what people wrote for people.
PROSE = frozenset(
    {"display", "text", "description", "comment", "title", "name", "conclusion", "instruction"}
    | {"patientInstruction", "definition", "purpose", "usage", "copyright", "detail", "reason"}
    | {"valueString", "valueMarkdown", "documentation", "prefix", "label", "criteria"}
)


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """What of a text is compared: of " Zoë  O'Brien-Smith" it is "zoe obrien smith".

    Wide and narrow forms of Chinese, Japanese and Korean text are one.
    """
    return _normal(text)[:LENGTH_MOST].rstrip()


def _normal(text: str) -> str:
    if text.isascii():
        text = ASCII_PARTING.sub(" ", text.translate(DROPPED).lower())
    else:
        plain = unicodedata.normalize("NFKD", text).translate(DROPPED).casefold()
        text = "".join(_kept(char) for char in unicodedata.normalize("NFKD", plain))
    return " ".join(text.split())


def _kept(char: str) -> str:
    if char.isalnum():
        return char
    if unicodedata.combining(char):
        return ""
    return " " if unicodedata.category(char)[0] in "PZC" else char


@lru_cache(maxsize=8192)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, each once; of a script without spaces, its signs and pairs of signs."""
    return tuple(dict.fromkeys(_words(text)))


def _words(text: str) -> Iterator[str]:
    for word in _normal(text).split():
        if word.isascii() or not (runs := WITHOUT_SPACES.findall(word)):
            yield word
            continue
        yield from WITHOUT_SPACES.sub(" ", word).split()
        for run in runs:
            yield from run
            yield from (run[i : i + 2] for i in range(len(run) - 1))


def narrative_words(div: str) -> tuple[str, ...]:
    """The words of a narrative, without its marks."""
    return tuple(dict.fromkeys(_words(html.unescape(TAG.sub(" ", div)))))[:WORDS_MOST]


def prose_of(resource: dict[str, Any]) -> set[str]:
    """What people wrote in a resource: notes, names, displays."""
    texts: list[str] = []
    _gather(resource, texts)
    return {text[:PROSE_MOST] for text in texts}


def _gather(it: dict[str, Any], texts: list[str]) -> None:
    for key, value in it.items():
        if type(value) is str:
            if key in PROSE:
                texts.append(value)
        elif type(value) is dict:
            _gather(cast(dict[str, Any], value), texts)
        elif type(value) is list:
            for inner in cast(list[Any], value):
                if type(inner) is dict:
                    _gather(cast(dict[str, Any], inner), texts)
                elif type(inner) is str and key in PROSE:
                    texts.append(inner)
