"""Every knob of the house: read once from the environment, then handed to whoever needs it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from asklepion.kit.errors import Incorrect

ROOT = Path(__file__).parents[2]  # of a checkout, where set-up leaves what it made
PREFIX = "ASKLEPION_"
MIB = 1024 * 1024
RISK_REGIONS = ("", "low", "moderate", "high", "very_high")  # as the ESC draws them
HOURS = range(-1, 24)  # of a day; -1 for never


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator may set; each field is the variable of the same name behind ASKLEPION_."""

    data: Annotated[Path, "Folder for the database, keys and backups."] = Path("data")
    database_url: Annotated[str, "PostgreSQL's URL; empty for SQLite inside the data folder."] = ""
    kek: Annotated[
        str, "Who wraps the keys: file, command:PROGRAM, or a transit key's address."
    ] = "file"
    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    port: Annotated[int, "Port to listen on; 0 for any free one."] = 8000
    lan_port: Annotated[int, "Port for HTTPS in the network, with --lan; 0 for any free."] = 8443
    address: Annotated[str, "Address by which others know this house; empty: as it is called."] = ""
    licence_issuers: Annotated[
        str, "Houses whose clinicians' licences count here too (did:web:…), with commas."
    ] = ""
    open: Annotated[bool, "Open the browser at start, where there is one."] = True
    origin: Annotated[str, "Name of this house's log in checkpoints; empty: of its key."] = ""
    chain_url: Annotated[str, "JSON-RPC of another EVM node; empty: our own chain."] = ""
    chain_id: Annotated[int, "Number of the chain, which every signature on it holds."] = 7331
    chain_confirmations: Annotated[
        int, "Blocks that a transaction must lie under on another node's chain, its own included."
    ] = 1
    recovery_delay_h: Annotated[
        int, "Hours in which one can object before somebody is let back in, or an account closes."
    ] = 48
    witnesses: Annotated[
        str, "Who cosigns its checkpoints: address and key of each, with commas between."
    ] = ""
    witness_quorum: Annotated[int, "How many of them what a receipt rests on should have."] = 1
    mqtt_host: Annotated[str, "Address that home devices reach the broker at."] = "127.0.0.1"
    mqtt_port: Annotated[int, "Port of the broker for home devices; 0 for any free one."] = 1883
    mqtt_url: Annotated[
        str, "Another broker for home devices: mqtt://user:password@host:1883; empty: our own."
    ] = ""
    hall_host: Annotated[str, "Address that the gateway for large halls listens on."] = "127.0.0.1"
    hall_port: Annotated[
        int, "Port of the gateway for large halls: the world at half the cost; 0 for none."
    ] = 0
    hall_url: Annotated[
        str,
        "Where browsers reach it, such as wss://hall.example ({worker}: a worker's number);"
        " empty: at its host and port.",
    ] = ""
    nats_url: Annotated[
        str, "Bus of a world in several processes, such as nats://127.0.0.1:4222; empty: in one."
    ] = ""
    janus_url: Annotated[
        str, "WebSocket of Janus, the SFU for many voices: ws://127.0.0.1:8188; empty: none."
    ] = ""
    janus_secret: Annotated[str, "Its api_secret; empty: it has none."] = ""
    janus_above: Annotated[
        int, "People in a place above whom voices go through Janus; on stage they always do."
    ] = 9
    turn_urls: Annotated[
        str,
        "STUN and TURN servers by which voices and screens pass NAT and firewalls:"
        " turn:turn.example:3478, with commas; empty: none.",
    ] = ""
    turn_secret: Annotated[
        str, "What the TURN servers share with the house (coturn: static-auth-secret)."
    ] = ""
    turn_only: Annotated[
        bool, "Whether voices and screens go through TURN alone: nobody learns another's address."
    ] = False
    mllp_host: Annotated[str, "Address that senders of HL7 v2 reach the house at."] = "127.0.0.1"
    mllp_port: Annotated[int, "Port for HL7 v2 (MLLP); 0 for none."] = 0
    mllp_cert: Annotated[str, "Certificate of the port for HL7 v2, PEM; empty: no TLS."] = ""
    mllp_key: Annotated[str, "Its key, PEM."] = ""
    mllp_ca: Annotated[str, "Who signed the senders' certificates, PEM; empty: none asked."] = ""
    body_limit_mib: Annotated[int, "Largest body of one request, but for imports [MiB]."] = 16
    import_limit_mib: Annotated[int, "Largest file taken in by one import [MiB]."] = 1024
    unpacked_limit_mib: Annotated[int, "Most that one import may unpack to [MiB]."] = 8192
    retention_years: Annotated[int, "Years a record is kept after its last entry; 0 for none."] = 0
    glass_group: Annotated[
        str, "Group whose members alone may break the glass; empty for every clinician."
    ] = ""
    emergency_number: Annotated[
        str, "Telephone number that alerts tell to call in danger; empty for plain words."
    ] = ""
    nightly_hour: Annotated[
        int, "Hour (UTC) at which everybody's cards are computed each night; -1 for never."
    ] = -1
    risk_region: Annotated[
        str,
        "Risk region of SCORE2 where the house stands (low, moderate, high, very_high): SCORE2 then"
        " goes before PREVENT where it fits; empty: PREVENT alone.",
    ] = ""
    ray_address: Annotated[
        str, "Ray cluster that computes them; empty: processes of this machine."
    ] = ""
    deletes_at_once: Annotated[int, "Most resources one conditional delete may take."] = 1
    smallest_cell: Annotated[
        int, "Patients a row of counts for research rests on at least; fewer are held back."
    ] = 5
    hook_hosts: Annotated[
        str, "Hosts inside the network that subscriptions may call, without TLS too; with commas."
    ] = ""
    web: Annotated[Path, "Folder with the built web client."] = ROOT / "web/dist"
    bodies: Annotated[Path, "Folder with the bodies baked at set-up."] = ROOT / ".cache/bodies"
    models: Annotated[
        Path, "Folder with learned models that may not be handed on; they are found if there."
    ] = Path("data/models")
    log: Annotated[str, "What is logged: DEBUG, INFO, WARNING or ERROR."] = "WARNING"

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite:///{self.data.absolute()}/asklepion.sqlite"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives.

    Raises:
        Incorrect: a variable's value cannot be read, or no setting has its name.
    """
    known = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or variable in ELSEWHERE:
            continue
        if name not in known:
            raise Incorrect(f"There is no setting {variable}.", hint=f"Known: {', '.join(known)}.")
        values[name] = _read(variable, text, known[name])
    if "nightly_hour" in values and values["nightly_hour"] not in HOURS:
        hint = "Give an hour of the day, 0 to 23, or -1 for never."
        raise Incorrect(f"{PREFIX}NIGHTLY_HOUR is {values['nightly_hour']}.", hint=hint)
    if values.get("risk_region", "") not in RISK_REGIONS:
        hint = f"Give one of {', '.join(RISK_REGIONS[1:])}, or leave it empty."
        raise Incorrect(f"{PREFIX}RISK_REGION is {values['risk_region']}.", hint=hint)
    return Settings(**values)


def meanings() -> dict[str, tuple[str, Any]]:
    """Every variable with what it means and its default: for the help and the docs."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        PREFIX + name.upper(): (hint.__metadata__[0], getattr(Settings, name))
        for name, hint in hints.items()
    }


ELSEWHERE = {"ASKLEPION_TEST_DATA"}  # read by the tests alone


def _read(variable: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        if text.lower() not in BOOLEANS:
            raise Incorrect(f"{variable} is {text!r}.", hint="Give 1 or 0.")
        return BOOLEANS[text.lower()]
    try:
        return kind(text)
    except ValueError as error:
        raise Incorrect(f"{variable} is {text!r}.", hint="Give a whole number.") from error


BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "0": False,
    "false": False,
    "no": False,
    "": False,
}
