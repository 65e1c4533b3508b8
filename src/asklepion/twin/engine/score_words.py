"""Which scores are shown beside the cards, and every key of the catalogues that they send.

A score is shown once it has words in every language: for its title, whom it is for, each input,
each option and each band. All other scores are for scripts until then.
"""

import re
from typing import Any

from .scores import SCORES, Score
from .scores.inputs import Choice, Criterion, Input, fold

SCORE = "twin.score."
INPUT = "twin.input."

# By name; with the paper's classes, as `Result.say` gives them.
BANDS: dict[str, tuple[str, ...]] = {
    "CHA2DS2-VASc": (),
    "HAS-BLED": ("low", "moderate", "high"),
    "SCORE2": (),
    "PCE": (),
    "FIB-4": ("low", "indeterminate", "high"),
    "MELD-3.0": (),
    "CURB-65": ("low", "intermediate", "high"),
    "qSOFA": ("not high", "high"),
    "RCRI": ("I", "II", "III", "IV"),
    "ARISCAT": ("low", "intermediate", "high"),
    "LACE": ("low", "moderate", "high"),
    "FINDRISC": ("low", "slightly raised", "moderate", "high", "very high"),
}
SHOWN = tuple(BANDS)
PERSON = frozenset({"age", "sex"})


def shown_inputs(score: Score[Any]) -> list[Input]:
    """What is asked of whoever looks: not what follows from age and sex alone."""
    return [
        one
        for one in score.inputs
        if not (isinstance(one, Criterion) and PERSON.issuperset(one.of))
    ]


def title_key(score: Score[Any], part: str) -> str:
    """The key of a score's `title`, `about` or `range`."""
    return f"{SCORE}{fold(score.name)}.{part}"


def band_key(score: Score[Any], band: str) -> str:
    """The key of a class of a score."""
    return f"{SCORE}{fold(score.name)}.band.{_slug(band)}"


def horizon_key(score: Score[Any]) -> str:
    """The key of how far ahead a score looks."""
    return f"{SCORE}horizon.{_slug(score.horizon) or 'now'}"


def option_key(key: str, option: str) -> str:
    """The key of one of several that an input may be."""
    return f"{INPUT}value.{key}.{_slug(option)}"


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower())


def keys_of(score: Score[Any]) -> set[str]:
    """Every key that one score sends."""
    keys = {title_key(score, part) for part in ("title", "about", "range")}
    keys |= {horizon_key(score), *(band_key(score, band) for band in BANDS[score.name])}
    for one in shown_inputs(score):
        keys.add(INPUT + one.key)
        if isinstance(one, Choice):
            keys |= {option_key(one.key, option) for option in one.options}
    return keys


SCORE_KEYS: frozenset[str] = frozenset(
    {f"{SCORE}risk"}.union(*(keys_of(SCORES[name]) for name in SHOWN))
)
