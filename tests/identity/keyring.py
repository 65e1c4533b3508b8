"""What the tests about keys do again and again."""

from dataclasses import dataclass
from typing import Any

from asklepion.identity import Account, Caller, Identity, Passkey, Role
from tests.identity.conftest import EMAIL, PASSWORD
from tests.passkeys import HERE, SoftKey

ADDRESS = "192.0.2.7"
Signed = tuple[Caller, bytes]  # who, and her session


async def fresh(identity: Identity, email: str = EMAIL) -> Signed:
    """Somebody who signed in just now with the password."""
    session = await identity.sign_in(email, PASSWORD, address=ADDRESS)
    return session.caller, identity.kept_session(session.token)


async def add(
    identity: Identity, key: SoftKey, email: str = EMAIL, name: str = "Nora's phone"
) -> Passkey:
    """Somebody's first passkey."""
    caller, session = await fresh(identity, email)
    options = await identity.passkeys.to_add(caller, session, here=HERE)
    return await identity.passkeys.add(caller, session, key.create(options), name=name, here=HERE)


async def enter(identity: Identity, key: SoftKey, **more: Any) -> Signed:
    """Come in with a passkey."""
    options = identity.passkeys.to_sign_in(here=HERE)
    answer = key.get(options, **more)
    session = await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)
    return session.caller, identity.kept_session(session.token)


async def told(identity: Identity, account: Account) -> list[tuple[str, str]]:
    """What somebody was told about her keys."""
    return [(each.kind, each.about) for each, _ in await identity.notices.of(account.caller)]


@dataclass
class Friend:
    """Somebody with an account and a passkey."""

    account: Account
    key: SoftKey

    @property
    def caller(self) -> Caller:
        """As she calls."""
        return self.account.caller


async def friend(identity: Identity, name: str) -> Friend:
    """A new friend."""
    email = f"{name.lower()}@clinic.example"
    account = await identity.create_account(
        Identity.console(), email=email, password=PASSWORD, name=name, roles=[Role.PATIENT]
    )
    key = SoftKey()
    await add(identity, key, email, f"{name}'s phone")
    return Friend(account, key)


async def befriend(identity: Identity, who: Signed, *friends: Friend) -> None:
    """Ask people to be guardians; they accept."""
    for each in friends:
        await identity.guardians.ask(*who, each.account.email)
        caller, session = await enter(identity, each.key)
        await identity.guardians.accept(caller, session, who[0].account)
