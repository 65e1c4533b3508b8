"""The means by which the anatomy is drawn: fields, meshes, tubes, and carrying them over."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.anatomy.field import Solid, ellipsoid, half_space, loft, tube, union, within, without
from tools.anatomy.nets import Mesh, Triangles, largest, mesh, thin
from tools.anatomy.sweep import curve, merge, mirrored, sheet, sweep
from tools.anatomy.warp import Warp

radius = st.floats(0.06, 0.16)


def test_the_mesh_of_a_ball_has_its_volume() -> None:
    ball = mesh(ellipsoid([0.3, 1.0, -0.2], [0.1, 0.1, 0.1]), 0.008)

    assert volume(ball) == pytest.approx(4 / 3 * np.pi * 0.1**3, rel=0.02)


@settings(max_examples=12, deadline=None)
@given(a=radius, b=radius, c=radius)
def test_every_mesh_is_closed_and_faces_outwards(a: float, b: float, c: float) -> None:
    body = union(
        ellipsoid([0, 0, 0], [a, b, c]), tube([[0, 0, 0], [0, 0.3, 0.1]], [0.03, 0.02]), blend=0.02
    )

    made = mesh(body, 0.02)

    assert is_closed(made.triangles)
    assert volume(made) > 0


@settings(max_examples=8, deadline=None)
@given(a=radius, b=radius, count=st.integers(100, 400))
def test_a_lighter_mesh_stays_closed_and_keeps_its_volume(a: float, b: float, count: int) -> None:
    whole = mesh(ellipsoid([0, 0, 0], [a, b, 0.1]), 0.02)

    light = Mesh(whole.points, thin(whole, count))

    assert len(light.triangles) <= count
    assert is_closed(light.triangles)
    assert volume(light) == pytest.approx(volume(whole), rel=0.12)


def test_what_is_cut_away_is_gone_and_what_is_not_within_too() -> None:
    ball = ellipsoid([0, 0, 0], [0.1, 0.1, 0.1])
    points = np.array([[0.05, 0.0, 0.0], [-0.05, 0.0, 0.0]])

    holed = without(ball, ellipsoid([0.05, 0, 0], [0.02, 0.02, 0.02]))
    halved = within(ball, half_space([0, 0, 0], [-1, 0, 0]))

    assert (holed(points) < 0).tolist() == [False, True]
    assert (halved(points) < 0).tolist() == [True, False]


def test_a_loft_is_as_wide_as_it_is_told_at_each_level() -> None:
    body = loft([0.0, 1.0], [0.1, 0.3], [-0.1, -0.2], [0.1, 0.2])

    edge = body(np.array([[0.2, 0.5, 0.0], [0.0, 0.5, 0.15], [0.0, 0.5, 0.0]]))

    np.testing.assert_allclose(edge[:2], 0, atol=1e-9)
    assert edge[2] < 0


def test_only_the_largest_piece_is_kept() -> None:
    big, small = ellipsoid([0, 0, 0], [0.1] * 3), ellipsoid([0.5, 0, 0], [0.03] * 3)

    kept = largest(merge(mesh(small, 0.01), mesh(big, 0.01)))

    used = kept.points[np.unique(kept.triangles)]
    assert np.abs(used[:, 0]).max() < 0.12


def test_a_tube_is_closed_faces_outwards_and_so_does_its_mirror_image() -> None:
    line = curve([[0.1, 0, 0], [0.2, 0.2, 0], [0.2, 0.4, 0.1]], 20)

    left = sweep(line, [0.02, 0.01], 7)

    for one in (left, mirrored(left)):
        assert is_closed(one.triangles)
        assert volume(one) > 0


def test_a_plate_is_closed_and_faces_outwards() -> None:
    upper = curve([[0, 1, 0], [0.2, 1, 0.05], [0.4, 1, 0]], 8)
    lower = curve([[0, 0.8, 0], [0.2, 0.7, 0.05], [0.4, 0.8, 0]], 8)

    plate = sheet(upper, lower, rows=5, thickness=0.02, bulge=[0, 0, 0.02])

    assert is_closed(plate.triangles)
    assert volume(plate) > 0.0005


def test_a_curve_passes_its_points_in_even_steps() -> None:
    stops = np.array([[0, 0, 0], [0, 0.1, 0], [0.1, 0.2, 0], [0.4, 0.2, 0]], float)

    line = curve(stops, 60)

    steps = [float(np.linalg.norm(b - a)) for a, b in pairwise(line)]
    nearest = np.linalg.norm(line[:, None] - stops[None], axis=2).min(axis=0)
    assert max(steps) < 1.1 * min(steps)
    assert nearest.max() < max(steps)


def test_landmarks_are_carried_where_they_belong_and_a_plain_change_everywhere() -> None:
    rng = np.random.default_rng(3)
    start = rng.normal(size=(80, 3))
    plain = np.array([[1.2, 0.1, 0], [0, 0.9, 0], [0, 0, 1.1]])

    warp = Warp(start, start @ plain.T + 0.3)

    inside = rng.normal(size=(20, 3)) * 0.5
    np.testing.assert_allclose(warp(start), start @ plain.T + 0.3, atol=1e-8)
    np.testing.assert_allclose(warp(inside), inside @ plain.T + 0.3, atol=1e-8)


def test_a_field_meshed_twice_gives_the_same_numbers() -> None:
    body = union(ellipsoid([0, 0, 0], [0.1, 0.2, 0.1]), tube([[0, 0, 0], [0.3, 0, 0]], 0.04))

    one, other = lightened(body), lightened(body)

    assert (one == other).all()


def lightened(body: Solid) -> Triangles:
    whole = mesh(body, 0.01)
    return thin(whole, 300)


def is_closed(triangles: Triangles) -> bool:
    """Whether every edge is walked as often one way as the other."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    walked = Counter((int(a), int(b)) for a, b in edges)
    return all(walked[b, a] == n for (a, b), n in walked.items())


def volume(made: Mesh) -> float:
    a, b, c = (made.points[made.triangles[:, k]] for k in range(3))
    return float((np.cross(a, b) * c).sum() / 6)
