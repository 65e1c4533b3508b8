"""How fast is FHIRPath, and what do the rules of R4 cost a write?

The peer is fhirpathpy, installed for this run into an environment of its own; without a network
there is none. Both evaluate the same expressions on the same resources, compiled before.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import orjson

from asklepion.records.engine import prepare, validate
from asklepion.records.engine.fhirpath import compile_path
from asklepion.records.engine.rules import broken

from ._fhir import Watch, find_bundles, tell

PEER = "fhirpathpy 2.2.4"
EXPRESSIONS = {
    "Patient": (
        "name.where(use = 'official').given.first()",
        "birthDate < @2000-01-01 and gender = 'female'",
        "telecom.where(system = 'phone').exists()",
        "identifier.type.coding.code.distinct().count()",
    ),
    "Observation": (
        "value.ofType(Quantity).value",
        "code.coding.where(system = 'http://loinc.org').code",
        "component.select(value.ofType(Quantity).value)",
        "status in ('final' | 'amended') implies value.exists() or component.exists()",
    ),
    "Encounter": (
        "period.start <= period.end",
        "participant.individual.reference.select(substring(0, 4)).distinct()",
    ),
}
RESOURCES_MOST = 1500
THEIRS = """
import json, sys, time
from fhirpathpy import compile
from fhirpathpy.models import models
asked, resources = json.load(sys.stdin)
r4 = models["r4"]
ready = {type: [compile(it, r4) for it in texts] for type, texts in asked.items()}
def run():
    for resource in resources:
        for path in ready[resource["resourceType"]]:
            path(resource)
run()
begin = time.process_time()
run()
print(time.process_time() - begin)
"""


def peer(resources: list[dict[str, Any]]) -> float | None:
    """CPU seconds of the peer for all of them; None if there is no peer."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        package = PEER.replace(" ", "==")
        pip = [python, "-m", "pip", "install", "--quiet", package]
        if subprocess.run(pip, capture_output=True, timeout=300).returncode:
            return None
        text = json.dumps([EXPRESSIONS, resources])
        done = subprocess.run([python, "-c", THEIRS], input=text, capture_output=True, text=True)
        return float(done.stdout) if done.returncode == 0 else None


def ours(resources: list[dict[str, Any]]) -> float:
    """CPU seconds of ours."""
    ready = {type: [compile_path(it) for it in texts] for type, texts in EXPRESSIONS.items()}
    spent = 0.0
    for _ in range(2):  # the first time types are made ready
        with Watch() as watch:
            for resource in resources:
                for path in ready[resource["resourceType"]]:
                    path.evaluate(resource)
        spent = watch.cpu
    return spent


def rules(resources: list[dict[str, Any]]) -> None:
    """What the rules cost beside the structure."""
    prepare()
    for resource in resources:  # the first time types are made ready
        assert list(broken(resource)) == []
    spent: list[float] = []
    with Watch() as watch:
        for resource in resources:
            begin = time.thread_time()
            list(broken(resource))
            spent.append(time.thread_time() - begin)
    rate = len(resources) / watch.cpu
    tell("rules of R4", rate, "resources/CPU-s", higher_is_better=True)
    median = statistics.median(spent) * 1000
    tell("rules of R4, median", median, "ms of CPU", higher_is_better=False)
    with Watch() as watch:
        for resource in resources:
            validate(resource)
    rate = len(resources) / watch.cpu
    tell("structure and rules", rate, "resources/CPU-s", higher_is_better=True)


def main() -> None:
    """One after the other, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        source, kind = find_bundles(Path(folder))
        bundles = [orjson.loads(it.read_bytes()) for it in sorted(source.glob("*.json"))]
    resources = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]
    chosen = [it for it in resources if it["resourceType"] in EXPRESSIONS][:RESOURCES_MOST]
    count = sum(len(EXPRESSIONS[it["resourceType"]]) for it in chosen)
    mine, theirs = ours(chosen), peer(chosen)
    tell(
        f"FHIRPath on {kind} resources",
        count / mine,
        "evaluations/CPU-s",
        higher_is_better=True,
        peer=PEER if theirs else None,
        peer_value=count / theirs if theirs else None,
    )
    rules(resources)


if __name__ == "__main__":
    main()
