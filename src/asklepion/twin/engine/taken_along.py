"""What was thought of a patient, as the archive has it that she takes along."""

from collections.abc import Sequence

import msgspec

from asklepion.records import Along

from ..wire import Estimated
from .report.words import LANGUAGES, shown

TITLE = "What doctors expected · 医生的估计"
DECLINED = "not said · 未作答"
OUTCOMES = {
    None: "not known yet · 尚不知道",
    True: "it happened · 已发生",
    False: "it did not happen · 未发生",
}


def along(found: Sequence[Estimated], missing: int = 0) -> Along:
    """All of it as JSON, and a line of each for the index, newest first.

    Args:
        missing: how many more there are that could not be read.
    """
    content = msgspec.json.format(msgspec.json.encode({"estimates": found}), indent=2)
    return Along(
        name="estimates",
        title=TITLE,
        content=content,
        lines=[_line(one) for one in found],
        missing=missing,
    )


def _line(one: Estimated) -> tuple[str, str, str]:
    title = " · ".join(shown(one.title_key, language) for language in LANGUAGES)
    doctor = DECLINED if one.share is None else f"{one.share:g} %"
    said = f"{one.by}: {doctor}; model · 模型: {one.model_share:.1f} %"
    happened = OUTCOMES[one.outcome.happened if one.outcome else None]
    day = f" ({one.outcome.on})" if one.outcome and one.outcome.on else ""
    return one.at[:16].replace("T", " "), title, f"{said}; {happened}{day}"
