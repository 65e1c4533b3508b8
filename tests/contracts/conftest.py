"""A fresh chain for each test, and a compiler for all."""

from collections.abc import Generator

import pytest

from .compiler import Compiler
from .evm import Evm


@pytest.fixture(scope="session")
def compiler() -> Generator[Compiler]:
    it = Compiler()
    yield it
    it.close()


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """py-evm raises the recursion limit as it comes in; let it be before Hypothesis runs."""
    Evm()


@pytest.fixture
def evm() -> Evm:
    return Evm()
