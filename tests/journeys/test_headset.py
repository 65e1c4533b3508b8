"""A headset without a head: the browser believes in one (iwer), and everything else is real."""

import json
import math
import re

from playwright.sync_api import Page, WebSocket, expect

from asklepion.world.wire import Fingers, Kind, Pose, read_hands, read_pose
from tests.journeys.conftest import ROOT, SMALL, Enter
from tests.journeys.steps import AMARA, MEI, come_in, go, panel

WEAR = """
(() => {
  const device = new IWER.XRDevice(IWER.metaQuest3);
  device.installRuntime({ forceInstall: true });
  device.stereoEnabled = false;
  globalThis.worn = device;
})();
"""
AIM = """
([x, y, z, w]) => {
  const hand = worn.controllers.right;
  hand.position.set(0.3, 1.3, -0.6);
  hand.quaternion.set(x, y, z, w);
}
"""
PUSH = "(y) => worn.controllers.right.updateAxes('thumbstick', 0, y)"
HEAD, HAND_M = (0.3, 1.6, -0.4), 1.3
THROW_M_S, GRAVITY_M_S2 = 7.0, 9.81
AROUND = (-7.0, 0.0)  # the fountain stands in the straight way to the clinic
MUCH_TO_TELL = """
() => {
  const words = document.createElement("section");
  words.style.height = "900px";
  document.querySelector(".banners").append(words);
}
"""
SLOW_MS = 120_000  # software draws each eye
THROWS = 16


class Ears:
    """What a page and the world say to each other, as it passes over the line."""

    def __init__(self, page: Page) -> None:
        self.place = ""
        self.spot = Pose(position=(0, 0, 0), yaw=0)
        page.on("websocket", self.listen)

    def listen(self, line: WebSocket) -> None:
        line.on("framereceived", self.hear)
        line.on("framesent", self.overhear)

    def hear(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes) and frame[0] == Kind.CONTROL:
            message = json.loads(frame[1:])
            if message["type"] == "welcome":
                self.place = message["place"]

    def overhear(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes) and frame[0] == Kind.POSE:
            self.spot = read_pose(frame[1:])


def reach_m(up_rad: float) -> float:
    """How far a throw from the hand carries."""
    ahead, up = THROW_M_S * math.cos(up_rad), THROW_M_S * math.sin(up_rad)
    return ahead * (up + math.sqrt(up**2 + 2 * GRAVITY_M_S2 * HAND_M)) / GRAVITY_M_S2


def aimed(spot: Pose, to: tuple[float, float]) -> list[float]:
    """How a hand is held that throws as near to a point as it can: x y z w, in the room."""
    x, _, z = spot.position
    far = math.hypot(to[0] - x, to[1] - z)
    up = min((n / 20 for n in range(-20, 15)), key=lambda up: abs(reach_m(up) - far)) / 2
    turn = math.atan2(x - to[0], z - to[1]) / 2  # nobody turned since: the room faces the world
    return [
        math.cos(turn) * math.sin(up),
        math.sin(turn) * math.cos(up),
        -math.sin(turn) * math.sin(up),
        math.cos(turn) * math.cos(up),
    ]


def walk_through(page: Page, ears: Ears, to: str) -> None:
    """Throw oneself ahead, again and again, until the door is behind."""
    asked = "(id) => fetch(`/api/world/places/${id}`).then((it) => it.json())"
    place = page.evaluate(asked, ears.place)
    (door,) = (door for door in place["doors"] if door.get("to") == to)
    goals = [AROUND, (door["position"][0], door["position"][2])]
    for _ in range(THROWS):
        x, _, z = ears.spot.position
        if goals[1:] and math.hypot(goals[0][0] - x, goals[0][1] - z) < 2:
            goals.pop(0)
        page.evaluate(AIM, aimed(ears.spot, goals[0]))
        for push in (-1, 0):
            page.evaluate(PUSH, push)
            page.wait_for_timeout(700)
        if ears.place == to:
            return


def test_with_a_headset_on_one_walks_into_the_clinic_and_meets_somebody(enter: Enter) -> None:
    library = (ROOT / "web" / "node_modules" / "iwer" / "build" / "iwer.min.js").read_text()
    amara = enter("amara")
    come_in(amara, AMARA)
    go(amara, "Clinic")
    mei = enter("mei", SMALL, scene=True, script=library + WEAR)
    ears = Ears(mei.page)
    mei.page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    mei.page.evaluate(MUCH_TO_TELL)

    mei.page.get_by_role("button", name="Enter VR").click()
    mei.page.wait_for_function("globalThis.worn.activeSession !== undefined")
    mei.page.evaluate("([x, y, z]) => worn.position.set(x, y, z)", HEAD)
    mei.page.wait_for_timeout(3000)
    assert ears.place == "plaza"
    walk_through(mei.page, ears, "clinic")

    assert ears.place == "clinic"
    people = mei.page.get_by_role("button", name=re.compile("Who is here: 2"))
    expect(people).to_be_visible(timeout=SLOW_MS)
    assert mei.page.evaluate("worn.activeSession !== undefined"), "the headset stays on"
    mei.picture("headset-sees")
    here = panel(amara, "People and things here")
    expect(here.get_by_text(MEI).first).to_be_visible(timeout=SLOW_MS)
    amara.picture("headset-seen-by")


HANDS_UP = """
() => {
  worn.primaryInputMode = "hand";
  for (const [side, x] of [["left", -0.2], ["right", 0.2]]) {
    const hand = worn.hands[side];
    hand.poseId = side === "left" ? "pinch" : "default";
    hand.position.set(x, 1.3, -0.6);
  }
}
"""


def test_hands_without_controllers_are_seen_with_all_their_fingers(enter: Enter) -> None:
    library = (ROOT / "web" / "node_modules" / "iwer" / "build" / "iwer.min.js").read_text()
    amara = enter("amara")
    seen: list[bytes] = []

    def hear(frame: str | bytes) -> None:
        if isinstance(frame, bytes) and frame[0] == Kind.HANDS:
            seen.append(frame)

    amara.page.on("websocket", lambda line: line.on("framereceived", hear))
    come_in(amara, AMARA)
    go(amara, "Plaza")
    mei = enter("mei", SMALL, scene=True, script=library + WEAR)
    mei.page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    mei.page.get_by_role("button", name="Enter VR").click()
    mei.page.wait_for_function("globalThis.worn.activeSession !== undefined")
    mei.page.evaluate("([x, y, z]) => worn.position.set(x, y, z)", HEAD)
    mei.page.evaluate(HANDS_UP)

    for _ in range(60):
        mei.page.wait_for_timeout(1000)
        amara.page.wait_for_timeout(50)
        hands = [hand for frame in seen[-1:] for hand in read_hands(frame).values()]
        if hands and all(hands[-1]):
            break

    assert seen, "nobody's hands were heard of"
    left, right = next(iter(read_hands(seen[-1]).values()))
    assert isinstance(left, Fingers)
    assert isinstance(right, Fingers)
    assert len(seen[-1]) == 2 + 3 + 2 * 30
    assert max(abs(a - b) for a, b in zip(left.bends, right.bends, strict=True)) > 0.2
