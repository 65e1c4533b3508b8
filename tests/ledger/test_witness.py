"""A witness takes what only grew and nothing else, whoever asks, however often."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import Conflict, Incorrect, NotFound
from asklepion.ledger import Ledger, Witness, open_witness
from asklepion.ledger.engine import merkle, note
from asklepion.ledger.engine.cosigning import Request, WitnessKey, WitnessSigner, cosigned_by
from asklepion.ledger.http import witness_app
from tests.ledger.engine.test_merkle import Tree, some_leaves

SIGNER = note.Signer(bytes(range(32)), "clinic.example/log")
TREE = Tree(some_leaves(40))
OTHER = Tree([merkle.leaf_hash(b"other"), *some_leaves(39)])


def request(old: int, new: int, tree: Tree = TREE, signer: note.Signer = SIGNER) -> bytes:
    """What an honest log asks; of another tree, what one asks that was rewritten."""
    proof = tree.consistency(old, new) if old > 0 else []
    checkpoint = signer.sign(new, tree.root(new))
    return str(Request(old=old, proof=proof, checkpoint=checkpoint)).encode()


@pytest.fixture
async def witness(tmp_path: Path, clock: StoppedClock) -> AsyncGenerator[Witness]:
    async with open_witness(tmp_path / "witness", clock, name="library.example/w") as witness:
        await witness.follow(str(SIGNER.verifier))
        yield witness


@pytest.fixture
async def client(witness: Witness) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(witness_app(witness))
    async with httpx.AsyncClient(transport=transport, base_url="http://witness") as client:
        yield client


async def ask(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    return await client.post("/add-checkpoint", content=body)


def test_the_published_cosignature_of_the_specification_has_the_form_that_we_make() -> None:
    # Source: https://c2sp.org/tlog-cosignature, its example: key hash, moment 1679315147, 64 bytes.
    published = (
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mb"
        "IUBkBIfZ+qnA=="
    )
    ours = WitnessSigner(bytes(32), "witness.example.com/w1").cosign(
        SIGNER.sign(3, TREE.root(3)).note, 1679315147
    )

    made = base64.b64decode(ours.split(" ")[2])

    assert len(made) == len(base64.b64decode(published)) == 76
    assert made[4:12] == base64.b64decode(published)[4:12]


async def test_it_cosigns_a_log_from_its_first_checkpoint_on_as_it_grows(
    witness: Witness, client: httpx.AsyncClient, clock: StoppedClock
) -> None:
    for old, new in ((0, 1), (1, 7), (7, 7), (7, 8), (8, 40)):
        answer = await ask(client, request(old, new))

        assert answer.status_code == 200, answer.text
        cosigned = SIGNER.sign(new, TREE.root(new)).note + answer.text
        key = WitnessKey.read(witness.key)
        assert key.seen_at(cosigned) == int(clock.now().timestamp())
        assert note.is_signed_by(cosigned, SIGNER.verifier)


async def test_whoever_does_not_know_its_size_is_told(client: httpx.AsyncClient) -> None:
    await ask(client, request(0, 7))

    for old, new in ((0, 9), (3, 9), (8, 9), (0, 7)):
        answer = await ask(client, request(old, new))

        assert answer.status_code == 409
        assert answer.headers["content-type"].startswith("text/x.tlog.size")
        assert answer.text == "7\n"


async def test_it_refuses_a_log_that_was_put_back_or_rewritten(
    witness: Witness, client: httpx.AsyncClient
) -> None:
    await ask(client, request(0, 20))

    assert (await ask(client, request(20, 30, OTHER))).status_code == 422  # a fork
    assert (await ask(client, request(20, 20, OTHER))).status_code == 409  # of the same size
    assert (await ask(client, request(10, 12))).status_code == 409  # an older state
    put_back = Request(old=20, proof=[], checkpoint=SIGNER.sign(12, TREE.root(12)))
    assert (await ask(client, str(put_back).encode())).status_code == 400
    longer = Request(old=20, proof=[bytes(32)] * 5, checkpoint=SIGNER.sign(30, TREE.root(30)))
    assert (await ask(client, str(longer).encode())).status_code == 422

    assert [(log.size, log.root) for log in await witness.followed()] == [(20, TREE.root(20))]
    assert (await ask(client, request(20, 30))).status_code == 200


async def test_it_knows_only_the_logs_it_follows_by_the_keys_it_follows_them_with(
    client: httpx.AsyncClient,
) -> None:
    stranger = note.Signer(bytes(32), "elsewhere.example/log")
    forger = note.Signer(bytes(32), "clinic.example/log")

    assert (await ask(client, request(0, 3, signer=stranger))).status_code == 404
    assert (await ask(client, request(0, 3, signer=forger))).status_code == 403
    both = SIGNER.sign(3, TREE.root(3)).note + forger.sign(3, TREE.root(3)).note.split("\n\n")[1]
    asked = Request(old=0, proof=[], checkpoint=note.read_checkpoint(both))
    assert (await ask(client, str(asked).encode())).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n\n",
        b"\xff\xfe",
        request(0, 3).replace(b"old 0", b"old 00"),
        request(0, 3).replace(b"old 0", b"old -1"),
        request(0, 3).replace(b"old 0", b"new 0"),
        request(3, 7).replace(b"\n\n", b"\nAAAA\n\n", 1),
        request(3, 7).replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"=\n" * 64),
        request(0, 3) + b"x" * 20_000,
        request(0, 3).replace(b"clinic", b"cli\x00nic"),
    ],
)
async def test_what_is_no_request_is_refused_and_changes_nothing(
    witness: Witness, client: httpx.AsyncClient, body: bytes
) -> None:
    answer = await ask(client, body)

    assert answer.status_code == 400
    assert (await witness.followed())[0].size == 0


async def test_a_first_checkpoint_comes_without_a_proof(client: httpx.AsyncClient) -> None:
    asked = Request(old=0, proof=[bytes(32)], checkpoint=SIGNER.sign(3, TREE.root(3)))

    assert (await ask(client, str(asked).encode())).status_code == 422


async def test_other_people_s_logs_may_write_further_lines_into_their_checkpoints(
    witness: Witness, client: httpx.AsyncClient
) -> None:
    text = SIGNER.sign(3, TREE.root(3)).note.split("\n\n")[0] + "\nmore to say\n"
    signature = SIGNER._key.sign(text.encode())  # pyright: ignore[reportPrivateUsage]
    line = note.to_base64(SIGNER.verifier.key_hash + signature)
    body = f"old 0\n\n{text}\n{note.DASH} clinic.example/log {line}\n"

    answer = await ask(client, body.encode())

    assert answer.status_code == 200
    assert cosigned_by(body.partition("\n\n")[2], answer.text, WitnessKey.read(witness.key))


async def test_two_who_fork_the_log_at_once_do_not_both_get_a_cosignature(
    witness: Witness, client: httpx.AsyncClient
) -> None:
    await ask(client, request(0, 1))
    two = Tree([some_leaves(1)[0], merkle.leaf_hash(b"left"), *some_leaves(6)])
    three = Tree([some_leaves(1)[0], merkle.leaf_hash(b"right"), *some_leaves(7)])

    answers = await asyncio.gather(
        *(ask(client, request(1, size, tree)) for tree in (two, three) for size in (4, 5, 6, 7))
    )

    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    assert {answer.status_code for answer in answers} == {200, 409}
    assert (await witness.followed())[0].note.endswith(good[0].text)


async def test_what_it_saw_is_there_when_it_opens_again_under_the_same_name_and_key(
    tmp_path: Path, clock: StoppedClock
) -> None:
    folder = tmp_path / "again"
    async with open_witness(folder, clock, name="library.example/w") as first:
        await first.follow(str(SIGNER.verifier))
        await first.add_checkpoint(request(0, 20))
        key = first.key

    async with open_witness(folder, clock) as second:
        with pytest.raises(Conflict):
            await second.add_checkpoint(request(0, 12))
        assert second.key == key
    with pytest.raises(Conflict, match="called library"):
        async with open_witness(folder, clock, name="other.example/w"):
            pass


async def test_a_log_is_followed_with_one_key_until_it_is_forgotten(witness: Witness) -> None:
    forger = note.Signer(bytes(32), "clinic.example/log")
    await witness.add_checkpoint(request(0, 20))

    with pytest.raises(Conflict, match="with another key"):
        await witness.follow(str(forger.verifier))
    assert (await witness.follow(str(SIGNER.verifier))).size == 20
    await witness.forget("clinic.example/log")
    with pytest.raises(NotFound):
        await witness.forget("clinic.example/log")
    assert (await witness.follow(str(forger.verifier))).size == 0


async def test_whoever_must_prove_a_rollback_may_see_what_was_seen(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/seen?origin=clinic.example/log")).status_code == 404
    await ask(client, request(0, 20))

    seen = (await client.get("/seen?origin=clinic.example/log")).text

    assert note.read_checkpoint(seen).size == 20
    assert note.is_signed_by(seen, SIGNER.verifier)
    assert (await client.get("/seen?origin=nobody")).status_code == 404


# A cosignature by itself


def cosigned(size: int = 7) -> tuple[WitnessKey, str]:
    signer = WitnessSigner(bytes(range(1, 33)), "library.example/w")
    checkpoint = SIGNER.sign(size, TREE.root(size)).note
    return signer.key, checkpoint + signer.cosign(checkpoint, 1_700_000_000)


def test_a_cosignature_put_below_another_checkpoint_is_worth_nothing() -> None:
    key, whole = cosigned(7)
    line = whole.splitlines(keepends=True)[-1]

    assert key.seen_at(whole) == 1_700_000_000
    assert key.seen_at(SIGNER.sign(8, TREE.root(8)).note + line) is None
    assert cosigned_by(SIGNER.sign(8, TREE.root(8)).note, line, key) is None


@pytest.mark.parametrize("at", range(0, 76, 5))
def test_no_byte_of_a_cosignature_can_be_altered(at: int) -> None:
    key, whole = cosigned()
    *lines, last = whole.splitlines(keepends=True)
    dash, name, text = last.split(" ")
    value = bytearray(base64.b64decode(text))
    value[at] ^= 1

    altered = f"{dash} {name} {note.to_base64(bytes(value))}\n"

    assert key.seen_at("".join(lines) + altered) is None


def test_a_log_s_own_signature_is_no_cosignature_and_the_other_way_round() -> None:
    seed = bytes(range(32))
    as_witness = WitnessSigner(seed, SIGNER.verifier.name).key
    checkpoint = SIGNER.sign(7, TREE.root(7)).note

    assert as_witness.public == SIGNER.verifier.public
    assert as_witness.seen_at(checkpoint) is None
    with pytest.raises(Incorrect):
        WitnessKey.read(str(SIGNER.verifier))
    with pytest.raises(Incorrect):
        note.Verifier.read(str(as_witness))


def test_a_cosignature_by_another_of_the_same_name_does_not_count() -> None:
    _, whole = cosigned()
    other = WitnessSigner(bytes(32), "library.example/w").key

    assert other.seen_at(whole) is None
    assert replace(other, name="x").seen_at(whole) is None


@pytest.mark.parametrize("name", ["with space", "plus+plus", "ünicode", "a\nb"])
def test_a_name_that_no_note_can_hold_is_refused(name: str) -> None:
    with pytest.raises(Incorrect):
        WitnessSigner(bytes(32), name)


async def test_a_witness_serves_our_own_log(db: Database, ledger: Ledger, witness: Witness) -> None:
    await witness.follow(ledger.verifier_key)
    checkpoint = await ledger.checkpoint()

    line = await witness.add_checkpoint(
        str(Request(old=0, proof=[], checkpoint=checkpoint)).encode()
    )

    assert cosigned_by(checkpoint.note, line, WitnessKey.read(witness.key))
