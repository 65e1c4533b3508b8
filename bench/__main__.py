"""Run every bench in a process of its own; print what they say and keep it beside the last ones."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def main(wanted: list[str]) -> int:
    """Run the benches of these names, or all; returns how many failed."""
    names = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))
    failed = 0
    for name in wanted or names:
        command = [sys.executable, "-m", f"bench.{name}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, end="", flush=True)
        failed += done.returncode != 0
        if done.returncode == 0:
            keep(name, [json.loads(line) for line in done.stdout.splitlines()])
    return failed


def keep(name: str, rows: list[dict[str, object]]) -> None:
    """Add one run to the results of this bench."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    runs: list[dict[str, object]] = json.loads(path.read_text()) if path.exists() else []
    runs.append({"at": datetime.now(UTC).isoformat(timespec="seconds"), "rows": rows})
    path.write_text(json.dumps(runs[-20:], indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
