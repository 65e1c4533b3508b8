"""Ways through NAT and firewalls: whose they are, until when, and what a real TURN server says."""

import asyncio
import re
import shutil
import socket
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asklepion.app import open_house
from asklepion.kit.clock import Clock, StoppedClock, SystemClock
from asklepion.kit.errors import Incorrect
from asklepion.settings import Settings
from asklepion.world import Relays, World
from asklepion.world.engine.turn import read_ice_urls, turn_credential
from asklepion.world.model import Act, Deed, Part, Right
from asklepion.world.service import Visit
from asklepion.world.service.relays import LASTS_S, RENEWED_S
from asklepion.world.wire import TICKS_PER_S, Enter, control
from tests.turn import SECRET, RunningTurn, running_turn
from tests.world.grounds import Time, yard
from tests.world.test_asides import ADA, BO, heard

URLS = "stun:turn.example, turn:turn.example:3478?transport=udp,turns:turn.example:443"
PLACES = {
    "yard": yard(capacity=12, is_child_safe=True),
    "hush": yard(id="hush", rights={Part.GUEST: (Right.ENTER,)}),
}


def furnished(clock: Clock, urls: str = URLS, *, is_only: bool = False) -> World:
    """A world with ways through firewalls."""
    world = World(clock=clock, tell_time=Time(), places=PLACES)
    secret = SECRET if "turn:" in urls else ""
    world.ways_by(Relays(urls=urls, secret=secret, is_only=is_only, ties=world.ties, clock=clock))
    return world


async def given(world: World, visit: Visit, place: str = "yard") -> list[dict[str, Any]]:
    """Enter, and what one is given."""
    await world.hear(visit, control(Enter(place=place)))
    return heard(visit, "ice-servers")


def second(world: World) -> None:
    for _ in range(TICKS_PER_S):
        world.tick()


# --- the pass


def test_a_credential_is_the_hmac_sha1_of_the_name_as_turn_servers_with_a_secret_expect() -> None:
    name = "what do ya want for nothing?"

    # RFC 2202, test case 2: effcdf6a e5eb2fa2 d27416d5 f184df9c 259a7c79
    assert turn_credential("Jefe", name) == "7/zfauXrL6LSdBbV8YTfnCWafHk="


@pytest.fixture
def turn() -> Generator[RunningTurn]:
    with running_turn() as running:
        yield running


async def asked(turn: RunningTurn, username: str, credential: str, peer: str = "") -> str:
    """What coturn's own client says who asks to be relayed by this name, to itself or a peer."""
    program = shutil.which("turnutils_uclient")
    assert program
    words = ["-u", username, "-w", credential, "-p", str(turn.port), "-n", "1", "-O"]
    words += ["-e", peer, *(["-x"] if ":" in peer else [])] if peer else ["-y"]
    process = await asyncio.create_subprocess_exec(
        program,
        *words,
        turn.address,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(20):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return out.decode(errors="replace")


async def test_a_real_turn_server_relays_for_a_pass_until_it_ends_and_for_no_other(
    turn: RunningTurn,
) -> None:
    world = furnished(SystemClock(), turn.settings["turn_urls"])
    ada = world.open(ADA)
    (told,) = await given(world, ada)
    (server,) = told["servers"]
    name, good = server["username"], server["credential"]
    old = f"{int(SystemClock().now().timestamp()) - 60}:{name.partition(':')[2]}"

    await asked(turn, name, turn_credential("another secret", name))
    await written(
        lambda: f"user <{name}>: incoming packet message processed, error 401" in turn.said
    )
    await asked(turn, old, turn_credential(SECRET, old))
    await written(lambda: f"Cannot find credentials of user <{old}>" in turn.said)
    assert turn.allocations() == set()

    await asked(turn, name, good)
    await written(lambda: turn.allocations() == {name})


INNER = [
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "::ffff:10.0.0.1",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:a00:1::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
]
OUTER = ["203.0.113.9", "2001:db8::9"]


def has_ipv6() -> bool:
    with closing(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)) as line:
        try:
            line.bind(("::1", 0))
        except OSError:
            return False
    return True


def tried(peers: list[str]) -> list[str]:
    """Those of them that a relay on this machine can be asked for."""
    return [peer for peer in peers if ":" not in peer or has_ipv6()]


@pytest.mark.parametrize("peer", tried(INNER))
async def test_a_turn_server_as_in_the_guide_relays_nothing_to_inner_networks(peer: str) -> None:
    assert await said_of(peer) == {"denied"}


@pytest.mark.parametrize("peer", tried(OUTER))
async def test_a_turn_server_as_in_the_guide_relays_to_everybody_else(peer: str) -> None:
    assert await said_of(peer) == {"lifetime"}


async def said_of(peer: str) -> set[str]:
    """What a TURN server says that is asked to relay to a peer."""
    name = f"{int(SystemClock().now().timestamp()) + 60}:ada"
    answer = re.compile(rf"peer (?:IP )?{re.escape(peer)} (denied|lifetime)")
    with running_turn("relay-ip=::1" if ":" in peer else "") as turn:
        async with asyncio.timeout(20):
            while not (said := set(answer.findall(turn.said))):  # it writes when it has enough
                await asked(turn, name, turn_credential(SECRET, name), peer)
    return said


async def written(is_so: Callable[[], bool]) -> None:
    """Wait until the log says so."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.02)


# --- whose it is, and until when


async def test_whoever_comes_in_is_given_a_pass_that_names_nobody(clock: StoppedClock) -> None:
    world = furnished(clock)
    ada, bo = world.open(ADA), world.open(BO)

    (told,) = await given(world, ada)
    (other,) = await given(world, bo)

    stun, turn = told["servers"]
    assert stun["urls"] == ["stun:turn.example"]
    assert (stun["username"], stun["credential"]) == ("", "")
    assert turn["urls"] == ["turn:turn.example:3478?transport=udp", "turns:turn.example:443"]
    until, _, name = turn["username"].partition(":")
    assert int(until) == int(clock.now().timestamp()) + LASTS_S
    assert turn["credential"] == turn_credential(SECRET, turn["username"])
    assert told["is_relay_only"] is False
    known = (ADA.account, ADA.name, ada.who, ada.key)
    assert not any(part in name or name in part for part in known)
    assert other["servers"][1]["username"] not in (turn["username"], "")


async def test_a_pass_is_renewed_before_it_ends_for_as_long_as_somebody_stays(
    clock: StoppedClock,
) -> None:
    world = furnished(clock)
    ada = world.open(ADA)
    (first,) = await given(world, ada)
    second(world)
    assert heard(ada, "ice-servers") == []

    clock.at += timedelta(seconds=LASTS_S - RENEWED_S + 1)
    second(world)

    (again,) = heard(ada, "ice-servers")
    (_, before), (_, after) = first["servers"], again["servers"]
    assert before["username"].partition(":")[2] == after["username"].partition(":")[2]
    assert int(after["username"].partition(":")[0]) == int(clock.now().timestamp()) + LASTS_S
    second(world)
    assert heard(ada, "ice-servers") == []


async def test_who_is_nowhere_or_may_not_speak_there_is_given_no_pass(clock: StoppedClock) -> None:
    world = furnished(clock)
    ada = world.open(ADA)
    second(world)
    assert heard(ada, "ice-servers") == []

    assert await given(world, ada, "hush") == []
    clock.at += timedelta(seconds=LASTS_S)
    second(world)
    assert heard(ada, "ice-servers") == []


async def test_from_whom_the_word_was_taken_is_given_a_pass_once_they_have_it_back(
    clock: StoppedClock,
) -> None:
    world = furnished(clock)
    about: dict[str, Any] = {
        "deed": Deed.MUTE,
        "place": "yard",
        "account": ADA.account,
        "by": "x",
        "reason": "x",
    }
    world.ties.acts["1"] = Act(id="1", at=clock.now(), **about)
    ada = world.open(ADA)
    assert await given(world, ada) == []
    second(world)
    assert heard(ada, "ice-servers") == []

    del world.ties.acts["1"]
    second(world)

    assert len(heard(ada, "ice-servers")) == 1


async def test_where_all_goes_through_turn_who_has_no_pass_is_told_so(clock: StoppedClock) -> None:
    world = furnished(clock, is_only=True)
    ada, bo = world.open(ADA), world.open(BO)

    (told,) = await given(world, ada)
    (hushed,) = await given(world, bo, "hush")

    assert told["is_relay_only"] is True
    assert hushed == {"type": "ice-servers", "servers": [], "is_relay_only": True}


async def test_without_turn_there_is_nothing_to_renew(clock: StoppedClock) -> None:
    world = furnished(clock, "stun:turn.example")
    ada = world.open(ADA)

    (told,) = await given(world, ada)
    clock.at += timedelta(days=2)
    second(world)

    assert [server["urls"] for server in told["servers"]] == [["stun:turn.example"]]
    assert heard(ada, "ice-servers") == []


# --- settings


@pytest.mark.parametrize(
    "url",
    [
        "turn://turn.example",
        "turn.example:3478",
        "https://turn.example",
        "turn:",
        "turn:turn.example:0",
        "turn:turn.example:70000",
        "turn:turn.example?transport=tls",
        "turns:turn.example?transport=udp",
        "stun:turn.example?transport=udp",
        "turn:[2001:db8::1::2]",
        "turn:user@turn.example",
        "turn:turn.example stun:turn.example",
    ],
)
def test_an_address_that_browsers_would_not_take_is_refused_with_advice(url: str) -> None:
    with pytest.raises(Incorrect) as refused:
        read_ice_urls(f"turn:turn.example,{url}")

    assert url in refused.value.message
    assert refused.value.hint


def test_addresses_stand_in_a_list_with_commas() -> None:
    text = " turn:[2001:db8::1]:3478, ,stuns:turn.example,turn:[2001:db8::1]:3478,"

    assert read_ice_urls(text) == ("turn:[2001:db8::1]:3478", "stuns:turn.example")
    assert read_ice_urls("") == ()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"turn_urls": "turn:turn.example"}, "without its secret"),
        ({"turn_secret": SECRET}, "no TURN server is named"),
        ({"turn_urls": "stun:turn.example", "turn_only": True}, "no TURN server is named"),
        ({"turn_urls": "turn:turn.example:x", "turn_secret": SECRET}, "no address"),
    ],
)
async def test_a_house_whose_turn_settings_do_not_fit_does_not_open(
    settings: dict[str, Any], why: str, tmp_path: Path
) -> None:
    wanted = Settings(data=tmp_path, port=0, mqtt_port=0, open=False, **settings)

    with pytest.raises(Incorrect, match=why):
        async with open_house(wanted):
            pass
