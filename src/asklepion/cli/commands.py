"""Every command, read and carried out; what each does stands in its help."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from asklepion.app import House, open_house, restore_house
from asklepion.devices import simulate
from asklepion.identity import Identity
from asklepion.kit.errors import Incorrect
from asklepion.kit.log import write_logs
from asklepion.ledger import back_up_chain
from asklepion.records import Asking, Ground
from asklepion.settings import Settings, read_settings

from . import accounts, files, gateway, hl7, importing, keeping, papers, tables, twin, verifying
from . import witness as witnesses
from .alone import run
from .running import read_demo_device, read_running

T = TypeVar("T")

app = typer.Typer(
    name="asklepion",
    help="A self-hosted healing place in the browser, over real medicine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
device_app = typer.Typer(help="Home devices.", no_args_is_help=True)
fhir_app = typer.Typer(help="Packages of FHIR implementation guides.", no_args_is_help=True)
keys_app = typer.Typer(help="The keys that records are sealed under.", no_args_is_help=True)
app.add_typer(device_app, name="device")
app.add_typer(accounts.app, name="account")
app.add_typer(fhir_app, name="fhir")
app.add_typer(keys_app, name="keys")
app.add_typer(gateway.app, name="gateway")
app.add_typer(hl7.app, name="hl7")
app.add_typer(twin.app, name="twin")
app.add_typer(witnesses.app, name="witness")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


def main() -> None:
    """Run one command."""
    run(app)


@app.command()
def serve(
    demo: Annotated[bool, typer.Option(help="With invented people, for a first look.")] = False,
    lan: Annotated[
        bool, typer.Option("--lan", help="Also over HTTPS in this network: phones and headsets.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes for the world beside this one; needs NATS.")
    ] = 0,
) -> None:
    """Open the house: the server and, where there is one, the browser."""
    from . import serving  # what serves over HTTP takes a second, and only here it is needed

    settings = _settings()
    with contextlib.suppress(KeyboardInterrupt):
        serving.run(settings, demo=demo, is_near=lan, workers=workers)


@app.command()
def worker(
    number: Annotated[int, typer.Option(min=1, help="Which of them it is.")] = 1,
    id: Annotated[str, typer.Option(hidden=True)] = "",
    parent: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Have some of the world's places in a process of their own, beside a running house."""
    from . import working

    settings = _settings()
    with contextlib.suppress(KeyboardInterrupt):
        working.run(settings, number=number, id=id, parent=parent)


@app.command(name="import")
def import_(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, folders, zips: FHIR R4, C-CDA, HL7 v2.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take records in: FHIR R4, C-CDA, HL7 v2; tells what was refused, and why."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise Incorrect(f"There is no {', '.join(missing)}.", hint="Check the path.")
    accepted = _in_house(lambda house: importing.take_in(house, paths, as_json=as_json))
    raise typer.Exit(0 if accepted else 1)


@app.command()
def csv(
    path: Annotated[Path, typer.Argument(help="A table of measurements, saved as CSV.")],
    patient: Annotated[str, typer.Option(help="Whose it is.")],
    mapping: Annotated[Path | None, typer.Option(help="What its columns mean, JSON.")] = None,
    zone: Annotated[str, typer.Option(help="Of its times, such as +08:00.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a table of measurements into a patient's record, as its columns mean it."""
    of = keeping.reference_of(patient)
    chosen = tables.mapping_in(mapping)
    if preview or chosen is None:
        found = _in_house(lambda house: tables.preview(house, of, path, chosen, zone))
        if preview:
            print(json.dumps(found, ensure_ascii=False)) if as_json else tables.tell(found)
            return
        chosen = tables.read_mapping(found["mapping"])
    meant = chosen
    good = _in_house(lambda house: tables.take_in(house, of, path, meant, as_json=as_json))
    raise typer.Exit(0 if good else 1)


@app.command()
def verify(
    receipt: Annotated[
        str | None,
        typer.Argument(
            help="A receipt, the text of its code, an export, or a credential; - for a pipe."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Check this whole server.")] = False,
    key: Annotated[str | None, typer.Option(help="The verifier key you trust.")] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness you trust; once or more.")
    ] = None,
    quorum: Annotated[
        int | None, typer.Option(help="How many of these must have cosigned; else all.")
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="An older receipt: did the log only grow since?")
    ] = None,
    chain: Annotated[
        str | None, typer.Option(help="JSON-RPC of a node: does the consent stand there now?")
    ] = None,
    passkey: Annotated[
        list[str] | None, typer.Option(help="The key of a passkey that you know to be hers.")
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask a credential's issuer for its key and its state.")
    ] = False,
    audience: Annotated[str, typer.Option(help="To whom a presentation must be shown.")] = "",
    nonce: Annotated[str, typer.Option(help="The question that a presentation must answer.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a receipt, an export or a credential without any server, or every row of this one."""
    if everything == (receipt is not None):
        raise Incorrect("Nothing or too much to check.", hint="Give a RECEIPT, or --all.")
    if receipt is None:
        raise typer.Exit(_in_house(lambda house: verifying.everything(house, as_json)))
    trust = verifying.Trust(
        key=key,
        witnesses=witness or (),
        quorum=quorum,
        held=since,
        passkeys=passkey or (),
        chain=chain,
    )
    question = papers.Question(audience=audience, nonce=nonce, is_online=online)
    raise typer.Exit(verifying.file(receipt, trust, question, as_json))


@app.command()
def token(
    email: Annotated[str, typer.Argument(help="The account's e-mail address.")],
    as_json: AsJson = False,
) -> None:
    """Print a bearer token for scripts; whoever has it acts as this account."""
    bearer = _in_house(lambda house: house.identity.token(email))
    print(json.dumps({"token": bearer}) if as_json else bearer)


@device_app.command(name="simulate")
def device_simulate(
    device: Annotated[str | None, typer.Option(help="Its id; else the demo's device.")] = None,
    secret: Annotated[str | None, typer.Option(envvar="DEVICE_SECRET", help="Its secret.")] = None,
    url: Annotated[str | None, typer.Option(help="The broker; else this house's own.")] = None,
    every: Annotated[float, typer.Option(help="Seconds between readings.")] = 2.0,
    count: Annotated[int | None, typer.Option(help="Stop after so many.")] = None,
    seed: Annotated[int | None, typer.Option(help="For the same readings again.")] = None,
    waves: Annotated[bool, typer.Option(help="Send an electrocardiogram, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Be a home device: publish heart rate, SpO2, blood pressure and temperature over MQTT."""
    settings = _settings()
    if device is None or secret is None:
        device, secret = read_demo_device(settings)
    url = url or read_running(settings).mqtt_url

    def tell(kind: str, payload: dict[str, Any]) -> None:
        if as_json:
            print(json.dumps({"kind": kind, **payload}), flush=True)
        else:
            print(f"{kind}: {payload['values']}", flush=True)

    device_runs = partial(simulate, url, device, secret, every_s=every, count=count, seed=seed)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(device_runs(waves=waves, on_sent=tell))


@device_app.command(name="import")
def device_import(
    file: Annotated[Path, typer.Argument(help="As the app or the tracker exports it.")],
    patient: Annotated[str, typer.Option(help="Patient/… whose it is.")],
    zone: Annotated[str, typer.Option(help="Of moments that name none: Asia/Shanghai.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take in a file of an app or a tracker: Apple Health, Fitbit, Garmin, Google and others."""
    if not file.is_file():
        raise Incorrect(f"There is no {file}.", hint="Check the path.")
    whole = _in_house(lambda house: files.take_in(house, patient, file, zone, as_json=as_json))
    raise typer.Exit(0 if whole else 1)


@device_app.command(name="acl")
def device_acl(
    folder: Annotated[Path, typer.Argument(help="Where Mosquitto reads them.")] = Path("mosquitto"),
) -> None:
    """Write the accounts and rights by which Mosquitto lets in the house and its devices."""
    made = _in_house(lambda house: house.devices.mosquitto())
    for path in files.write_all(folder, made):
        print(path)


@fhir_app.command(name="install")
def fhir_install(
    package: Annotated[Path, typer.Argument(help="A .tgz, as npm has it.")],
    as_json: AsJson = False,
) -> None:
    """Install a guide's package: what names its profiles must keep them from now on."""
    if not package.is_file():
        raise Incorrect(f"There is no {package}.", hint="Check the path.")
    done = _in_house(lambda house: house.records.packages.install(_console_asks(), package))
    print(
        json.dumps(done._asdict())
        if as_json
        else f"Installed {done.name} {done.version}: {done.definitions} definitions."
    )


@fhir_app.command(name="list")
def fhir_list(as_json: AsJson = False) -> None:
    """List the packages that are installed."""
    found = _in_house(lambda house: house.records.packages.list(_console_asks()))
    if as_json:
        print(json.dumps([it._asdict() for it in found]))
    for it in [] if as_json else found:
        print(f"{it.name} {it.version}: {it.definitions} definitions")


@fhir_app.command(name="remove")
def fhir_remove(
    name: Annotated[str, typer.Argument(help="The package's name.")], as_json: AsJson = False
) -> None:
    """Remove a package: its profiles ask for nothing any more."""
    _in_house(lambda house: house.records.packages.remove(_console_asks(), name))
    print(json.dumps({"removed": name}) if as_json else f"Removed {name}.")


def _console_asks() -> Asking:
    return Asking(caller=Identity.console(), purpose="HOPERAT", via="import")


@app.command()
def erase(
    patient: Annotated[str, typer.Argument(help="The patient's id.")],
    ground: Annotated[Ground, typer.Option(help="Why.")] = Ground.WITHDRAWN,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask to type the id again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a patient for good: rows, keys, traces; leaves a receipt that names nobody."""
    reference = keeping.reference_of(patient)
    if not yes:
        words = "Nothing brings her back. Type the patient's id once more"
        again = typer.prompt(words, default="", show_default=False, err=True)
        if not again or keeping.reference_of(again) != reference:
            raise Incorrect("The id was typed otherwise.", hint="Nothing was erased.")
    outcome = _in_house(lambda house: keeping.erase(house, reference, ground))
    keeping.tell_outcome(outcome, as_json=as_json)


@app.command()
def erasures(as_json: AsJson = False) -> None:
    """List the erasures that are due, and those that are done."""
    _in_house(lambda house: keeping.list_erasures(house, as_json=as_json))


@keys_app.command(name="rotate")
def keys_rotate(
    patient: Annotated[str | None, typer.Option(help="Seal this one's record anew.")] = None,
    as_json: AsJson = False,
) -> None:
    """Wrap every data key anew, under a new version of the key outside; goes on if stopped."""
    reference = None if patient is None else keeping.reference_of(patient)
    count = _in_house(lambda house: keeping.rotate(house, reference))
    what = "keys" if patient is None else "texts"
    print(json.dumps({what: count}) if as_json else f"✓ {count} {what} sealed anew.")


@app.command()
def backup(
    path: Annotated[Path | None, typer.Argument(help="Where to; else the data folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Back up the database, while the house runs; whoever is erased later is gone from it too."""

    async def make(house: House) -> Path:
        now = house.clock.now()
        target = path or house.settings.data / "backups" / f"made-{now:%Y%m%dT%H%M%S}"
        await back_up_chain(house.chain, target)
        return await house.backups.make(target, house.clock)

    made = _in_house(make)
    print(json.dumps({"backup": str(made)}) if as_json else f"✓ {made}")


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A backup.")], as_json: AsJson = False
) -> None:
    """Read a backup into an empty database; the keys folder must be there already."""
    restored = asyncio.run(restore_house(_settings(), path))
    rows = sum(restored.rows.values())
    if as_json:
        print(json.dumps({"made_at": restored.made_at, "rows": restored.rows}))
    else:
        print(f"✓ {rows} rows as of {restored.made_at}. Whoever was erased since is not there.")


@app.command()
def acknowledge(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say that blocks of the chain are missing because a backup was put back, and which."""

    def agrees(question: str) -> bool:
        return yes or typer.confirm(question, err=True)

    good = _in_house(lambda house: keeping.acknowledge(house, agrees, as_json=as_json))
    raise typer.Exit(0 if good else 1)


@twin.app.command(name="nightly")
def twin_nightly(as_json: AsJson = False) -> None:
    """Compute everybody's cards, scores and predictions now, as the house does each night."""
    done = _in_house(lambda house: house.twin.nightly.over_all())
    if as_json:
        said = {"patients": done.patients, "skipped": done.skipped}
        print(json.dumps({**said, "seconds": round(done.seconds, 1)}))
    else:
        print(f"✓ {done.patients} patients in {done.seconds:.0f} s.")
        if done.skipped:
            print(f"✗ {done.skipped} could not be computed; the log says whose.")


def _settings() -> Settings:
    settings = read_settings()
    write_logs(settings.log)
    return settings


def _in_house(work: Callable[[House], Awaitable[T]]) -> T:
    """Open the house without its doors, do one thing in it, close it."""

    async def do() -> T:
        async with open_house(_settings(), serving=False) as house:
            return await work(house)

    return asyncio.run(do())
