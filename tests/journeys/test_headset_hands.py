"""What hands do with a headset on: a menu on the wrist, a throw, an organ on one's own table."""

import json
import math
import re
from io import BytesIO

import msgspec
import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from asklepion.world.wire import ITEMS_KIND, POSE_BYTES, Kind, read_items, read_snapshot
from tests.journeys.conftest import ROOT, SMALL, Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, go, is_in, panel
from tests.journeys.test_headset import HEAD, SLOW_MS, WEAR

Vec3 = tuple[float, float, float]

LIBRARY = ROOT / "web" / "node_modules" / "iwer" / "build" / "iwer.min.js"
DESK_M = 0.72
# A room with a desk in it, as headsets make one of what their cameras see.
DESK = """
(() => {
  class Room {
    trackedPlanes = new Set();
    trackedMeshes = new Set();
    environmentCanvas = document.createElement("canvas");
    constructor() {
      const { environmentCanvas: canvas } = this;
      [canvas.width, canvas.height] = [640, 360];
      canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%";
      const brush = canvas.getContext("2d");
      brush.fillStyle = "#d8d2c6";
      brush.fillRect(0, 0, 640, 360);
      brush.fillStyle = "#8a6a48";
      brush.fillRect(0, 150, 640, 210);
    }
    render() {}
    computeHitTestResults(ray) {
      const far = (DESK_M - ray[13]) / -ray[9];
      if (!(far > 0)) return [];
      const at = [ray[12] - ray[8] * far, DESK_M, ray[14] - ray[10] * far];
      return [new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...at, 1])];
    }
  }
  worn.installSEM(Room);
})();
""".replace("DESK_M", str(DESK_M))
LOOK = """
([x, y, z, down]) => {
  worn.position.set(x, y, z);
  worn.quaternion.set(-Math.sin(down / 2), 0, 0, Math.cos(down / 2));
  worn.fovy = 0.9;
  worn.controllers.left.position.set(x - 0.3, 0.8, z);
  worn.controllers.right.position.set(x + 0.3, 0.8, z);
}
"""
TO = "([x, y, z]) => worn.controllers.right.position.set(x, y, z)"
PRESS = "([hand, id, value]) => worn.controllers[hand].updateButtonValue(id, value)"
# A hand that closes, swings up and ahead for so long, and opens on the way.
SWING = """
([x, y, z, up, ahead, for_ms]) => new Promise((done) => {
  const hand = worn.controllers.right;
  const began = performance.now();
  function swing(now) {
    const s = Math.max(0, now - began) / 1000;
    hand.position.set(x, y + up * s, z - ahead * s);
    if (s * 1000 > for_ms) hand.updateButtonValue("squeeze", 0);
    if (s * 1000 > for_ms + 400) done();
    else requestAnimationFrame(swing);
  }
  swing(began);
})
"""
DRAWN = """
(count) => new Promise((done) => {
  const next = (n) => worn.activeSession.requestAnimationFrame(() => n > 1 ? next(n - 1) : done());
  next(count);
})
"""
EYES = HEAD[1]
PX_M, HEAD_PX, ROW_PX, FOOT_PX = 0.24 / 576, 66, 74, 18  # of the menu: xr/board.ts
WRIST_M = 0.13  # so far under the menu


def put_on(person: Person, button: str, down_rad: float) -> None:
    """Press a button that puts the headset on, and look so far down."""
    page = person.page
    page.evaluate(LOOK, [*HEAD, down_rad])
    page.get_by_role("button", name=button).press("Enter")  # a panel may lie over it
    page.wait_for_function("globalThis.worn.activeSession !== undefined")
    page.evaluate(DRAWN, 5)


def pull(page: Page, hand: str, id: str) -> None:
    """Press a button of a controller, and let it go."""
    for value in (1, 0):
        page.evaluate(PRESS, [hand, id, value])
        page.evaluate(DRAWN, 3)


def poke(page: Page, line: int, of: int) -> None:
    """Put a fingertip through a line of the menu over the left hand, and take it out."""
    px = HEAD_PX + (line + 0.5) * ROW_PX
    y = EYES + ((HEAD_PX + of * ROW_PX + FOOT_PX) / 2 - px) * PX_M
    for off in (0.1, 0.03, 0.1):
        page.evaluate(TO, [HEAD[0], y, HEAD[2] - 0.45 + off])
        page.evaluate(DRAWN, 3)


def colours(page: Page) -> int:
    """How many points in the middle of the picture are neither wall nor desk."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB").crop((160, 20, 480, 340))
    points = np.asarray(picture, np.int32)
    room = np.array([(216, 210, 198), (138, 106, 72)])
    off = np.abs(points[:, :, None, :] - room).max(axis=3).min(axis=2)
    return int((off > 24).sum())


def test_the_menu_over_ones_wrist_mutes_and_takes_one_home(enter: Enter) -> None:
    mei = enter("mei", SMALL, scene=True, script=LIBRARY.read_text() + WEAR)
    page = mei.page
    page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    put_on(mei, "Enter VR", 0)
    page.evaluate(
        "([x, y, z]) => worn.controllers.left.position.set(x, y, z)",
        [HEAD[0], EYES - WRIST_M, HEAD[2] - 0.45],
    )
    beside = page.get_by_role("region", name="Menu")
    expect(beside.get_by_role("button")).to_have_count(5)

    pull(page, "left", "x-button")
    poke(page, 0, 5)
    expect(beside.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    mei.picture("wrist-menu")
    poke(page, 0, 5)
    expect(beside.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    poke(page, 1, 5)

    is_in(mei, "home")
    assert page.evaluate("worn.activeSession !== undefined"), "the headset stays on"


def test_what_one_throws_in_ones_own_room_another_sees_fly(enter: Enter) -> None:
    amara = enter("amara")
    heard: list[dict[str, object]] = []
    flown: list[Vec3] = []
    heads: set[int] = set()

    def hear(frame: str | bytes) -> None:
        if not isinstance(frame, bytes):
            return
        if frame[0] == Kind.CONTROL:
            heard.append(json.loads(frame[1:]))
        elif frame[0] == ITEMS_KIND:
            flown.extend(pose.position for pose in read_items(frame))
        elif frame[0] == Kind.SNAPSHOT:
            heads.update(map(len, read_snapshot(frame).poses.values()))

    amara.page.on("websocket", lambda line: line.on("framereceived", hear))
    come_in(amara, AMARA)
    mei = enter("mei", SMALL, scene=True, script=LIBRARY.read_text() + WEAR + DESK)
    page = mei.page
    page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    panel(mei, "Things to share").get_by_role("button", name="New ball").click()
    put_on(mei, "Enter AR", 0.5)

    at = [HEAD[0], 0.14, HEAD[2] - 0.7]  # where a new ball lies: before one's feet
    page.evaluate(TO, at)
    page.evaluate(DRAWN, 3)
    page.evaluate(PRESS, ["right", "squeeze", 1])
    page.evaluate(DRAWN, 3)
    amara.page.wait_for_timeout(300)
    assert "item-taken" in [message["type"] for message in heard]
    page.evaluate(SWING, [*at, 2.0, 3.0, 500])
    amara.page.wait_for_timeout(2500)

    (thrown, *_) = (m for m in heard if m["type"] == "item-dropped" and m["is_flying"])
    velocity = msgspec.convert(thrown["velocity"], Vec3)
    assert 1.0 < math.hypot(*velocity) < 15.0  # how fast exactly, `velocity.ts` is tested for
    assert velocity[1] > 0.5
    assert math.dist(flown[0], flown[-1]) > 1, "it flew"
    assert max(heads) > POSE_BYTES, "her head and hands are seen, though she sees her own room"
    amara.picture("ball-seen-by")


def test_an_organ_stands_on_ones_own_table_in_the_room_one_sees(enter: Enter) -> None:
    mei = enter("mei", SMALL, scene=True, script=LIBRARY.read_text() + WEAR + DESK)
    page = mei.page
    page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    go(mei, "Home")
    organ = panel(mei, "Body").get_by_role("button", name=re.compile("^Heart"))
    expect(organ.first).to_be_visible()
    put_on(mei, "Enter AR", 0.85)
    page.evaluate(DRAWN, 15)  # until the body has come

    pull(page, "right", "trigger")
    page.wait_for_function("localStorage.getItem('asklepion.table.home') !== null")
    body = colours(page)
    mei.picture("table-body")
    organ.first.dispatch_event("click")  # the picture of the headset lies over the page
    page.wait_for_timeout(2500)
    mei.picture("table-heart")
    heart = colours(page)
    page.evaluate("() => worn.position.set(0.3, 1.6, -0.55)")
    page.wait_for_timeout(1500)
    mei.picture("table-heart-near")

    assert min(body, heart) > 1600, "something of colour stands on the desk"
    assert abs(body - heart) > 500, "one organ looks otherwise than the whole body"
