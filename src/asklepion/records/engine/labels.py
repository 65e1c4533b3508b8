"""How delicate a fact is, and about what: from the labels it came with, and from its codes.

Source of the idea: IHE ITI Privacy Consent on FHIR, Security Labeling Service
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from ..model import Label
from .sensitive import EXACT, PREFIX_SYSTEMS, PREFIXES, WORDS

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LEVELS = (Label.U, Label.L, Label.M, Label.N, Label.R, Label.V)
LABELS = {
    **{(CONFIDENTIALITY, label.name): label for label in LEVELS},
    **{(ACT_CODES, label.name): label for label in Label if label not in LEVELS},
}
LEVEL_MASK = sum(label.bit for label in LEVELS)

# What is always meant as well.
INCLUDED = (
    (Label.ETHUD, Label.ETH),
    (Label.OPIOIDUD, Label.ETH),
    (Label.SICKLE, Label.GDIS),
    (Label.ETH, Label.BH),
    (Label.PSY, Label.BH),
)
_WORDS = re.compile("|".join(f"(?P<{label.name}>{words})" for label, words in WORDS.items()))
CACHE_MOST = 20_000


def labels_of(resource: dict[str, Any]) -> int:
    """Its labels as a mask: exactly one level, and everything about which it is delicate.

    The level is the strictest that its `meta.security` names; else restricted where it is
    delicate, and normal where not.
    """
    security: list[dict[str, Any]] = resource.get("meta", {}).get("security", [])
    mask = 0
    for coding in security:
        label = LABELS.get((coding.get("system", ""), coding.get("code", "")))
        mask |= label.bit if label is not None else 0
    for name, value in resource.items():
        if name not in ("meta", "text", "contained") and isinstance(value, dict | list):
            mask |= _inside(value)
    for inner in resource.get("contained", ()):
        mask |= labels_of(inner) & ~LEVEL_MASK
    for one, other in INCLUDED:
        mask |= other.bit if mask & one.bit else 0
    levels = [level for level in LEVELS if mask & level.bit]
    level = levels[-1] if levels else Label.R if mask else Label.N
    return (mask & ~LEVEL_MASK) | level.bit


def names_of(mask: int) -> list[str]:
    """The codes of what a mask says it is delicate about."""
    return [label.name for label in Label if mask & label.bit and label not in LEVELS]


def with_gentler(mask: int) -> int:
    """A mask in which each level stands for the gentler ones as well: whoever may see N, may L."""
    top = max((level for level in LEVELS if mask & level.bit), default=None)
    return mask | (sum(level.bit for level in LEVELS if level <= top) if top is not None else 0)


def with_stricter(mask: int) -> int:
    """A mask in which each level stands for the stricter ones as well: what hides R, hides V."""
    low = min((level for level in LEVELS if mask & level.bit), default=None)
    return mask | (sum(level.bit for level in LEVELS if level >= low) if low is not None else 0)


def _inside(value: Any) -> int:
    mask = 0
    for system, code, text in codings_in(value):
        mask |= _labels(system, code, text)
    return mask


def codings_in(value: Any) -> Iterator[tuple[str, str, str]]:
    """Every coding, as system, code and display; and every text beside codings."""
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += cast(list[Any], node)
        elif isinstance(node, dict):
            it = cast(dict[str, Any], node)
            code = it.get("code")
            if isinstance(code, str):
                yield _text(it.get("system")), code, _text(it.get("display"))
            if "coding" in it or "text" in it:
                yield "", "", _text(it.get("text"))
            waiting += [inner for inner in it.values() if isinstance(inner, dict | list)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


@lru_cache(maxsize=CACHE_MOST)
def _labels(system: str, code: str, text: str) -> int:
    mask = EXACT.get((system, code), 0)
    if system == ACT_CODES and (system, code) in LABELS:  # a Consent that speaks of it
        mask |= LABELS[system, code].bit
    if system in PREFIX_SYSTEMS:
        for length in range(1, len(code) + 1):
            mask |= PREFIXES.get((system, code[:length]), 0)
    for match in _WORDS.finditer(text[:1000].lower()):
        mask |= Label[cast(str, match.lastgroup)].bit
    return mask
