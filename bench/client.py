"""What does the client cost a visitor: bytes, the wait for the first picture, and a crowd?

A real browser before a real house, with pictures drawn in software; the crowd's poses come to the
page as the house would send them, but are made in the page, so that only drawing is measured.
There is no peer: nothing else draws these places. Needs Chromium and a built client.
"""

import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, sync_playwright

from asklepion.cli.demo import PEOPLE
from asklepion.world.model import look_for
from tests.serving import ROOT, start, stop

from ._fhir import tell

DIST = ROOT / "web" / "dist"
CROWDS = (1, 30, 200)
SIZE: ViewportSize = {"width": 640, "height": 360}  # what software draws fast enough
FLAGS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-first-run")
WAIT_MS = 240_000
SETTLE_S, WATCH_S = 20, 12
CROWD = """
(looks) => {
  const Real = WebSocket;
  const told = (socket, bytes) =>
    socket.dispatchEvent(new MessageEvent("message", { data: bytes.buffer }));
  globalThis.WebSocket = class extends Real {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer) || new Uint8Array(data)[0] !== 0) return;
        const said = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 1)));
        if (said.type === "welcome") setTimeout(() => this.fill(said.spot), 0);
      });
    }
    fill({ position: [x, , z], yaw }) {
      for (const [i, look] of looks.entries()) {
        const person = { slot: 1000 + i, name: `Visitor ${i}`, is_hand_up: false, look };
        const text = new TextEncoder().encode(JSON.stringify({ type: "joined", person }));
        told(this, Uint8Array.from([0, ...text]));
      }
      let tick = 0;
      setInterval(() => {
        const view = new DataView(new ArrayBuffer(12 + 14 * looks.length));
        view.setUint8(0, 2);
        view.setUint16(2, looks.length, true);
        view.setUint32(8, tick++, true);
        for (const i of looks.keys()) {
          const far = 3 + 1.3 * Math.sqrt(i);
          const turn = yaw + Math.sin(i * 2.4) * 0.6 + 0.02 * Math.sin(tick / 9 + i);
          const at = 12 + 14 * i;
          view.setUint16(at, 1000 + i, true);
          view.setInt16(at + 2, (x - far * Math.sin(turn)) * 256, true);
          view.setInt16(at + 6, (z - far * Math.cos(turn)) * 256, true);
          view.setUint16(at + 8, (i * 7919) & 0xffff, true);
          view.setUint8(at + 11, 32);
          view.setUint16(at + 12, (tick * 50) & 0xffff, true);
        }
        told(this, new Uint8Array(view.buffer));
      }, 50);
    }
  };
}
"""
FRAMES = """
async (ms) => {
  const begun = performance.now();
  const at = [];
  await new Promise((done) => {
    const step = (now) => (now - begun > ms ? done() : (at.push(now), requestAnimationFrame(step)));
    requestAnimationFrame(step);
  });
  return at.slice(1).map((now, i) => now - at[i]);
}
"""
DRAWN = "() => globalThis.__asklepion?.stats.frames > 2"


def sizes() -> None:
    """What a visitor downloads, gzipped."""
    files = sorted((DIST / "assets").glob("*.js"))
    packed = {file.name: len(gzip.compress(file.read_bytes())) / 1024 for file in files}
    tell("scripts of the client", sum(packed.values()), "kB gzipped", higher_is_better=False)
    three = sum(size for name, size in packed.items() if name.startswith(("three", "World")))
    tell("of them only for the scene", three, "kB gzipped", higher_is_better=False)


def come_in(page: Page, url: str) -> float:
    """Sign in; returns how long the first picture of the plaza took from the page on [s]."""
    page.goto(url)
    name = next(name for email, name, *_ in PEOPLE if email.startswith("jonas"))
    button = page.get_by_role("button", name=name)
    button.wait_for()
    begun = time.monotonic()
    button.click()
    page.wait_for_function(DRAWN, timeout=WAIT_MS)
    return time.monotonic() - begun


def crowd(page: Page, count: int) -> None:
    """What so many people cost, once their bodies have come."""
    page.wait_for_timeout(SETTLE_S * 1000)
    times = sorted(page.evaluate(FRAMES, WATCH_S * 1000))
    stats: dict[str, Any] = page.evaluate("({ ...globalThis.__asklepion.stats })")
    of = f"with {count} in view"
    tell(f"draw calls {of}", stats["calls"], "calls", higher_is_better=False)
    tell(f"triangles {of}", stats["triangles"], "triangles", higher_is_better=False)
    tell(f"frame time p50 {of}", statistics.median(times), "ms", higher_is_better=False)
    p95 = times[int(len(times) * 0.95)]
    tell(f"frame time p95 {of}", p95, "ms", higher_is_better=False)


def main() -> None:
    """One house, and a browser for each crowd."""
    if not (DIST / "index.html").exists():
        sys.exit("The client is not built: make setup")
    sizes()
    found = next((p for n in ("chromium", "google-chrome") if (p := shutil.which(n))), None)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    bodies = os.environ.get("BENCH_BODIES")  # others than set-up has baked
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = start(Path(folder), "--demo", **({"bodies": bodies} if bodies else {}))
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *root])
        try:
            for count in CROWDS:
                page = browser.new_page(viewport=SIZE)
                looks = [look_for(f"bench {i}", is_clinician=False).code for i in range(count)]
                page.add_init_script(f"({CROWD})({json.dumps(looks)})")
                first_s = come_in(page, server.url)
                if count == 1:
                    tell("first picture of the plaza", first_s, "s", higher_is_better=False)
                crowd(page, count)
                page.close()
        finally:
            browser.close()
            stop(server)


if __name__ == "__main__":
    main()
