"""A whole record as one can read it: the lines of an index, the files inside it, a page of both."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast

from ..model import Along, Resource

DATES = (  # where a resource says when it was
    *("effectiveDateTime", "effectiveInstant", "onsetDateTime", "performedDateTime"),
    *("occurrenceDateTime", "authoredOn", "recordedDate", "date", "dateTime", "issued"),
    *("dateAsserted", "whenHandedOver", "recorded", "created", "startDate", "birthDate"),
)
PERIODS = ("effectivePeriod", "period", "performedPeriod", "onsetPeriod", "occurrencePeriod")
TITLES = (  # where it says what it is
    *("code", "vaccineCode", "medicationCodeableConcept", "type", "description", "title"),
    *("deviceName", "relationship", "category", "serviceType", "class", "name"),
)
NAMES: dict[str, str] = {  # how types are called, in both languages
    "AllergyIntolerance": "Allergies · 过敏",
    "CarePlan": "Care plans · 诊疗计划",
    "CareTeam": "Care teams · 诊疗团队",
    "Claim": "Claims · 费用申请",
    "Composition": "Documents · 文档",
    "Condition": "Conditions · 健康问题",
    "Consent": "Consents · 授权",
    "Coverage": "Insurance · 保险",
    "Device": "Devices · 设备",
    "DiagnosticReport": "Reports · 检查报告",
    "DocumentReference": "Files and notes · 文件与记录",
    "Encounter": "Visits · 就诊",
    "ExplanationOfBenefit": "Bills · 账单",
    "FamilyMemberHistory": "Family history · 家族史",
    "Goal": "Goals · 目标",
    "ImagingStudy": "Imaging · 影像",
    "Immunization": "Vaccinations · 疫苗接种",
    "Location": "Places · 地点",
    "Medication": "Medicines named · 药品",
    "MedicationAdministration": "Medicines given · 给药",
    "MedicationDispense": "Medicines handed out · 发药",
    "MedicationRequest": "Prescriptions · 处方",
    "MedicationStatement": "Medicines taken · 用药",
    "Observation": "Measurements and findings · 测量与检验",
    "Organization": "Organizations · 机构",
    "Patient": "You · 本人",
    "Practitioner": "People who treat you · 医务人员",
    "Procedure": "Procedures · 操作与手术",
    "Provenance": "Where it comes from · 来源",
    "ServiceRequest": "Requests · 申请",
}
KINDS = {  # of files, by how they end
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/plain": "txt",
    "text/html": "html.txt",  # opened by a press, it would run what is in it
    "text/xml": "xml",
    "application/xml": "xml",
    "application/dicom": "dcm",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "application/json": "json",
}
SAFE = re.compile(r"[^A-Za-z0-9.\-]")


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line of the index."""

    date: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class File:
    """One file that lies inside a resource."""

    name: str
    data: bytes


def line_of(resource: Resource) -> Line:
    """What a resource says in one line."""
    title = next((t for name in TITLES if (t := _said(resource.get(name)))), "")
    detail = "; ".join(part for part in _details(resource) if part)
    return Line(_date(resource), title or resource.get("id", ""), detail)


def _date(resource: Resource) -> str:
    for name in DATES:
        if isinstance(found := resource.get(name), str):
            return found[:16].replace("T", " ")
    for name in PERIODS:
        period: Any = resource.get(name)
        if isinstance(period, dict):
            start = cast(Resource, period).get("start") or cast(Resource, period).get("end")
            if isinstance(start, str):
                return start[:16].replace("T", " ")
    return ""


def _said(value: Any) -> str:
    """A concept, a name or a text as words."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return next((t for it in cast(list[Any], value) if (t := _said(it))), "")
    if not isinstance(value, dict):
        return ""
    it = cast(Resource, value)
    if isinstance(text := it.get("text"), str):
        return text
    if "family" in it or "given" in it:
        return " ".join([*it.get("given", []), it.get("family", "")]).strip()
    for coding in it.get("coding", [it] if "code" in it else []):
        if shown := coding.get("display") or coding.get("code"):
            return str(shown)
    return ""


def _details(resource: Resource) -> Iterator[str]:
    yield _value(resource)
    for part in resource.get("component", []):
        yield f"{_said(part.get('code'))}: {_value(part)}"
    for name in ("status", "clinicalStatus", "gender"):
        if shown := _said(resource.get(name)):
            yield shown
    for dosage in [*resource.get("dosage", []), *resource.get("dosageInstruction", [])]:
        yield _said(dosage.get("text"))


def _value(resource: Resource) -> str:
    for name, value in resource.items():
        if not name.startswith("value"):
            continue
        if name == "valueQuantity":
            unit = value.get("unit") or value.get("code") or ""
            return f"{value.get('comparator', '')}{value.get('value', '')} {unit}".strip()
        return _said(value) if isinstance(value, dict | str) else str(value)
    return ""


def files_in(resource: Resource) -> Iterator[File]:
    """The files that lie inside a resource: of a Binary, and of attachments anywhere in it."""
    base = f"{resource['resourceType']}-{resource['id']}"
    if resource["resourceType"] == "Binary":
        held = [(resource.get("contentType", ""), resource.get("data"))]
    else:
        held = list(_attachments(resource))
    for number, (kind, data) in enumerate(held):
        try:
            text = base64.b64decode(data or "", validate=True)
        except ValueError:
            continue  # it stands in the record as it is
        if text:
            end = KINDS.get(str(kind).partition(";")[0].strip().lower(), "bin")
            more = f"-{number + 1}" if number else ""
            yield File(f"files/{SAFE.sub('_', base)}{more}.{end}", text)


def _attachments(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        it = cast(Resource, value)
        if isinstance(it.get("data"), str) and isinstance(it.get("contentType"), str):
            yield it["contentType"], it["data"]
        for inner in it.values():
            yield from _attachments(inner)
    elif isinstance(value, list):
        for inner in cast(list[Any], value):
            yield from _attachments(inner)


STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans SC", sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid #8884; overflow-wrap: anywhere }
td:first-child { width: 9.5rem; font-variant-numeric: tabular-nums }
td:nth-child(2) { width: 50% }
nav a { margin-right: 1rem; display: inline-block }
.muted { opacity: .7 }
@media print { nav { display: none } body { max-width: none } tr { break-inside: avoid } }
"""
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " style-src 'unsafe-inline'\">"
    "<title>My record · 我的健康记录</title><style>{style}</style></head><body>"
    "<h1>My record · 我的健康记录</h1>"
    "<p>Taken with me on {day}. · 于 {day} 带走。</p>"
    '<p class="muted">Everything the house keeps about you is in this archive; this page is its'
    " table of contents. · 本机构保存的关于您的全部内容都在此压缩包中；本页是它的目录。</p>"
)


def page_of(
    day: str,
    lines: Mapping[str, Sequence[Line]],
    counts: Mapping[str, int],
    files: Sequence[str],
    accesses: Sequence[Line],
    along: Sequence[Along] = (),
) -> Iterator[str]:
    """The index as HTML, part by part; it needs nothing from outside and runs nothing.

    Args:
        lines: of each type.
        counts: how many there are of each type, also where not each has a line.
        files: names within the archive.
        accesses: who looked, newest first.
        along: what other rooms keep of her.
    """
    yield HEAD.format(style=STYLE, day=escape(day))
    yield "<nav>" + "".join(f'<a href="#{t}">{_name(t)}</a>' for t in _order(lines)) + "</nav>"
    for type in _order(lines):
        yield f'<h2 id="{escape(type)}">{_name(type)} ({counts[type]})</h2>'
        yield from _table(sorted(lines[type], reverse=True))
        if counts[type] > len(lines[type]):
            yield f'<p class="muted">… fhir/{escape(type)}.ndjson</p>'
    if files:
        yield "<h2>Files · 文件</h2><ul>"
        yield from (f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in files)
        yield "</ul>"
    for one in along:
        yield f"<h2>{escape(one.title)} ({len(one.lines)})</h2>"
        yield from _table([Line(*line) for line in one.lines])
        yield f'<p class="muted">more/{escape(one.name)}.json</p>'
    yield "<h2>Who looked · 谁看过</h2>"
    yield from _table(accesses)
    yield '<p class="muted">access-log.ndjson · receipts/</p></body></html>'


def missing_from(pages: int, along: Iterable[Along]) -> str:
    """What did not come along, line by line; empty where everything did.

    Args:
        pages: of which not all that they refer to came along.
    """
    lines = [CUT] if pages else []
    lines += [UNREADABLE.format(n=one.missing, name=one.name) for one in along if one.missing]
    return "".join(lines)


def _name(type: str) -> str:
    return escape(NAMES.get(type, type))


def _order(lines: Iterable[str]) -> list[str]:
    """The patient first; those who treat her, and where, last."""
    last = ("Practitioner", "Organization", "Location", "Provenance", "Binary")
    return sorted(lines, key=lambda t: (t != "Patient", t in last, NAMES.get(t, t)))


def _table(lines: Sequence[Line]) -> Iterator[str]:
    yield "<table>"
    for it in lines:
        yield f"<tr><td>{escape(it.date)}</td><td>{escape(it.title)}</td>"
        yield f"<td>{escape(it.detail)}</td></tr>"
    yield "</table>"


CUT = """Some of what your record refers to did not fit, such as places or people.
您的记录所引用的部分内容未能全部收入，例如地点或人员。
"""
UNREADABLE = """{n} of what belongs in more/{name}.json could not be read, and is not in it.
more/{name}.json 中有 {n} 条无法读取，未包含在内。
"""

README = """My record
=========

index.html      what is in here, to read and to print
bundle/         everything as FHIR R4 Bundles: import these files into another house (or here again)
fhir/           the same, one file for each type, one resource a line (NDJSON)
history/        every version of it, oldest last, if you asked for it
files/          documents and pictures that were inside
more/           what else is kept of you: what doctors expected, and what came of it
consents.json   what you allow to whom at present
access-log.ndjson   who looked at your record, newest first
receipts/       a proof for each of these lines: check one without any network with

                    asklepion verify receipts/NUMBER.json --key KEY

                where KEY is this house's: {key}

DICOM images are not in here: your doctor, or a DICOM viewer, fetches them by DICOMweb.

This archive is not locked. Keep it where only you can reach it.

我的健康记录
============

index.html      目录，可阅读、可打印
bundle/         全部内容（FHIR R4 Bundle）：可导入别处，也可再导入这里
fhir/           同样的内容，每种类型一个文件，每行一条（NDJSON）
history/        每个版本（若您选择了包含历史）
files/          其中的文档和图片
more/           其他与您有关的内容：医生的估计、模型的结果，以及实际的结局
consents.json   您目前允许谁看什么
access-log.ndjson   谁看过您的记录，最新的在前
receipts/       每一条的凭证，离线即可核验：asklepion verify receipts/编号.json --key KEY
                本机构的 KEY：{key}

其中不包括 DICOM 影像：可通过 DICOMweb 获取。

此压缩包没有加锁，请存放在只有您能接触到的地方。
"""
