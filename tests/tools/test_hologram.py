"""The bodies that set-up has baked: light, complete, and with every organ where it belongs."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tools.anatomy.body import SKINS, VARIANTS

BAKED = Path(__file__).parents[2] / ".cache" / "bodies" / "holograms"
ORGANS = [
    *("skin", "brain", "eyes", "thyroid", "airways", "lungs", "heart", "vessels", "oesophagus"),
    *("liver", "gallbladder", "stomach", "spleen", "pancreas", "kidneys", "adrenals"),
    *("intestines", "bladder", "skeleton"),
]

pytestmark = pytest.mark.skipif(not BAKED.is_dir(), reason="set-up has baked no bodies yet")


@dataclass
class Baked:
    """One file, opened."""

    size: int
    triangles: int
    parts: dict[str, NDArray[np.float64]]  # points of each part [m]
    bmi: float  # kg/m²

    def of(self, organ: str) -> NDArray[np.float64]:
        found = [p for name, p in self.parts.items() if f"{name}.".startswith(f"{organ}.")]
        return np.concatenate(found)


@pytest.fixture(params=list(VARIANTS))
def baked(request: pytest.FixtureRequest) -> Baked:
    return opened(BAKED / f"{request.param}.glb")


def test_a_body_is_light(baked: Baked) -> None:
    assert baked.size < 500_000
    assert baked.triangles < 45_000
    assert len(baked.of("skin")) < 6_000


def test_a_body_has_every_organ_inside_its_skin(baked: Baked) -> None:
    skin = baked.of("skin")

    for organ in ORGANS:
        points = baked.of(organ)
        assert (points.min(axis=0) >= skin.min(axis=0) - 0.01).all(), organ
        assert (points.max(axis=0) <= skin.max(axis=0) + 0.01).all(), organ


def test_organs_lie_on_their_side(baked: Baked) -> None:
    middle = {organ: float(baked.of(organ)[:, 0].mean()) for organ in ORGANS}

    assert middle["heart"] > 0, "the apex of the heart points to the left"
    assert middle["stomach"] > 0
    assert middle["spleen"] > middle["stomach"]
    assert middle["liver"] < 0
    assert middle["gallbladder"] < 0


def test_organs_lie_in_their_order_from_head_to_foot(baked: Baked) -> None:
    order = ["brain.left", "thyroid", "lungs", "stomach", "intestines", "bladder"]
    heights = [float(baked.of(organ)[:, 1].mean()) for organ in order]

    assert heights == sorted(heights, reverse=True)
    assert baked.of("kidneys.right")[:, 1].max() < baked.of("kidneys.left")[:, 1].max()


def test_the_right_lung_has_three_lobes_and_the_left_two(baked: Baked) -> None:
    lobes = sorted(name for name in baked.parts if name.startswith("lungs."))

    assert lobes == [
        *("lungs.left.lower", "lungs.left.upper"),
        *("lungs.right.lower", "lungs.right.middle", "lungs.right.upper"),
    ]


def test_only_a_woman_has_a_womb_and_only_a_man_a_prostate() -> None:
    parts = {name: set(opened(BAKED / f"{name}.glb").parts) for name in VARIANTS}

    assert {n for n, p in parts.items() if "uterus" in p} == {"woman", "elder-woman", "girl"}
    assert {n for n, p in parts.items() if "prostate" in p} == {"man", "elder-man", "boy"}


def test_a_child_is_smaller_than_a_grown_person_and_has_the_larger_head() -> None:
    girl, woman = opened(BAKED / "girl.glb"), opened(BAKED / "woman.glb")

    def height(body: Baked) -> float:
        return float(np.ptp(body.of("skin")[:, 1]))

    def brain(body: Baked) -> float:
        return float(np.ptp(body.of("brain.left")[:, 2])) / height(body)

    assert 1.1 < height(girl) < height(woman) < 1.8
    assert brain(girl) > brain(woman)


def opened(path: Path) -> Baked:
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<I", raw, 12)
    document: dict[str, Any] = json.loads(raw[20 : 20 + length])
    binary = raw[28 + length :]
    root = document["nodes"][-1]
    parts: dict[str, NDArray[np.float64]] = {}
    triangles = 0
    for node in document["nodes"][:-1]:
        primitive = document["meshes"][node["mesh"]]["primitives"][0]
        triangles += document["accessors"][primitive["indices"]]["count"] // 3
        accessor = document["accessors"][primitive["attributes"]["POSITION"]]
        view = document["bufferViews"][accessor["bufferView"]]
        start, rows = view["byteOffset"], accessor["count"]
        words = np.frombuffer(binary, "<i2", rows * 4, start).reshape(rows, 4)[:, :3]
        parts[node["name"]] = words / 32767 * root["scale"][0] + np.array(root["translation"])
    return Baked(len(raw), triangles, parts, root["extras"]["bmi"])


@pytest.mark.parametrize("name", sorted({name.partition(".")[0] for name in SKINS}))
def test_a_skin_may_be_drawn_towards_a_thin_and_a_heavy_one_point_by_point(name: str) -> None:
    thin, usual, heavy = (opened(BAKED / f"{name}{more}.glb") for more in (".thin", "", ".heavy"))

    assert thin.bmi + 0.5 < usual.bmi < heavy.bmi - 0.5
    skins = [body.of("skin") for body in (thin, usual, heavy)]
    assert len({len(skin) for skin in skins}) == 1
    assert np.abs(skins[0] - skins[2]).max() < 0.1
    assert thin.size + heavy.size < 250_000
