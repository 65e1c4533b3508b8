"""Requests that are nearly right: good FHIR, damaged where a reader would not expect it."""

import copy
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast
from urllib.parse import quote

EXAMPLES = Path(__file__).parent.parent / ".cache" / "fhir" / "hl7.fhir.r4.examples-4.0.1.tgz"
SMALL = 8_000  # bytes of an example that is damaged often
SECRET = "Quorvexid"  # stands for a name or a value: no refusal repeats it

Json = Any
FHIR = "application/fhir+json"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request, and who sends it."""

    method: str
    path: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return f"{self.method} {self.path} {(self.content or b'')[:2000]!r}"


def ask(method: str, path: str, body: Json = None, kind: str = FHIR, **headers: str) -> Ask:
    """A request with this body as JSON, half characters and all."""
    content = json.dumps(body).encode() if body is not None else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Ask(method=method, path=path, content=content, headers={"content-type": kind} | named)


@cache
def examples() -> dict[str, list[Json]]:
    """The official examples that are small, by type."""
    found: dict[str, list[Json]] = {}
    with tarfile.open(EXAMPLES) as archive:
        for member in archive:
            if member.name.endswith(".json") and member.size < SMALL:
                file = archive.extractfile(member)
                held: Any = json.loads(file.read()) if file else {}
                if type := held.get("resourceType"):
                    found.setdefault(type, []).append(held)
    return {type: sorted(found[type], key=lambda it: str(it.get("id"))) for type in sorted(found)}


def example(random: Random, type: str = "") -> Json:
    """One official example, as it was published."""
    held = examples()
    return copy.deepcopy(random.choice(held[type or random.choice(list(held))]))


# ---------------------------------------------------------------- odd values

TEXTS = [
    *("", " ", "\0", "\ud800", "\u202egnp", "İ", "'; --", "%", "_", "\\", "{}", "\x7f", "$", "|"),
    *(SECRET, f"{SECRET}|{SECRET}", f"Patient/{SECRET}", f"urn:uuid:{SECRET}", f"#{SECRET}", "#"),
    *(
        "a" * 3000,
        "(" * 300,
        "a/" * 300,
        "ﷺ" * 100,
        "http://",
        "http://[",
        "//x",
        "urn:oid:",
        "../..",
    ),
    *("Patient/p-1", "Patient/p-1/_history/1", "Observation/obs-1", "Patient?name=x", "Group/g-1"),
]
MOMENTS = [
    *("0000", "0001", "9999-12-31T23:59:60Z", "2026-02-30", "2026-13", "2026-03-01T24:00:00Z"),
    *("-2026", "10000-01-01", "2026-03-01T12:00:00+99:99", "2026-03-01T12:00", "20260301", "٢٠٢٦"),
    *(
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-03-01T12:00:00.123456789123Z",
    ),
]
NUMBERS = [
    *("-1", "0", "-0", "0.0", "1e-400", "9" * 40, "-" + "9" * 40, "1e400", "1E+308", "NaN", "1.50"),
    *("Infinity", "٣", "0x10", "1_000", "+1", "2147483648", "9223372036854775808", "1e99999999"),
]
VALUES: list[Json] = [
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, 2**64, -(2**63) - 1, 10**40, 1e308, 5e-324),
    *([], {}, [[]], [{}], [None], {"": 1}, {"resourceType": "Patient"}, {"reference": SECRET}),
    *({"value": SECRET}, {"extension": []}, [{"url": SECRET, "valueString": SECRET}]),
]
KEYS = [
    "id",
    "extension",
    "contained",
    "reference",
    "value",
    "resourceType",
    "_id",
    "",
    "\0",
    "a.b",
]


def odd(random: Random) -> Json:
    """Anything that is no usual value."""
    return copy.deepcopy(
        random.choice([random.choice(TEXTS), random.choice(MOMENTS), random.choice(VALUES)])
    )


def odd_text(random: Random) -> str:
    """A text that is no usual one."""
    return random.choice([*TEXTS, *MOMENTS, *NUMBERS])


# ---------------------------------------------------------------- damage


def places(it: Json) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree, as its holder and its key."""
    waiting = [it]
    while waiting:
        holder = waiting.pop()
        keys: Any = list(holder) if isinstance(holder, dict) else range(len(holder))  # pyright: ignore
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])


def damage(random: Random, whole: Json, most: int = 4) -> Json:
    """The same with up to so many places changed."""
    changed = [copy.deepcopy(whole)]
    for _ in range(random.choice([0, 1, 1, 1, *range(most + 1)])):
        found = list(places(changed))
        if len(found) > 1 and random.random() < 0.95:
            found = found[1:]  # rarely the whole of it
        holder, key = random.choice(found)
        random.choice(DAMAGES)(random, holder, key, found)
        changed = changed or [None]
    return changed[0]


def _put(random: Random, holder: Json, key: Any, _: Json) -> None:
    held = holder[key]
    if isinstance(held, str) and random.random() < 0.7:
        holder[key] = odd_text(random)
    else:
        holder[key] = odd(random)


def _cut(random: Random, holder: Json, key: Any, _: Json) -> None:
    del holder[key]


def _wrap(random: Random, holder: Json, key: Any, _: Json) -> None:
    held = holder[key]
    wrapped: list[Json] = [[held], {"x": held}, [held, held]]
    holder[key] = random.choice(wrapped)


def _unwrap(random: Random, holder: Json, key: Any, _: Json) -> None:
    held = holder[key]
    if isinstance(held, list) and held:
        holder[key] = held[0]  # pyright: ignore
    elif isinstance(held, dict) and held:
        holder[key] = next(iter(held.values()))  # pyright: ignore


def _copy(random: Random, holder: Json, key: Any, found: Json) -> None:
    other, its = random.choice(found)
    if its in other if isinstance(other, dict) else its < len(other):  # pyright: ignore
        holder[key] = copy.deepcopy(other[its])  # pyright: ignore


def _rename(random: Random, holder: Json, key: Any, _: Json) -> None:
    if isinstance(key, str):
        holder[random.choice([f"_{key}", key[:-1], key.upper(), random.choice(KEYS)])] = holder.pop(
            key
        )


def _add(random: Random, holder: Json, key: Any, _: Json) -> None:
    held = holder[key]
    if isinstance(held, dict):
        cast(dict[str, Any], held)[random.choice([*KEYS, *cast(dict[str, Any], held)])] = odd(
            random
        )
    elif isinstance(held, list):
        cast(list[Any], held).append(odd(random))
    elif isinstance(key, str):
        holder[f"_{key}"] = odd(random)


def _many(random: Random, holder: Json, key: Any, _: Json) -> None:
    if isinstance(holder[key], list):
        holder[key] = holder[key] * random.choice([2, 50])


def _deep(random: Random, holder: Json, key: Any, _: Json) -> None:
    inner: Json = holder[key]
    for _ in range(random.choice([3, 40, 120])):
        inner = {random.choice(("extension", "contained", "item", "part", "concept")): [inner]}
    holder[key] = inner


DAMAGES: list[Callable[[Random, Json, Any, Json], None]] = [
    *(_put, _put, _put, _cut, _wrap, _unwrap, _copy, _copy, _rename, _add, _many, _deep)
]


def cut_up(random: Random, whole: bytes, joints: list[bytes]) -> bytes:
    """A file with pieces missing, doubled, or put in, where its grammar has its joints."""
    text = bytearray(whole)
    for _ in range(random.randint(0, 4)):
        at, length = random.randint(0, len(text)), random.choice([0, 1, 3, 40, 400])
        put = random.choice(
            [
                b"",
                random.choice(joints),
                bytes(text[at : at + length]) * 2,
                random.randbytes(random.randint(1, 12)),
                odd_text(random).encode("utf-8", "replace"),
            ]
        )
        text[at : at + length] = put
    return bytes(text)


# ---------------------------------------------------------------- addresses

# Of each kind of parameter some, of several types; and what does not exist.
PARAMS = {
    "Patient": ["name", "family", "birthdate", "identifier", "gender", "general-practitioner"],
    "Observation": [
        *("code", "date", "value-quantity", "patient", "subject", "code-value-quantity", "status"),
        *("value-string", "component-code", "encounter", "combo-value-quantity", "identifier"),
    ],
    "Condition": ["code", "onset-date", "patient", "clinical-status", "severity", "recorded-date"],
    "Encounter": ["date", "length", "participant", "location-period", "patient", "class"],
    "ValueSet": ["url", "version", "context", "context-type-value", "reference", "name"],
    "Questionnaire": ["code", "context-quantity", "effective", "url"],
    "RiskAssessment": ["probability", "risk", "subject", "date"],
    "Location": ["near", "address", "name", "partof"],
    "Consent": ["patient", "period", "data", "source-reference", "status"],
    "AuditEvent": ["patient", "date", "agent", "action", "entity", "policy", "altid"],
    "DocumentReference": ["related", "relatesto", "content", "patient", "relationship"],
    "Bundle": ["composition", "message", "type", "timestamp"],
    "Nothing": ["x"],
}
COMMON = [
    *("_id", "_lastUpdated", "_tag", "_profile", "_security", "_source", "_list", "_type", "_text"),
    *("_content", "_filter", "_query", "_has", "x", "", "_sort", "_count", "_total", "_elements"),
    *(
        "_summary",
        "_include",
        "_revinclude",
        "_contained",
        "_cursor",
        "_format",
        "_pretty",
        "_page",
    ),
    *("_containedType", "_score", "_graph", "_in", "_at", "_since", "_until", "visit", "_offset"),
]
NAMING = ("_sort", "_include", "_revinclude", "_elements", "_type", "_has", "_filter")
MODIFIERS = [
    *("exact", "contains", "missing", "not", "text", "in", "not-in", "below", "above", "of-type"),
    *("identifier", "Patient", "iterate", "Nothing", "", "exact:contains", "code-text", "\0"),
]
PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "xx", "EQ", "gtgt", "-"]
MATCHES = [
    *(
        "true",
        "false",
        "male",
        "72",
        "5.4|http://unitsofmeasure.org|mg",
        "||",
        "|",
        "|x",
        "x|",
        ",",
    ),
    *(
        "\\",
        "\\,",
        "a\\",
        "$",
        "a$b",
        "http://loinc.org|8867-4",
        "8867-4$gt5",
        "2026",
        "Patient/p-1",
    ),
    *("p-1", "1.0|km", "-83.69|42.25|11|km", "count", "data", "*", "none", "-date", "date,-code"),
    *(
        "Observation:patient",
        "Observation:subject:Patient",
        "*:*",
        "Patient:*",
        "1000000",
        "accurate",
    ),
]


def part(random: Random, text: str) -> str:
    """A text as a part of an address."""
    return quote(text.encode("utf-8", "surrogatepass"), safe=random.choice(["", ":,|$"]))


def parameter(random: Random, type: str) -> tuple[str, str]:
    """One search parameter, perhaps with a modifier, a chain, a prefix."""
    name = random.choice([*PARAMS.get(type, ["x"]) * 3, *COMMON])
    match random.randint(0, 9):
        case 0 | 1:
            name += f":{random.choice(MODIFIERS)}"
        case 2:
            to = random.choice(list(PARAMS))
            name += f"{random.choice(['', f':{to}'])}.{random.choice(PARAMS[to])}"
        case 3:
            other = random.choice(list(PARAMS))
            point = random.choice(["patient", "subject", "encounter", "x", ""])
            name = f"_has:{other}:{point}:{random.choice([*PARAMS[other], name])}"
        case 4:
            name = ".".join([name] * random.randint(1, 5))
        case _:
            pass
    values = [
        random.choice(PREFIXES) + random.choice([*MATCHES * 3, *MOMENTS, *NUMBERS, *TEXTS])
        for _ in range(random.choice([1, 1, 1, 2, 5]))
    ]
    value = random.choice([",", "$", "|"]).join(values)
    if name.startswith(NAMING):  # a name that is unknown here is told: it is a typo, not a value
        value = value.replace(SECRET, "x")
    return name, value


def query(random: Random, type: str) -> str:
    """The part of an address behind its question mark."""
    pairs = [parameter(random, type) for _ in range(random.choice([0, 1, 1, 2, 3, 6]))]
    return "&".join(f"{part(random, name)}={part(random, value)}" for name, value in pairs)


def search(random: Random) -> Ask:
    """A search, by address or form, at every level where one can be asked."""
    type = random.choice(list(PARAMS))
    asked = query(random, type)
    at = random.choice(
        [
            *(f"/{type}",) * 6,
            *("", "/_history", f"/{type}/_history", "/Patient/p-1/_history", "/Patient/p-1/*"),
            *(f"/Patient/p-1/{type}", "/Patient/p-1/$everything", "/Encounter/e-1/Observation"),
            *(
                "/Patient/p-1/$summary",
                "/Patient/$summary",
                f"/{type}/{part(random, odd_text(random))}",
            ),
        ]
    )
    headers = random.choice(
        [{}, {}, {"prefer": "handling=lenient"}, {"prefer": odd_header(random)}]
    )
    if random.random() < 0.15:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        content = asked.encode() if random.random() < 0.9 else random.randbytes(40)
        where = f"/fhir/R4/{type}/_search" if at else "/fhir/R4/_search"
        return Ask(method="POST", path=where, content=content, headers=kind | headers)
    return Ask(method="GET", path=f"/fhir/R4{at}?{asked}", headers=headers)


def odd_header(random: Random) -> str:
    """A text that can stand in a header."""
    return ascii(odd_text(random))[:200]
