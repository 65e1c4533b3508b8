"""What the columns of a spreadsheet are likely to mean."""

import re
from itertools import islice

from ..oids import unit_of
from .mapping import Column, Mapping
from .measures import BY_NAME, MEASURES
from .moments import order_of
from .sheet import Sheet

LOOKED_AT = 200  # rows
UNIT_MOST = 40  # characters
UNIT = re.compile(r"(.*?)\s*[(\[（【]\s*([^)\]）】]*)\s*[)\]）】]\s*")
NAMES: dict[str, tuple[str, ...]] = {
    "date": (
        *("date", "day", "datetime", "date time", "date/time", "timestamp", "measured at"),
        *("时间戳", "日期", "测量日期", "检查日期", "测量时间", "检测时间", "日期时间", "采样时间"),
    ),
    "time": ("time", "时间", "时刻"),
    "name": ("test", "name", "measurement", "item", "analyte", "项目", "检查项目", "名称", "指标"),
    "code": ("loinc", "loinc code", "code", "编码", "代码"),
    "value": ("value", "result", "reading", "结果", "数值", "值", "测量值", "检验结果"),
    "unit": ("unit", "units", "单位"),
    "note": ("note", "notes", "comment", "comments", "remark", "备注", "说明"),
    "pressure": ("blood pressure", "bp", "血压"),
}
ROLE_OF = {name: role for role, names in NAMES.items() for name in names}


def guess(sheet: Sheet, zone: str = "") -> Mapping:
    """What the columns are likely to mean; whoever brings the table may know better.

    Args:
        zone: of her times, such as +08:00.

    Raises:
        Unreadable: it cannot be read to its end.
    """
    columns = [_column(header) for header in sheet.header]
    roles = [column.role for column in columns]
    if "date" not in roles and "time" in roles:  # one column for both
        columns[roles.index("time")] = Column("date")
    seen: set[str] = set()
    for number, column in enumerate(columns):  # twice the same cannot both be meant
        if column.role and column.role in seen:
            columns[number] = Column()
        seen.add(column.role)
    mapping = Mapping(columns=tuple(columns), zone=zone)
    at = mapping.first("date")
    order = ""
    if at is not None:
        rows = islice(sheet.rows(), LOOKED_AT)
        order = order_of(row[at] for _, row in rows if at < len(row))
    return Mapping(columns=mapping.columns, order=order, zone=zone)


def _column(header: str) -> Column:
    words, unit = header.strip().lower(), ""
    if match := UNIT.fullmatch(header.strip()):
        words, unit = match[1].lower(), "".join(unit_of(match[2]).split())[:UNIT_MOST]
    words = " ".join(words.replace("_", " ").split())
    if role := ROLE_OF.get(words):
        return Column(role)
    if key := BY_NAME.get(words):
        return Column(key, unit)  # also one that is not known: its cells are refused by name
    words, _, last = words.rpartition(" ")
    key = BY_NAME.get(words)
    if key and unit_of(last) in MEASURES[key].codes:  # weight kg
        return Column(key, unit_of(last))
    return Column()
