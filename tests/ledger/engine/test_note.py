import pytest

from asklepion.kit.errors import Incorrect
from asklepion.ledger.engine import note
from asklepion.ledger.engine.note import Signer, Verifier

SEED = bytes(range(32))
ROOT = bytes(32)


def test_a_checkpoint_reads_back_as_it_was_signed() -> None:
    signer = Signer(SEED, "clinic.example/log")

    checkpoint = signer.sign(17, ROOT)

    assert note.read_checkpoint(checkpoint.note) == checkpoint
    assert note.is_signed_by(checkpoint.note, signer.verifier)
    assert checkpoint.note.split("\n")[:4] == [
        "clinic.example/log",
        "17",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "",
    ]


def test_a_note_of_the_go_reference_is_read_and_its_signature_holds() -> None:
    # Source: golang.org/x/mod/sumdb/note, the example of its documentation.
    verifier = Verifier.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
        "qdngotpRZb6KE6RyyBwJnAM=\n"
    )

    assert note.is_signed_by(text, verifier)
    assert not note.is_signed_by(text.replace("problem is", "problem was"), verifier)


def test_the_origin_is_made_from_the_key_where_none_is_given() -> None:
    verifier = Signer(SEED).verifier

    assert verifier.name == f"asklepion.local/{verifier.public.hex()[:12]}"
    assert Verifier.read(str(verifier)) == verifier


@pytest.mark.parametrize("origin", ["a b", "a+b", "a\nb", "é", "x" * 201])
def test_an_origin_that_would_spoil_the_note_is_refused(origin: str) -> None:
    with pytest.raises(Incorrect, match="origin"):
        Signer(SEED, origin)


def test_signatures_of_others_are_passed_over() -> None:
    ours, theirs = Signer(SEED, "log.example"), Signer(bytes(32), "witness.example")
    checkpoint = ours.sign(3, ROOT)
    extra = f"\u2014 witness.example {note.to_base64(theirs.verifier.key_hash + bytes(64))}\n"

    assert note.is_signed_by(checkpoint.note + extra, ours.verifier)
    assert not note.is_signed_by(checkpoint.note + extra, theirs.verifier)


def test_another_size_under_the_same_signature_is_not_signed() -> None:
    signer = Signer(SEED)
    forged = signer.sign(17, ROOT).note.replace("\n17\n", "\n18\n")

    assert note.read_checkpoint(forged).size == 18
    assert not note.is_signed_by(forged, signer.verifier)


GOOD = Signer(SEED, "o").sign(7, ROOT).note


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "\n",
        GOOD[:-1],
        GOOD.replace("\n\n", "\n"),
        GOOD.replace("\n7\n", "\n07\n"),
        GOOD.replace("\n7\n", "\n-7\n"),
        GOOD.replace("\n7\n", "\n\uff17\n"),
        GOOD.replace("\n7\n", "\n7\r\n"),
        GOOD.replace("AAA=", "AAB="),
        GOOD.replace("AAAA=", "="),
        GOOD.replace("\u2014", "-"),
        GOOD.replace("\n\n", "\nmore\n\n"),
        GOOD + "\n",
        GOOD * 200,
    ],
)
def test_a_damaged_note_is_refused(damaged: str) -> None:
    with pytest.raises(Incorrect):
        note.signatures(damaged)
        note.read_checkpoint(damaged)


@pytest.mark.parametrize(
    "key", ["", "a", "a+b+c", "a+00000000+" + "A" * 44, "+" * 5, str(Signer(SEED).verifier) + "A"]
)
def test_a_damaged_verifier_key_is_refused(key: str) -> None:
    with pytest.raises(Incorrect):
        Verifier.read(key)
