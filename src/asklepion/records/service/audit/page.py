"""The readable part of an export: a page that needs no program but a browser, and a note."""

from collections.abc import Mapping
from html import escape
from typing import Any

from asklepion.kit.clock import to_iso

from ...model import AccessEntry
from ..books import code_of

Manifest = Mapping[str, Any]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Who looked at my data",
        "about": "{lines} lines, as the log {name} held them at {made_at} (UTC). This page is for"
        " reading; the proof of each line is in receipts.ndjson. Check everything, offline, with:",
        "when": "When (UTC)",
        "who": "Who",
        "did": "What was done",
        "what": "What it was about",
        "why": "Why, and by which way",
        "deny": "tried, and was refused",
        "read": "read",
        "search": "searched",
        "write": "wrote",
        "delete": "deleted",
        "import": "brought in",
        "export": "took out",
        "share": "shared",
        "unshare": "took a link back",
        "open": "opened a shared link",
        "grant": "allowed access",
        "refuse": "refused access",
        "revoke": "took access back",
        "erase": "erased",
        "break-glass": "opened in an emergency",
        "decide": "decided",
    },
    "zh": {
        "title": "谁看过我的数据",
        "about": "截至 {made_at}（UTC），日志 {name} 中共有 {lines} 条记录。本页仅供阅读；"
        "每条记录的凭证在 receipts.ndjson 中。可离线核对全部内容：",
        "when": "时间（UTC）",
        "who": "谁",
        "did": "做了什么",
        "what": "涉及内容",
        "why": "原因与途径",
        "deny": "尝试过，被拒绝",
        "read": "读取",
        "search": "查找",
        "write": "写入",
        "delete": "删除",
        "import": "导入",
        "export": "导出",
        "share": "分享",
        "unshare": "收回分享链接",
        "open": "打开分享链接",
        "grant": "允许访问",
        "refuse": "拒绝访问",
        "revoke": "收回访问权",
        "erase": "彻底删除",
        "break-glass": "紧急打开",
        "decide": "作出决定",
    },
}
COLUMNS = ("when", "who", "did", "what", "why")
COMMAND = "asklepion verify FILE.zip"
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;"
    "color:#222;background:#fff}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;"
    "border-bottom:1px solid #ddd;overflow-wrap:anywhere}td:first-child{white-space:nowrap}"
    ".deny td:nth-child(3){color:#8a3b00}@media(prefers-color-scheme:dark)"
    "{body{color:#ddd;background:#181818}th,td{border-color:#444}.deny td:nth-child(3)"
    "{color:#f0a070}}@media(max-width:40rem){td,th{display:block;border:0;padding:.1rem 0}"
    "thead{display:none}tr{display:block;border-bottom:1px solid #888;padding:.5rem 0}}"
)

README = """Who looked at my data
=====================

The access log of {patient}: {lines} lines, as the house {name} held them at {made_at}.

manifest.json        whose log it is, how many lines there are, and the signed state of the log
receipts.ndjson      one line of the log each: what was written down (event), the secret it was
                     committed with (key), its place in the log (index) and the way from there to
                     the signed state (proof)
audit-events.ndjson  the same as FHIR R4 AuditEvents (IHE Basic Audit Log Patterns)
index.html           the same to read

Nobody is needed to check it: `asklepion verify FILE.zip` does so offline. It tells whether every
line stands in the signed log exactly so, whether one is missing between the first and the last,
and whether the other files say what the lines say. Compare the verifier key in manifest.json
with the one the house publishes (`--key`).

Each key opens its own line to whoever holds this file. Keep it as you keep the record itself.
"""


def readme(manifest: Manifest) -> str:
    """What is in the export, and how to check it."""
    return README.format(**_facts(manifest))


def before(manifest: Manifest) -> bytes:
    """The page up to its first row."""
    words = WORDS[manifest["language"]]
    about = escape(words["about"].format(**_facts(manifest)))
    heads = "".join(f"<th>{escape(words[name])}</th>" for name in COLUMNS)
    return (
        f'<!doctype html>\n<html lang="{manifest["language"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(words['title'])}</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{escape(words['title'])}</h1>\n<p>{about} <code>{COMMAND}</code></p>\n"
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n"
    ).encode()


def row(entry: AccessEntry, manifest: Manifest) -> bytes:
    """One line of the log."""
    words = WORDS[manifest["language"]]
    is_refused = entry.outcome != "permit"
    did = words.get(entry.action, entry.action)
    what = [f"{count} {type}" for type, count in entry.what.items()]
    cells = (
        to_iso(entry.at)[:19].replace("T", " "),
        entry.actor_name or entry.actor,
        f"{did} ({words['deny']})" if is_refused else did,
        ", ".join([*what, *map(code_of, entry.categories)]),
        " · ".join(filter(None, [entry.purpose, entry.via, *_said(entry)])),
    )
    text = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{"deny" if is_refused else "permit"}">{text}</tr>\n'.encode()


def after(_: Manifest) -> bytes:
    """The end of the page."""
    return b"</tbody></table></body></html>\n"


def _said(entry: AccessEntry) -> list[str]:
    return [text for name, text in entry.detail.items() if name in ("reason", "client")]


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "patient": manifest["patient"],
        "lines": manifest["lines"],
        "made_at": manifest["made_at"],
        "name": manifest["house"]["name"],
    }
