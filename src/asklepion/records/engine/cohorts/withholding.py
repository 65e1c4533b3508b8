"""Rows that rest on few people are held back, so that nobody publishes them by mistake.

It guards against accident, not against intent: whoever asks twice and subtracts can learn more.
What a researcher may see at all, each patient's consent decides before anything is counted.

Source: the rule of the smallest cell; https://doi.org/10.1002/9781118348239 chapter 2
"""

from dataclasses import replace

from asklepion.kit.errors import Incorrect

from .asking import Answer


def withhold(answer: Answer, smallest: int) -> tuple[Answer, int]:
    """The answer without rows of fewer patients than this, and how many were held back.

    Raises:
        Incorrect: the statement does not say how many patients each row rests on.
    """
    if answer.counted is None:
        raise Incorrect(
            "SQL: the answer does not say how many patients each row rests on.",
            hint="Select count(DISTINCT patient) AS patients, or ask for rows.",
        )
    at = answer.counted
    kept = [row for row in answer.rows if (row[at] or 0) >= smallest]
    return replace(answer, rows=kept), len(answer.rows) - len(kept)
