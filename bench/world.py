"""How many people can be in one place, and in places of twenty; what does each of them cost?

Ours behind uvicorn and behind the gateway for large halls, beside what others would take: Colyseus,
a snapshot of all over the `ws` package, a relay over it, and NATS. Each server has one core and the
load (`bench/peers/load.mjs`, the same for all) the other. The crowd grows until the slowest
hundredth of the poses is older than 100 ms, or a tenth of the frames does not come. Where the load
itself is late, the number is a lower bound, and says so.

Peers are installed with npm into the cache (`.cache/peers`) when they are not there; those that
cannot be had are left out. On a machine with one core the figures mean little.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEERS = HERE.parent / ".cache" / "peers"
LIMIT_MS = 100
TICKS_PER_S = 20
LATE_MS = 10  # a load that is later than this measures itself
ROOM = 20
FEW = 300  # so many can be served by all but relays: their cost is compared
ONE_PLACE = (40, 60, 90, 140, 200, 300, 450, 700, 1000, 1200, 1500, 1900, 2400)
MANY_PLACES = (100, 200, 300, 600, 1000, 1300, 1500, 1800, 2200, 2700)


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A server, how the load speaks to it, and whether it sends a frame for each pose."""

    name: str
    speaks: str
    command: tuple[str, ...]
    is_relay: bool = False
    port: int = 0  # known before it starts


@dataclass(frozen=True, kw_only=True)
class Window:
    """One window with so many visitors."""

    visitors: int
    frames_per_s: float
    poses_per_s: float
    kb_per_s: float
    p50_ms: float | None
    p99_ms: float | None
    late_ms: float
    load_cpu: float
    cpu: float
    memory_mib: float

    def is_good(self, frames_per_s: float) -> bool:
        """Whether everybody still sees everybody in time."""
        is_quick = self.p99_ms is not None and self.p99_ms < LIMIT_MS
        return is_quick and self.frames_per_s > 0.9 * frames_per_s


def contenders(room_of: int) -> Iterator[Contender]:
    """Those that can be had here."""
    for kind in ("gateway", "house"):
        own = (sys.executable, "-m", "bench._world_servers", kind, str(room_of))
        yield Contender(name=kind, speaks="world", command=own)
    if shutil.which("node") and have_peers():
        yield Contender(name="colyseus", speaks="colyseus", command=("node", "colyseus.mjs"))
        yield Contender(name="ws-snapshot", speaks="snapshot", command=("node", "snapshot.mjs"))
        yield Contender(
            name="ws-relay", speaks="relay", command=("node", "snapshot.mjs"), is_relay=True
        )
    if nats := shutil.which("nats-server"):
        port = 14222
        command = (nats, "-a", "127.0.0.1", "-p", str(port))
        yield Contender(name="nats", speaks="nats", command=command, is_relay=True, port=port)


def have_peers() -> bool:
    """Install the peers from npm, unless they are there."""
    PEERS.mkdir(parents=True, exist_ok=True)
    for file in (HERE / "peers").iterdir():
        shutil.copy(file, PEERS)
    if (PEERS / "node_modules" / "ws").exists():
        return True
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
    return shutil.which("npm") is not None and not subprocess.run(command, cwd=PEERS).returncode


def on_core(core: int) -> list[str]:
    """What keeps a process to one core, if there are two."""
    return ["taskset", "-c", str(core)] if (os.cpu_count() or 1) > 1 else []


@contextmanager
def running(one: Contender, room_of: int) -> Generator[tuple[int, list[str]]]:
    """A server with a core to itself: its process, and what the load must be told of it."""
    home = HERE.parent if one.speaks == "world" else PEERS
    knows = {"GOMAXPROCS": "1", "RELAY": str(int(one.is_relay))}
    knows |= {"ROOM_OF": str(room_of)} if room_of else {}
    server = subprocess.Popen(
        [*on_core(0), *one.command],
        cwd=home,
        env=os.environ | knows,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout
        told = [str(one.port)] if one.port else server.stdout.readline().split()
        ports = dict(zip(("port", "tickets"), told, strict=False))
        yield server.pid, [f"--{name}={port}" for name, port in ports.items()]
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()


def windows(one: Contender, steps: tuple[int, ...], room_of: int) -> Iterator[Window]:
    """Windows with more and more visitors, until nobody asks for the next."""
    with running(one, room_of) as (pid, told):
        yield from measured(one, pid, told, steps, room_of)


def measured(
    one: Contender, pid: int, told: list[str], steps: tuple[int, ...], room_of: int
) -> Generator[Window]:
    """Windows of a server that runs."""
    command = [*on_core(1), "node", "load.mjs", f"--kind={one.speaks}", *told]
    command += [f"--steps={','.join(map(str, steps))}", f"--roomOf={room_of}"]
    load = subprocess.Popen(
        command, cwd=PEERS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert load.stdout
    try:
        cpu = 0.0
        for line in load.stdout:
            if line.startswith("measure"):
                cpu = cpu_s(pid)
                continue
            used = (cpu_s(pid) - cpu) / 3.0
            yield Window(**json.loads(line), cpu=used, memory_mib=memory_mib(pid))
    finally:
        load.kill()
        load.wait()


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    """Memory that a process holds [MiB]."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def grow(one: Contender, steps: tuple[int, ...], room_of: int) -> list[Window]:
    """The good windows of one server; two bad ones in a row end it."""
    good: list[Window] = []
    bad = 0
    for window in windows(one, steps, room_of):
        others = (room_of or window.visitors) - 1
        frames = TICKS_PER_S * (others if one.is_relay else 1)
        is_good = window.is_good(frames)
        sys.stderr.write(f"{one.name} {'good' if is_good else 'bad'} {window}\n")
        bad = 0 if is_good else bad + 1
        if is_good:
            good.append(window)
        if bad == 2:
            break
    return good


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one server can do."""

    most: Window
    is_bound: bool  # the load was late, so more may fit
    few: Window


def result(good: list[Window]) -> Result | None:
    """The last good window, and the one with a few hundred or what comes nearest to it."""
    if not good:
        return None
    few = min(good, key=lambda window: abs(window.visitors - FEW))
    return Result(most=good[-1], is_bound=good[-1].late_ms > LATE_MS, few=few)


def tell(place: str, what: str, unit: str, values: dict[str, float], *, more: bool) -> None:
    """Print each of ours beside the best of the others."""
    theirs = {name: value for name, value in values.items() if name not in ("gateway", "house")}
    best = (max if more else min)(theirs, key=lambda name: theirs[name]) if theirs else None
    for name in ("gateway", "house"):
        if name in values:
            row: dict[str, Any] = {"name": f"{place}: {what}, {name}", "unit": unit}
            row |= {"value": round(values[name], 2), "higher_is_better": more, "peer": best}
            row |= {"peer_value": round(theirs[best], 2) if best else None}
            row |= {"all": {name: round(value, 2) for name, value in values.items()}}
            print(json.dumps(row), flush=True)


def measure(place: str, steps: tuple[int, ...], room_of: int, only: set[str]) -> None:
    """All contenders in one kind of place."""
    found: dict[str, Result] = {}
    for one in contenders(room_of):
        if only and one.name not in only:
            continue
        if done := result(grow(one, steps, room_of)):
            found[one.name] = done
    most = {n: float(r.most.visitors) for n, r in found.items()}
    tell(place, "visitors, p99 < 100 ms", "visitors", most, more=True)
    bound = sorted(name for name, r in found.items() if r.is_bound)
    sys.stderr.write(f"{place}: the load was late for {bound}\n")
    cost = {n: 100 * r.few.cpu / r.few.visitors for n, r in found.items()}
    tell(place, "processor for 100 of few", "core", cost, more=False)
    cost = {n: 100 * r.most.cpu / r.most.visitors for n, r in found.items()}
    tell(place, "processor for 100 of the most", "core", cost, more=False)
    tell(place, "bytes", "kB/s", {n: r.most.kb_per_s for n, r in found.items()}, more=False)
    tell(place, "memory", "MiB", {n: r.most.memory_mib for n, r in found.items()}, more=False)


def main(only: set[str]) -> None:
    """One place, then places of twenty.

    Args:
        only: names of contenders; empty for all.
    """
    measure("one place", ONE_PLACE, 0, only)
    measure("places of 20", MANY_PLACES, ROOM, only)


if __name__ == "__main__":
    main(set(sys.argv[1:]))
