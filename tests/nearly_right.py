"""Requests to every part of the house that are nearly right."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

from .mutations import (
    Ask,
    ask,
    cut_up,
    damage,
    example,
    odd,
    odd_header,
    odd_text,
    part,
    query,
)
from .records.dicom import raw_of
from .records.hook import subscription
from .records.letters.ccd import document
from .smart import ALL, BACK, HERE, challenge

Json = Any
R4 = "/fhir/R4"
PLAIN = "application/json"
FORM = "application/x-www-form-urlencoded"
PATCHED = ["Patient/p-1", "Observation/obs-1", "Condition/con-1"]
LETTERS = {
    "hl7": b"MSH|^~\\&|LAB|LAKE|HOUSE|HERE|20260110093000+0800||ORU^R01^ORU_R01|9|P|2.5.1\r"
    b"PID|1||77^^^HOSP^MR||Asher^Wren^M||19710815|F\rOBR|1|P-1|F-1|24323-8^Panel^LN|||20260109\r"
    b"OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|135-145|N|||F|||20260109070000\r"
    b"OBX|2|SN|2345-7^Glucose^LN||>^5.5|mmol/L^^UCUM|<5.6|H|||F\r",
    "csv": b"Date;Pulse (/min);Weight kg;Systolic\n01.02.2026 08:00;72;70,5;120\n02.02.2026;;71;\n",
}


# ---------------------------------------------------------------- resources


def kept(random: Random) -> Ask:
    """An official example, damaged, to be kept or looked at."""
    whole = example(random)
    type, id = str(whole["resourceType"]), str(whole.get("id", "x"))
    body = damage(random, whole)
    match random.randint(0, 5):
        case 0 | 1 | 2:
            return ask("PUT", f"{R4}/{type}/{part(random, id)}", body)
        case 3:
            return ask(
                "POST", f"{R4}/{type}", body, if_none_exist=f"identifier={odd_header(random)}"
            )
        case 4:
            return ask("PUT", f"{R4}/{type}?{query(random, type)}", body)
        case _:
            return ask("POST", f"{R4}/{type}/$validate?{asked_of_validate(random)}", body)


def asked_of_validate(random: Random) -> str:
    """What $validate is asked beside the resource."""
    name = random.choice(["profile", "mode", "references", "x"])
    told = random.choice(["create", "update", "delete", "exist", "http://hl7.org/fhir/x"])
    return random.choice(["", f"{name}={told}", f"{name}={part(random, odd_text(random))}"])


def bundle(random: Random) -> Ask:
    """A batch or a transaction of many kinds of entries, damaged."""
    entries: list[Json] = []
    for number in range(random.randint(0, 5)):
        whole: Any = damage(random, example(random), 1)
        type = str(whole.get("resourceType", "x")) if isinstance(whole, dict) else "x"  # pyright: ignore
        method = random.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get", ""])
        url = random.choice(
            [
                *(f"{type}", f"{type}/b-{number}", f"{type}?{query(random, str(type))}"),
                *("Patient/p-1", "Patient?name=x", "metadata", "", "/", "_history", "../x"),
                *(odd_text(random), f"http://localhost{R4}/Patient/p-1", "Patient/$validate"),
            ]
        )
        request: Json = {"method": method, "url": url}
        for name in ("ifNoneExist", "ifMatch", "ifNoneMatch", "ifModifiedSince"):
            if random.random() < 0.1:
                request[name] = random.choice([odd_text(random), 'W/"1"', "identifier=x|y"])
        entry: Json = {"fullUrl": f"urn:uuid:0000000{number}-0000-4000-8000-000000000000"}
        entry["request"] = request
        if random.random() < 0.8:
            entry["resource"] = whole
        entries.append(entry)
    kind = random.choice(["batch", "transaction", "transaction", "document", "history"])
    whole = {"resourceType": "Bundle", "type": kind, "entry": entries}
    return ask("POST", R4, damage(random, whole, 2), prefer=random.choice(PREFERRED))


PREFERRED = ["return=representation", "return=minimal", "return=OperationOutcome", "x", "return=x"]


def patch(random: Random) -> Ask:
    """A JSON Patch or a FHIRPath Patch of something that is there, damaged."""
    target = random.choice(PATCHED)
    where = random.choice([target] * 4 + [f"Patient?{query(random, 'Patient')}"])
    if random.random() < 0.5:
        paths = ["/name/0/family", "/status", "/code/coding/0/code", "/-", "", "/name/-", "/a~1b"]
        operations: Json = [
            {
                "op": random.choice(["add", "remove", "replace", "move", "copy", "test", "x"]),
                "path": random.choice([*paths, "/name/999999999999", odd_text(random)]),
                "from": random.choice([*paths, odd_text(random)]),
                "value": odd(random),
            }
            for _ in range(random.randint(0, 4))
        ]
        body = damage(random, operations, 2)
        return ask("PATCH", f"{R4}/{where}", body, "application/json-patch+json")
    operations = [
        {
            "name": "operation",
            "part": [
                {
                    "name": "type",
                    "valueCode": random.choice(["add", "insert", "delete", "replace"]),
                },
                {"name": "path", "valueString": random.choice(FHIRPATHS)},
                {"name": "name", "valueString": random.choice(["family", "status", "x", "value"])},
                {"name": "index", "valueInteger": random.choice([0, 1, -1, 99])},
                random.choice(VALUE_PARTS),
            ],
        }
        for _ in range(random.randint(0, 3))
    ]
    body = {"resourceType": "Parameters", "parameter": damage(random, operations, 2)}
    return ask("PATCH", f"{R4}/{where}", body)


FHIRPATHS = [
    *("Patient.name[0]", "Patient.name", "Patient", "Observation.value", "Patient.name.given[0]"),
    *(
        "Observation.code.coding[0].code",
        "Patient.name.where(use = 'official')",
        "Patient.extension",
    ),
    *(
        "Patient.contained[0]",
        "name.first()",
        "Patient.name[99999999999]",
        "Patient.birthDate",
        "%x",
    ),
    *(
        "Patient.name.repeat(given)",
        "1 + 1",
        "Patient..name",
        "(" * 200,
        "Patient.name[-1]",
        "Patient.",
    ),
]
VALUE_PARTS: list[Json] = [
    {"name": "value", "valueString": "x"},
    {"name": "value", "valueQuantity": {"value": 1}},
    {"name": "value", "part": [{"name": "family", "valueString": "x"}]},
    {"name": "value", "part": [{"name": "given", "part": [{"name": "x", "part": []}]}]},
    {"name": "value", "resource": {"resourceType": "Patient"}},
    {"name": "value"},
]

# ---------------------------------------------------------------- operations


def operation(random: Random) -> Ask:
    """Parameters of any operation, damaged."""
    where, names = random.choice(OPERATIONS)
    pairs = [(name, of(random, name)) for name in names if random.random() < 0.6]
    headers = {"prefer": "respond-async"} if "port" in where else {}
    if random.random() < 0.4:
        asked = "&".join(
            f"{name}={part(random, value if isinstance(value, str) else odd_text(random))}"
            for name, value in pairs
        )
        return Ask(method="GET", path=f"{R4}{where}?{asked}", headers=headers)
    given: list[Json] = [{"name": name, key_of(random, value): value} for name, value in pairs]
    body = damage(random, {"resourceType": "Parameters", "parameter": given}, 3)
    return ask("POST", f"{R4}{where}", body, **headers)


def key_of(random: Random, value: Json) -> str:
    """Under which name a parameter holds this."""
    if isinstance(value, dict) and "resourceType" in value:
        return "resource"
    kinds = {bool: "Boolean", int: "Integer", str: "String", dict: "Coding"}
    return random.choice([f"value{kinds.get(type(value), 'String')}"] * 5 + ["valueCode", "part"])  # pyright: ignore


def of(random: Random, name: str) -> Json:
    """What could stand under this name."""
    resources = {
        "valueSet": "ValueSet",
        "codeSystem": "CodeSystem",
        "conceptMap": "ConceptMap",
        "resource": "Patient",
    }
    if name in resources and random.random() < 0.8:
        return damage(random, example(random, resources[name]), 3)
    if name == "viewResource":
        return damage(random, view(random), 2)
    if name.startswith("coding") or name == "codeableConcept":
        coding = {"system": random.choice(SYSTEMS), "code": random.choice(CODES), "display": "x"}
        return {"coding": [coding]} if name == "codeableConcept" else coding
    if name in ("url", "source", "target", "system", "targetsystem"):
        return random.choice(SYSTEMS)
    if name.startswith("code"):
        return random.choice(CODES)
    return random.choice([True, 1, "10", "true", "en", "2026-03-01", odd_text(random), odd(random)])


SYSTEMS = [
    *(
        "http://hl7.org/fhir/administrative-gender",
        "http://hl7.org/fhir/ValueSet/observation-status",
    ),
    *(
        "http://hl7.org/fhir/ValueSet/all-types|4.0.1",
        "http://unitsofmeasure.org",
        "http://loinc.org",
    ),
    *("urn:ietf:bcp:47", "http://terminology.hl7.org/CodeSystem/v3-ActCode", "x", "http://x|", ""),
    "http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v2",
]
CODES = [
    "male",
    "final",
    "mg",
    "8867-4",
    "en-US",
    "x",
    "",
    "_ActCode",
    "m" * 2000,
    "kg.m/s2",
    "[",
    "10*3",
]
TERMS = ("url", "valueSet", "filter", "offset", "count", "includeDesignations", "displayLanguage")
CHECKS = ("url", "code", "system", "display", "coding", "codeableConcept", "valueSet", "abstract")
OPERATIONS: list[tuple[str, tuple[str, ...]]] = [
    *(("/ValueSet/$expand", TERMS), ("/ValueSet/example-extensional/$expand", TERMS)),
    *(
        ("/ValueSet/$validate-code", CHECKS),
        ("/CodeSystem/$validate-code", (*CHECKS, "codeSystem")),
    ),
    ("/CodeSystem/$lookup", ("code", "system", "coding", "displayLanguage", "property", "version")),
    ("/CodeSystem/$subsumes", ("codeA", "codeB", "system", "codingA", "codingB", "version")),
    (
        "/ConceptMap/$translate",
        ("url", "code", "system", "coding", "conceptMap", "source", "target", "reverse"),
    ),
    *(("/Patient/$validate", ("resource", "mode", "profile")), ("/x/$validate", ("resource",))),
    ("/Patient/$match", ("resource", "onlyCertainMatches", "count")),
    *(("/Patient/p-1/$everything", ("start", "end", "_since", "_type", "_count", "x")),) * 2,
    *(
        ("/Patient/p-1/$summary", ("profile", "x")),
        ("/Patient/$summary", ("identifier", "profile")),
    ),
    ("/$viewdefinition-run", ("viewResource", "_format", "header", "patient", "_since", "_limit")),
    ("/ViewDefinition/$run", ("viewResource", "resource", "_format", "header", "_limit")),
    ("/$export", ("_since", "_type", "_typeFilter", "_outputFormat", "_elements", "patient")),
    ("/Patient/$export", ("_since", "_type", "_typeFilter", "patient", "organizeOutputBy")),
    ("/Group/g-1/$export", ("_since", "_type", "_until", "includeAssociatedData")),
    ("/Subscription/$status", ("id", "status")),
    ("/Subscription/s-1/$events", ("eventsSinceNumber", "eventsUntilNumber", "content")),
    ("/Subscription/$get-ws-binding-token", ("id",)),
    ("/$import", ("inputFormat", "inputSource", "input")),
]


def view(random: Random) -> Json:
    """A ViewDefinition of some paths, selects and conditions."""
    good = random.random() < 0.6
    paths = GOOD_PATHS if good else VIEW_PATHS
    column = [{"name": f"c{n}", "path": random.choice(paths)} for n in range(3)]
    select: list[Json] = [{"column": column}]
    if random.random() < (0.2 if good else 0.5):
        each = random.choice(["forEach", "forEachOrNull", "repeat"])
        path = random.choice(["name", *VIEW_PATHS])
        inner = {
            each: [path] if each == "repeat" else path,
            "column": [{"name": "d", "path": "id"}],
        }
        select.append({"unionAll": [inner, inner]} if random.random() < 0.3 else inner)
    made: Json = {"resourceType": "ViewDefinition", "status": "active", "select": select}
    made["resource"] = random.choice(["Patient"] * 7 + ["Observation", "Condition", "Nothing"])
    if random.random() < 0.3:
        made["where"] = [
            {"path": random.choice(["active = true", "id = %a", "name.exists()", "1"])}
        ]
        made["constant"] = [{"name": "a", "valueString": odd_text(random)}]
    return made


GOOD_PATHS = [
    *(
        "id",
        "name.family.first()",
        "getResourceKey()",
        "name.given.join(',')",
        "birthDate",
        "gender",
    ),
    *("name.where(use = 'official').exists()", "birthDate + 1 'month'", "today() - 1 'month'"),
    *("'a'.replaceMatches('(a+)+b', 'c')", "descendants().count()", "name[999].text", "1 / 0"),
    *("birthDate + 99999 years", "(1 | 2).aggregate($this + $total, 0)", "1.0.round(99999)"),
    *(
        "birthDate.lowBoundary(99)",
        "id.substring(-1, 99)",
        "9999999999 * 9999999999",
        "2.power(9999)",
    ),
]
VIEW_PATHS = [
    *(
        "id",
        "name.family",
        "name.given.first()",
        "getResourceKey()",
        "name.given.join(',')",
        "$this",
    ),
    *(
        "birthDate",
        "value.ofType(Quantity).value",
        "subject.getReferenceKey(Patient)",
        "code.coding",
    ),
    *(
        "extension('x').value",
        "name.where(use = 'official').family",
        "id & id",
        "1 / 0",
        "2 * 99999",
    ),
    *(
        "'a'.replaceMatches('(a+)+b', 'c')",
        "birthDate + 99999 years",
        "today() - 1 'mo'",
        "repeat(item)",
    ),
    *(
        "descendants().count()",
        "(1 | 2).aggregate($this + $total, 0)",
        "name[999]",
        "iif(id, 1, 2)",
    ),
    *("value.value.power(9999)", "'x'.indexOf(id)", "birthDate.toQuantity()", "id.matches('[')"),
    *("@2026-02-30", "'\\u12'", "id.substring(-1, 99)", "1.0.round(99999)", "lowBoundary(99)"),
]


def cohort(random: Random) -> Ask:
    """A question about many, damaged."""
    sql = random.choice(
        [
            *("SELECT count(*) FROM p", "SELECT c0, count(*) FROM p GROUP BY 1", "SELECT * FROM p"),
            *("SELECT * FROM read_csv('/etc/passwd')", "COPY p TO 'x'", "PRAGMA version", "", ";"),
            *(
                "SELECT * FROM range(1e9::BIGINT) a, range(1e9::BIGINT) b",
                "WITH RECURSIVE t AS (SELECT 1",
            ),
            *(
                "SELECT sum(x) FROM p",
                "SELECT repeat('a', 100000000)",
                "ATTACH ':memory:'",
                "SELECT 1/0",
            ),
            *("SELECT * FROM p WHERE c0 = '\0'", f"SELECT '{odd_text(random)}' FROM p", "SELECT ?"),
        ]
    )
    level = random.choice(["counts", "rows", "x"])
    body = {"views": {"p": view(random)}, "sql": sql, "level": level, "cohort": odd_text(random)}
    return ask("POST", "/api/records/cohorts/query", damage(random, body, 2))


# ---------------------------------------------------------------- what people say


def consent(random: Random) -> Ask:
    """A consent, as FHIR with provisions or in the house's own words, damaged."""
    if random.random() < 0.5:
        whole: Json = random.choice([example(random, "Consent"), CONSENT])
        whole = {**whole, "patient": {"reference": "Patient/p-1"}}
        return ask("POST", f"{R4}/Consent", damage(random, whole, 5))
    actors = ["Practitioner/d-1", "Organization/x", "RelatedPerson/x", "role|x", odd_text(random)]
    choice = {
        "effect": random.choice(["permit", "deny"]),
        "actors": [random.choice(actors)],
        "categories": random.sample(["vital-signs", "laboratory", "medications", "x"], 2),
        "labels": random.sample(["HIV", "PSY", "SEX", "x"], 1),
        "things": [random.choice(["Observation/obs-1", odd_text(random)])],
        "made_from": random.choice(["2026", "", odd_text(random)]),
        "until": random.choice(["2026-04-01T00:00:00Z", odd_text(random)]),
        "purposes": [random.choice(["TREAT", "HRESCH", odd_text(random)])],
        "acts": [random.choice(["access", "correct", "decide"])],
    }
    chosen = {name: held for name, held in choice.items() if random.random() < 0.6}
    granted = {
        "actor": random.choice(actors),
        "categories": ["laboratory"],
        "until": choice["until"],
    }
    where, body = random.choice([("choices", chosen), ("choices", chosen), ("consents", granted)])
    return ask("POST", f"/api/records/patients/p-1/{where}", damage(random, body, 3), PLAIN)


CONSENT: Json = {
    "resourceType": "Consent",
    "status": "active",
    "scope": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                "code": "patient-privacy",
            }
        ]
    },
    "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
    "dateTime": "2026-03-01T12:00:00Z",
    "policyRule": {"coding": [{"code": "OPTIN"}]},
    "provision": {
        "type": "deny",
        "period": {"start": "2026-01-01", "end": "2026-12-31T00:00:00Z"},
        "provision": [
            {
                "type": "permit",
                "actor": [
                    {
                        "role": {"coding": [{"code": "PRCP"}]},
                        "reference": {"reference": "Practitioner/d-1"},
                    }
                ],
                "action": [{"coding": [{"code": "access"}]}],
                "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}],
                "securityLabel": [{"code": "R"}],
                "purpose": [{"code": "TREAT"}],
                "code": [{"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}],
                "dataPeriod": {"start": "2020"},
                "data": [{"meaning": "instance", "reference": {"reference": "Observation/obs-1"}}],
                "provision": [{"type": "deny", "class": [{"code": "Condition"}]}],
            }
        ],
    },
}


def told_of(random: Random) -> Ask:
    """A subscription, damaged."""
    url = random.choice(["", "https://example.org/hook", "http://127.0.0.1:1/x", odd_text(random)])
    criteria = f"Observation?{query(random, 'Observation')}"
    whole = subscription(
        url,
        filters=(criteria, odd_text(random)) if random.random() < 0.5 else (),
        header=(odd_text(random),) if random.random() < 0.3 else (),
        criteria=criteria if random.random() < 0.5 else "",
        heartbeat_period=random.choice([0, 60, -1, 10**12]),
    )
    return ask("POST", f"{R4}/Subscription", damage(random, whole, 3))


def shared(random: Random) -> Ask:
    """A link that is made, and links that are opened."""
    secret = part(random, random.choice(["A" * 43, "x", odd_text(random)]))
    opening = {"recipient": "x", "passcode": odd_text(random), "embeddedLengthMax": 10}
    wish = {
        "until": random.choice(["2026-03-02T00:00:00Z", odd_text(random)]),
        "label": odd_text(random)[:80],
        "passcode": "olive tree",
        "opens_most": random.choice([0, 1, -1, 10**20]),
        "files": random.choice([["summary"], ["record", "x"], []]),
        "language": random.choice(["en", "de", odd_text(random)]),
    }
    return random.choice(
        [
            ask("POST", f"/api/records/shl/{secret}", damage(random, opening, 2), PLAIN),
            Ask(method="GET", path=f"/api/records/shl/{secret}?recipient={part(random, 'x')}"),
            Ask(method="GET", path=f"/api/records/shl/{secret}/files/{secret}"),
            ask("POST", "/api/records/patients/p-1/links", damage(random, wish, 2), PLAIN),
        ]
    )


# ---------------------------------------------------------------- apps


def form(random: Random, held: dict[str, str]) -> bytes:
    """A form of these, some changed, some twice."""
    pairs = [(name, value) for name, value in held.items() if random.random() < 0.9]
    if random.random() < 0.5:
        name = random.choice([*held, "x", ""])
        pairs.append((name, odd_text(random)))
    pairs = [(n, odd_text(random) if random.random() < 0.2 else v) for n, v in pairs]
    return "&".join(f"{part(random, name)}={part(random, value)}" for name, value in pairs).encode()


def jwt(random: Random) -> str:
    """Something that looks as if an app had signed it."""
    head = damage(
        random, {"alg": random.choice(["RS384", "ES384", "none", "HS256"]), "kid": "x"}, 1
    )
    body = damage(random, {"iss": "x", "sub": "x", "aud": HERE, "exp": 1772366520, "jti": "x"}, 2)
    parts = [base64.urlsafe_b64encode(json.dumps(it).encode()).decode() for it in (head, body)]
    return ".".join([*parts, random.choice(["", "x", "AAAA"])][: random.choice([1, 2, 3, 3, 3])])


def oauth(random: Random) -> Ask:
    """What an app asks, damaged."""
    verifier = "v" * 50
    asked = {
        "response_type": "code",
        "client_id": "app-1",
        "redirect_uri": BACK,
        "scope": random.choice([ALL, "patient/Observation.rs?x=y", odd_text(random)]),
        "state": odd_text(random),
        "aud": f"{HERE}{R4}",
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    question = form(random, asked).decode()
    grant = random.choice(["authorization_code", "refresh_token", "client_credentials", "x"])
    traded = {
        "grant_type": grant,
        "client_id": "app-1",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt(random),
        "code": random.choice(["x", "A" * 43]),
        "refresh_token": jwt(random),
        "redirect_uri": BACK,
        "code_verifier": verifier,
        "token": jwt(random),
    }
    app = {
        "name": odd_text(random)[:50],
        "publisher": "Invented Apps",
        "method": random.choice(["none", "private_key_jwt", "client_secret_basic"]),
        "redirects": [random.choice([BACK, odd_text(random)])],
        "launch_url": random.choice([BACK, odd_text(random)]),
        "scopes": random.choice([ALL, odd_text(random)]),
        "jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "x", "alg": "RS384"}]},
    }
    decided = {"query": question, "scopes": ["openid"], "patient": odd_text(random)}
    basic = random.choice(["YTpi", "x", "Og==", base64.b64encode(b"\xff:\xff").decode()])
    headers = random.choice([{}, {"authorization": f"Basic {basic}"}])
    where = random.choice(["token", "introspect", "revoke"])
    return random.choice(
        [
            Ask(
                method="POST",
                path=f"/api/smart/{where}",
                content=form(random, traded),
                headers={"content-type": FORM} | headers,
            ),
            ask("POST", "/api/identity/apps/ask", {"query": question}, PLAIN),
            ask("POST", "/api/identity/apps/decide", damage(random, decided, 2), PLAIN),
            ask("POST", "/api/identity/apps/clients", damage(random, app, 2), PLAIN),
            Ask(
                method="GET",
                path=f"{R4}/Patient/p-1",
                headers={"authorization": f"Bearer {jwt(random)[:4000]}"},
            ),
        ]
    )


# ---------------------------------------------------------------- files


def upload(random: Random) -> Ask:
    """A file of any kind that is taken, damaged."""
    kind = random.choice(["cda", "hl7", "csv", "dicom", "stow", "ndjson", "zip", "json"])
    name = part(random, random.choice([f"a.{kind}", odd_text(random)]))
    where = f"/api/records/import?name={name}"
    match kind:
        case "cda":
            return _file(where, cut_up(random, document(), XML))
        case "hl7":
            return _file(where, cut_up(random, LETTERS["hl7"], ER7))
        case "csv":
            return sheet(random, cut_up(random, LETTERS["csv"], CSV))
        case "dicom":
            raw = cut_up(random, raw_of(random.choice(DICOM)), BINARY)
            return _file(f"/api/records/images?name={name}&patient=p-1", raw)
        case "stow":
            raw = b"--b\r\ncontent-type: application/dicom\r\n\r\n"
            raw += cut_up(random, raw_of(random.choice(DICOM)), BINARY) + b"\r\n--b--"
            content = cut_up(random, raw, [b"\r\n--b", b"--b--", b"\r\n\r\n"])
            told = 'multipart/related; type="application/dicom"; boundary=b'
            return _file("/dicom-web/studies?patient=p-1", content, told)
        case "zip":
            return _file(where, cut_up(random, packed(random), BINARY))
        case _:
            lines = [json.dumps(damage(random, example(random), 2)) for _ in range(3)]
            text = "\n".join(lines).encode()
            if random.random() < 0.3:
                return Ask(
                    method="POST",
                    path=f"{R4}/$import",
                    content=text,
                    headers={"content-type": "application/fhir+ndjson", "prefer": "respond-async"},
                )
            return _file(where, cut_up(random, text, [b"\n", b"}", b'"', b"\xef\xbb\xbf"]))


def _file(path: str, content: bytes, kind: str = "application/octet-stream") -> Ask:
    return Ask(method="POST", path=path, content=content, headers={"content-type": kind})


def sheet(random: Random, content: bytes) -> Ask:
    """A table, and what its columns mean."""
    mapping = {
        "delimiter": random.choice([";", ",", "", "xx"]),
        "moments": random.choice(["dmy", "x"]),
        "columns": [{"column": 1, "measure": "pulse", "unit": "/min"}],
    }
    told = part(random, json.dumps(damage(random, mapping, 2)))
    where = "/api/records/patients/p-1/sheets"
    return random.choice(
        [
            _file(f"{where}/preview", content),
            _file(f"{where}/preview?mapping={told}&zone={part(random, odd_text(random))}", content),
            _file(f"{where}?mapping={told}", content),
        ]
    )


def packed(random: Random) -> bytes:
    """A zip of some files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", random.choice([0, 8, 12, 14])) as archive:
        archive.writestr("a.json", json.dumps(example(random)))
        archive.writestr("b/c.hl7", LETTERS["hl7"])
        archive.writestr("../d.xml", document())
    return made.getvalue()


DICOM = ["CT_small", "MR_small", "JPEG2000", "JPEG-lossy", "rtplan", "SC_rgb_rle", "nested_priv_SQ"]
XML = [
    *(
        b"<",
        b">",
        b"/>",
        b"&",
        b"&#0;",
        b"]]>",
        b"<!--",
        b"<![CDATA[",
        b'nullFlavor="UNK"',
        b"xsi:type",
    ),
    *(b'<value xsi:type="PQ" value="x" unit="y"/>', b'<!DOCTYPE a [<!ENTITY b "c">]>', b"<?x?>"),
    *(b'<low value="99999999999999"/>', b'<effectiveTime value="0000"/>', b'root="1.2"', b"\xff"),
]
ER7 = [
    b"|",
    b"^",
    b"~",
    b"\\",
    b"&",
    b"\r",
    b"\n",
    b"\x0b",
    b"\x1c",
    b"\\X41\\",
    b"\\E\\",
    b'""',
    b"MSH|",
]
CSV = [
    b";",
    b",",
    b"\t",
    b'"',
    b"\n",
    b"\r\n",
    b"\0",
    b"=1+1",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"1e999",
]
BINARY = [
    b"\0",
    b"\xff\xff\xff\xff",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"SQ",
    b"UN",
    b"OB",
    b"\xfe\xff",
]

# ---------------------------------------------------------------- the house's own


def own(random: Random) -> Ask:
    """What the house's own pages send, damaged."""
    method, path, body = random.choice(OWN)
    path = path.replace("*", part(random, random.choice(["x", "p-1", odd_text(random)])))
    return ask(method, path, damage(random, body, 3), PLAIN)


SIGNED_BY_KEY = {  # as a browser answers for a passkey
    "id": "eA",
    "rawId": "eA",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQVFJRCJ9",
        "authenticatorData": "eA",
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUF4",
        "signature": "MAA",
        "userHandle": "eA",
    },
}
OWN: list[tuple[str, str, Json]] = [
    ("PATCH", "/api/identity/me", {"name": "x", "language": "en"}),
    ("POST", "/api/identity/password", {"old": "x", "new": "olive tree by the lake"}),
    (
        "POST",
        "/api/identity/opening",
        {"token": "x", "email": "a@b.c", "password": "x", "name": "x"},
    ),
    (
        "POST",
        "/api/identity/accounts",
        {
            "email": "a@example.org",
            "password": "x",
            "name": "x",
            "roles": ["patient"],
            "person": "x",
        },
    ),
    ("PATCH", "/api/identity/accounts/*", {"roles": ["patient"], "is_open": True, "person": "x"}),
    ("POST", "/api/records/emergencies/find", {"family": "x", "born": "1980-01-01"}),
    ("POST", "/api/records/emergencies", {"patient": "Patient/p-1", "reason": "x", "minutes": 5}),
    ("POST", "/api/records/emergencies/*/judgement", {"justified": True, "remark": "x"}),
    ("POST", "/api/records/patients/*/erase", {"confirm": "x", "reason": "x"}),
    ("POST", "/api/records/merges", {"survivor": "x", "merged": "y", "reason": "document"}),
    ("POST", "/api/devices", {"name": "x", "kinds": ["spo2"]}),
    ("POST", "/api/clinic/visits", {"room": "x"}),
    ("POST", "/api/clinic/visits/*/ask", {"categories": ["laboratory"], "minutes": 30}),
    ("POST", "/api/clinic/visits/*/grant", {"categories": ["laboratory"], "minutes": 30}),
    ("POST", "/api/clinic/visits/*/notes", {"text": "x"}),
    ("POST", "/api/identity/apps/open", {"client": "app-1", "patient": "p-1", "visit": "x"}),
    ("POST", "/api/identity/passkeys/door", {"credential": SIGNED_BY_KEY}),
    ("POST", "/api/identity/proof", {"credential": SIGNED_BY_KEY}),
    ("POST", "/api/identity/passkeys", {"credential": SIGNED_BY_KEY, "name": "x"}),
    ("PATCH", "/api/identity/passkeys/*", {"name": "x"}),
    ("POST", "/api/identity/devices/open", {"token": "x"}),
    ("POST", "/api/identity/devices/*/confirm", {"number": "12"}),
    ("POST", "/api/identity/invitations/read", {"token": "x"}),
    ("POST", "/api/identity/printed/begin", {"email": "a@b.example", "code": "x"}),
    (
        "POST",
        "/api/identity/printed/finish",
        {"token": "x", "credential": SIGNED_BY_KEY, "name": "x", "drops_old": True},
    ),
    ("POST", "/api/identity/recovery/options", {"email": "a@b.example"}),
    (
        "POST",
        "/api/identity/recovery/ask",
        {"email": "a@b.example", "credential": SIGNED_BY_KEY, "name": "x"},
    ),
    ("POST", "/api/identity/recovery/look", {"token": "x"}),
    ("POST", "/api/identity/recovery/*/options", {"code": "x"}),
    ("POST", "/api/identity/guardians", {"email": "a@b.example"}),
    ("PUT", "/api/identity/guardians/needed", {"needed": 2}),
    ("POST", "/api/identity/wallets/door/message", {"address": "0x" + "00" * 20, "chain": 1}),
    ("POST", "/api/identity/wallets/door", {"message": "x", "signature": "0x" + "00" * 65}),
    ("PATCH", "/api/identity/wallets/*", {"opens": True}),
    ("POST", "/api/identity/notices/seen", {"id": "x"}),
    ("GET", "/api/records/patients/p-1/accesses/groups?before=*&zone=*", None),
    ("GET", "/api/records/patients/p-1/accesses?before=*&count=*", None),
    ("GET", "/api/records/patients/p-1/preview?actor=*&purpose=*", None),
    ("GET", "/api/records/why?reference=*", None),
    ("GET", "/api/records/emergencies?state=*&before=*", None),
    ("GET", "/api/records/patients/p-1/summary.pdf?language=*", None),
    ("GET", "/api/records/patients/p-1/record?history=*", None),
    ("GET", "/api/records/bulk/*/*/*", None),
    ("GET", "/api/twin/p-1/cards?oxygen=*&acvpu=*&spo2_scale=*", None),
    ("GET", "/api/twin/p-1/timeline?before=*&count=*", None),
    ("GET", "/api/twin/p-1/report.pdf?language=*", None),
    ("POST", "/api/twin/p-1/estimates", {"card": "prevent10", "share": 12.5}),
    ("POST", "/api/twin/p-1/estimates/*/outcome", {"happened": True, "on": "2026-01-01"}),
    (
        "POST",
        "/api/twin/p-1/futures",
        {"a": {"choices": {"sbp": 120}, "treatments": ["statin_high"]}, "b": {}},
    ),
    ("GET", "/dicom-web/studies?limit=*&offset=*&PatientID=*&StudyDate=*&x=*", None),
    ("GET", "/dicom-web/studies/*/series/*/instances/*/frames/*/rendered?window=*", None),
    ("GET", "/api/records/images/*/*/frames/*?most=*", None),
    ("GET", "/api/ledger/consistency?old=*&new=*", None),
]

FAMILIES: dict[str, Callable[[Random], Ask]] = {
    "a resource": kept,
    "a bundle": bundle,
    "a patch": patch,
    "an operation": operation,
    "a question about many": cohort,
    "a consent": consent,
    "a subscription": told_of,
    "a link": shared,
    "an app": oauth,
    "a file": upload,
    "a page": own,
}
