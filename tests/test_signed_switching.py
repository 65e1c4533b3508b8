"""Another chain is used than before: what waited for the old one is signed anew for the new one."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from asklepion.app import House, open_house
from asklepion.identity import Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.records import Asking, Ground
from asklepion.settings import Settings
from tests.conftest import NOON, PASSWORD, QUICK
from tests.passkeys import HERE, SoftKey
from tests.test_signed import CONSOLE, PATIENT, allow, bound, states, still_to_come, told

OTHER = 7332


async def signed_in(house: House) -> Asking:
    token = await house.identity.token("her@example.org")
    return Asking(caller=await house.identity.recognise(bearer=token))


class Street:
    """One house, closed and opened again."""

    def __init__(self, settings: Settings, clock: StoppedClock) -> None:
        self._settings = settings
        self._left = settings
        self.clock = clock

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[tuple[House, Asking]]:
        async with self.open_unseen() as house:
            yield house, await signed_in(house)

    def open_unseen(self) -> AbstractAsyncContextManager[House]:
        """The same, where nobody signs in."""
        return open_house(self._settings, self.clock, hasher=QUICK)

    def switch(self) -> None:
        """From now on it uses a chain with another number."""
        self._left = self._settings
        for file in self._settings.data.glob("chain.sqlite*"):
            file.rename(file.with_name(f"left-{file.name}"))
        self._settings = replace(self._settings, chain_id=OTHER)

    def go_back(self) -> None:
        """From now on it uses the chain again that it left."""
        for file in self._settings.data.glob("chain.sqlite*"):
            file.unlink()
        for file in self._settings.data.glob("left-chain.sqlite*"):
            file.rename(file.with_name(file.name.removeprefix("left-")))
        self._settings = self._left


@pytest.fixture
async def street(settings: Settings) -> Street:
    clock = StoppedClock(NOON)
    async with open_house(settings, clock, hasher=QUICK) as house:
        for resource in ("Patient/p-1", "Practitioner/d-1"):
            type, _, id = resource.partition("/")
            await house.records.update(CONSOLE, {"resourceType": type, "id": id})
        await house.identity.create_account(
            Identity.console(), email="her@example.org", password=PASSWORD, name="Somebody",
            roles=[Role.PATIENT], person=PATIENT,
        )  # fmt: skip
    return Street(settings, clock)


async def amiss(house: House) -> list[str]:
    found = [
        *await house.ledger.verify(), *await house.records.verify(),
        *(await house.contracts.audit())[0],
    ]  # fmt: skip
    return [str(each) for each in found]


async def test_what_waited_for_the_old_chain_is_granted_and_ended_on_the_new_one(
    street: Street,
) -> None:
    async with street.open() as (house, her):
        await bound(house)
        ended, stands = await allow(house, her), await allow(house, her)
        await house.records.revoke(her, ended)
        assert await told(house, "Granted") == []
    street.switch()

    async with street.open() as (house, her):
        await bound(house)

        assert await states(house, her) == [("recorded", None), ("recorded", "recorded")]
        for consent, state in ((stands, "granted"), (ended, "revoked")):
            assert await house.records.signed.standing(her, consent) == {"state": state}
            receipt = await house.records.signed.receipt(her, consent)
            assert receipt["consent"]["chain"] == OTHER
        assert await amiss(house) == []


async def test_what_was_sent_and_not_mined_goes_to_the_new_chain(street: Street) -> None:
    async with street.open() as (house, her):
        await bound(house)
        consent = await allow(house, her)
        async with house.db.begin() as tx:  # a node that took it, and is not asked again
            sql = "UPDATE ledger_sending SET state = 1, chain = made_for, nonce = 500"
            assert await tx.run(f"{sql}, hash = key WHERE state = 0")
    street.switch()

    async with street.open() as (house, her):
        await bound(house)

        assert await states(house, her) == [("recorded", None)]
        assert await house.records.signed.standing(her, consent) == {"state": "granted"}


async def test_the_end_of_what_stands_on_the_old_chain_waits_for_that_chain(
    street: Street,
) -> None:
    async with street.open() as (house, her):
        await bound(house)
        consent = await allow(house, her)
        await bound(house)
        await house.records.revoke(her, consent)
    street.switch()

    async with street.open() as (house, her):
        await bound(house)

        assert await states(house, her) == [("recorded", "waiting")]
        assert await told(house, "Revoked") == []
        assert (await house.contracts.health()).waiting == 0  # nothing that this chain could take
        assert await amiss(house) == []  # it stands where nobody looks now
        await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
        assert await house.records.signed.catch_up() == 0


async def test_an_end_said_after_the_switch_waits_for_the_old_chain_and_ends_it_there(
    street: Street,
) -> None:
    async with street.open() as (house, her):
        await bound(house)
        consent = await allow(house, her)
        await bound(house)
    street.switch()

    async with street.open() as (house, her):
        await bound(house)
        await house.records.revoke(her, consent)
        await bound(house)

        assert await states(house, her) == [("recorded", "waiting")]
        assert await told(house, "Revoked") == []
        assert (await house.contracts.health()).waiting == 0
        assert await amiss(house) == []
    street.go_back()

    async with street.open() as (house, her):
        await bound(house)

        assert await states(house, her) == [("recorded", "recorded")]
        assert await house.records.signed.standing(her, consent) == {"state": "revoked"}


async def test_what_waits_for_the_old_chain_still_may_be_ended_on_the_new_one(
    street: Street,
) -> None:
    async with street.open() as (house, her):
        await bound(house)
        consent = await allow(house, her)
    street.switch()

    async with street.open() as (house, her):
        await house.contracts.bind()  # and nothing is signed anew yet
        await house.records.revoke(her, consent)
        await bound(house)

        assert await states(house, her) == [("recorded", "recorded")]
        assert await house.records.signed.standing(her, consent) == {"state": "revoked"}
        assert await amiss(house) == []


async def test_an_erasure_after_the_switch_ends_what_stands_on_the_old_chain_there(
    street: Street,
) -> None:
    async with street.open() as (house, her):
        await bound(house)
        await allow(house, her)
        await bound(house)
    street.switch()

    async with street.open() as (house, her):
        await bound(house)
        await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
        street.clock.at = max(await still_to_come(house))
        await house.contracts.bind()

        assert await told(house, "Revoked") == []
    street.go_back()

    async with street.open_unseen() as house:
        await house.contracts.bind()

        (granted,), (revoked,) = await told(house, "Granted"), await told(house, "Revoked")
        assert revoked["record"] == granted["record"]


async def test_a_passkeys_signature_for_the_old_chain_may_be_given_again_for_the_new_one(
    street: Street,
) -> None:
    async with street.open() as (house, her):
        await bound(house)
        key = SoftKey()
        session = await house.identity.sign_in("her@example.org", PASSWORD, address="192.0.2.7")
        kept = house.identity.kept_session(session.token)
        options = await house.identity.passkeys.to_add(session.caller, kept, here=HERE)
        answer = key.create(options)
        await house.identity.passkeys.add(session.caller, kept, answer, name="A phone", here=HERE)
        consent = await allow(house, her)
        asked = await house.records.signed.ask(her, consent, here=HERE)
        await house.records.signed.prove(her, consent, key.get(asked["options"]), here=HERE)
    street.switch()

    async with street.open() as (house, her):
        await bound(house)

        (shown,) = await house.records.signed.of(her, PATIENT)
        assert not shown.begun.has_proof
        asked = await house.records.signed.ask(her, consent, here=HERE)
        await house.records.signed.prove(her, consent, key.get(asked["options"]), here=HERE)
        assert await amiss(house) == []


async def test_an_anchor_or_a_carried_call_for_the_old_chain_is_not_sent_to_the_new_one(
    street: Street,
) -> None:
    async with street.open() as (house, _):
        await bound(house)
        async with house.db.begin() as tx:
            for kind in ("anchor", "carried"):
                name, key = kind.capitalize(), kind.encode()
                await house.contracts.hand_in(tx, kind=kind, key=key, contract=name, data=b"")
    street.switch()

    async with street.open() as (house, _):
        await bound(house)

        async with house.db.read() as tx:
            left = await house.contracts.outcomes(tx, [b"anchor", b"carried"])
        assert list(left) == [b"carried"]
        assert (left[b"carried"].state, left[b"carried"].why) == (
            "refused",
            "it was signed for another chain",
        )
