"""The summary on paper: A4, in English or Chinese, with the course of what is measured often.

The Chinese font is one that every reader of PDF brings along (Adobe-GB1), so it is not in the file.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import (
    registerFont,  # pyright: ignore[reportUnknownVariableType]
)
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, KeepTogether, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from ..dates import span_of
from .choosing import Chosen, kind_of
from .document import Issued, born, named, numbers
from .lines import Line, day, line_of, moment_of, number_words, quantity_words, words_of
from .sections import SECTIONS
from .words import say

Json = dict[str, Any]

CHINESE, LATIN = "STSong-Light", "Helvetica"
TEAL, INK, SOFT, LINE, PALE = map(HexColor, ("#0f6d70", "#22302f", "#576361", "#ded5c5", "#f3efe7"))
EDGE = 18 * mm
WIDTH = A4[0] - 2 * EDGE
TRENDS_MOST = 6
POINTS_LEAST = 3
SKETCH = (56 * mm, 20 * mm)


def printed(patient: Json, chosen: Chosen, others: Mapping[str, Json], issued: Issued) -> bytes:
    """The same summary as a PDF."""
    registerFont(UnicodeCIDFont(CHINESE))
    language = issued.language
    look = _Look(language)
    story: list[Any] = [
        look.of(say("title", language), "title"),
        look.of(named(patient, language), "name"),
        look.of(" · ".join([born(patient, language), *numbers(patient)[:3]]), "soft"),
        Spacer(0, 2 * mm),
        _boxed(look.of(say("not-for", language), "note")),
        Spacer(0, 2 * mm),
    ]
    for section in SECTIONS:
        entries = chosen.of.get(section.key, [])
        if not entries and not section.is_required:
            continue
        lines = [line_of(it, others, language) for it in _newest(section.key, entries)]
        story += _section(section.key, lines, chosen.left_out.get(section.key, 0), look)
        if section.key == "vitals":
            story += _trends(chosen, look)
    story.append(look.of(say("own-words", language), "soft"))
    return _built(story, issued)


def _newest(key: str, entries: list[Json]) -> list[Json]:
    """On paper the newest of a kind; its course is drawn."""
    if key not in ("results", "vitals"):
        return entries
    newest: dict[str, Json] = {}
    for entry in entries:
        newest.setdefault(kind_of(entry) or entry["id"], entry)
    return list(newest.values())


class _Look:
    """How texts look in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.font = CHINESE if language.startswith("zh") else LATIN
        bold = self.font if language.startswith("zh") else "Helvetica-Bold"
        wrap = "CJK" if language.startswith("zh") else None

        def style(name: str, size: float, color: Any, font: str = "") -> ParagraphStyle:
            return ParagraphStyle(
                name,
                fontName=font or self.font,
                fontSize=size,
                leading=size * 1.4,
                textColor=color,
                wordWrap=wrap,
            )

        self._styles = {
            "title": style("title", 11, TEAL, bold),
            "name": style("name", 20, INK, bold),
            "soft": style("soft", 9, SOFT),
            "note": style("note", 8.5, SOFT),
            "head": style("head", 12.5, TEAL, bold),
            "cell": style("cell", 9.5, INK),
            "strong": style("strong", 9.5, INK, bold),
        }

    def of(self, words: str, style: str) -> Paragraph:
        """A paragraph; signs that the font lacks are set in the Chinese one."""
        return Paragraph(self._marked(words), self._styles[style])

    def _marked(self, words: str) -> str:
        made, run, is_foreign = "", "", False
        for sign in words:
            if _lacks(sign) != is_foreign:
                made, run, is_foreign = made + self._run(run, is_foreign), "", not is_foreign
            run += sign
        return made + self._run(run, is_foreign)

    def _run(self, words: str, is_foreign: bool) -> str:
        """Signs in the font that has them; in a Chinese text the Latin ones are the guests."""
        if is_foreign == (self.font == CHINESE) or not words:
            return _escaped(words)
        return f'<font name="{CHINESE if is_foreign else LATIN}">{_escaped(words)}</font>'


def _lacks(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return False


def _escaped(words: str) -> str:
    plain = "".join(it if it >= " " else " " for it in words)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _boxed(inner: Paragraph) -> Grid:
    box = Grid([[inner]], colWidths=[WIDTH])
    box.setStyle([("BACKGROUND", (0, 0), (-1, -1), PALE), ("BOX", (0, 0), (-1, -1), 0.5, LINE)])
    return box


def _section(key: str, lines: list[Line], left_out: int, look: _Look) -> list[Any]:
    head = look.of(say(key, look.language), "head")
    if not lines:
        nothing = look.of(say("nothing", look.language), "soft")
        return [KeepTogether([Spacer(0, 4 * mm), head, nothing])]
    rows = [
        [look.of(line.what, "strong"), look.of(line.details, "cell"), look.of(line.when, "soft")]
        for line in lines
    ]
    grid = Grid(rows, colWidths=[WIDTH * 0.44, WIDTH * 0.34, WIDTH * 0.22], repeatRows=0)
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    story: list[Any] = [Spacer(0, 4 * mm), head, grid]
    if left_out:
        story.append(look.of(say("older", look.language, n=left_out), "soft"))
    return [KeepTogether(story)] if len(lines) < 12 else story


# Courses


def _trends(chosen: Chosen, look: _Look) -> list[Any]:
    courses = _courses(chosen)[:TRENDS_MOST]
    if not courses:
        return []
    drawn: list[Any] = [_sketch(*course, look) for course in courses]
    rows = [drawn[at : at + 3] for at in range(0, len(drawn), 3)]
    rows[-1] += [""] * (3 - len(rows[-1]))
    title = look.of(say("trends", look.language), "strong")
    return [KeepTogether([Spacer(0, 3 * mm), title, Grid(rows, colWidths=[WIDTH / 3] * 3)])]


Course = tuple[
    str, str, list[tuple[str, float]]
]  # of what, newest with its unit, when and how much


def _courses(chosen: Chosen) -> list[Course]:
    """Values of one kind in one unit, oldest first, of which there are enough to see a course."""
    found: dict[tuple[str, str], list[Json]] = {}
    for entry in (*chosen.of.get("vitals", []), *chosen.of.get("results", [])):
        for part in _measured(entry):
            unit = str(part["valueQuantity"].get("code") or part["valueQuantity"].get("unit", ""))
            found.setdefault((kind_of(part), unit), []).append(part)
    made: list[Course] = []
    for parts in found.values():
        points = [(moment_of(it), float(it["valueQuantity"]["value"])) for it in reversed(parts)]
        if len(points) >= POINTS_LEAST and all(span_of(when) for when, _ in points):
            newest = parts[0]
            made.append(
                (words_of(newest.get("code")), quantity_words(newest["valueQuantity"]), points)
            )
    return made


def _measured(entry: Json) -> list[Json]:
    """An Observation with an amount, or its components that have one."""
    parts = [entry] if entry["resourceType"] == "Observation" else []
    for component in (entry.get("component") or ()) if parts else ():
        parts.append(
            component | {"resourceType": "Observation", "effectiveDateTime": moment_of(entry)}
        )
    return [it for it in parts if "value" in (it.get("valueQuantity") or {})]


def _at(when: str) -> int:
    return (span_of(when) or (0, 0))[0]


def _sketch(what: str, newest: str, points: list[tuple[str, float]], look: _Look) -> Drawing:
    width, height = SKETCH
    drawing = Drawing(width, height + 9 * mm)
    low, high = (bound(value for _, value in points) for bound in (min, max))
    room = max(high - low, 1e-9)
    ages = [_at(when) for when, _ in points]
    span = max(ages[-1] - ages[0], 1)
    dots = [
        (
            4 + (age - ages[0]) / span * (width - 8),
            4 + ((value - low) / room if high > low else 0.5) * (height - 12),
        )
        for age, (_, value) in zip(ages, points, strict=True)
    ]
    ground: dict[str, Any] = {"fillColor": PALE, "strokeColor": None}
    drawing.add(Rect(0, 0, width, height, **ground))
    flat = [part for dot in dots for part in dot]
    drawing.add(PolyLine(flat, strokeColor=TEAL, strokeWidth=1.4))
    drawing.add(Circle(*dots[-1], 2.2, fillColor=TEAL, strokeColor=None))
    scale = f"{number_words(low)} – {number_words(high)}"
    drawing.add(
        String(width - 3, height - 8, scale, fontSize=6.5, fillColor=SOFT, textAnchor="end")
    )
    latest = say("latest", look.language, value=newest, when=day(points[-1][0]))
    for words, up, color, size in ((what, 5.4 * mm, INK, 8), (latest, 1.6 * mm, SOFT, 7.5)):
        short = words if len(words) < 42 else f"{words[:40]}…"
        font = CHINESE if any(map(_lacks, short)) else look.font
        drawing.add(String(0, height + up, short, fontName=font, fontSize=size, fillColor=color))
    return drawing


# Pages


def _numbered(foot: str, font: str, language: str) -> type[Canvas]:
    """A canvas that writes at the foot of each page which one of how many it is."""

    class Numbered(Canvas):
        """Keeps every page until it is known how many there are."""

        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)  # pyright: ignore[reportUnknownMemberType]
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()  # pyright: ignore

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self.setFont(font, 8)
                self.setFillColor(SOFT)
                self.drawString(EDGE, 11 * mm, foot)
                of = say("page", language, n=number, of=len(self._pages))
                self.drawRightString(A4[0] - EDGE, 11 * mm, of)
                super().showPage()
            super().save()

    return Numbered


def _built(story: list[Any], issued: Issued) -> bytes:
    language = issued.language
    when = issued.at[:16].replace("T", " ")
    foot = say("issued", language, when=when, house=issued.house)
    font = CHINESE if any(map(_lacks, foot)) or language.startswith("zh") else "Helvetica"
    out = BytesIO()
    frame = Frame(EDGE, 18 * mm, WIDTH, A4[1] - 34 * mm, 0, 0, 0, 0)
    pages = BaseDocTemplate(  # pyright: ignore[reportUnknownMemberType]
        out,
        pagesize=A4,
        title=say("title", language),
        author=issued.house,
        lang=language,
        invariant=1,
        pageTemplates=[PageTemplate(frames=[frame])],
    )
    pages.build(story, canvasmaker=_numbered(foot, font, language))
    return out.getvalue()
