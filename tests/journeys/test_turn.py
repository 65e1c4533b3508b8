"""Voices where no direct way is: through a real TURN server, and nobody learns an address."""

import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, panel
from tests.journeys.test_voice import hears, talk
from tests.serving import Server, start, stop
from tests.turn import RunningTurn, running_turn

WATCH = """
() => {
  const Peer = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Peer {
    constructor(...parts) {
      super(...parts);
      window.peers.push(this);
    }
  };
}
"""
WAYS = """
async () => {
  const kinds = [];
  for (const peer of window.peers) {
    const stats = [...(await peer.getStats()).values()];
    const found = stats.filter((one) => one.type.endsWith("-candidate"));
    kinds.push(...found.map((one) => one.candidateType));
  }
  return kinds;
}
"""


@dataclass(frozen=True)
class Relayed:
    """A house whose voices go through TURN alone."""

    house: Server
    turn: RunningTurn


@pytest.fixture
def relayed(furnished: Path, tmp_path: Path) -> Generator[Relayed]:
    with running_turn() as turn:
        data = tmp_path / "data"
        shutil.copytree(furnished, data)
        house = start(data, "--demo", turn_only="1", **turn.settings)
        yield Relayed(house, turn)
        stop(house)


def ways(person: Person) -> set[str]:
    """What kinds of ways their browser knows, of its own and of the other's."""
    return set(person.page.evaluate(WAYS))


def test_two_hear_each_other_through_turn_alone_and_learn_no_address_of_each_other(
    relayed: Relayed,
    enter: Enter,  # who came last goes first
) -> None:
    amara, mei = (enter(name, at=relayed.house.url) for name in ("amara", "mei"))
    for person, name in ((amara, AMARA), (mei, MEI)):
        come_in(person, name)
        person.page.evaluate(WATCH)
    talk(amara, mei)

    hears(amara, MEI)
    hears(mei, AMARA)
    told = panel(amara, "Voice").get_by_text("nobody here learns your network address")
    expect(told).to_be_visible()
    amara.picture("voice-relayed")
    for person in (amara, mei):
        assert ways(person) <= {"relay", "prflx"}
        assert "relay" in ways(person)
    assert len(relayed.turn.relayed(2)) >= 2  # more where a line broke and came back
