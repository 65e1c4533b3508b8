"""`asklepion witness`: watch other people's logs, with or without a house."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from asklepion.kit.clock import SystemClock, from_us, to_iso
from asklepion.kit.log import write_logs
from asklepion.ledger import Witness, open_witness
from asklepion.settings import read_settings

T = TypeVar("T")

app = typer.Typer(help="Watch other people's logs: cosign what only grew.", no_args_is_help=True)

Data = Annotated[
    Path | None, typer.Option(help="The witness's own folder; else that of this house.")
]
Name = Annotated[str, typer.Option(help="What a new witness calls itself, such as lib.example/w.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
CLOSING_S = 5


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free one.")] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    log_key: Annotated[list[str] | None, typer.Option(help="A log to follow, by its key.")] = None,
    data: Data = None,
    name: Name = "",
) -> None:
    """Be a witness: a small server of its own, which needs no house."""
    import uvicorn

    from asklepion.doors import witness_app

    from .serving import Server, listen

    async def work(witness: Witness) -> None:
        for key in log_key or ():
            await witness.follow(key)
        config = uvicorn.Config(
            witness_app(witness),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=CLOSING_S,
            server_header=False,
        )
        listener = listen(host, port)

        async def welcome() -> None:
            at = listener.getsockname()[1]
            print(json.dumps({"port": at, "key": witness.key}), flush=True)

        await Server(config, welcome).serve(sockets=[listener])

    write_logs(read_settings().log)
    with contextlib.suppress(KeyboardInterrupt):
        _with_witness(data, work, name=name)


@app.command()
def key(data: Data = None, name: Name = "", as_json: AsJson = False) -> None:
    """Print the witness's public key, for houses and for whoever checks receipts."""

    async def work(witness: Witness) -> None:
        print(json.dumps({"key": witness.key}) if as_json else witness.key)

    _with_witness(data, work, name=name)


@app.command()
def follow(
    log_key: Annotated[str, typer.Argument(help="A log's key, as at its /api/ledger/key.")],
    data: Data = None,
    name: Name = "",
    as_json: AsJson = False,
) -> None:
    """Follow a log from now on."""

    async def work(witness: Witness) -> None:
        found = await witness.follow(log_key)
        told = {"origin": found.origin, "size": found.size}
        print(json.dumps(told) if as_json else f"✓ {found.origin}, last seen at {found.size}.")

    _with_witness(data, work, name=name)


@app.command(name="list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """List the logs that are followed, and the last that was seen of each."""

    async def work(witness: Witness) -> None:
        for log in await witness.followed():
            at = to_iso(from_us(log.seen_at * 1_000_000)) if log.note else None
            if as_json:
                print(json.dumps({"origin": log.origin, "size": log.size, "seen_at": at}))
            else:
                print(f"{log.origin}: {log.size} entries, {at or 'never seen'}")

    _with_witness(data, work)


@app.command()
def forget(
    origin: Annotated[str, typer.Argument(help="The log's name.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Forget a log: the next state seen of it is taken as it comes, whatever was seen before."""

    async def work(witness: Witness) -> None:
        await witness.forget(origin)
        print(json.dumps({"forgotten": origin}) if as_json else f"✓ {origin} is forgotten.")

    _with_witness(data, work)


def _with_witness(
    data: Path | None, work: Callable[[Witness], Awaitable[T]], *, name: str = ""
) -> T:
    folder = data or read_settings().data / "witness"

    async def do() -> T:
        async with open_witness(folder, SystemClock(), name=name) as witness:
            return await work(witness)

    return asyncio.run(do())
