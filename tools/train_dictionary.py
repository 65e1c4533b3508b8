"""Train the dictionary that stored resources are compressed with, on invented people alone.

    python -m tools.train_dictionary FOLDER    write records/engine/tables/bodies-1.zdict

FOLDER holds Synthea's R4 bundles (invented people, Apache-2.0); the demonstration's invented lives
come with them. Only what the standard says is kept: element names, codes, units, displays of codes,
addresses of systems and profiles. Every name, id, date, number and free text is drawn anew before
training, so that the dictionary can hold nothing of anybody. A dictionary that is in use never
changes: train the next one under the next number, and add it to `DICTIONARIES`.
"""

import argparse
import random
import re
import string
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import zstandard

from asklepion.cli.invented import lives

TABLES = Path(__file__).resolve().parent.parent / "src/asklepion/records/engine/tables"
SIZE = 48 * 1024  # bytes
LEVEL = 3
EACH = 60  # resources of one type, at most, from one bundle
# Elements whose texts are codes of a standard, never of a person.
STANDARD = {
    "class", "code", "country", "intent", "kind", "mode", "gender", "language", "outcome",
    "priority", "relationship", "resourceType", "status", "system", "type", "unit", "url", "use",
    "valueCode", "valueUri", "profile", "contentType", "currency", "action", "via", "purpose",
}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")
Json = dict[str, Any]


class Scrubber:
    """Makes resources of nobody out of resources of somebody invented."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw

    def scrub(self, value: Any, name: str = "", beside: Json | None = None) -> Any:
        """The same shape with nothing of a person in it; `beside` are the element's neighbours."""
        if isinstance(value, dict):
            held = cast(Json, value)
            return {key: self.scrub(each, key, held) for key, each in held.items()}
        if isinstance(value, list):
            return [self.scrub(each, name, beside) for each in cast(list[Any], value)]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, str):
            return self._text(value, name, beside or {})
        return round(self._draw.uniform(0, 200), self._draw.choice((0, 1, 2, 4)))

    def _text(self, text: str, name: str, beside: Json) -> str:
        is_of_code = (name == "display" and "code" in beside) or (
            name == "text" and "coding" in beside
        )
        if is_of_code or (name in STANDARD and not UUID.search(text)):
            return text
        if name == "div":
            return '<div xmlns="http://www.w3.org/1999/xhtml"></div>'
        if MOMENT.fullmatch(text):
            at = datetime(1950, 1, 1, tzinfo=UTC) + timedelta(seconds=self._draw.randrange(2**31))
            return at.strftime("%Y-%m-%dT%H:%M:%SZ") if "T" in text else f"{at:%Y-%m-%d}"
        if UUID.search(text):
            return UUID.sub(lambda _: str(uuid.UUID(int=self._draw.getrandbits(128))), text)
        return "".join(self._draw.choice(string.ascii_letters) for _ in text[:64])


def resources(folder: Path) -> Iterator[Json]:
    """What the demonstration and the folder's bundles hold."""
    for bundle in lives(datetime(2026, 3, 1, tzinfo=UTC)):
        yield from (entry["resource"] for entry in bundle["entry"])
    for path in sorted(folder.glob("*.json")):
        counts: dict[str, int] = {}
        for entry in orjson.loads(path.read_bytes())["entry"]:
            type = entry["resource"]["resourceType"]
            counts[type] = counts.get(type, 0) + 1
            if counts[type] <= EACH:
                yield entry["resource"]


def event(draw: random.Random) -> Json:
    """A line of the access log, of the shape that `service/books.py` writes."""

    def id() -> str:
        return str(uuid.UUID(int=draw.getrandbits(128)))

    types = draw.sample(["Observation", "Condition", "Patient", "Encounter", "Procedure"], 2)
    return {
        "action": draw.choice(["read", "search", "write"]), "actor": id(), "actor_name": "",
        "actor_person": f"Practitioner/{id()}", "at": "2026-03-01T12:00:00.000Z",
        "categories": ["vitals", "laboratory"], "consent": id(), "id": id(), "number": 1,
        "outcome": "permit", "patient": f"Patient/{id()}", "purpose": "TREAT",
        "refs": [f"{types[0]}/{id()}" for _ in range(draw.randrange(5))], "via": "rest",
        "visit": None, "what": dict.fromkeys(types, 3),
    }  # fmt: skip


def stamped(resource: Json) -> Json:
    """As it stands in the store: with its version first."""
    meta = {"versionId": "1", "lastUpdated": "2026-03-01T12:00:00.000Z", **resource.get("meta", {})}
    first = {"resourceType": resource["resourceType"], "id": resource.get("id", ""), "meta": meta}
    return {**first, **{k: v for k, v in resource.items() if k not in first}}


def main() -> None:
    """Train, and tell what it saves on what it was not trained on."""
    parser = argparse.ArgumentParser(description="Train the dictionary of stored resources.")
    parser.add_argument("folder", type=Path, help="Synthea's R4 bundles")
    parser.add_argument("--number", type=int, default=1, help="of the dictionary")
    asked = parser.parse_args()
    draw = random.Random(asked.number)
    scrubber = Scrubber(draw)
    found = list(resources(asked.folder))
    draw.shuffle(found)
    cut = len(found) * 4 // 5
    texts = [orjson.dumps(stamped(scrubber.scrub(each))) for each in found[:cut]]
    texts += [orjson.dumps(event(draw)) for _ in range(cut // 20)]
    samples = cast(list[Any], texts)
    held = zstandard.train_dictionary(SIZE, samples, level=LEVEL, dict_id=asked.number)
    path = TABLES / f"bodies-{asked.number}.zdict"
    path.write_bytes(held.as_bytes())
    pack = zstandard.ZstdCompressor(level=LEVEL, dict_data=held)
    rest = [orjson.dumps(stamped(each)) for each in found[cut:]]
    ratio = sum(len(pack.compress(text)) for text in rest) / sum(map(len, rest))
    print(f"{path.name}: {path.stat().st_size} bytes; {len(rest)} others shrink to {ratio:.3f}")


if __name__ == "__main__":
    main()
