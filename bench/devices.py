"""How long does a reading travel: from the device's hand to its receipt, which says it is kept?

The real house on SQLite, the real broker, amqtt's client, QoS 1. No peer: a broker that
acknowledges before anybody has kept the message does other work.
"""

import asyncio
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from amqtt.client import MQTTClient  # pyright: ignore[reportMissingTypeStubs]

from asklepion.app import House, open_house
from asklepion.cli.invented import bundle, patient
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking
from asklepion.settings import Settings

HER = "Patient/mei-lin"
READINGS = 300


def tell(name: str, value: float, unit: str, *, higher_is_better: bool) -> None:
    """Print one result."""
    row = {"name": name, "value": round(value, 2), "unit": unit}
    print(
        json.dumps(row | {"higher_is_better": higher_is_better, "peer": None, "peer_value": None}),
        flush=True,
    )


async def measure(house: House) -> None:
    """Publish readings one after another."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    her = patient("mei-lin", "林", "梅", "Mei Lin", "female", "1967-04-18")
    await house.records.transact(console, bundle([her]))
    roles = frozenset({Role.PATIENT})
    caller = Caller(account="bench", name="Mei", roles=roles, person=HER)
    made = await house.devices.register(caller, patient=HER, name="Band", kinds=["heart-rate"])
    client = MQTTClient(client_id=made.device, config={"auto_reconnect": False, "plugins": {}})
    await client.connect(f"mqtt://{made.device}:{made.secret}@127.0.0.1:{house.devices.port}")
    began = datetime.now(UTC) - timedelta(hours=1)
    took: list[float] = []
    for number in range(READINGS):
        at = (began + timedelta(seconds=number)).isoformat()
        message = json.dumps({"at": at, "values": {"heart_rate": 60 + number % 30}}).encode()
        await asyncio.sleep(0.05)  # slower than the pace that a device is held to
        start = time.perf_counter()
        await client.publish(f"devices/{made.device}/heart-rate", message, qos=1)
        took.append(1000 * (time.perf_counter() - start))
    await client.disconnect()
    tell("kept_p50", statistics.median(took), "ms", higher_is_better=False)
    tell("kept_p95", statistics.quantiles(took, n=20)[-1], "ms", higher_is_better=False)


async def main() -> None:
    """Open a house for it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), mqtt_port=0, port=0, open=False)
        async with open_house(settings) as house:
            await measure(house)


if __name__ == "__main__":
    asyncio.run(main())
