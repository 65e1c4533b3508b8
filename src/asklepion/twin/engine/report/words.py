"""The report's words. Those that stand on the screen too come from there: tools/report_words.py."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ...wire import Text

LANGUAGES = ("en", "zh-CN")
OWN: Mapping[str, tuple[str, str]] = {
    "title": ("What the twin says", "数字孪生报告"),
    "years": ("{n} years", "{n} 岁"),
    "as_of": ("From values up to {at}", "数据截至 {at}"),
    "risks": ("Risks", "风险"),
    "what": ("What", "项目"),
    "result": ("Result", "结果"),
    "between": ("Between", "范围"),
    "ahead": ("Looks ahead", "时间范围"),
    "own": ("Your estimate", "您的估计"),
    "declined": ("not said", "未作答"),
    "first": ("Say what you think first", "请先给出您的估计"),
    "cannot": ("Cannot be told. Needs: {needs}", "无法计算。需要：{needs}"),
    "levers": ("What would lower it most (association)", "改变什么影响最大（关联）"),
    "fewer": ("{n} fewer of 100 ({low} to {high})", "100 人中少 {n} 人（{low} 到 {high}）"),
    "together": ("All at once: {then} % instead of {now} %", "全部做到：{then} %，而不是 {now} %"),
    "none": ("Nothing that the equation knows.", "方程所知道的因素中没有。"),
    "trials": ("Treatments, by trials", "治疗（来自试验）"),
    "without": ("Without", "不治疗"),
    "with": ("With", "治疗后"),
    "treated": ("Treated for one", "治疗几人避免 1 例"),
    "harm": ("{name}: {n} more of 1,000 {period}", "{name}：{period}每 1000 人多 {n} 人"),
    "harm_ratio": ("{name}: {n} times as often {period}", "{name}：{period}为 {n} 倍"),
    "no_trials": ("No trial here speaks for this person.", "没有适用于这个人的试验。"),
    "due": ("Due", "该做的检查和疫苗"),
    "no_due": ("Nothing by the rules known here.", "按这里的规则没有。"),
    "sources": ("Sources", "出处"),
    "limits": ("What to know of these", "使用须知"),
    "rests": ("From: {inputs}", "依据：{inputs}"),
    "same": ("From the same values.", "依据同上。"),
    "join": ("; ", "；"),
    "of": ("{what}: {of}", "{what}：{of}"),
    "by": ("{what} ({by})", "{what}（{by}）"),
    "made": ("Made on {at} by Asklepion. An aid to thinking: it replaces neither an examination "
             "nor a clinician’s judgement.",
             "Asklepion 于 {at} 生成。仅供参考，不能代替检查和医生的判断。"),
}  # fmt: skip


@cache
def _shown() -> Mapping[str, Mapping[str, str]]:
    text = files("asklepion.twin.engine.report").joinpath("shown.json").read_text("utf-8")
    return json.loads(text)


def own(name: str, language: str, /, **params: object) -> str:
    """The report's own words."""
    return OWN[name][LANGUAGES.index(language)].format(**params)


def shown(key: str, language: str, params: Mapping[str, object] | None = None) -> str:
    """Words that stand on the screen too."""
    words = _shown()[language].get(key, key)
    for name, value in (params or {}).items():
        words = words.replace(
            f"{{{name}}}", f"{value:g}" if isinstance(value, float) else str(value)
        )
    return words.partition("{")[0] if "|" in words else words


def said(text: Text, language: str) -> str:
    """A sentence with its parameters."""
    return shown(text.key, language, text.params)
