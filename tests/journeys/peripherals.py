"""Bluetooth devices that Chromium itself pretends to have near.

https://chromedevtools.github.io/devtools-protocol/tot/BluetoothEmulation/
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from playwright.sync_api import Browser, Page

ADDRESS = "09:09:09:09:09:09"
READ, WRITE = {"read": True}, {"read": True, "write": True}
INDICATE = {"read": True, "indicate": True}
SUBSCRIBED = "2902"  # the descriptor by which a browser asks to be told


def uuid(short: str) -> str:
    """The whole UUID of a number that the Bluetooth SIG gave out."""
    return f"0000{short}-0000-1000-8000-00805f9b34fb"


@dataclass
class Peripheral:
    """One device near the browser: what it holds, and what was written to it."""

    name: str
    values: dict[tuple[str, str], bytes]  # by service and characteristic
    can: dict[str, dict[str, bool]] = field(default_factory=dict[str, dict[str, bool]])
    written: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])
    _names: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    _browser: Any = None

    def come_near(self, browser: Browser) -> None:
        """Switch it on beside this browser, which has no other radio."""
        self._browser = cast(Any, browser.new_browser_cdp_session())
        self._browser.on("BluetoothEmulation.gattOperationReceived", self._connect)
        self._browser.on("BluetoothEmulation.characteristicOperationReceived", self._answer)
        self._browser.on("BluetoothEmulation.descriptorOperationReceived", self._describe)
        self._ask("enable", state="powered-on", leSupported=True)
        services = sorted({service for service, _ in self.values})
        self._ask(
            "simulatePreconnectedPeripheral",
            address=ADDRESS,
            name=self.name,
            manufacturerData=[],
            knownServiceUuids=[uuid(each) for each in services],
        )
        for service in services:
            made = self._ask("addService", address=ADDRESS, serviceUuid=uuid(service))
            self._fill(service, made["serviceId"])

    def go(self) -> None:
        """Switch it off, and the radio with it."""
        self._ask("disable")
        self._browser.detach()

    def _fill(self, service: str, id: str) -> None:
        for of, name in self.values:
            if of == service:
                made = self._ask(
                    "addCharacteristic",
                    serviceId=id,
                    characteristicUuid=uuid(name),
                    properties=self.can.get(name, READ),
                )
                self._names[made["characteristicId"]] = (service, name)
                if self.can.get(name, READ).get("indicate"):
                    of = {"characteristicId": made["characteristicId"]}
                    self._ask("addDescriptor", **of, descriptorUuid=uuid(SUBSCRIBED))

    def _connect(self, event: dict[str, Any]) -> None:
        self._ask("simulateGATTOperationResponse", address=ADDRESS, type=event["type"], code=0)

    def _answer(self, event: dict[str, Any]) -> None:
        key = self._names[event["characteristicId"]]
        if event["type"] == "write":
            self.written.setdefault(key[1], []).append(base64.b64decode(event.get("data", "")))
        held = base64.b64encode(self.values[key]).decode()
        more = {"data": held} if event["type"] == "read" else {}
        self._ask(
            "simulateCharacteristicOperationResponse",
            characteristicId=event["characteristicId"],
            type=event["type"],
            code=0,
            **more,
        )

    def _describe(self, event: dict[str, Any]) -> None:
        of = {"descriptorId": event["descriptorId"], "type": event["type"]}
        self._ask("simulateDescriptorOperationResponse", **of, code=0)

    def _ask(self, verb: str, **more: Any) -> Any:
        return self._browser.send(f"BluetoothEmulation.{verb}", more)


def choose_devices(page: Page) -> Sequence[str]:
    """Choose the first device of each list that the browser shows; the browser's ids for them."""
    session = cast(Any, page.context.new_cdp_session(page))
    chosen: list[str] = []
    done: set[str] = set()

    def choose(event: dict[str, Any]) -> None:
        if event["devices"] and event["id"] not in done:  # twice would end the browser
            done.add(event["id"])
            device = event["devices"][0]["id"]
            chosen.append(device)
            session.send("DeviceAccess.selectPrompt", {"id": event["id"], "deviceId": device})

    session.on("DeviceAccess.deviceRequestPrompted", choose)
    session.send("DeviceAccess.enable")
    return chosen
