"""The words that a summary says of itself, in the languages that it is written in."""

LANGUAGES = ("en", "zh-CN")

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Patient summary", "患者健康摘要"),
    "problems": ("Problems", "当前健康问题"),
    "allergies": ("Allergies and intolerances", "过敏与不耐受"),
    "medicines": ("Medicines", "当前用药"),
    "alerts": ("Alerts", "警示信息"),
    "immunisations": ("Vaccinations", "预防接种"),
    "results": ("Test results", "检查检验结果"),
    "vitals": ("Vital signs", "生命体征"),
    "procedures": ("Procedures", "手术与操作"),
    "devices": ("Medical devices", "医疗器械"),
    "past": ("Past problems", "既往健康问题"),
    "pregnancy": ("Pregnancy", "妊娠情况"),
    "social": ("Social history", "生活方式"),
    "plans": ("Plan of care", "诊疗计划"),
    "directives": ("Advance directives", "预先医疗指示"),
    "nothing": ("No information is available.", "没有可用的信息。"),
    "older": ("{n} older entries are not listed.", "另有 {n} 条较早的记录未列出。"),
    "what": ("What", "项目"),
    "details": ("Details", "详情"),
    "when": ("When", "时间"),
    "born": ("Born", "出生日期"),
    "sex": ("Sex", "性别"),
    "male": ("male", "男"),
    "female": ("female", "女"),
    "other": ("other", "其他"),
    "unknown": ("unknown", "未知"),
    "unnamed": ("Name not given", "未提供姓名"),
    "uncoded": ("not specified", "未注明"),
    "identifier": ("Number", "证件号"),
    "since": ("since {when}", "自 {when} 起"),
    "until": ("until {when}", "至 {when}"),
    "high": ("high risk", "高风险"),
    "low": ("low risk", "低风险"),
    "unable-to-assess": ("risk unknown", "风险不明"),
    "inactive": ("inactive", "非活动"),
    "resolved": ("resolved", "已痊愈"),
    "remission": ("in remission", "缓解"),
    "recurrence": ("recurring", "复发"),
    "relapse": ("relapsed", "复发"),
    "on-hold": ("paused", "暂停"),
    "intended": ("planned", "计划中"),
    "preliminary": ("preliminary", "初步结果"),
    "unconfirmed": ("unconfirmed", "未确认"),
    "provisional": ("suspected", "疑似"),
    "differential": ("possible", "待鉴别"),
    "absent": ("no value", "无数值"),
    "range": ("expected {range}", "参考范围 {range}"),
    "issued": ("Issued on {when} (UTC) by {house}", "{house} 于 {when}（UTC）签发"),
    "page": ("Page {n} of {of}", "第 {n} 页，共 {of} 页"),
    "not-for": (
        "Made by a program from what the record holds and what may be shown; it may not be"
        " complete. It is no diagnosis and no prescription, and it is not for emergencies without"
        " asking the patient. A clinician decides.",
        "本摘要由程序根据病历中可展示的内容生成，可能不完整。它不是诊断或处方，"
        "紧急情况下请向患者本人核实，不可仅凭本摘要处置。诊疗决定应由医护人员作出。",
    ),
    "own-words": (
        "Names of conditions, medicines and tests stand as the record has them.",
        "疾病、药品和检验的名称按病历原文列出。",
    ),
    "trends": ("How some values went", "部分数值的变化"),
    "latest": ("latest {value}, {when}", "最近一次 {value}，{when}"),
}


def say(key: str, language: str, **values: object) -> str:
    """The words for a key; English in any language that is not known."""
    words = _WORDS[key][1 if language.lower().startswith("zh") else 0]
    return words.format(**values) if values else words


def says(key: str) -> bool:
    """Whether there are words for a key."""
    return key in _WORDS
