# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false
"""The air, by bleak: which paired devices are near, and every packet that they say.

bleak comes with `pip install asklepion[gateway]`; a house without a gateway does not need it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from asklepion.kit.errors import Unsupported
from asklepion.kit.log import get_log

from ...wire import CHARACTERISTICS

log = get_log(__name__)

BASE = "-0000-1000-8000-00805f9b34fb"  # of every 16-bit UUID
BATTERY, CURRENT_TIME = "2a19", "2a2b"
RECORDS = "2a52"  # of a glucose meter: asks it for all that it holds
ALL_RECORDS = b"\x01\x01"
CONNECT_S = 20.0
LOOK_S = 5.0  # between looks at who is near
SPEAKS = {"notify", "indicate"}  # properties of what speaks by itself
HEARD_MOST = 1000  # packets that wait for the disk


class SilentRadio(Unsupported):
    """There is no Bluetooth here that could be used."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One packet, when it came, and how far the device's clock is off."""

    address: str
    service: str
    characteristic: str
    value: bytes = field(repr=False)
    at: datetime
    offset_ms: int | None = None


class Radio(Protocol):
    """Whatever hears devices."""

    lost: int  # packets that came while too many waited for the disk

    def hear(self, addresses: Collection[str]) -> AsyncGenerator[Said]:
        """Every packet of these devices, for as long as anybody listens."""
        ...


def open_radio() -> "BleakRadio":
    """The Bluetooth of this machine.

    Raises:
        SilentRadio: bleak is not installed.
    """
    try:
        import bleak
    except ImportError as error:
        hint = "Install it: pip install 'asklepion[gateway]'."
        raise SilentRadio("The gateway's Bluetooth library is not installed.", hint=hint) from error
    return BleakRadio(bleak.BleakScanner, bleak.BleakClient)


class BleakRadio:
    """Hears devices by bleak.

    Args:
        scanner, client: bleak's classes; what lies behind them is the air.
    """

    def __init__(self, scanner: Any, client: Any) -> None:
        self._scanner = scanner
        self._client = client
        self.lost = 0

    async def near(self) -> list[tuple[str, str]]:
        """Address and name of every device near that offers one of the services we understand.

        Raises:
            SilentRadio: there is no Bluetooth.
        """
        services = sorted({f"0000{each.service}{BASE}" for each in CHARACTERISTICS.values()})
        try:
            found = await self._scanner.discover(timeout=LOOK_S, service_uuids=services)
        except Exception as error:
            raise _silent(error) from error
        return [(str(device.address).upper(), str(device.name or "")) for device in found]

    async def hear(self, addresses: Collection[str]) -> AsyncGenerator[Said]:
        """Every packet of these devices, for as long as anybody listens.

        A device is connected to whenever it is near: a cuff wakes after it has measured, says it
        and sleeps again.

        Raises:
            SilentRadio: there is no adapter, it is switched off, or it may not be used.
        """
        heard: asyncio.Queue[Said] = asyncio.Queue(HEARD_MOST)
        near: dict[str, asyncio.Task[None]] = {}
        looking = asyncio.create_task(self._look(set(addresses), near, heard))
        try:
            while True:
                saying = asyncio.create_task(heard.get())
                await asyncio.wait({saying, looking}, return_when=asyncio.FIRST_COMPLETED)
                if saying.done():
                    yield saying.result()
                    continue
                saying.cancel()
                looking.result()  # it ended, so it failed
        finally:
            for task in (looking, *near.values()):
                task.cancel()
            await asyncio.gather(looking, *near.values(), return_exceptions=True)

    async def _look(
        self, wanted: set[str], near: dict[str, asyncio.Task[None]], heard: asyncio.Queue[Said]
    ) -> None:
        while True:
            try:
                found = await self._scanner.discover(timeout=LOOK_S)
            except Exception as error:  # each system has its own ways to say that there is none
                raise _silent(error) from error
            for device in found:
                address = str(device.address).upper()
                running = near.get(address)
                if address in wanted and (running is None or running.done()):
                    near[address] = asyncio.create_task(self._listen(device, address, heard))
            await asyncio.sleep(0)

    async def _listen(self, device: Any, address: str, heard: asyncio.Queue[Said]) -> None:
        """One device, until it sleeps or goes."""
        gone = asyncio.Event()
        try:
            async with self._client(
                device, disconnected_callback=lambda _: gone.set(), timeout=CONNECT_S
            ) as client:
                offset = await _compare_clocks(client)
                known = [
                    (str(service.uuid)[4:8], str(each.uuid)[4:8], each)
                    for service in client.services
                    for each in service.characteristics
                ]
                for service, name, each in known:
                    if name not in CHARACTERISTICS or not {"notify", "indicate"} & {
                        *each.properties
                    }:
                        continue

                    def take(
                        _: Any, value: bytearray, service: str = service, name: str = name
                    ) -> None:
                        said = Said(
                            address=address,
                            service=service,
                            characteristic=name,
                            value=bytes(value),
                            at=datetime.now(UTC),
                            offset_ms=offset,
                        )
                        try:
                            heard.put_nowait(said)
                        except asyncio.QueueFull:
                            self.lost += 1

                    await client.start_notify(each, take)
                await _ask_for_stored(client, known)
                await gone.wait()
        except Exception as error:  # out of reach, asleep, or busy with another: it comes again
            log.info("device not heard", why=type(error).__name__)


async def _compare_clocks(client: Any) -> int | None:
    """How far the device's clock is ahead of UTC, its zone in it [ms]; none where it has none."""
    try:
        value = bytes(await client.read_gatt_char(f"0000{CURRENT_TIME}{BASE}"))
        year = int.from_bytes(value[:2], "little")
        shown = datetime(year, *value[2:7], tzinfo=UTC)
    except Exception:  # it has no clock to be read, or one that is not set
        return None
    return round((shown - datetime.now(UTC)) / timedelta(milliseconds=1))


async def _ask_for_stored(client: Any, known: list[tuple[str, str, Any]]) -> None:
    """A glucose meter tells what it holds once it is asked."""
    for _, name, each in known:
        if name == RECORDS:
            with contextlib.suppress(Exception):
                await client.start_notify(each, lambda *_: None)
                await client.write_gatt_char(each, ALL_RECORDS, response=True)


def _silent(error: Exception) -> SilentRadio:
    kind = type(error).__name__
    if kind == "BleakBluetoothNotAvailableError":
        hint = "Plug an adapter in, or switch Bluetooth on; on Linux, start bluetoothd."
        return SilentRadio("Bluetooth is switched off or missing on this machine.", hint=hint)
    hint = "On Linux bluetoothd and D-Bus have to run, and this user has to be let in."
    return SilentRadio(f"This machine's Bluetooth cannot be used ({kind}).", hint=hint)
