"""What is committed as compiled is what the sources compile to."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from asklepion.ledger.engine.abi import artefact, names
from tools.setup import node_folder

ROOT = Path(__file__).parent.parent.parent
CONTRACTS = ROOT / "contracts"
ARTEFACTS = ROOT / "src" / "asklepion" / "ledger" / "artefacts"
LIMIT = 24_576  # bytes, EIP-170
INIT_LIMIT = 49_152  # bytes, EIP-3860


def _build(*arguments: str) -> subprocess.CompletedProcess[str]:
    folder = node_folder()
    if folder is None:
        pytest.skip("Node is not on this machine: nothing compiles the contracts")
    if not (CONTRACTS / "node_modules" / "solc").is_dir():
        pytest.skip("solc is not installed: run make setup")
    command = [str(folder / "node"), "build.mjs", *arguments]
    return subprocess.run(
        command, cwd=CONTRACTS, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_committed_artefacts_are_what_the_sources_compile_to() -> None:
    done = _build("--check")

    assert done.returncode == 0, done.stderr


def test_an_artefact_with_one_other_byte_is_named(tmp_path: Path) -> None:
    for file in ARTEFACTS.glob("*.json"):
        shutil.copy(file, tmp_path)
    altered = tmp_path / "Forwarder.json"
    altered.write_text(
        altered.read_text().replace('"deployedBytecode": "0x60', '"deployedBytecode": "0x61')
    )

    done = _build("--check", "--to", str(tmp_path), "Forwarder", "StatusRegistry")

    assert done.returncode == 1
    assert "Forwarder: the artefact is not" in done.stderr
    assert "StatusRegistry" not in done.stderr


@pytest.mark.parametrize("name", names())
def test_a_source_that_changed_without_its_artefact_is_seen_without_a_compiler(name: str) -> None:
    for path, digest in artefact(name).sources.items():
        assert hashlib.sha256((CONTRACTS / path).read_bytes()).hexdigest() == digest, path


@pytest.mark.parametrize("name", names())
def test_every_chain_takes_it(name: str) -> None:
    it = artefact(name)

    assert 0 < len(it.deployed) <= LIMIT
    assert len(it.bytecode) <= INIT_LIMIT
    assert it.openzeppelin == "5.6.1"


def test_every_source_has_its_artefact_but_the_library_that_is_compiled_into_others() -> None:
    sources = {file.stem for file in (CONTRACTS / "src").glob("*.sol")}

    assert sources - set(names()) == {"Rfc9162"}


def test_who_installs_the_house_has_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)

    (wheel,) = tmp_path.glob("*.whl")
    packed = {Path(it).name for it in ZipFile(wheel).namelist() if "ledger/artefacts/" in it}
    assert packed == {f"{name}.json" for name in names()}
