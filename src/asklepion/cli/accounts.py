"""`asklepion account`: who may come in, who does not any more, and who is invited anew."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer

from asklepion.app import House, open_house
from asklepion.identity import Account, Identity, Role
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Conflict, HouseError, NotFound
from asklepion.kit.log import write_logs
from asklepion.settings import Settings, read_settings

from .running import read_running

T = TypeVar("T")

app = typer.Typer(help="People's accounts.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
Name = Annotated[str, typer.Argument(help="Its e-mail address, or its id.")]
Reason = Annotated[str, typer.Option(help="Why: she reads it, and who looks later.")]
CONSOLE = Identity.console()
NO_SESSION = b""


@app.command(name="add")
def add(
    email: Annotated[str, typer.Argument(help="The e-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="As others see it.")],
    role: Annotated[list[Role], typer.Option(help="Once or more.")],
    person: Annotated[
        str | None, typer.Option(help="Patient/…, Practitioner/… or RelatedPerson/….")
    ] = None,
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, envvar="ACCOUNT_PASSWORD", help="At least 10 characters."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Add an account, as an operator at this machine."""
    account = _in_house(
        lambda house: house.identity.create_account(
            CONSOLE,
            email=email,
            password=password,
            name=name,
            roles=role,
            person=person,
        )
    )
    print(json.dumps({"account": account.id}) if as_json else f"Added {account.id}.")


@app.command(name="close")
def close(
    name: Name,
    reason: Reason,
    now: Annotated[bool, typer.Option("--now", help="Let nobody in from now on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Close an account after the delay, in which she is told and may keep it; erases nobody."""

    async def begin(house: House) -> dict[str, Any]:
        account = await _find(house, name)
        closing = await house.identity.closings.begin(
            CONSOLE, NO_SESSION, account.id, reason, at_once=now
        )  # fmt: skip
        return {
            "account": account.id,
            "state": closing.state,
            "ends_at": to_iso(closing.ends_at),
        }

    told = _in_house(begin)
    if as_json:
        print(json.dumps(told))
    elif now:
        print(f"Nobody comes in to {told['account']} any more. Closed on {told['ends_at']}.")
    else:
        print(f"{told['account']} is closed on {told['ends_at']}, unless it is kept until then.")


@app.command(name="keep")
def keep(name: Name, as_json: AsJson = False) -> None:
    """Call the closing of an account off: what was suspended stands again."""

    async def stop(house: House) -> str:
        account = await _find(house, name)
        await house.identity.closings.stop(CONSOLE, NO_SESSION, account.id)
        return account.id

    id = _in_house(stop)
    print(json.dumps({"account": id, "state": "kept"}) if as_json else f"{id} is kept.")


@app.command(name="invite-anew")
def invite_anew(name: Name, reason: Reason, as_json: AsJson = False) -> None:
    """A one-time link for somebody who lost every key, good after the delay; she may object."""
    settings = read_settings()

    async def ask(house: House) -> dict[str, Any]:
        account = await _find(house, name)
        link, told = await house.identity.returning.ask(CONSOLE, NO_SESSION, account.id, reason)
        return {
            "account": account.id,
            "url": f"{_address(settings)}/#/welcome?token={link.token}",
            "ready_at": to_iso(told.ready_at),
            "expires_at": to_iso(told.expires_at),
        }

    told = _in_house(ask)
    if as_json:
        print(json.dumps(told))
    else:
        print(told["url"])
        print(f"Give it to her alone. It is good once, from {told['ready_at']} for seven days.")


@app.command(name="acts")
def acts(
    name: Annotated[str, typer.Argument(help="Its e-mail address, or its id; else all.")] = "",
    as_json: AsJson = False,
) -> None:
    """List what was done with an account, by whom and why; `verify --all` holds it to the log."""

    async def read(house: House) -> list[dict[str, Any]]:
        account = (await _find(house, name)).id if name else ""
        found = await house.identity.closings.acts(CONSOLE, account)
        return [act.told() | {"leaf": act.leaf} for act in found]

    for act in _in_house(read):
        if as_json:
            print(json.dumps(act, ensure_ascii=False))
        else:
            print("  ".join((act["at"], act["account"], act["kind"], act["by"], act["reason"])))


async def _find(house: House, name: str) -> Account:
    """An account by its e-mail address, or by its id: a closed one has no address any more.

    Raises:
        NotFound: there is none.
    """
    found = await house.identity.find(name) or await house.identity.find_by_email(name)
    if found is None:
        raise NotFound("There is no such account.", hint="Give its e-mail address, or its id.")
    return found


def _address(settings: Settings) -> str:
    """Where the link leads.

    Raises:
        Conflict: nobody says how this house is called.
    """
    if settings.address:
        return settings.address.rstrip("/")
    try:
        return f"http://localhost:{read_running(settings).port}"
    except HouseError as error:
        raise Conflict(
            "The link would lead nowhere.", hint="Set ASKLEPION_ADDRESS, or start the house."
        ) from error


def _in_house(work: Callable[[House], Awaitable[T]]) -> T:
    """Open the house without its doors, do one thing in it, close it."""

    async def do() -> T:
        settings = read_settings()
        write_logs(settings.log)
        async with open_house(settings, serving=False) as house:
            return await work(house)

    return asyncio.run(do())
