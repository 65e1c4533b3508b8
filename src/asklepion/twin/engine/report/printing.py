"""One page, A4, in English or Chinese: risks, what lowers them, what trials say, what is due.

The Chinese font is one that every reader of PDF brings along (Adobe-GB1), so it is not in the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import (
    registerFont,  # pyright: ignore[reportUnknownVariableType]
)
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    KeepInFrame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from ...wire import Card, Due, Effect, Harm, Input, Lever, Prevention
from ..measures import WRITTEN
from .words import own, said, shown

CHINESE, LATIN, BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
TEAL, INK, SOFT, LINE, PALE = map(HexColor, ("#0f6d70", "#22302f", "#576361", "#ded5c5", "#f3efe7"))
EDGE = 16 * mm
WIDTH = A4[0] - 2 * EDGE
HEIGHT = A4[1] - 2 * EDGE
LEVERS_MOST, TRIALS_MOST, DUE_MOST = 4, 6, 10
LONG_UNIT = 7  # signs


@dataclass(frozen=True, kw_only=True)
class Report:
    """What goes on the page; a number is on it only where the reader may see it.

    Args:
        day: when it was made, such as 2026-03-01.
    """

    name: str
    sex: str
    age: int | None
    day: str
    language: str
    cards: Sequence[Card]
    prevention: Prevention


class _Look:
    """How texts look in one language; signs that a font lacks are set in the other."""

    def __init__(self, language: str) -> None:
        self.is_chinese = language.startswith("zh")
        font, bold = (CHINESE, CHINESE) if self.is_chinese else (LATIN, BOLD)
        wrap = "CJK" if self.is_chinese else None

        def style(name: str, size: float, color: Any, face: str) -> ParagraphStyle:
            return ParagraphStyle(
                name,
                fontName=face,
                fontSize=size,
                leading=size * 1.35,
                textColor=color,
                wordWrap=wrap,
            )

        self._styles = {
            "title": style("title", 11, TEAL, bold),
            "name": style("name", 20, INK, bold),
            "head": style("head", 12, TEAL, bold),
            "soft": style("soft", 8.5, SOFT, font),
            "cell": style("cell", 9.5, INK, font),
            "strong": style("strong", 9.5, INK, bold),
            "small": style("small", 7, SOFT, font),
        }

    def of(self, words: str, style: str = "cell") -> Paragraph:
        """A paragraph."""
        made, run, is_foreign = "", "", False
        for sign in words:
            if _lacks(sign) != is_foreign:
                made, run, is_foreign = made + self._run(run, is_foreign), "", not is_foreign
            run += sign
        return Paragraph(made + self._run(run, is_foreign), self._styles[style])

    def _run(self, words: str, is_foreign: bool) -> str:
        plain = "".join(it if it >= " " else " " for it in words)
        plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if is_foreign == self.is_chinese or not words:
            return plain
        return f'<font name="{CHINESE if is_foreign else LATIN}">{plain}</font>'


def _lacks(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return False


def printed(report: Report) -> bytes:
    """The page as a PDF."""
    registerFont(UnicodeCIDFont(CHINESE))
    look, language = _Look(report.language), report.language
    story = [
        *_head(report, look),
        *_section("risks", _risks(report, look), look, language),
        *_section("levers", _levers(report, look), look, language),
        *_section("trials", _trials(report, look), look, language),
        *_section("due", _due(report.prevention.due, look, language), look, language),
        *_limits(report, look),
        *_sources(report, look),
    ]
    out = BytesIO()
    frame = Frame(EDGE, EDGE, WIDTH, HEIGHT, 0, 0, 0, 0)
    pages = BaseDocTemplate(  # pyright: ignore[reportUnknownMemberType]
        out,
        pagesize=A4,
        title=own("title", language),
        author="Asklepion",
        lang=language,
        invariant=1,
        pageTemplates=[PageTemplate(frames=[frame])],
    )
    pages.build([KeepInFrame(WIDTH, HEIGHT, story, mode="shrink")])
    return out.getvalue()


def _head(report: Report, look: _Look) -> list[Any]:
    language = report.language
    sex = shown(f"twin.input.value.sex.{report.sex}", language) if report.sex else ""
    age = "" if report.age is None else own("years", language, n=report.age)
    as_of = report.prevention.as_of
    at = own("as_of", language, at=as_of[:10]) if as_of else ""
    note = Table(
        [[look.of(own("made", language, at=report.day), "soft")]], colWidths=[WIDTH], hAlign="LEFT"
    )
    note.setStyle([("BACKGROUND", (0, 0), (-1, -1), PALE), ("BOX", (0, 0), (-1, -1), 0.5, LINE)])
    return [
        look.of(own("title", language), "title"),
        look.of(report.name or "–", "name"),
        look.of(" · ".join(part for part in (age, sex, at) if part), "soft"),
        Spacer(0, 2 * mm),
        note,
    ]


def _section(name: str, body: list[Any], look: _Look, language: str) -> list[Any]:
    return [Spacer(0, 3.5 * mm), look.of(own(name, language), "head"), Spacer(0, 1 * mm), *body]


def _grid(rows: list[list[Any]], shares: Sequence[float]) -> Table:
    grid = Table(rows, colWidths=[WIDTH * share for share in shares], hAlign="LEFT")
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return grid


# Risks


def _risks(report: Report, look: _Look) -> list[Any]:
    language = report.language
    names = ["what", "result", "between", "ahead"]
    shares = [0.44, 0.17, 0.18, 0.21]
    if any(card.estimate for card in report.cards):
        names, shares = [*names, "own"], [0.36, 0.16, 0.17, 0.18, 0.13]
    rows: list[list[Any]] = [[look.of(own(name, language), "soft") for name in names]]
    before = ""
    for card in report.cards:
        rests = _rests(card, language)
        same = own("same", language) if rests and rests == before else rests
        rows.append(_risk(card, same, look, language)[: len(names)])
        before = rests
    return [_grid(rows, shares)]


def _risk(card: Card, rests: str, look: _Look, language: str) -> list[Any]:
    title = look.of(shown(card.title_key, language), "strong")
    ahead = look.of(said(card.horizon, language), "soft")
    if card.state == "asked_first":
        return [title, look.of(own("first", language), "soft"), "", ahead, ""]
    if card.value is None or card.interval is None:
        needs = ", ".join(shown(need.label_key, language) for need in card.missing)
        why = look.of(own("cannot", language, needs=needs), "small")
        return [[title, why], look.of("–"), "", ahead, ""]
    digits = card.digits
    told = "" if card.estimate is None else own("declined", language)
    if card.estimate and card.estimate.share is not None:
        told = f"{card.estimate.share:.{digits}f} %"
    between = f"{card.interval.low:.{digits}f} – {card.interval.high:.{digits}f}"
    return [
        [title, look.of(rests, "small")] if rests else title,
        _result(f"{card.value:.{digits}f}", _unit(card.unit), look),
        look.of(between),
        ahead,
        look.of(told),
    ]


def _rests(card: Card, language: str) -> str:
    """What a number rests on; nothing where there is none."""
    told = [one for one in card.inputs if one.value is not None and not one.missing]
    if card.state != "computed" or not told:
        return ""
    inputs = own("join", language).join(_input(one, language) for one in told)
    return own("rests", language, inputs=inputs)


def _result(value: str, unit: str, look: _Look) -> Any:
    """A value with its unit; a long unit stands below, since it must not break."""
    if len(unit) < LONG_UNIT:
        return look.of(f"{value} {unit}".strip(), "strong")
    return [look.of(value, "strong"), look.of(unit, "small")]


def _input(one: Input, language: str) -> str:
    """One thing that a number rests on, with its unit."""
    if one.value_key:
        told = shown(one.value_key, language)
    elif isinstance(one.value, int | float):
        told = f"{round(one.value, 1):g} {_unit(one.unit)}".strip()
    else:
        told = str(one.value)
    return f"{shown(one.label_key, language)} {told}"


def _limits(report: Report, look: _Look) -> list[Any]:
    """What limits the numbers above; nothing where there are none."""
    told = [card for card in report.cards if card.state == "computed"]
    words = dict.fromkeys(said(one, report.language) for card in told for one in card.limits)
    if not words:
        return []
    head = look.of(own("limits", report.language), "soft")
    return [Spacer(0, 3 * mm), head, *(look.of(f"– {one}", "small") for one in words)]


def _unit(unit: str) -> str:
    return "" if unit.startswith("{") or unit == "a" else WRITTEN.get(unit, unit)


# What lowers them


def _levers(report: Report, look: _Look) -> list[Any]:
    language = report.language
    outlook = next((one for one in report.prevention.outlooks if one.levers), None)
    if report.prevention.state == "asked_first":
        return [look.of(own("first", language), "soft")]
    if outlook is None:
        return [look.of(own("none", language), "soft")]
    rows = [_lever(lever, look, language) for lever in outlook.levers[:LEVERS_MOST]]
    story: list[Any] = [
        look.of(shown(outlook.title_key, language), "soft"),
        _grid(rows, (0.55, 0.45)),
    ]
    if outlook.together and outlook.value is not None:
        words = own(
            "together",
            language,
            then=f"{outlook.together.value:.1f}",
            now=f"{outlook.value:.1f}",
        )
        story += [Spacer(0, 1 * mm), look.of(words, "strong")]
    return story


def _lever(lever: Lever, look: _Look, language: str) -> list[Any]:
    name = shown(lever.label_key, language)
    if isinstance(lever.to, bool):
        goal = shown("twin.ui.prevention.to.no", language)
    else:
        to = f"{lever.to:.{1 if lever.to < 50 else 0}f} {_unit(lever.unit)}"
        goal = shown("twin.ui.prevention.to", language, {"name": name, "to": to})
    less = lever.less
    fewer = own(
        "fewer",
        language,
        n=f"{less.value:.1f}",
        low=f"{less.interval.low:.1f}",
        high=f"{less.interval.high:.1f}",
    )
    return [look.of(goal, "strong"), look.of(fewer)]


# What trials say


def _trials(report: Report, look: _Look) -> list[Any]:
    language = report.language
    if report.prevention.state == "asked_first":
        return [look.of(own("first", language), "soft")]
    effects = report.prevention.effects[:TRIALS_MOST]
    if not effects:
        return [look.of(own("no_trials", language), "soft")]
    names = ("what", "without", "with", "treated")
    rows: list[list[Any]] = [[look.of(own(name, language), "soft") for name in names]]
    told: set[str] = set()
    for effect in effects:
        rows.append(_trial(effect, look, language, has_harms=effect.treatment not in told))
        told.add(effect.treatment)
    return [_grid(rows, (0.47, 0.11, 0.25, 0.17))]


def _trial(effect: Effect, look: _Look, language: str, *, has_harms: bool) -> list[Any]:
    """One outcome of a treatment; its harms stand beside the first."""
    assert effect.baseline
    assert effect.then
    title, outcome = shown(effect.title_key, language), shown(effect.outcome_key, language)
    what = own("of", language, what=title, of=outcome)
    then, treated = effect.then, effect.treated
    between = f"{then.interval.low:.1f} – {then.interval.high:.1f}"
    for_one = "–"
    if treated:
        low, high = treated.interval.low, treated.interval.high
        for_one = f"{treated.value:.0f} ({low:.0f} – {high:.0f})"
    harms = (
        own("join", language).join(_harm(harm, language) for harm in effect.harms)
        if has_harms
        else ""
    )
    return [
        [look.of(what), look.of(harms, "small")] if harms else look.of(what),
        look.of(f"{effect.baseline.value:.1f} %"),
        look.of(f"{then.value:.1f} % ({between})"),
        look.of(for_one),
    ]


def _harm(harm: Harm, language: str) -> str:
    name, period = shown(harm.label_key, language), said(harm.period, language)
    if harm.ratio_value is not None:
        return own("harm_ratio", language, name=name, n=f"{harm.ratio_value:g}", period=period)
    return own("harm", language, name=name, n=f"{harm.extra or 0:.0f}", period=period)


# What is due


def _due(due: Sequence[Due], look: _Look, language: str) -> list[Any]:
    near = "NHC" if language.startswith("zh") else "USPSTF"
    wanted = sorted((one for one in due if one.state == "due"), key=lambda one: one.by != near)
    if not wanted:
        return [look.of(own("no_due", language), "soft")]
    cells = [
        look.of(own("by", language, what=shown(one.title_key, language), by=one.by))
        for one in wanted[:DUE_MOST]
    ]
    cells += [look.of("")] * (len(cells) % 2)
    return [_grid([cells[at : at + 2] for at in range(0, len(cells), 2)], (0.5, 0.5))]


def _sources(report: Report, look: _Look) -> list[Any]:
    sources = [card.source for card in report.cards if card.state != "cannot"]
    sources += [effect.source for effect in report.prevention.effects[:TRIALS_MOST]]
    names = list(dict.fromkeys(source.citation for source in sources))
    head = look.of(own("sources", report.language), "soft")
    return [Spacer(0, 3 * mm), head, *(look.of(name, "small") for name in names)]
