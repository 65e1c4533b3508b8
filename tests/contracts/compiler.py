"""Compiles what the tests need: hostile contracts, and ours with a guard taken out."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from asklepion.ledger.engine.abi import Artefact, Contract
from tools.setup import node_folder

from .guards import copy, slot

ROOT = Path(__file__).parent.parent.parent
CONTRACTS = ROOT / "contracts"
SOURCES = CONTRACTS / "src"
HOSTILE = Path(__file__).parent / "sources"
KEPT = ROOT / ".cache" / "contracts"  # what was compiled once, by everything it was made from


class Weakened(Contract):
    """A contract whose guards are switched off by words in its storage."""

    def __init__(self, it: Artefact, off: tuple[int, ...]) -> None:
        super().__init__(it)
        self.off = off


class Compiler:
    """solc, started when it is first needed, and asked one thing after another."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def hostile(self, name: str) -> Contract:
        """A contract of tests/contracts/sources."""
        path = f"test/{name}.sol"
        source = (HOSTILE / f"{name}.sol").read_text()
        return self._compile({path: source}, path, name)

    def without(self, name: str, *guards: str) -> Contract:
        """One of ours, with these guards switched off."""
        sources = copy(name, lambda path: _path(path).read_text())
        whole = self._compile(sources, f"src/{name}.sol", name)
        return Weakened(whole.artefact, tuple(map(slot, guards)))

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()

    def _compile(self, sources: dict[str, str], path: str, name: str) -> Contract:
        question = json.dumps({"sources": sources, "path": path, "name": name})
        kept = KEPT / f"{self._key(question)}.json"
        if not kept.exists():
            answer = self._ask(question)
            assert "error" not in answer, answer["error"]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(answer["artefact"]))
        held: dict[str, Any] = json.loads(kept.read_text())
        return Contract(
            Artefact(
                name=name,
                compiler=held["compiler"],
                openzeppelin=held["openzeppelin"],
                sources=held["sources"],
                abi=held["abi"],
                bytecode=bytes.fromhex(held["bytecode"][2:]),
                deployed=bytes.fromhex(held["deployedBytecode"][2:]),
                immutables=tuple(held["immutables"]),
            )
        )

    def _key(self, question: str) -> str:
        digest = hashlib.sha256(question.encode())
        beside = [CONTRACTS / "compile.mjs", CONTRACTS / "package-lock.json"]
        for file in [*beside, *sorted(SOURCES.glob("*.sol"))]:
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _ask(self, question: str) -> Any:
        if self._process is None:
            folder = node_folder()
            if folder is None:
                pytest.skip("Node is not on this machine: nothing compiles the contracts")
            if not (CONTRACTS / "node_modules" / "solc").is_dir():
                pytest.skip("solc is not installed: run make setup")
            self._process = subprocess.Popen(
                [str(folder / "node"), str(CONTRACTS / "compile.mjs")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{question}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _path(source: str) -> Path:
    return CONTRACTS / "node_modules" / source if source[0] == "@" else CONTRACTS / source
