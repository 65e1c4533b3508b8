"""Write docs/rooms/twin/scores.md from the registry of scores: `python -m tools.score_page`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asklepion.twin import SCORES, Score
from asklepion.twin.engine.scores.inputs import Answer, Choice, Criterion, Input, Number

PAGE = Path(__file__).parents[1] / "docs/rooms/twin/scores.md"

HEAD = """\
# Scores

Published clinical scores, each written once from its paper (`twin/engine/scores`). This page is
written from the registry by `make wire`; a test finds it when it is not.

```
asklepion twin scores [NAME] [--json]    lists them, with what each asks for
asklepion twin score NAME INPUT.json     computes one; of an object, a list of them, or - (a pipe)
```

```json
{"age": 78, "Confusion": true, "respiratory rate": [31, "/min"], "sbp": 85, "dbp": 50, "bun": 28}
```

A number may come bare in our unit, as `[value, unit]`, or with a second key `NAME_unit`. Names are
compared without case, blanks and signs, so `PaO₂` is `pao2`. The answer has the score's values and
`assumed`, the inputs of which nothing was told and which count as "no" or as their usual; or
`cannot`, with every need at once and why (`missing`, `impossible`, `outside`, `unit`, `excluded`).
A name that a score does not have is a need too: it may be a slip of an important one. Two names of
one input that tell different things, and a yes or no that contradicts the number it follows from,
are refused. Exit code 1 if any could not be computed, 2 for a name that is no score.

In Python: `from asklepion.twin import SCORES`; `SCORES["CURB-65"](age=78, confusion=True, …)` gives
its result or `Cannot`, and never raises on a value.

No score decides anything. Each knows whom it was made for only as far as its inputs tell; what the
column "made for" says beyond them, whoever asks must see to.
"""

COLUMNS = "| name | what | horizon | made for | paper | held to |"
NOTES = """\
## Where published numbers contradict papers

About a fifth of the published rows at hand contradict the papers they name: nearly all of one
benchmark's APACHE II, Caprini, SOFA and coma scale, many of its Charlson, Child-Pugh and RCRI. The
papers are followed. The rows are kept as examples of what is wrong, each kind with its reason
(`tests/twin/scores/contradictions.py`); one that agrees again is found.

## What is left out

QRISK3: its algorithm is published under the LGPL with conditions of its own, and this house takes
in nothing under that licence. PREVENT and SCORE2 answer the same question. Gupta's weights were
taken from where his calculator is published and not from the paper itself.
"""


def page() -> str:
    """The whole page."""
    rows = "\n".join(_row(score) for score in SCORES.values())
    table = f"{COLUMNS}\n|---|---|---|---|---|---|\n{rows}\n"
    inputs = "\n".join(_inputs(score) for score in SCORES.values())
    return f"{HEAD}\n## All of them\n\n{table}\n{NOTES}\n## Inputs\n\n{inputs}"


def _row(score: Score[Any]) -> str:
    papers = "; ".join(f"[{_short(each.citation)}]({each.url})" for each in score.sources)
    cells = (f"`{score.name}`", score.title, score.horizon or "now", score.range, papers)
    return "| " + " | ".join((*cells, score.evidence)) + " |"


def _short(citation: str) -> str:
    """Who and when: what stands before the first comma or full stop, and the year."""
    who = citation.split(",")[0].split(".")[0]
    year = next(word for word in _words(citation) if word[:2] in {"19", "20"} and len(word) == 4)
    return f"{who} {year}" if len(who) < 40 else f"{' '.join(who.split()[:5])} … {year}"


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()


def _inputs(score: Score[Any]) -> str:
    lines = "".join(f"- {_input(one)}\n" for one in score.inputs)
    return f"### {score.name}\n\n{lines}"


def _input(one: Input) -> str:
    others = [*one.names, *(one.named if isinstance(one, Number) else ())]
    also = f"; also {', '.join(f'`{name}`' for name in others)}" if others else ""
    return f"`{one.key}`: {_kind(one)}{also}"


def _kind(one: Input) -> str:
    match one:
        case Number():
            low, high = one.valid or one.possible
            usual = "" if one.default is None else f", {one.default:g} if left out"
            optional = "" if one.needed else ", optional"
            return f"{low:g} to {high:g} {one.unit}{usual or optional}"
        case Choice():
            usual = f", `{one.default}` if left out" if one.default else ""
            optional = "" if one.needed else ", optional"
            return ", ".join(f"`{each}`" for each in one.options) + (usual or optional)
        case Criterion():
            of = " and ".join(f"`{key}`" for key in one.of)
            return f"yes or no; follows from {of}" + ("" if one.needed else ", no if left out")
        case Answer():
            return "yes or no" + ("" if one.needed else ", no if left out")


def write(pages: Mapping[Path, str]) -> None:
    """Write pages where they belong."""
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write({PAGE: page()})
