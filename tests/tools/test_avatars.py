"""The bodies that set-up has baked: light, complete, and dressed in everything one may choose."""

import json
from pathlib import Path
from typing import Any

import pytest

from asklepion.world.model import Age, BodyShape, Build, Cover, HairStyle, Top
from tools.avatars import CLINICAL, FACES, Body
from tools.avatars import HAIR as STYLES

BAKED = Path(__file__).parents[2] / ".cache" / "bodies" / "avatars"
NEAR, MIDDLE = 6000, 1500  # COSTS in web/src/world/people/levels.ts
LIGHT = 640_000  # bytes

pytestmark = pytest.mark.skipif(not BAKED.is_dir(), reason="set-up has baked no bodies yet")


@pytest.fixture
def bodies() -> list[dict[str, Any]]:
    told = json.loads((BAKED / "people.json").read_text())
    assert "bodies" in told, "these are of an older set-up: make setup"
    return told["bodies"]


def dearest(parts: dict[str, int], level: str) -> int:
    """The triangles of whoever wears the most of everything that goes together."""

    def most(*beginnings: str) -> int:
        found = (n for name, n in parts.items() if name.startswith(beginnings) and level in name)
        return max(found, default=0)  # no child wears a badge

    covered = most("cover-hijab", "cover-turban")
    haired = most("hair-") + most("cover-kippah")
    always = ("face-0", "hands", "shoes", "legs-", "glasses", "top-", "beard")
    whole = sum(most(part) for part in always) + max(covered, haired)
    return whole + (most("badge") + most("aids") if level == "near" else 0)


def test_there_is_a_body_for_every_shape_age_and_build(bodies: list[dict[str, Any]]) -> None:
    wanted = {
        Body(shape=shape, age=age, build=build).name
        for shape in BodyShape
        for age in Age
        for build in Build
    }

    assert {body["name"] for body in bodies} == wanted
    assert all((BAKED / body["file"]).stat().st_size == body["bytes"] for body in bodies)


def test_bodies_are_light(bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        assert body["bytes"] < LIGHT, body["name"]
        assert dearest(body["triangles"], "near") <= NEAR, body["name"]
        assert dearest(body["triangles"], "middle") <= MIDDLE, body["name"]


def test_whatever_one_may_choose_was_baked(bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        parts = body["triangles"]
        is_child = "-child-" in body["name"]
        for level in ("near", "middle"):
            for top in Top:
                assert (f"top-{top}-{level}" in parts) is not (is_child and top in CLINICAL)
            for style in HairStyle:
                assert (f"hair-{style}-{level}" in parts) is (style is not HairStyle.BALD)
            for cover in Cover:
                assert (f"cover-{cover}-{level}" in parts) is (cover is not Cover.NONE)
        assert all(f"face-{face}-near" in parts for face in range(len(FACES)))
    assert {str(style) for style in HairStyle} == {*STYLES, "bald"}


def test_children_are_small_and_the_old_no_giants(bodies: list[dict[str, Any]]) -> None:
    heights = {body["name"]: body["height"] for body in bodies}

    assert 1.1 < heights["feminine-child-medium"] < 1.45
    assert heights["masculine-elder-medium"] < heights["masculine-adult-medium"] + 0.01
    assert 1.5 < heights["feminine-adult-medium"] < heights["masculine-adult-medium"] < 1.85
