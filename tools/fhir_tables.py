"""Make the tables the records engine works from, out of the official FHIR R4 definitions.

    python tools/fhir_tables.py            write src/asklepion/records/engine/tables/*.json.gz
    python tools/fhir_tables.py --check    read every official example with what was written

The definitions are two npm packages (CC0), fetched once with `npm pack` into .cache/fhir. The same
packages always give the same bytes.
"""

import argparse
import gzip
import json
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "fhir"
TABLES = ROOT / "src" / "asklepion" / "records" / "engine" / "tables"
DEFINITIONS = "hl7.fhir.r4.examples@4.0.1"
EXPANSIONS = "hl7.fhir.r4.expansions@4.0.1"
BASE = "http://hl7.org/fhir/"

# Only a part of these codes stands in the expansions, so they cannot tell a wrong one.
PARTIAL = {"ucum-units", "mimetypes", "languages", "all-languages"} | {
    f"{kind}-units" for kind in ("age", "distance", "duration")
}

# Values that say nothing a parameter of this kind could be asked for: an age is no date.
WITHOUT_VALUE = {("date", "Age"), ("date", "Range"), ("date", "string")}

ANY_TYPE = 100  # a parameter with more targets than this takes every type

Json = dict[str, Any]


# ---------------------------------------------------------------- reading the packages


def package_path(spec: str) -> Path:
    """Where a package's archive lies, once it was fetched."""
    return CACHE / (spec.replace("@", "-") + ".tgz")


def package(spec: str) -> Path:
    """The package's archive, fetched when it is not here yet."""
    path = package_path(spec)
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", spec], cwd=CACHE, check=True)
    return path


def resources(spec: str, most: int | None = None) -> Iterator[tuple[str, Json]]:
    """File name and content of every resource in a package, or of those up to a size in bytes."""
    with tarfile.open(package(spec)) as archive:
        for member in archive:
            name = Path(member.name).name
            if most is not None and member.size > most:
                continue
            if name.endswith(".json") and name != "package.json":
                file = archive.extractfile(member)
                if file is not None:
                    yield name, json.load(file)


def definitions() -> tuple[dict[str, Json], list[Json], list[Json]]:
    """Types by name, search parameters, and the compartments."""
    types: dict[str, Json] = {}
    parameters: list[Json] = []
    compartments: list[Json] = []
    for name, resource in resources(DEFINITIONS):
        if name in ("Bundle-types.json", "Bundle-resources.json"):
            for entry in resource["entry"]:
                it = entry["resource"]
                if it["resourceType"] == "StructureDefinition" and it["kind"] != "logical":
                    types[it["id"]] = it
        elif name == "Bundle-searchParams.json":
            parameters = [entry["resource"] for entry in resource["entry"]]
        elif name.startswith("CompartmentDefinition-") and "-example" not in name:
            compartments.append(resource)
    return types, parameters, compartments


# ---------------------------------------------------------------- elements and codes


class Elements:
    """Every place in every type, and what may stand there."""

    def __init__(self, types: dict[str, Json]) -> None:
        self.resources = sorted(
            name
            for name, it in types.items()
            if it["kind"] == "resource" and not it.get("abstract")
        )
        self.bindings: set[str] = set()
        self.nodes: dict[str, list[list[Any]]] = {}
        for name in sorted(types):
            if types[name]["kind"] != "primitive-type":
                self._add(types[name])

    def _add(self, definition: Json) -> None:
        for element in definition["snapshot"]["element"]:
            path = element["path"]
            if "." not in path:
                self.nodes.setdefault(path, [])
                continue
            parent, name = path.rsplit(".", 1)
            types = self._types(path, element, definition["kind"])
            if any(kind.startswith("@") and kind[1:] == path for kind in types):
                self.nodes.setdefault(path, [])
            many = 0 if element["max"] in ("0", "1") else 1
            row: list[Any] = [name, element["min"], many, types, self._binding(element)]
            row.append(1 if element.get("isSummary") else 0)
            while row[-1] in (0, ""):  # what is left out at the end is 0 or ""
                row.pop()
            self.nodes.setdefault(parent, []).append(row)

    @staticmethod
    def _types(path: str, element: Json, kind_of_all: str) -> list[str]:
        if "contentReference" in element:
            return ["@" + element["contentReference"].removeprefix("#")]
        found: list[str] = []
        for kind in element.get("type", []):
            code = kind["code"]
            if code.startswith("http://hl7.org/fhirpath/"):
                is_id = kind_of_all == "resource" and path.count(".") == 1
                code = "uri" if path == "Extension.url" else "id" if is_id else "string"
            if code in ("BackboneElement", "Element"):
                code = "@" + path
            targets = [url.rsplit("/", 1)[1] for url in kind.get("targetProfile", [])]
            if targets and code == "Reference" and targets != ["Resource"]:
                code += ":" + ",".join(targets)
            found.append(code)
        return found

    def _binding(self, element: Json) -> str:
        binding = element.get("binding", {})
        if binding.get("strength") != "required" or "valueSet" not in binding:
            return ""
        url = binding["valueSet"].split("|")[0]
        name = url.removeprefix(BASE + "ValueSet/")
        if name in PARTIAL or not url.startswith(BASE):
            return ""
        self.bindings.add(name)
        return name


def codes(names: set[str]) -> Json:
    """Codes by system of every value set with that name; every one must be there in full."""
    found = {
        url.removeprefix(BASE + "ValueSet/"): systems
        for url, systems in expansions().items()
        if url.removeprefix(BASE + "ValueSet/") in names
    }
    lost = sorted(name for name in names if not found.get(name))
    if lost:
        raise SystemExit(f"No expansion for {', '.join(lost)}.")
    return found


@cache
def expansions() -> dict[str, dict[str, list[str]]]:
    """Codes by system of every value set there is an expansion of, by its URL."""
    found: dict[str, dict[str, list[str]]] = {}
    for _, resource in resources(EXPANSIONS):
        systems: dict[str, list[str]] = {}
        for code in _contained(resource["expansion"].get("contains", [])):
            systems.setdefault(code["system"], []).append(code["code"])
        found[resource["url"]] = {
            system: sorted(set(them)) for system, them in sorted(systems.items())
        }
    return found


def extensible(types: dict[str, Json]) -> Json:
    """By element path the value set its code should come from, and the codes of each."""
    bound: dict[str, str] = {}
    for name in sorted(types):
        for element in types[name]["snapshot"]["element"]:
            binding = element.get("binding", {})
            url = binding.get("valueSet", "").split("|")[0]
            is_whole = url.removeprefix(BASE + "ValueSet/") not in PARTIAL
            if binding.get("strength") == "extensible" and expansions().get(url) and is_whole:
                bound[element["path"]] = url
    return {"elements": bound, "codes": {url: expansions()[url] for url in set(bound.values())}}


def _contained(codes: list[Json]) -> Iterator[Json]:
    for code in codes:
        if not code.get("abstract") and "code" in code:
            yield code
        yield from _contained(code.get("contains", []))


# ---------------------------------------------------------------- terminology

SNOMED = "http://snomed.info/sct"
OF_SYSTEM = ("version", "name", "content", "caseSensitive", "hierarchyMeaning", "valueSet")
OF_MAP = ("url", "version", "name")
RETIRED = ("retired", "inactive")


def terms() -> Json:
    """Code systems, value sets and concept maps, by URL, as far as terminology is asked of them.

    Of SNOMED CT only codes, without its names: those are not ours to give.
    """
    table: Json = {"systems": {}, "sets": {}, "maps": {}}
    for name, it in resources(DEFINITIONS):
        url = it.get("url")
        if not url or not name.startswith(("CodeSystem-", "ValueSet-", "ConceptMap-")):
            continue
        match it["resourceType"]:
            case "CodeSystem":
                held = {key: it[key] for key in OF_SYSTEM if key in it}
                concepts: list[list[Any]] = []
                _concepts(it.get("concept", []), [], concepts)
                table["systems"][url] = held | {"concepts": concepts}
            case "ValueSet":
                held = {key: it[key] for key in ("version", "name") if key in it}
                table["sets"][url] = held | {"compose": _compose(it.get("compose", {}))}
            case "ConceptMap":
                _unname(it.get("group", []))
                table["maps"][url] = {
                    key: value
                    for key, value in it.items()
                    if key in (*OF_MAP, "group") or key.startswith(("source", "target"))
                }
            case _:
                pass
    return table


def _concepts(level: list[Json], parents: list[str], out: list[list[Any]]) -> None:
    """Rows: code, display, what it is a kind of, flags (a: abstract, r: retired), other names."""
    for it in level:
        properties = it.get("property", [])
        said = [p.get("valueCode") for p in properties if p["code"] in ("parent", "subsumedBy")]
        is_abstract = any(
            p["code"] in ("notSelectable", "abstract") and p.get("valueBoolean") for p in properties
        )
        is_retired = any(
            (p["code"] == "status" and p.get("valueCode") in RETIRED)
            or (p["code"] == "inactive" and p.get("valueBoolean"))
            for p in properties
        )
        names = [
            [each["language"], each["value"]]
            for each in it.get("designation", [])
            if each.get("language") and each["language"] != "en"
        ]
        row = [it["code"], it.get("display", ""), [*parents, *filter(None, said)]]
        flags = ("a" if is_abstract else "") + ("r" if is_retired else "")
        below = [p["valueCode"] for p in properties if p["code"] == "child"]
        out.append([*row, flags, names, below])
        _concepts(it.get("concept", []), [it["code"]], out)


def _unname(groups: list[Json]) -> None:
    """Take the names of SNOMED CT's codes out of a concept map."""
    for group in groups:
        for element in group.get("element", []):
            if group.get("source") == SNOMED:
                element.pop("display", None)
            for target in element.get("target", []):
                if group.get("target") == SNOMED:
                    target.pop("display", None)


def _compose(compose: Json) -> Json:
    kept = {key: compose[key] for key in ("inactive", "include", "exclude") if key in compose}
    for part in [*kept.get("include", []), *kept.get("exclude", [])]:
        if part.get("system") == SNOMED:
            part["concept"] = [{"code": it["code"]} for it in part.get("concept", [])]
            if not part["concept"]:
                del part["concept"]
    return kept


# ---------------------------------------------------------------- invariants

BEST_PRACTICE = BASE + "StructureDefinition/elementdefinition-bestpractice"
# Of every element, or of what holds every resource: the engine knows these by heart.
BY_HEART = {"ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5"}
# As R5 has them: R4's cannot tell a day from a moment within it, and ask for a System type where
# FHIR's stands.
CORRECTED = {
    "per-1": "start.hasValue().not() or end.hasValue().not()"
    " or (start.lowBoundary() <= end.highBoundary())",
    "que-7": "operator = 'exists' implies (answer is boolean)",
}


def invariants(types: dict[str, Json]) -> Json:
    """By element path: key, whether it only warns, what it says, and its expression."""
    table: Json = {}
    for name in sorted(types):
        if types[name].get("derivation") == "constraint":
            continue  # such as SimpleQuantity: counts where an element asks for it
        for element in types[name]["snapshot"]["element"]:
            found = _invariants(element)
            for kind in element.get("type", []):
                for profile in kind.get("profile", []):
                    asked = types.get(profile.rsplit("/", 1)[1])
                    found += _invariants(asked["snapshot"]["element"][0]) if asked else []
            rows = table.setdefault(element["path"], [])
            rows += [row for number, row in enumerate(found) if row not in found[:number]]
    return {path: rows for path, rows in table.items() if rows}


def _invariants(element: Json) -> list[list[Any]]:
    return [
        [
            it["key"],
            int(it["severity"] == "warning"),
            it["human"],
            CORRECTED.get(it["key"], it["expression"]),
        ]
        for it in element.get("constraint", [])
        if it["key"] not in BY_HEART and not _is_best_practice(it)
    ]


def _is_best_practice(constraint: Json) -> bool:
    return any(
        it["url"] == BEST_PRACTICE and it.get("valueBoolean")
        for it in constraint.get("extension", [])
    )


# ---------------------------------------------------------------- search parameters


class Unreadable(Exception):
    """An expression of a shape this script does not know."""


Way = list[Any]  # [[json keys], type at the end, filter or nothing]


class Paths:
    """Turns FHIRPath expressions of search parameters into ways through the JSON."""

    def __init__(self, elements: Elements) -> None:
        self._nodes = elements.nodes

    def ways(self, expression: str, type: str) -> list[Way]:
        """Every way the parts of an expression that speak of this type take."""
        found: list[Way] = []
        for part in re.split(r"\s*\|\s*", expression):
            root = part.lstrip("(").split(".")[0].split(" ")[0]
            if part == type:
                continue  # the resource itself, as in composite parameters
            if root in (type, "Resource", "DomainResource"):
                found += [way for way in self._part(part, type) if way not in found]
            elif root[:1].islower() and type != "Resource":  # InsurancePlan: "name | alias"
                found += [way for way in self._part(part, type, rooted=False) if way not in found]
        return found

    def below(self, expression: str, node: str) -> list[Way]:
        """The ways of an expression that starts at an element, as in composite parameters."""
        found: list[Way] = []
        for part in re.split(r"\s*\|\s*", expression):
            found += self._part(part, node, rooted=False)
        return found

    def _part(self, part: str, node: str, *, rooted: bool = True) -> list[Way]:
        if part == "Patient.deceased.exists() and Patient.deceased != false":
            return [[["deceased"], "@exists"]]
        kind, rest, keep = None, "", None
        if match := re.fullmatch(r"\((.*) as (\w+)\)(?:\.(.*))?", part):
            part, kind, rest = match[1], match[2], match[3] or ""
        elif match := re.fullmatch(r"(.*)\.as\((\w+)\)", part):
            part, kind = match[1], match[2]
        elif match := re.fullmatch(r"(.*)\.where\(resolve\(\) is (\w+)\)", part):
            part, keep = match[1], match[2]
        elif match := re.fullmatch(r"(.*)\.where\((\w+)='([\w-]+)'\)(?:\.(.*))?", part):
            part, rest = match[1], match[4] or ""
            keep = [part.count(".") + (0 if rooted else 1), match[2], match[3]]
        steps = part.split(".")[1:] if rooted else part.split(".")
        ways = self._walk([([], node)], steps)
        if kind:
            ways = [way for way in ways if way[1].lower() == kind.lower()]
        if rest:
            ways = self._walk(ways, rest.split("."))
        if not ways:
            raise Unreadable(part)
        return [[keys, end] if keep is None else [keys, end, keep] for keys, end in ways]

    def _walk(
        self, ways: list[tuple[list[str], str]], steps: list[str]
    ) -> list[tuple[list[str], str]]:
        for step in steps:
            name, first = step.removesuffix("[0]"), step.endswith("[0]")
            if not re.fullmatch(r"\w+", name):
                raise Unreadable(step)
            ways = [
                ([*keys, key + "[0]" if first else key], end)
                for keys, node in ways
                for key, end in self._children(node, name)
            ]
        return ways

    def _children(self, node: str, name: str) -> Iterator[tuple[str, str]]:
        for row in self._nodes.get(node, []):
            if row[0] == name:
                yield name, row[3][0].split(":")[0].removeprefix("@")
            elif row[0] == name + "[x]":
                for kind in row[3]:
                    kind = kind.split(":")[0]
                    yield name + kind[0].upper() + kind[1:], kind


def search(elements: Elements, parameters: list[Json]) -> Json:
    """For each type its parameters: kind, definition, targets, and the ways they take."""
    paths = Paths(elements)
    by_url = {it["url"]: it for it in parameters}
    table: Json = {name: {} for name in ["Resource", *elements.resources]}
    for parameter in parameters:
        if "expression" not in parameter:
            continue  # _text, _content and _query are no ways through a resource
        for base in parameter["base"]:
            if base in table:
                table[base][parameter["code"]] = _parameter(parameter, base, paths, by_url)
    for rows in table.values():
        _share(rows)
    return table


def _parameter(it: Json, base: str, paths: Paths, by_url: Json) -> Json:
    row: Json = {"kind": it["type"], "id": it["url"].rsplit("/", 1)[1]}
    if it["type"] == "composite":
        return row | _composite(it, base, paths, by_url)
    row["ways"] = [
        way
        for way in paths.ways(it["expression"], base)
        if (it["type"], way[1]) not in WITHOUT_VALUE
    ]
    if not row["ways"]:
        raise SystemExit(f"{base}.{it['code']}: no way for {it['expression']}")
    targets = it.get("target", [])
    if it["type"] == "reference" and 0 < len(targets) < ANY_TYPE:
        row["targets"] = sorted(targets)
    return row


OUTSIDE = "%resource."


def _composite(it: Json, base: str, paths: Paths, by_url: Json) -> Json:
    whole = it["expression"].split("|")[0].strip() == base
    roots = [way for way in paths.ways(it["expression"], base) if way[0]]
    ends = [end for _, end in roots] or [base]
    parts: list[list[Any]] = []
    for part in it["component"]:
        expression: str = part["expression"].replace("DateTime", "dateTime")
        is_outside = expression.startswith(OUTSIDE)  # starts at the resource, not at the element
        start = base if is_outside else ends[0]
        ways = paths.below(expression.removeprefix(OUTSIDE), start)
        kind = by_url[part["definition"]]["type"]
        if ways[0][1] in ("Reference", "code"):  # DocumentReference names them the wrong way round
            kind = "reference" if ways[0][1] == "Reference" else "token"
        parts.append([kind, ways, *([1] if is_outside else [])])
    return {"roots": ([[]] if whole else []) + [keys for keys, _ in roots], "parts": parts}


def _share(rows: Json) -> None:
    """Let a parameter that finds nothing others do not find use their rows in the index."""
    for code in sorted(rows):
        row = rows[code]
        if row["kind"] != "composite":
            only = {str(way[2:]) for way in row["ways"]}
            targets: Way = (
                row["ways"][0][2:] if row["kind"] == "reference" and len(only) == 1 else []
            )
            plain = [way[:2] for way in row["ways"]] if targets else row["ways"]
            for other in sorted(rows):
                there = rows[other]
                is_same = there["kind"] == row["kind"] and there.get("ways") == plain
                if is_same and (targets or other < code):
                    rows[code] = {k: v for k, v in row.items() if k != "ways"}
                    rows[code]["same"] = [other]
                    if targets:
                        rows[code] |= {"only": targets[0], "targets": targets}
                    break
        if code.startswith("combo-"):
            others = [code.removeprefix("combo-"), "component-" + code.removeprefix("combo-")]
            field = "roots" if row["kind"] == "composite" else "ways"
            found = [way for other in others for way in rows.get(other, {}).get(field, [])]
            if sorted(map(str, found)) == sorted(map(str, row.get(field, []))):
                rows[code] = {"kind": row["kind"], "id": row["id"], "same": others}
                if field == "roots":
                    rows[code]["parts"] = row["parts"]


# ---------------------------------------------------------------- writing and checking


def write(name: str, table: Any) -> None:
    """One table as gzipped JSON, the same bytes every time."""
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    TABLES.mkdir(parents=True, exist_ok=True)
    path = TABLES / f"{name}.json.gz"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes of {len(text):,}")


def make() -> None:
    """Write every table."""
    types, parameters, compartments = definitions()
    elements = Elements(types)
    write("elements", {"resources": elements.resources, "nodes": elements.nodes})
    write("codes", codes(elements.bindings))
    write("extensible", extensible(types))
    write("terms", terms())
    write("invariants", invariants(types))
    write("search", search(elements, parameters))
    members = {
        one["code"]: {it["code"]: it["param"] for it in one["resource"] if it.get("param")}
        for one in compartments
    }
    write("compartments", members)


# Official examples that break their own rules: no linkId, no base, no name, too long an id, codes
# with odd spaces; narratives without a word (txt-2), one fullUrl twice (bdl-7), no base definition
# (sdf-4), references to types that are not allowed there.
BROKEN = {
    "ActivityDefinition-blood-tubes-supply.json",
    "ActivityDefinition-heart-valve-replacement.json",
    "Bundle-dataelements.json",
    "Bundle-v2-valuesets.json",
    "CodeSystem-v2-0550.json",
    "DeviceMetric-example.json",
    "DeviceUseStatement-example.json",
    "EventDefinition-example.json",
    "ImplementationGuide-fhir.json",
    "MedicationRequest-medrx0301.json",
    "Observation-clinical-gender.json",
    "Questionnaire-qs1.json",
    "Questionnaire-zika-virus-exposure-assessment.json",
    "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json",
    "StructureDefinition-Definition.json",
    "StructureDefinition-Event.json",
    "StructureDefinition-FiveWs.json",
    "StructureDefinition-Request.json",
    "ig-r4.json",
}
BROKEN_BEGIN = ("SearchParameter-codesystem-extensions-", "SearchParameter-valueset-extensions-")


def check() -> int:
    """Read every official example; say which are refused or taken against what is known of them."""
    from asklepion.records.engine import Indexer, validate

    indexer = Indexer(bytes(32))
    count = surprises = 0
    started = time.perf_counter()
    for name, resource in resources(DEFINITIONS):
        issues = validate(resource)
        indexer.index(resource)
        count += 1
        if bool(issues) != (name in BROKEN or name.startswith(BROKEN_BEGIN)):
            surprises += 1
            print(f"{name}: " + "; ".join(f"{it.path} {it.expected}" for it in issues[:3]))
    seconds = time.perf_counter() - started
    print(f"{count} examples read, {surprises} surprises, {seconds:.1f} s")
    return surprises


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="read the official examples")
    if parser.parse_args().check:
        sys.exit(1 if check() else 0)
    make()
