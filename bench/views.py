"""How fast do ViewDefinitions turn resources into rows, and how fast is a question answered?

The peer is sqlonfhir, installed for this run into an environment of its own; without a network
there is none. Both run the same views over the same resources, compiled before where they can be.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import orjson

from asklepion.records.engine.cohorts import Pseudonyms, ask, table_of
from asklepion.records.engine.views import Runner, compile_view

from ._fhir import Watch, find_bundles, tell

PEER = "sqlonfhir 0.0.2"
RESOURCES_MOST = 4000
VIEWS: dict[str, dict[str, Any]] = {
    "patients": {
        "resource": "Patient",
        "status": "active",
        "select": [
            {
                "column": [
                    {"name": "patient", "path": "getResourceKey()"},
                    {"name": "gender", "path": "gender"},
                    {"name": "born", "path": "birthDate"},
                ]
            },
            {
                "forEachOrNull": "address",
                "column": [{"name": "city", "path": "city"}, {"name": "state", "path": "state"}],
            },
        ],
    },
    "observations": {
        "resource": "Observation",
        "status": "active",
        "select": [
            {
                "column": [
                    {"name": "id", "path": "id"},
                    {"name": "patient", "path": "subject.getReferenceKey(Patient)"},
                    {"name": "at", "path": "effective.ofType(dateTime)"},
                    {"name": "value", "path": "value.ofType(Quantity).value"},
                    {"name": "unit", "path": "value.ofType(Quantity).unit"},
                ]
            },
            {"forEach": "code.coding", "column": [{"name": "code", "path": "code"}]},
        ],
        "where": [{"path": "status = 'final'"}],
    },
    "parts": {
        "resource": "Observation",
        "status": "active",
        "select": [
            {"column": [{"name": "id", "path": "id"}]},
            {
                "unionAll": [
                    {
                        "forEach": "component",
                        "column": [
                            {"name": "code", "path": "code.coding.first().code"},
                            {"name": "value", "path": "value.ofType(Quantity).value"},
                        ],
                    },
                    {
                        "column": [
                            {"name": "code", "path": "code.coding.first().code"},
                            {"name": "value", "path": "value.ofType(Quantity).value"},
                        ]
                    },
                ]
            },
        ],
    },
}
SQL = (
    "SELECT gender, code, count(DISTINCT patient) AS patients, avg(value) AS mean"
    " FROM observations JOIN patients USING (patient) GROUP BY gender, code ORDER BY patients DESC"
)
THEIRS = """
import json, sys, time
from sqlonfhir import evaluate
views, resources = json.load(sys.stdin)
for name, view in views.items():
    mine = [it for it in resources if it["resourceType"] == view["resource"]]
    evaluate(mine[:20], view)
    begin = time.process_time()
    rows = evaluate(mine, view)
    print(json.dumps([name, len(rows), time.process_time() - begin]))
"""


def peer(resources: list[dict[str, Any]]) -> dict[str, tuple[int, float]]:
    """Rows and CPU seconds of the peer for each view; nothing if there is no peer."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        package = PEER.replace(" ", "==")
        pip = [python, "-m", "pip", "install", "--quiet", package]
        if subprocess.run(pip, capture_output=True, timeout=300).returncode:
            return {}
        text = json.dumps([VIEWS, resources])
        done = subprocess.run([python, "-c", THEIRS], input=text, capture_output=True, text=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {name: (rows, cpu) for name, rows, cpu in lines}


def ours(
    resources: list[dict[str, Any]],
) -> tuple[dict[str, tuple[int, float]], dict[str, list[tuple[Any, ...]]]]:
    """Rows and CPU seconds of ours for each view; and the rows themselves."""
    spent: dict[str, tuple[int, float]] = {}
    made: dict[str, list[tuple[Any, ...]]] = {}
    for name, definition in VIEWS.items():
        runner = Runner(compile_view(definition))
        mine = [it for it in resources if it["resourceType"] == definition["resource"]]
        for resource in mine[:20]:  # the first time types are made ready
            runner.rows(resource)
        with Watch() as watch:
            made[name] = [row for resource in mine for row in runner.rows(resource)]
        spent[name] = (len(made[name]), watch.cpu)
    return spent, made


def question(resources: list[dict[str, Any]], made: dict[str, list[tuple[Any, ...]]]) -> None:
    """What taking the names away costs, and asking."""
    names = Pseudonyms(bytes(32))
    with Watch() as watch:
        for resource in resources:
            names.hide(resource)
    rate = len(resources) / watch.cpu
    tell("names taken away", rate, "resources/CPU-s", higher_is_better=True)
    tables = [
        table_of(compile_view(VIEWS[name]), made[name], name)
        for name in ("patients", "observations")
    ]
    with Watch() as watch:
        ask(tables, SQL)
    tell("one question, tables filled", watch.cpu * 1000, "ms of CPU", higher_is_better=False)


def main() -> None:
    """One after the other, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        source, kind = find_bundles(Path(folder))
        bundles = [orjson.loads(it.read_bytes()) for it in sorted(source.glob("*.json"))]
    found = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]
    kinds = {view["resource"] for view in VIEWS.values()}
    resources = [it for it in found if it["resourceType"] in kinds][:RESOURCES_MOST]
    (mine, made), theirs = ours(resources), peer(resources)
    for name, (rows, cpu) in mine.items():
        their_rows, their_cpu = theirs.get(name, (0, 0.0))
        tell(
            f"view of {name} on {kind} resources",
            rows / cpu,
            "rows/CPU-s",
            higher_is_better=True,
            peer=PEER if their_cpu else None,
            peer_value=their_rows / their_cpu if their_cpu else None,
        )
    question(resources, made)


if __name__ == "__main__":
    main()
