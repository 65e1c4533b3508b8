"""A real browser with as many people as it takes, before a real server."""

import os
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.serving import ROOT, Server, start, stop

PICTURES = ROOT / "artefacts" / "journeys"
PASSWORD = "olive-tree-by-the-sea"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Scenes are drawn in software, which is slow: pages alone do without.
DRAWING = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
FLAGS = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--enable-blink-features=WebBluetooth",  # as Chrome has it on every desktop but Linux
)
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
FLAT = "localStorage.setItem('asklepion.view', 'flat')"  # the page of a place, not its scene
ASKED = "status of 401"  # the page asks who is there, and nobody has signed in yet
DESKTOP, PHONE = (1280, 800), (390, 844)
ARRIVED = """
async () => {
  const moves = document.getAnimations().filter((one) => one.effect.getTiming().iterations < 9);
  await Promise.all(moves.map((one) => one.finished.catch(() => {})));
}
"""
SMALL = (640, 360)  # what software rendering draws fast enough


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration that was opened once and closed again."""
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("the web client is not built: make setup")
    folder = tmp_path_factory.mktemp("furnished")
    stop(start(folder, "--demo"))
    return folder


@pytest.fixture(scope="module")
def server(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """The demonstration, with its device; each file its own: what one leaves no other meets."""
    folder = tmp_path_factory.mktemp("house") / "data"
    shutil.copytree(furnished, folder)
    server = start(folder, "--demo")
    yield server
    stop(server)
    shutil.rmtree(folder)


def _executable(playwright: Playwright) -> str | None:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    return found or (own if Path(own).exists() else None)


Launch = Callable[..., Browser]


@pytest.fixture(scope="session")
def launch() -> Generator[Launch]:
    """Start a real Chromium."""
    with sync_playwright() as playwright:
        executable = _executable(playwright)
        if executable is None:
            pytest.skip("no browser is installed (Debian: chromium)")
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browsers: list[Browser] = []

        def start_one(*flags: str) -> Browser:
            args = [*FLAGS, *flags, *root]
            browsers.append(playwright.chromium.launch(executable_path=executable, args=args))
            return browsers[-1]

        yield start_one
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="session")
def browser(launch: Launch) -> Browser:
    """One that shows pages."""
    return launch("--disable-gpu")


@pytest.fixture(scope="session")
def drawing(launch: Launch) -> Browser:
    """One that draws scenes."""
    return launch(*DRAWING)


@dataclass
class Person:
    """One person at one browser of their own; whatever goes wrong there is remembered."""

    name: str
    page: Page
    url: str
    faults: list[str] = field(default_factory=list[str])

    def picture(self, of: str) -> Path:
        """Keep a screenshot to be looked at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{of}-{self.name}.png"
        self.page.evaluate(ARRIVED)
        try:
            self.page.screenshot(path=path)
        except Error as error:  # of a window that was just resized or cut off, once in a while
            if "Unable to capture" not in error.message:
                raise
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=path)
        return path


Enter = Callable[..., Person]


@pytest.fixture
def enter(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Generator[Enter]:
    """Let people in, each in a browser of their own; at the end none may have met a fault."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def let_in(
        name: str,
        size: tuple[int, int] = DESKTOP,
        language: str = "en-GB",
        *,
        at: str = "",
        scene: bool = False,
        script: str = "",
    ) -> Person:
        width, height = size
        shows: Browser = request.getfixturevalue("drawing") if scene else browser
        context = shows.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            has_touch=size == PHONE,
            permissions=["microphone"],
            reduced_motion="no-preference" if scene else "reduce",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        context.add_init_script(script if scene else FLAT)
        person = Person(name, context.new_page(), at or server.url)
        _watch(person)
        people.append(person)
        person.page.goto(person.url)
        return person

    yield let_in
    for context in contexts:
        context.close()
    assert [fault for person in people for fault in person.faults] == []


def _watch(person: Person) -> None:
    host = urlsplit(person.url).netloc

    def error(error: Error) -> None:
        person.faults.append(f"{person.name}: {error}")

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and ASKED not in message.text:
            where = message.location.get("url", "")
            person.faults.append(f"{person.name}: {message.text} {where}")

    def request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
            person.faults.append(f"{person.name} was sent elsewhere: {request.url}")

    person.page.on("pageerror", error)
    person.page.on("console", console)
    person.page.on("request", request)
