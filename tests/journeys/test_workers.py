"""Two people whose world is in several processes notice nothing of it, also when one is killed."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import ROOT, Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, go, panel
from tests.nats import find_nats, serve_nats
from tests.serving import start, stop
from tests.world.town import children, lives_in

# What a browser says of a line whose other end was killed, and of a place that nobody has yet.
LOST = ("WebSocket connection to", "status of 503")


def test_people_walk_between_workers_and_go_on_talking_when_one_is_killed(
    enter: Enter, tmp_path: Path
) -> None:
    program = find_nats()
    if program is None or not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("NATS (Debian: nats-server) or the built web client is missing")
    with serve_nats(program) as (bus, _):
        house = start(tmp_path, "--demo", "--workers", "2", nats_url=bus)
        try:
            mei, amara = (enter(name, at=house.url) for name in ("mei", "amara"))
            come_in(mei, MEI)
            come_in(amara, AMARA)
            for person in (mei, amara):
                go(person, "Plaza")
                go(person, "Clinic")
            say(mei, "Good morning!", heard_by=amara)
            mei.picture("workers")

            (worker,) = (
                pid for pid in children(house.process.pid) if lives_in(tmp_path, "clinic", pid)
            )
            os.kill(worker, signal.SIGKILL)

            say(amara, "Still here?", heard_by=mei)
            for person in (mei, amara):
                person.page.close()
                person.faults[:] = [f for f in person.faults if not any(lost in f for lost in LOST)]
        finally:
            stop(house)


def say(person: Person, words: str, *, heard_by: Person) -> None:
    """Say something in the chat, once there is a line to say it on."""
    box = panel(person, "Chat").get_by_role("textbox")
    for _ in range(20):
        box.fill(words)
        person.page.keyboard.press("Enter")
        if panel(heard_by, "Chat").get_by_text(words, exact=True).first.is_visible():
            return
        person.page.wait_for_timeout(1000)
    expect(panel(heard_by, "Chat").get_by_text(words, exact=True).first).to_be_visible()
