"""Terminology over HTTP. https://hl7.org/fhir/R4/terminology-service.html"""

from typing import Any, cast

from fastapi import Request, Response

from asklepion.kit.errors import Incorrect

from ..engine.terms import Coding, Member
from ..service import Records
from ..service.terminology import Expansion, Page, Which, display_of
from .answers import answer
from .asking import Asks, Here
from .given import Given, given

Json = dict[str, Any]

CODE = ("code", "system", "version", "display", "coding", "codeableConcept", "displayLanguage")
OF_EXPAND = (
    *("url", "valueSet", "valueSetVersion", "filter", "offset", "count", "includeDesignations"),
    *("includeDefinition", "activeOnly", "excludeNested", "excludeNotForUI", "displayLanguage"),
)
OF_CHECK = {
    "ValueSet": (
        *("code", "system", "display", "coding", "codeableConcept", "displayLanguage"),
        *("url", "valueSet", "valueSetVersion", "abstract"),
    ),
    "CodeSystem": (*CODE, "url", "codeSystem", "abstract"),
}
OF_LOOKUP = ("code", "system", "version", "coding", "displayLanguage", "property")
OF_SUBSUMES = ("codeA", "codeB", "system", "version", "codingA", "codingB")
OF_TRANSLATE = (
    *("url", "conceptMap", "conceptMapVersion", "code", "system", "coding"),
    *("codeableConcept", "source", "target", "targetsystem", "reverse"),
)
LANGUAGES_MOST = 10


def _languages(request: Request, given: Given) -> tuple[str, ...]:
    """In which names are wanted: as asked, or as the browser says, the dearest first."""
    said = given.text("displayLanguage") or request.headers.get("accept-language", "")
    ranked: list[tuple[float, str]] = []
    for each in said.split(",")[:LANGUAGES_MOST]:
        name, _, quality = each.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), name.strip()))
        except ValueError:
            continue
    return tuple(name for _, name in sorted(ranked, key=lambda it: it[0]) if name and name != "*")


# ---------------------------------------------------------------- value sets


async def expand(request: Request, asks: Asks, records: Here) -> Response:
    """List the codes of a value set. https://hl7.org/fhir/R4/valueset-operation-expand.html"""
    return await _expand(request, asks, records)


async def expand_one(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """List the codes of a value set that is kept here."""
    return await _expand(request, asks, records, id)


async def _expand(request: Request, asks: Asks, records: Records, id: str = "") -> Response:
    asked = await given(request, records, OF_EXPAND)
    languages = _languages(request, asked)
    page = Page(
        text=asked.text("filter"),
        offset=asked.number("offset") or 0,
        count=asked.number("count"),
        is_active_only=asked.flag("activeOnly"),
        is_for_choosing=asked.flag("excludeNotForUI"),
        languages=languages,
    )
    which = _which("ValueSet", asked, id)
    found = await records.terminology.expand(asks, which, page)
    shown = _expanded(
        found,
        page,
        with_names=asked.flag("includeDesignations"),
        with_definitions=asked.flag("includeDefinition"),
    )
    return answer(request, shown)


def _which(type: str, asked: Given, id: str = "") -> Which:
    word = type[0].lower() + type[1:]
    versions = {"ValueSet": "valueSetVersion", "ConceptMap": "conceptMapVersion"}
    url, _, version = asked.text("url").partition("|")
    return Which(
        type=type,
        url=url,
        version=version or asked.text(versions.get(type, "version")),
        id=id,
        resource=asked.part(word),
    )


def _expanded(found: Expansion, page: Page, *, with_names: bool, with_definitions: bool) -> Json:
    of = found.value_set
    head = {key: of[key] for key in ("url", "version", "name", "title") if key in of}
    used = [
        {"name": "used-codesystem", "valueUri": f"{url}|{version}" if version else url}
        for url, version in sorted(found.systems.items())
    ]
    asked: list[Json] = [{"name": "filter", "valueString": page.text}] if page.text else []
    if page.count is not None:
        asked += [{"name": "count", "valueInteger": page.count}]
    if page.is_active_only:
        asked += [{"name": "activeOnly", "valueBoolean": True}]
    if page.languages:
        asked += [{"name": "displayLanguage", "valueCode": page.languages[0]}]
    contains = [
        _contained(it, page.languages, with_names=with_names, with_definitions=with_definitions)
        for it in found.members
    ]
    expansion: Json = {"timestamp": found.at, "total": found.total, "offset": page.offset}
    expansion |= {"parameter": [*asked, *used]} if asked or used else {}
    expansion |= {"contains": contains} if contains else {}
    return {
        "resourceType": "ValueSet",
        **head,
        "status": of.get("status", "active"),
        "expansion": expansion,
    }


def _contained(
    it: Member, languages: tuple[str, ...], *, with_names: bool, with_definitions: bool
) -> Json:
    held: Json = {"system": it.system, "code": it.code}
    if it.is_abstract:
        held["abstract"] = True
    if it.is_inactive:
        held["inactive"] = True
    if display := display_of(it, languages):
        held["display"] = display
    names = [*it.names, *(it.concept.names if it.concept is not None else ())]
    if with_names and names:
        held["designation"] = names
    if with_definitions and it.concept is not None and it.concept.definition:
        url = "http://hl7.org/fhir/StructureDefinition/valueset-concept-definition"
        held["extension"] = [{"url": url, "valueString": it.concept.definition}]
    return held


async def check_value_set(request: Request, asks: Asks, records: Here) -> Response:
    """Say whether a value set holds a code.

    https://hl7.org/fhir/R4/valueset-operation-validate-code.html
    """
    return await _check(request, asks, records, "ValueSet")


async def check_value_set_one(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Say whether a value set that is kept here holds a code."""
    return await _check(request, asks, records, "ValueSet", id)


async def check_system(request: Request, asks: Asks, records: Here) -> Response:
    """Say whether a code system holds a code.

    https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
    """
    return await _check(request, asks, records, "CodeSystem")


async def check_system_one(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Say whether a code system that is kept here holds a code."""
    return await _check(request, asks, records, "CodeSystem", id)


async def _check(
    request: Request, asks: Asks, records: Records, type: str, id: str = ""
) -> Response:
    asked = await given(request, records, OF_CHECK[type])
    codings = _codings(asked)
    which = _which(type, asked, id)
    if type == "CodeSystem" and not (id or which.url or which.resource):
        which = Which(type=type, url=codings[0].system, version=asked.text("version"))
    verdict = await records.terminology.check(
        asks,
        which,
        codings,
        languages=_languages(request, asked),
        with_abstract=asked.flag("abstract", default=True),
    )
    told: list[Json] = [{"name": "result", "valueBoolean": verdict.is_valid}]
    if verdict.message:
        told.append({"name": "message", "valueString": verdict.message})
    if verdict.coding.display:
        told.append({"name": "display", "valueString": verdict.coding.display})
    if verdict.is_valid and verdict.coding.system:
        told.append({"name": "code", "valueCode": verdict.coding.code})
        told.append({"name": "system", "valueUri": verdict.coding.system})
    return answer(request, _parameters(told))


def _codings(asked: Given) -> list[Coding]:
    """The code that is asked about, in each way that it is said."""
    display = asked.text("display")
    if concept := asked.part("codeableConcept"):
        held: Any = concept.get("coding", [])
        found = [_coding(it) for it in cast(list[Any], held if isinstance(held, list) else [])]
    elif coding := asked.part("coding"):
        found = [_coding(coding)]
    elif code := asked.text("code"):
        found = [Coding(asked.text("system").partition("|")[0], code, display)]
    else:
        found = []
    if not found:
        raise Incorrect("No code is asked about.", hint="Send code, coding or codeableConcept.")
    return [it if it.display else Coding(it.system, it.code, display) for it in found]


def _coding(value: Any) -> Coding:
    it = cast(Json, value) if isinstance(value, dict) else {}
    parts = [it.get(name, "") for name in ("system", "code", "display")]
    if not parts[1] or not all(isinstance(part, str) for part in parts):
        raise Incorrect("A coding has no code.", hint="Send system and code.")
    return Coding(*parts)


# ---------------------------------------------------------------- code systems


async def lookup(request: Request, asks: Asks, records: Here) -> Response:
    """Tell what is known of a code. https://hl7.org/fhir/R4/codesystem-operation-lookup.html"""
    asked = await given(request, records, OF_LOOKUP)
    coding = _codings(Given([(k, v) for k, v in _pairs(asked, OF_LOOKUP) if k in CODE], CODE))[0]
    version = asked.text("version")
    url = coding.system + (f"|{version}" if version else "")
    system, concept = await records.terminology.lookup(asks, url, coding.code)
    wanted = set(asked.all("property"))
    member = Member(system=system.url, code=concept.code, concept=concept)
    told: list[Json] = [
        {"name": "name", "valueString": system.name or system.url},
        *([{"name": "version", "valueString": system.version}] if system.version else []),
        {
            "name": "display",
            "valueString": display_of(member, _languages(request, asked)) or concept.code,
        },
    ]
    if concept.definition:
        told.append({"name": "definition", "valueString": concept.definition})
    told += [_named(it) for it in concept.names]
    properties: list[tuple[str, str, Any]] = [
        ("inactive", "valueBoolean", concept.is_inactive),
        ("abstract", "valueBoolean", concept.is_abstract),
        *(("parent", "valueCode", it) for it in concept.parents),
        *(("child", "valueCode", it) for it in system.below.get(concept.code, ())),
        *(
            (str(it.get("code", "")), key, value)
            for it in concept.properties
            for key, value in it.items()
            if key.startswith("value")
        ),
    ]
    told += [
        {"name": "property", "part": [{"name": "code", "valueCode": code}, _value(key, value)]}
        for code, key, value in dict.fromkeys(
            it for it in properties if not isinstance(it[2], dict)
        )
        if not wanted or code in wanted
    ]
    return answer(request, _parameters(told))


def _pairs(asked: Given, names: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(name, value) for name in names for value in asked.all(name)]


def _value(key: str, value: Any) -> Json:
    return {"name": "value", key: value}


def _named(it: Json) -> Json:
    parts: list[Json] = []
    if it.get("language"):
        parts.append({"name": "language", "valueCode": it["language"]})
    if it.get("use"):
        parts.append({"name": "use", "valueCoding": it["use"]})
    return {
        "name": "designation",
        "part": [*parts, {"name": "value", "valueString": it.get("value", "")}],
    }


async def subsumes(request: Request, asks: Asks, records: Here) -> Response:
    """Say how two codes stand. https://hl7.org/fhir/R4/codesystem-operation-subsumes.html"""
    return await _subsumes(request, asks, records)


async def subsumes_one(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Say how two codes of a code system that is kept here stand."""
    return await _subsumes(request, asks, records, id)


async def _subsumes(request: Request, asks: Asks, records: Records, id: str = "") -> Response:
    asked = await given(request, records, OF_SUBSUMES)
    pair: list[Coding] = []
    for name in ("A", "B"):
        if coding := asked.part(f"coding{name}"):
            pair.append(_coding(coding))
        elif code := asked.text(f"code{name}"):
            pair.append(Coding(asked.text("system"), code))
        else:
            raise Incorrect("Two codes are expected.", hint="Send codeA, codeB and system.")
    if len({it.system for it in pair}) != 1:
        raise Incorrect("The two codes are of two systems.", hint="Send two codes of one.")
    which = Which(
        type="CodeSystem", url="" if id else pair[0].system, version=asked.text("version"), id=id
    )
    outcome = await records.terminology.subsumes(asks, which, pair[0].code, pair[1].code)
    return answer(request, _parameters([{"name": "outcome", "valueCode": outcome}]))


# ---------------------------------------------------------------- concept maps


async def translate(request: Request, asks: Asks, records: Here) -> Response:
    """Say what a code is elsewhere. https://hl7.org/fhir/R4/conceptmap-operation-translate.html"""
    return await _translate(request, asks, records)


async def translate_one(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Say what a code is elsewhere, by a map that is kept here."""
    return await _translate(request, asks, records, id)


async def _translate(request: Request, asks: Asks, records: Records, id: str = "") -> Response:
    asked = await given(request, records, OF_TRANSLATE)
    names = ("code", "system", "coding", "codeableConcept")
    codings = _codings(Given(_pairs(asked, names), CODE))
    found = await records.terminology.translate(
        asks,
        _which("ConceptMap", asked, id),
        codings,
        target=asked.text("targetsystem"),
        between=(asked.text("source"), asked.text("target")),
        is_reverse=asked.flag("reverse"),
    )
    told: list[Json] = [{"name": "result", "valueBoolean": any(it.is_match for it in found)}]
    if not found:
        message = "No map that is held here says anything of this code."
        told.append({"name": "message", "valueString": message})
    for it in found:
        concept = {
            key: value
            for key, value in zip(("system", "code", "display"), it.coding, strict=True)
            if value
        }
        parts: list[Json] = [{"name": "equivalence", "valueCode": it.equivalence}]
        parts += [{"name": "concept", "valueCoding": concept}] if it.coding.code else []
        parts += [{"name": "source", "valueUri": it.source}] if it.source else []
        told.append({"name": "match", "part": parts})
    return answer(request, _parameters(told))


def _parameters(parts: list[Json]) -> Json:
    return {"resourceType": "Parameters", "parameter": parts}


PATHS: dict[str, dict[str, Any]] = {
    path: {"GET": verb, "POST": verb}
    for path, verb in {
        "/ValueSet/$expand": expand,
        "/ValueSet/{id}/$expand": expand_one,
        "/ValueSet/$validate-code": check_value_set,
        "/ValueSet/{id}/$validate-code": check_value_set_one,
        "/CodeSystem/$validate-code": check_system,
        "/CodeSystem/{id}/$validate-code": check_system_one,
        "/CodeSystem/$lookup": lookup,
        "/CodeSystem/$subsumes": subsumes,
        "/CodeSystem/{id}/$subsumes": subsumes_one,
        "/ConceptMap/$translate": translate,
        "/ConceptMap/{id}/$translate": translate_one,
    }.items()
}
