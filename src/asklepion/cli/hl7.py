"""`asklepion hl7`: who may send messages of HL7 v2, what is held, and trying it."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from asklepion.app import open_house
from asklepion.identity import Identity
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.log import write_logs
from asklepion.records import Asking, Messages, send_messages, split_messages
from asklepion.settings import read_settings

T = TypeVar("T")

FILE_MOST = 64 * 1024 * 1024  # bytes of a file to be sent
app = typer.Typer(help="Messages of HL7 v2, over MLLP.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
ASKS = Asking(caller=Identity.console(), purpose="HOPERAT", via="console")


@app.command(name="allow")
def allow(
    application: Annotated[str, typer.Argument(help="The sending application, MSH-3.")],
    facility: Annotated[str, typer.Argument(help="The sending facility, MSH-4.")] = "",
    name: Annotated[str, typer.Option(help="As patients read it in their logs.")] = "",
    system: Annotated[
        list[str] | None,
        typer.Option(help="Of its numbers, such as HOSP=urn:oid:1.2.3; once or more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a system send messages: without this, each of them is refused."""
    systems: dict[str, str] = {}
    for each in system or []:
        space, mark, uri = each.partition("=")
        if not mark or not space.strip():
            raise Incorrect("A system cannot be read.", hint="Such as HOSP=urn:oid:1.2.3.")
        systems[space.strip()] = uri.strip()
    sender = _with(
        lambda messages: messages.allow(
            ASKS,
            application=application,
            facility=facility,
            name=name or " ".join(part for part in (application, facility) if part),
            systems=systems,
        )
    )
    print(json.dumps({"sender": sender.id}) if as_json else f"Allowed, as {sender.id}.")


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List the systems that may send messages."""
    for sender in _with(lambda messages: messages.senders(ASKS)):
        if as_json:
            print(json.dumps(_told(asdict(sender), "added_at"), ensure_ascii=False))
        else:
            of = ", ".join(f"{space}={uri}" for space, uri in sender.systems.items())
            print(f"{sender.id}  {sender.application}  {sender.facility}  {sender.name}  {of}")


@app.command(name="remove")
def remove(
    sender: Annotated[str, typer.Argument(help="Its id, as `list` tells it.")],
    as_json: AsJson = False,
) -> None:
    """Take no more messages of a system."""
    _with(lambda messages: messages.remove(ASKS, sender))
    print(json.dumps({"removed": sender}) if as_json else f"Removed {sender}.")


@app.command(name="held")
def held(as_json: AsJson = False) -> None:
    """List messages that were not carried out: they ask to merge people."""
    for each in _with(lambda messages: messages.held(ASKS)):
        if as_json:
            print(json.dumps(_told(asdict(each), "received_at")))
        else:
            at = to_iso(each.received_at)
            print(f"{at}  {each.kind}  from {each.sender}, number {each.control}")


@app.command(name="send")
def send(
    path: Annotated[Path, typer.Argument(help="A file of one or more messages.")],
    host: Annotated[str, typer.Option(help="Where to.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port; else this house's own.")] = 0,
    tls: Annotated[bool, typer.Option(help="Over TLS.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send messages over MLLP and show the answers, as a hospital's system would."""
    try:
        with path.open("rb") as file:
            text = file.read(FILE_MOST + 1)
    except OSError as error:
        raise Incorrect(f"{path} cannot be read.", hint="Check the path.") from error
    found = split_messages(text)
    if not found or len(text) > FILE_MOST:
        raise Incorrect(f"{path} holds no message, or too many.", hint="Begin each with MSH.")
    port = port or read_settings().mllp_port
    if not port:
        raise Incorrect("No port is set.", hint="Give --port, or set ASKLEPION_MLLP_PORT.")
    context = ssl.create_default_context() if tls else None
    answers = asyncio.run(send_messages(found, host=host, port=port, tls=context))
    codes = [_code(answer) for answer in answers]
    for code, answer in zip(codes, answers, strict=True):
        lines = answer.decode(errors="replace").strip("\r").split("\r")
        print(json.dumps({"code": code, "answer": lines}) if as_json else "\n".join(lines) + "\n")
    raise typer.Exit(0 if all(code == "AA" for code in codes) else 1)


def _code(answer: bytes) -> str:
    for line in answer.split(b"\r"):
        if line.startswith(b"MSA|"):
            return line.split(b"|")[1].decode(errors="replace")
    return ""


def _told(held: dict[str, Any], moment: str) -> dict[str, Any]:
    return held | {moment: to_iso(held[moment])}


def _with(work: Callable[[Messages], Awaitable[T]]) -> T:
    """Open the house without its doors, do one thing in it, close it."""

    async def do() -> T:
        settings = read_settings()
        write_logs(settings.log)
        async with open_house(settings, serving=False) as house:
            return await work(house.records.messages)

    return asyncio.run(do())
