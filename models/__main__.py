"""`python -m models [NAME …]`: make the models, all of them or those that are named."""

import importlib
import sys

MADE = (
    "icu_death",
    "icu_stay",
    "sepsis",
    "readmission",
    "serious_illness",
    "operation",
    "treatment",
)


def main(names: list[str]) -> int:
    """Make them one after another."""
    unknown = set(names) - set(MADE)
    if unknown:
        print(f"There is no model {', '.join(sorted(unknown))}. There are: {', '.join(MADE)}.")
        return 2
    for name in names or MADE:
        print(f"== {name}", flush=True)
        importlib.import_module(f"models.{name}").make()
    return 0


sys.exit(main(sys.argv[1:]))
