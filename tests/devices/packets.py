"""The packets that the house and the browser both read: the same ones, and the same answers.

`packets.json` holds packets with what they say, and digests of what a thousand random packets of
each characteristic say. Both sides make those by the same small generator, so none is kept.

    python -m tests.devices.packets    write it again, after the table changed
"""

import json
import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from asklepion.devices.engine.gatt import Decoded, decode
from asklepion.devices.engine.gatt.decode import Misread
from asklepion.devices.wire import CHARACTERISTICS

FILE = Path(__file__).with_name("packets.json")
COUNT = 1000  # random packets of each characteristic
LONGEST = 26
# The upper bytes that medical numbers have in real life, and the odd ones.
LIKELY = (0x00, 0xF0, 0xF1, 0xF2, 0x07, 0x08, 0xFF, 0x7F)

# Real and published packets, and one of each trap.
PACKETS: tuple[tuple[str, str], ...] = (
    ("2a5f", "1c5f005a00200000000057f0"),
    ("2a5f", "1fdef3caf3caf35af5d4f3b2f2200100 00007ae3"),
    ("2a5e", "0facf3bef5e8070b1d17083920402200 0066e3"),
    ("2a35", "147800500 05d0048000000"),
    ("2a35", "01a0f06bf0ff07"),
    ("2a35", "00ff0750005d00"),
    ("2a35", "0078805080ff07"),
    ("2a35", "0080570055ff07"),
    ("2a35", "1e780050005d00ea0703010c00004800023700"),
    ("2a35", "02780050005d0000000000000000"),
    ("2a35", "02780050005d00ea07021e0c0000"),
    ("2a35", "0078005000"),
    ("2a35", "0078005000 5d0001"),
    ("2a35", "8078005000 5d00"),
    ("2a35", "8078005000 5d0001"),
    ("2a1c", "006c0100ff"),
    ("2a1c", "01da0300ff"),
    ("2a1c", "0066661242"),
    ("2a1c", "00ffff7f00"),
    ("2a37", "0048"),
    ("2a37", "01480 0"),
    ("2a37", "0448"),
    ("2a37", "1648000400"),
    ("2a18", "020700ea07030108000062b011"),
    ("2a18", "060700ea07030108000037c011"),
    ("2a18", "020700ea07030108000062b0 4a"),
    ("2a9d", "0018 38"),
    ("2a9d", "00ffff"),
    ("2a9d", "09d03af600ac02"),
    ("2aa7", "0600640 00500"),
    ("2aa7", "0600640 005000600650 00a00"),
    ("2aa7", "08006400050000 00"),
    ("2aaa", "ea0703010a00000800"),
    ("2aaa", "ea0703010a0000080086cd"),
    ("2aaa", "ea0703010a000008000000"),
    ("2aaa", "ea0703010a0000080000"),
    ("2a35", "0878005000ff07ff"),
    ("2a19", "55"),
)


def say(characteristic: str, data: bytes) -> dict[str, Any]:
    """What a packet says, or why it cannot be read."""
    try:
        return {"says": [_told(one) for one in decode(CHARACTERISTICS[characteristic], data)]}
    except Misread as error:
        return {"fault": error.why}


def _told(one: Decoded) -> dict[str, Any]:
    return {
        "numbers": one.numbers,
        "absent": one.absent,
        "units": one.units,
        "time": one.time,
        "clock": one.clock,
        "text": one.text,
        "marks": list(one.marks),
        "refuses": list(one.refuses),
    }


def chances(seed: int) -> Iterator[int]:
    """Bytes that seem random: a linear congruence (Numerical Recipes), its upper bits."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 24


def random_packets(characteristic: str) -> Iterator[bytes]:
    """Packets of every length, most of them as long as their flags say."""
    chance = chances(int(characteristic, 16))
    for _ in range(COUNT):
        data = bytearray(next(chance) for _ in range(LONGEST))
        if next(chance) % 2:
            for at in range(0, LONGEST, 2):
                data[at] = LIKELY[data[at] % len(LIKELY)]
            data[0] %= 32
        if characteristic == "2aa7":
            data[0] = 6 + data[0] % 10
        size = next(chance) % 8
        if size:  # else as it is cut off anywhere
            size = 0
            while size < LONGEST and say(characteristic, bytes(data[:size])) == CUT_OFF:
                size += 1
        else:
            size = next(chance) % LONGEST
        yield bytes(data[:size])


CUT_OFF = {"fault": "truncated"}


def digest(characteristic: str) -> str:
    """One number for all that the random packets say."""
    told = "\n".join(line(say(characteristic, data)) for data in random_packets(characteristic))
    return sha256(told.encode()).hexdigest()


def line(said: dict[str, Any]) -> str:
    """What a packet says as text, each number by its bits."""
    if "fault" in said:
        return said["fault"]
    return ";".join(
        ",".join(
            [
                *(f"{k}={struct.pack('>d', v).hex()}" for k, v in sorted(one["numbers"].items())),
                *(f"{k}:{v}" for k, v in sorted(one["absent"].items())),
                *(f"{k}~{v}" for k, v in sorted(one["units"].items())),
                one["time"],
                one["clock"],
                one["text"].encode("utf-8", "replace").hex(),
                *one["marks"],
                *one["refuses"],
            ]
        )
        for one in said["says"]
    )


def write() -> dict[str, Any]:
    """All of the file."""
    return {
        "count": COUNT,
        "longest": LONGEST,
        "likely": LIKELY,
        "digests": {name: digest(name) for name in CHARACTERISTICS},
        "packets": [
            {"characteristic": name, "bytes": bytes.fromhex(hex).hex()}
            | say(name, bytes.fromhex(hex))
            for name, hex in ((name, hex.replace(" ", "")) for name, hex in PACKETS)
        ],
    }


def as_text() -> str:
    """As it is kept: a line for each packet."""
    held = write()
    packets = ",\n    ".join(json.dumps(each) for each in held.pop("packets"))
    digests = json.dumps(held.pop("digests"), indent=2).replace("\n", "\n  ")
    rest = "".join(f'  "{name}": {json.dumps(value)},\n' for name, value in held.items())
    return f'{{\n{rest}  "digests": {digests},\n  "packets": [\n    {packets}\n  ]\n}}\n'


if __name__ == "__main__":
    FILE.write_text(as_text())
