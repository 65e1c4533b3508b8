"""One's own keys: see, add, rename, remove; prove once more that it is really oneself."""

from typing import Any

from fastapi import APIRouter

from asklepion.kit.clock import to_iso

from ..engine.passkeys import site_of
from ..engine.pictures import picture
from ..model import Passkey
from ..service import LINK, Link
from .answers import Answered, Chosen, Kept, Named, Root, Signed
from .doors import progress
from .routes import Body, Here, Id, Known, Operator, Text, closing_told, return_told

router = APIRouter()


class Password(Body):
    """A password."""

    password: Text


class Name(Body):
    """How a device is called."""

    name: Text


class Number(Body):
    """The number that the other device shows."""

    number: Text


class Code(Body):
    """A printed code."""

    code: Text


class Opens(Body):
    """Whether one may sign in with a wallet."""

    opens: bool


class Until(Body):
    """The last notice that was seen."""

    id: Text


@router.get("/keys")
async def keys(who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Read how one comes in and back in, and in how long one's account would be closed."""
    printed = await identity.printed.made_at(who)
    return {
        "passkeys": [_passkey(key, here) for key in await identity.passkeys.of(who.account)],
        "has_password": await identity.passwords.has(who),
        "printed_at": to_iso(printed) if printed else None,
        "delay_h": identity.recovering.delay_h,
        "wallets": [
            {
                "address": each.address,
                "chain": each.chain,
                "opens": each.opens,
                "created_at": to_iso(each.created_at),
                "used_at": to_iso(each.used_at) if each.used_at else None,
            }
            for each in await identity.wallets.of(who)
        ],
    }


@router.get("/notices")
async def notices(who: Known, identity: Here) -> dict[str, Any]:
    """Read what one was told about one's keys, and who asks just now to be let in as oneself.

    Also whether one's account is closing, and whether somebody is invited anew to it.
    """
    closing, back = await identity.closings.of(who), await identity.returning.of(who)
    return {
        "notices": [
            {
                "id": each.id,
                "kind": each.kind,
                "about": each.about,
                "at": to_iso(each.at),
                "is_seen": is_seen,
            }
            for each, is_seen in await identity.notices.of(who)
        ],
        "running": [progress(each) for each in await identity.recovering.running(who)],
        "closing": closing_told(closing) if closing else None,
        "return": return_told(back) if back else None,
    }


@router.post("/notices/seen", status_code=204)
async def see_notices(body: Until, who: Known, identity: Here) -> None:
    """Say that one has seen them, up to this one."""
    await identity.notices.see(who, body.id)


# Once more


@router.get("/proof")
async def proof(who: Known, identity: Here, session: Kept) -> dict[str, Any]:
    """Read whether one proved just now that it is really oneself, and by what one would."""
    is_fresh, has_passkey = await identity.passkeys.is_fresh(who, session)
    return {"is_fresh": is_fresh, "by": "passkey" if has_passkey else "password"}


@router.post("/proof/options")
async def to_prove(who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """What the browser is asked, to prove it by a passkey."""
    return await identity.passkeys.to_step_up(who, here=here)


@router.post("/proof", status_code=204)
async def prove(body: Answered, who: Known, identity: Here, session: Kept, here: Root) -> None:
    """Prove by a passkey that it is really oneself."""
    await identity.passkeys.step_up(who, session, body.credential.answer, here=here)


@router.post("/proof/password", status_code=204)
async def prove_by_password(body: Password, who: Known, identity: Here, session: Kept) -> None:
    """Prove it by the password, where there is no passkey."""
    await identity.passkeys.step_up_by_password(who, session, body.password)


# Passkeys


@router.post("/passkeys/options")
async def to_add(who: Known, identity: Here, session: Kept, here: Root) -> dict[str, Any]:
    """What the browser is asked, to make one more passkey."""
    return await identity.passkeys.to_add(who, session, here=here)


@router.post("/passkeys", status_code=201)
async def add(body: Named, who: Known, identity: Here, session: Kept, here: Root) -> dict[str, Any]:
    """Keep one more passkey."""
    answer = body.credential.answer
    key = await identity.passkeys.add(who, session, answer, name=body.name, here=here)
    return _passkey(key, here)


@router.patch("/passkeys/{id}", status_code=204)
async def rename(id: Id, body: Name, who: Known, identity: Here) -> None:
    """Call a device otherwise."""
    await identity.passkeys.rename(who, id, body.name)


@router.delete("/passkeys/{id}", status_code=204)
async def remove(id: Id, who: Known, identity: Here, session: Kept) -> None:
    """Remove a passkey; never the only way in."""
    await identity.passkeys.remove(who, session, id)


def _passkey(key: Passkey, here: str) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "is_synced": key.is_synced,
        "can_sign": key.can_sign,
        "made_under": key.rp,
        "works_here": key.rp == site_of(here).rp,
        "created_at": to_iso(key.created_at),
        "used_at": to_iso(key.used_at) if key.used_at else None,
    }


# A second device


@router.post("/devices", status_code=201)
async def link_device(who: Known, identity: Here, session: Kept, here: Root) -> dict[str, Any]:
    """A link for a second device, with a picture of it to scan; good once, for ten minutes."""
    return link_told(await identity.devices.link(who, session), f"{here}/#/device")


@router.get("/devices/{id}")
async def look_device(id: Id, who: Known, identity: Here) -> dict[str, Any]:
    """How far the second device is."""
    pairing = await identity.devices.look(who, id)
    return {
        "state": pairing.state,
        "choices": pairing.choices,
        "expires_at": to_iso(pairing.expires_at),
    }


@router.post("/devices/{id}/confirm", status_code=204)
async def confirm_device(id: Id, body: Number, who: Known, identity: Here) -> None:
    """Say which number the second device shows; a wrong one ends the link."""
    await identity.devices.confirm(who, id, body.number)


@router.delete("/devices/{id}", status_code=204)
async def stop_device(id: Id, who: Known, identity: Here) -> None:
    """End a link before it is used."""
    await identity.devices.stop(who, id)


@router.post("/accounts/{id}/invitation", status_code=201)
async def invite(id: Id, who: Operator, identity: Here, here: Root) -> dict[str, Any]:
    """A link by which somebody who was never here makes her first passkey. Operators only."""
    return link_told(await identity.devices.invite(who, id), f"{here}/#/welcome")


def link_told(link: Link, page: str) -> dict[str, Any]:
    """A one-time link to a page of ours, with a picture of it to scan."""
    url = f"{page}?token={link.token}"
    told = {"id": link.id, "url": url, "qr": picture(url)}
    return told | {"expires_at": to_iso(link.expires_at)}


# Paper and password


@router.post("/printed", status_code=201)
async def print_code(who: Known, identity: Here, session: Kept) -> dict[str, Any]:
    """A new printed code; it is in this answer alone, and ends the one before."""
    return {"code": await identity.printed.make(who, session)}


@router.delete("/printed", status_code=204)
async def drop_code(who: Known, identity: Here, session: Kept) -> None:
    """The printed code is good no longer."""
    await identity.printed.drop(who, session)


@router.post("/printed/rehearsal", status_code=204)
async def rehearse(body: Code, who: Known, identity: Here) -> None:
    """Try the printed code out; nothing changes."""
    await identity.printed.rehearse(who, body.code)


@router.put("/password", status_code=204)
async def make_password(body: Password, who: Known, identity: Here, session: Kept) -> None:
    """A password beside one's passkeys, where there is none."""
    await identity.passwords.make(who, session, body.password)


@router.delete("/password", status_code=204)
async def drop_password(who: Known, identity: Here, session: Kept) -> None:
    """Go without a password."""
    await identity.passwords.drop(who, session)


# Wallets


@router.post("/wallets/message")
async def wallet_message(body: Chosen, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """What a wallet is to sign so that it is linked. https://eips.ethereum.org/EIPS/eip-4361"""
    wallets, account = identity.wallets, who.account
    return {"message": wallets.message(LINK, body.address, body.chain, account=account, here=here)}


@router.post("/wallets", status_code=204)
async def link_wallet(body: Signed, who: Known, identity: Here, session: Kept, here: Root) -> None:
    """Link a wallet; it opens nothing until one says so."""
    await identity.wallets.link(who, session, body.message, body.signature, here=here)


@router.patch("/wallets/{id}", status_code=204)
async def change_wallet(id: Id, body: Opens, who: Known, identity: Here, session: Kept) -> None:
    """Say whether one may sign in with a wallet."""
    await identity.wallets.let_open(who, session, id, body.opens)


@router.delete("/wallets/{id}", status_code=204)
async def unlink_wallet(id: Id, who: Known, identity: Here, session: Kept) -> None:
    """Take a wallet away."""
    await identity.wallets.unlink(who, session, id)
