"""External wallets: linked by a signature, a way in only if she says so; and its attackers."""

from datetime import timedelta

import pytest
from coincurve import PrivateKey

from asklepion.identity import Account, Caller, Identity
from asklepion.identity.engine import siwe
from asklepion.identity.service.keys.wallets import LINK, SIGN_IN
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound, Unauthenticated
from tests.identity.keyring import ADDRESS, fresh, told
from tests.passkeys import HERE

KEY = PrivateKey(b"\x07" * 32)
WALLET = siwe.checksummed(siwe.keccak(KEY.public_key.format(compressed=False)[1:])[12:])
CHAIN = 7331


def sign(text: str, key: PrivateKey = KEY) -> str:
    """What a wallet answers to personal_sign."""
    words = text.encode()
    digest = siwe.keccak(b"\x19Ethereum Signed Message:\n" + str(len(words)).encode() + words)
    made = key.sign_recoverable(digest, hasher=None)  # pyright: ignore[reportUnknownMemberType]
    return "0x" + (made[:64] + bytes([made[64] + 27])).hex()


async def link(identity: Identity, *, opens: bool = True) -> tuple[Caller, bytes]:
    """Nora's wallet."""
    caller, session = await fresh(identity)
    text = identity.wallets.message(LINK, WALLET, CHAIN, account=caller.account, here=HERE)
    await identity.wallets.link(caller, session, text, sign(text), here=HERE)
    if opens:
        await identity.wallets.let_open(caller, session, WALLET, True)
    return caller, session


def to_sign_in(identity: Identity, chain: int = CHAIN, here: str = HERE) -> str:
    return identity.wallets.message(SIGN_IN, WALLET, chain, account="", here=here)


async def test_a_wallet_is_linked_and_opens_once_she_says_so(
    identity: Identity, nora: Account
) -> None:
    caller, session = await link(identity, opens=False)
    text = to_sign_in(identity)
    with pytest.raises(Unauthenticated, match="opens nothing"):
        await identity.wallets.sign_in(text, sign(text), here=HERE, address=ADDRESS)
    await identity.wallets.let_open(caller, session, WALLET, True)
    text = to_sign_in(identity)

    opened = await identity.wallets.sign_in(text, sign(text), here=HERE, address=ADDRESS)

    assert opened.caller == nora.caller
    (wallet,) = await identity.wallets.of(caller)
    assert (wallet.address, wallet.chain, wallet.opens) == (WALLET, CHAIN, True)
    assert {kind for kind, _ in await told(identity, nora)} == {"wallet-linked", "wallet-opens"}
    await identity.wallets.unlink(caller, session, WALLET)
    assert await identity.wallets.of(caller) == []
    with pytest.raises(NotFound):
        await identity.wallets.let_open(caller, session, WALLET, True)


async def test_who_came_in_by_a_wallet_changes_no_keys(identity: Identity, nora: Account) -> None:
    await link(identity)
    text = to_sign_in(identity)
    opened = await identity.wallets.sign_in(text, sign(text), here=HERE, address=ADDRESS)

    with pytest.raises(Forbidden, match="Prove once more"):
        session = identity.kept_session(opened.token)
        await identity.passkeys.to_add(opened.caller, session, here=HERE)


async def test_a_signed_message_opens_once(identity: Identity, nora: Account) -> None:
    await link(identity)
    text = to_sign_in(identity)
    await identity.wallets.sign_in(text, sign(text), here=HERE, address=ADDRESS)

    with pytest.raises(Forbidden, match="used already"):
        await identity.wallets.sign_in(text, sign(text), here=HERE, address=ADDRESS)


async def test_for_another_house_on_another_chain_or_too_late_it_opens_nothing(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    await link(identity)
    text = to_sign_in(identity)
    elsewhere = to_sign_in(identity, here="http://evil.example")
    other = to_sign_in(identity, chain=1)
    changed = [
        text.replace("Chain ID: 7331", "Chain ID: 1"),
        text.replace("URI: http://localhost", "URI: http://localhost/evil"),
        text.replace("Let me in to my account.", "Nothing to see here."),
        text + "\nRequest ID: 7",
        text.split("\nExpiration Time")[0],
        text.replace("Nonce: ", "Nonce: 00"),
    ]

    for each in (elsewhere, *changed):
        with pytest.raises(Forbidden):
            await identity.wallets.sign_in(each, sign(each), here=HERE, address=ADDRESS)
    with pytest.raises(Unauthenticated):
        await identity.wallets.sign_in(other, sign(other), here=HERE, address=ADDRESS)
    with pytest.raises(Incorrect):
        await identity.wallets.sign_in("let me in", sign("let me in"), here=HERE, address=ADDRESS)
    clock.at += timedelta(minutes=5)
    with pytest.raises(Forbidden, match="over"):
        await identity.wallets.sign_in(text, sign(text), here=HERE, address=ADDRESS)


async def test_another_wallet_s_signature_is_not_its_own(identity: Identity, nora: Account) -> None:
    await link(identity)
    text = to_sign_in(identity)

    with pytest.raises(Forbidden, match="Another wallet"):
        thief = sign(text, PrivateKey(b"\x08" * 32))
        await identity.wallets.sign_in(text, thief, here=HERE, address=ADDRESS)


async def test_what_was_signed_to_come_in_links_nothing_and_the_other_way(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    caller, session = await fresh(identity)
    text = to_sign_in(identity)
    with pytest.raises(Forbidden):
        await identity.wallets.link(caller, session, text, sign(text), here=HERE)
    text = identity.wallets.message(LINK, WALLET, CHAIN, account=keeper.account, here=HERE)
    with pytest.raises(Forbidden):  # meant for another account
        await identity.wallets.link(caller, session, text, sign(text), here=HERE)

    await link(identity)
    other, her_session = await fresh(identity, "keeper@clinic.example")
    text = identity.wallets.message(LINK, WALLET, CHAIN, account=other.account, here=HERE)
    with pytest.raises(Conflict, match="linked already"):
        await identity.wallets.link(other, her_session, text, sign(text), here=HERE)
