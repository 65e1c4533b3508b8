"""What the door for wallets lets in, what it answers, and where it stops."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from eth_hash.auto import keccak
from httpx import AsyncClient

from asklepion.app import House, open_house
from asklepion.doors import serve
from asklepion.kit.clock import StoppedClock
from asklepion.ledger import EmbeddedChain
from asklepion.ledger.engine.allowance import Allowance, neighbourhood
from asklepion.ledger.http.rpc import MOST_BYTES, Seats
from asklepion.ledger.service.chain import Rpc
from asklepion.ledger.service.chain import rpc as rpc_module
from asklepion.settings import Settings
from tests.conftest import QUICK, knock
from tests.ledger.chain.peers import CHAIN_ID, POOR, Signer, address_of, probe

ELSEWHERE = {"origin": "https://wallet.example", "sec-fetch-site": "cross-site"}


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The chain has a file of its own, whichever database the house has."""
    return ""


@pytest.fixture
def rich(house: House, settings: Settings) -> Signer:
    """The house's own account."""
    key = (settings.data / "keys" / "chain-admin.key").read_bytes()
    return Signer(house.chain, key)


async def ask(client: AsyncClient, method: str, *parameters: Any) -> Any:
    question = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(parameters)}
    answer = (await client.post("/api/chain", json=question)).json()
    assert answer["id"] == 7
    return answer.get("result", answer.get("error"))


def hexed(value: bytes) -> str:
    return "0x" + value.hex()


# https://docs.metamask.io/wallet/reference/json-rpc-methods/
async def test_what_a_wallet_asks_when_a_network_is_added_is_answered(
    stranger: AsyncClient, rich: Signer
) -> None:
    who = hexed(rich.address)
    block = await ask(stranger, "eth_getBlockByNumber", "latest", False)
    fees = await ask(stranger, "eth_feeHistory", "0x5", "latest", [20, 50])

    assert await ask(stranger, "eth_chainId") == hex(CHAIN_ID)
    assert await ask(stranger, "net_version") == str(CHAIN_ID)
    assert await ask(stranger, "eth_blockNumber") == "0x0"
    assert int(await ask(stranger, "eth_getBalance", who, "latest"), 16) == 10**27
    assert await ask(stranger, "eth_getTransactionCount", who, "pending") == "0x0"
    assert await ask(stranger, "eth_getCode", who, "latest") == "0x"
    assert int(await ask(stranger, "eth_gasPrice"), 16) > int(block["baseFeePerGas"], 16)
    assert await ask(stranger, "eth_syncing") is False
    assert await ask(stranger, "eth_accounts") == []
    assert fees["oldestBlock"] == "0x0"
    assert len(fees["baseFeePerGas"]) == len(fees["gasUsedRatio"]) + 1 == 2
    assert fees["reward"] == [[hex(10**9)] * 2]
    assert (await ask(stranger, "web3_clientVersion")).startswith("asklepion/")


async def test_a_block_is_described_so_that_its_hash_can_be_made_again(
    stranger: AsyncClient, rich: Signer
) -> None:
    await rich.deploy(7)

    block = await ask(stranger, "eth_getBlockByNumber", "0x1", True)
    receipts = await ask(stranger, "eth_getBlockReceipts", block["hash"])

    assert hexed(keccak(header_of(block))) == block["hash"]
    (transaction,) = block["transactions"]
    assert transaction["blockHash"] == block["hash"]
    assert receipts[0]["logsBloom"] == block["logsBloom"] != "0x" + "00" * 256
    assert receipts[0]["logs"][0]["logIndex"] == "0x0"
    assert receipts[0] == await ask(stranger, "eth_getTransactionReceipt", transaction["hash"])
    assert transaction == await ask(stranger, "eth_getTransactionByHash", transaction["hash"])
    assert await ask(stranger, "eth_getBlockTransactionCountByHash", block["hash"]) == "0x1"
    assert await ask(stranger, "eth_getBlockByHash", block["hash"], True) == block


def header_of(block: dict[str, Any]) -> bytes:
    """A header in RLP, from nothing but what was told."""
    import rlp  # pyright: ignore[reportMissingTypeStubs]

    texts = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot")
    late = ("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot")
    names = (*texts, "logsBloom", "difficulty", "number", "gasLimit", "gasUsed", "timestamp")
    rest = ("extraData", "mixHash", "nonce", "baseFeePerGas", *late, "requestsHash")
    numbers = {*names[7:], "baseFeePerGas", "blobGasUsed", "excessBlobGas"}

    def raw(name: str) -> bytes:
        number = int(block[name], 16) if name in numbers else 0
        if name in numbers:
            return number.to_bytes((number.bit_length() + 7) // 8, "big")
        return bytes.fromhex(block[name][2:])

    return rlp.encode([raw(name) for name in (*names, *rest)])  # pyright: ignore


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'{"id": 1}', -32600),
        (b'{"id": {}, "method": "eth_chainId"}', -32600),
        (b'{"id": 1, "method": "eth_mine"}', -32601),
        (b'{"id": 1, "method": "eth_getBalance", "params": ["0x1"]}', -32602),
        (b'{"id": 1, "method": "eth_getBalance", "params": {}}', -32602),
        (b'{"id": 1, "method": "eth_getBlockByNumber", "params": ["0x01", false]}', -32602),
        (b'{"id": 1, "method": "eth_getBlockByNumber", "params": [{"a": []}, 1]}', -32602),
        (b'{"id": 1, "method": "eth_sendRawTransaction", "params": ["0x02c0"]}', -32000),
        (b'{"id": 1, "method": "eth_sendRawTransaction", "params": [null]}', -32602),
        (b'{"id": 1, "method": "eth_getLogs", "params": [{"topics": [[1]]}]}', -32602),
        (b'{"id": 1, "method": "eth_call", "params": [{}, "latest", {"0x": {}}]}', -32004),
    ],
)
async def test_what_cannot_be_answered_is_told_by_json_rpc_s_codes(
    stranger: AsyncClient, body: bytes, code: int
) -> None:
    answer = await stranger.post("/api/chain", content=body)

    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == code


async def test_a_batch_is_answered_in_order_and_what_asks_for_nothing_hears_nothing(
    stranger: AsyncClient,
) -> None:
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId"},
        {"jsonrpc": "2.0", "method": "eth_chainId"},
        {"jsonrpc": "2.0", "id": "b", "method": "eth_nothing"},
    ]

    answers = (await stranger.post("/api/chain", json=batch)).json()
    silent = await stranger.post("/api/chain", json=batch[1])
    many = (await stranger.post("/api/chain", json=batch[:1] * 51)).json()

    assert [each["id"] for each in answers] == ["a", "b"]
    assert answers[1]["error"]["code"] == -32601
    assert (silent.status_code, silent.content) == (204, b"")
    assert many["error"]["code"] == -32005


async def test_a_refusal_of_a_contract_comes_with_its_data(
    stranger: AsyncClient, rich: Signer
) -> None:
    at = await rich.deploy(7)
    call = {"to": hexed(at), "data": hexed(probe().data("store", 13, b""))}

    for method in ("eth_call", "eth_estimateGas"):
        error = await ask(stranger, method, call)
        assert error["code"] == 3
        assert error["message"] == "execution reverted: thirteen is not stored"
        assert error["data"].startswith("0x08c379a0")


@pytest.mark.parametrize("what", ["forever", "blake2"])
async def test_a_call_that_computes_for_ever_is_stopped(
    stranger: AsyncClient, rich: Signer, what: str
) -> None:
    at = await rich.deploy(7)
    rounds = (12_000_000).to_bytes(4, "big") + bytes(208) + b"\x01"
    blake = probe().data("precompile", "0x" + "00" * 19 + "09", rounds)
    data = probe().data("forever") if what == "forever" else blake

    error = await ask(stranger, "eth_call", {"to": hexed(at), "data": hexed(data)})

    assert "takes too long" in error["message"] or "out of gas" in error["message"]
    assert await ask(stranger, "eth_chainId") == hex(CHAIN_ID)


async def test_the_past_is_found_by_number_and_by_hash(stranger: AsyncClient, rich: Signer) -> None:
    at = await rich.deploy(7)
    block = await ask(stranger, "eth_getBlockByNumber", "latest", False)
    await rich.do(at, probe().data("store", 8, b""))
    call, slot = {"to": hexed(at), "input": hexed(probe().data("value"))}, "0x0"

    assert int(await ask(stranger, "eth_call", call, block["number"]), 16) == 7
    assert int(await ask(stranger, "eth_call", call, {"blockHash": block["hash"]}), 16) == 7
    assert int(await ask(stranger, "eth_call", call), 16) == 8
    assert int(await ask(stranger, "eth_getStorageAt", hexed(at), slot, "latest"), 16) == 8
    assert (await ask(stranger, "eth_call", call, "0x99"))["code"] == -32001
    assert (await ask(stranger, "eth_call", call, {"blockHash": "0x" + "11" * 32}))[
        "code"
    ] == -32001


async def test_logs_are_found_by_blocks_addresses_and_topics(
    stranger: AsyncClient, rich: Signer
) -> None:
    at = await rich.deploy(7)
    await rich.do(at, probe().data("store", 8, b""))
    stored = hexed(probe().topic("Stored"))
    eight = "0x" + "0" * 63 + "8"

    everything = await ask(stranger, "eth_getLogs", {"fromBlock": "earliest", "address": hexed(at)})
    one = await ask(
        stranger, "eth_getLogs", {"fromBlock": "0x0", "topics": [stored, None, [eight]]}
    )
    at_block = await ask(stranger, "eth_getLogs", {"blockHash": one[0]["blockHash"]})
    far = await ask(stranger, "eth_getLogs", {"fromBlock": "0x0", "toBlock": "0xffffff"})

    assert [log["blockNumber"] for log in everything] == ["0x1", "0x2"]
    assert one == at_block == everything[1:]
    assert far["code"] == -32005


async def test_a_page_of_any_site_may_ask_and_gets_no_session_by_it(
    stranger: AsyncClient, patient: AsyncClient
) -> None:
    wish = {"access-control-request-method": "POST", **ELSEWHERE}
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}

    allowed = await stranger.options("/api/chain", headers=wish)
    answer = await stranger.post("/api/chain", json=question, headers=ELSEWHERE)
    below = await stranger.post("/api/chain/x", json=question, headers=ELSEWHERE)
    elsewhere = await stranger.post("/api/identity/session", json={}, headers=ELSEWHERE)

    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in {*allowed.headers, *answer.headers}
    assert answer.json()["result"] == hex(CHAIN_ID)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert below.status_code == elsewhere.status_code == 403


async def test_whoever_asks_too_much_waits_and_others_do_not(house: House) -> None:
    app = serve(house)
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
    door = httpx.ASGITransport(app=app, client=("203.0.113.9", 1))
    async with knock(app) as other, AsyncClient(transport=door, base_url="http://localhost") as one:
        batch = [question] * 50
        codes = [(await one.post("/api/chain", json=batch)).status_code for _ in range(20)]
        refused = await one.post("/api/chain", json=question)
        answered = await other.post("/api/chain", json=question)

    assert codes[0] == 200
    assert 429 in codes
    assert refused.status_code in (200, 429)
    assert answered.status_code == 200


def test_an_allowance_comes_back_with_time_and_belongs_to_a_neighbourhood() -> None:
    allowance = Allowance(most=2, each_second=1)

    assert [allowance.take("a", 1, now=0) for _ in range(3)] == [True, True, False]
    assert allowance.take("b", 1, now=0)
    assert allowance.take("a", 1, now=1)
    allowance.charge("a", 10, now=1)
    assert not allowance.take("a", 1, now=5)
    assert allowance.take("a", 1, now=12)
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::2:1")
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"


async def test_a_body_that_is_too_large_is_not_read(stranger: AsyncClient) -> None:
    answer = await stranger.post("/api/chain", content=b" " * (MOST_BYTES + 1))

    assert answer.status_code == 413


async def test_where_the_chain_is_another_s_the_door_is_not_there(
    settings: Settings, clock: StoppedClock
) -> None:
    told = replace(settings, chain_url="http://127.0.0.1:9")
    async with open_house(told, clock, hasher=QUICK) as house, knock(serve(house)) as client:
        answer = await client.post("/api/chain", json={})

    assert answer.status_code == 404
    assert "runs elsewhere" in answer.text


async def test_a_transaction_is_answered_once_it_is_mined(
    stranger: AsyncClient, rich: Signer
) -> None:
    raw = await rich.sign(address_of(POOR), value=1)
    early = await rich.sign(address_of(POOR), value=1, nonce=5)

    hash = await ask(stranger, "eth_sendRawTransaction", hexed(raw))
    receipt = await ask(stranger, "eth_getTransactionReceipt", hash)
    again = await ask(stranger, "eth_sendRawTransaction", hexed(raw))
    waiting = await ask(stranger, "eth_sendRawTransaction", hexed(early))
    found = await ask(stranger, "eth_getTransactionByHash", waiting)

    assert receipt["status"] == "0x1"
    assert again["message"].startswith("nonce too low")
    assert found["blockHash"] is None
    assert json.dumps(found)
    assert await ask(stranger, "eth_getTransactionReceipt", waiting) is None


async def test_a_batch_stops_where_the_purse_is_empty_or_it_computed_enough(
    house: House, stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [{"jsonrpc": "2.0", "id": n, "method": "eth_chainId"} for n in range(5)]
    poor = Allowance(most=3, each_second=0)
    assert isinstance(house.chain, EmbeddedChain)
    rpc = Rpc(house.chain)

    async def pays(_: float) -> bool:
        poor.charge("a", 1, now=0)
        return poor.has("a", now=0)

    said = json.loads(await rpc.answer(json.dumps(asked).encode(), pays))
    monkeypatch.setattr(rpc_module, "BATCH_S", 0.0)
    answers = (await stranger.post("/api/chain", json=asked)).json()

    assert ["result" in each for each in said] == [True, True, True, False, False]
    assert ["result" in each for each in answers] == [True, False, False, False, False]
    assert [each["id"] for each in answers] == list(range(5))


async def test_a_neighbourhood_has_four_seats_and_a_queue_that_ends() -> None:
    seats, go, seated = Seats(), asyncio.Event(), [0, 0]

    async def sit() -> bool:
        async with seats.of("a") as is_seated:
            if is_seated:
                seated[0] += 1
                seated[1] = max(seated)
                await go.wait()
                seated[0] -= 1
            return is_seated

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(sit()) for _ in range(70)]
        await asyncio.sleep(0.01)
        async with seats.of("b") as is_seated:
            assert is_seated
        assert seated[0] == 4
        go.set()

    assert seated == [0, 4]
    assert [task.result() for task in tasks].count(False) == 6
