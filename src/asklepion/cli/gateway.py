"""`asklepion gateway`: a machine at home that hears Bluetooth devices for the house."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import typer

from asklepion.devices import gateway
from asklepion.kit.errors import Incorrect

app = typer.Typer(help="A gateway for Bluetooth devices at home.", no_args_is_help=True)

FOLDER = Path("gateway")
Folder = Annotated[Path, typer.Option(help="Where pairing and waiting packets are kept.")]


def require_house(url: str, *, insecure: bool) -> None:
    """Let nothing past to which readings and secrets would travel in the open.

    Raises:
        Incorrect: it is no address of a house, or is not encrypted and not this machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Incorrect("That is no address of a house.", hint="Give https://house.example.")
    if parts.scheme == "https" or insecure or parts.hostname == "localhost":
        return
    with contextlib.suppress(ValueError):
        if ip_address(parts.hostname).is_loopback:
            return
    hint = "Give https://, or --insecure where nobody else is on that network."
    raise Incorrect("What is measured would travel in the open.", hint=hint)


@app.command()
def run(
    house: Annotated[str, typer.Option(help="Its address: https://house.example")],
    folder: Folder = FOLDER,
    insecure: Annotated[bool, typer.Option(help="Let an http:// house be elsewhere.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell in JSON, line by line.")] = False,
) -> None:
    """Hear the paired devices, and hand on what they say; what cannot be sent waits on the disk."""
    require_house(house, insecure=insecure)
    pairing = gateway.read_pairing(folder / "pairing.json")
    radio = gateway.open_radio()

    def tell(what: str, about: Mapping[str, Any]) -> None:
        if as_json:
            print(json.dumps({"what": what, **about}), flush=True)
        else:
            print(
                what,
                about.get("device", ""),
                about.get("count", ""),
                about.get("why", ""),
                flush=True,
            )

    async def go() -> None:
        queue = gateway.Queue(folder / "waiting.sqlite")
        async with httpx.AsyncClient(base_url=house.rstrip("/")) as client:
            with contextlib.closing(queue):
                await gateway.Agent(radio, gateway.House(client), queue, pairing, tell).run()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(go())


@app.command()
def pair(
    address: Annotated[str, typer.Argument(help="Its Bluetooth address, as `near` lists it.")],
    device: Annotated[str, typer.Option(help="Its id in the house.")],
    secret: Annotated[str, typer.Option(envvar="DEVICE_SECRET", prompt=True, hide_input=True)],
    user: Annotated[int | None, typer.Option(help="Who you are on it, of several people.")] = None,
    folder: Folder = FOLDER,
) -> None:
    """Say which device of the house an address is."""
    path = folder / "pairing.json"
    known = gateway.read_pairing(path) if path.exists() else {}
    known[address.upper()] = gateway.Paired(device=device, secret=secret, user=user)
    gateway.write_pairing(path, known)
    print(f"{address.upper()} is device {device}.")


@app.command()
def near() -> None:
    """List the devices that are near and measure something that is understood here."""
    for address, name in asyncio.run(gateway.open_radio().near()):
        print(address, name)
