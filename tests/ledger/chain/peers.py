"""Who the chain is tested with: a contract, accounts, and another node."""

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from asklepion.ledger import Chain, Mined
from tests.ports import free_port
from tests.serving import Server

HERE = Path(__file__).parent
QUIET_S = 3.0  # without a transaction of the house's own: it has done what it does at first
MODULES = HERE.parents[2] / "contracts" / "node_modules"
CHAIN_ID = 7331
GAS_PRICE = 3 * 10**9
RICH = bytes([1] * 32)  # a key whose account can pay
POOR = bytes([2] * 32)


def node() -> str:
    """Node, which the compiler and the wallets' libraries run on."""
    found = shutil.which("node")
    if found is None or not (MODULES / "solc").is_dir():
        pytest.skip("Node or the contracts' packages are not installed: make setup")
    return found


@cache
def probe() -> "Contract":
    """The contract of these tests, compiled."""
    done = subprocess.run(
        [node(), str(HERE / "compile.mjs"), str(MODULES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return Contract(made["abi"], bytes.fromhex(made["bytecode"]))


@dataclass(frozen=True)
class Contract:
    """A compiled contract."""

    abi: list[dict[str, Any]]
    bytecode: bytes

    def creation(self, *arguments: Any) -> bytes:
        """What makes one."""
        (made,) = (each for each in self.abi if each["type"] == "constructor")
        return self.bytecode + encode([i["type"] for i in made["inputs"]], arguments)

    def data(self, name: str, *arguments: Any) -> bytes:
        """What calls one of its functions."""
        types = [i["type"] for i in self._entry(name)["inputs"]]
        return keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, arguments)

    def answer(self, name: str, data: bytes) -> Any:
        """What one of its functions gave."""
        found = decode([o["type"] for o in self._entry(name)["outputs"]], data)
        return found[0] if len(found) == 1 else found

    def topic(self, name: str) -> bytes:
        """What its events are known by."""
        types = [i["type"] for i in self._entry(name)["inputs"]]
        return keccak(f"{name}({','.join(types)})".encode())

    def _entry(self, name: str) -> dict[str, Any]:
        (found,) = (each for each in self.abi if each.get("name") == name)
        return found


@dataclass
class Signer:
    """An account that signs."""

    chain: Chain
    key: bytes = RICH
    address: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.address = address_of(self.key)

    async def sign(
        self, to: bytes | None, data: bytes = b"", *, nonce: int | None = None, **more: Any
    ) -> bytes:
        """A signed transaction."""
        return sign(
            self.key,
            to,
            data,
            nonce=await self.chain.nonce(self.address) if nonce is None else nonce,
            **more,
        )

    async def do(self, to: bytes | None, data: bytes = b"", **more: Any) -> Mined:
        """Have a transaction mined."""
        raw = await self.sign(to, data, **more)
        return await self.chain.mined(await self.chain.send(raw))

    async def deploy(self, *arguments: Any) -> bytes:
        """Put the contract of these tests on the chain; returns where it is."""
        mined = await self.do(None, probe().creation(*arguments), gas=3_000_000)
        assert mined.status
        assert mined.contract is not None
        return mined.contract

    async def ask(self, to: bytes, name: str, *arguments: Any, **more: Any) -> Any:
        """What one of its functions gives."""
        data = await self.chain.call(to, probe().data(name, *arguments), **more)
        return probe().answer(name, data)


def address_of(key: bytes) -> bytes:
    """The address of a key."""
    return bytes.fromhex(Account.from_key(key).address[2:])


def sign(
    key: bytes,
    to: bytes | None,
    data: bytes = b"",
    *,
    nonce: int,
    value: int = 0,
    gas: int = 1_000_000,
    fee: int = GAS_PRICE,
    tip: int = 10**9,
    chain_id: int = CHAIN_ID,
    type: int = 2,
    **more: Any,
) -> bytes:
    """A signed transaction of any type."""
    told: dict[str, Any] = {"nonce": nonce, "value": value, "gas": gas, "data": data, **more}
    told["chainId"] = chain_id
    if to is not None:
        told["to"] = to_checksum_address(to)
    if type in (0, 1):
        told["gasPrice"] = fee
    else:
        told |= {"maxFeePerGas": fee, "maxPriorityFeePerGas": tip}
    if type:
        told["type"] = type
    return bytes(Account.sign_transaction(told, key).raw_transaction)


@contextmanager
def anvil() -> Generator[str]:
    """Another node of the same chain; yields its address."""
    program = MODULES / ".bin" / "anvil"
    if not program.exists():
        pytest.skip("anvil is not installed: make setup")
    port = free_port()
    options = ["--port", str(port), "--chain-id", str(CHAIN_ID), "--hardfork", "osaka", "--silent"]
    process = subprocess.Popen([node(), str(program), *options], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        rich = ["0x" + address_of(RICH).hex(), hex(10**24)]
        ask(url, "anvil_setBalance", rich)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def ask(url: str, method: str, parameters: list[Any]) -> Any:
    """What a node answers."""
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    return httpx.post(url, json=question, timeout=30).json()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(url, "eth_chainId", [])
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("anvil does not answer.")


def until_deployed(server: Server) -> int:
    """Wait until a house has deployed its contracts; returns what its account's next number is.

    Tests send with that account, since no other has anything to pay with.
    """
    key = (server.data / "keys" / "chain-admin.key").read_bytes()
    who = "0x" + address_of(key).hex()
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionCount"}
    with server.client() as client:
        until, number, since = time.monotonic() + 120, -1, 0.0
        while True:
            answer = client.post("/api/chain", json=question | {"params": [who, "pending"]})
            told = int(answer.json()["result"], 16)
            if told != number:
                number, since = told, time.monotonic()
            is_deployed = client.get("/api/ledger/binding").json()["unanchored"] >= 0
            if is_deployed and time.monotonic() - since > QUIET_S:
                return number
            assert time.monotonic() < until, "the house does not deploy its contracts"
            time.sleep(0.1)


def rich_account(server: Server) -> bytes:
    """The key of a new account that the house's own gave something to pay with."""
    admin = (server.data / "keys" / "chain-admin.key").read_bytes()
    key, until = secrets.token_bytes(32), time.monotonic() + 60
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction"}
    with server.client() as client:
        while True:  # the house sends with it too, and may be first
            raw = sign(admin, address_of(key), nonce=until_deployed(server), value=10**20)
            said = client.post("/api/chain", json=question | {"params": ["0x" + raw.hex()]}).json()
            if "result" in said:
                return key
            assert time.monotonic() < until, said
