"""When readings ask for somebody's attention: the rules, and the watch over one person's stream.

Pure and repeatable: the same readings in the same order raise the same alerts, whatever the clock.
"""

from .baseline import Usual, make_usual
from .rules import RULES, Rule, Severity, left_out
from .series import Sample, Series, samples_of
from .stream import Change, Stream

__all__ = [
    "RULES",
    "Change",
    "Rule",
    "Sample",
    "Series",
    "Severity",
    "Stream",
    "Usual",
    "left_out",
    "make_usual",
    "samples_of",
]
