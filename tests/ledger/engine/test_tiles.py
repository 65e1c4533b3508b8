import pytest

from asklepion.kit.errors import NotFound
from asklepion.ledger.engine.tiles import Tile, read_tile, tile_path


@pytest.mark.parametrize(
    ("level", "place", "tile"),
    [
        ("0", "000", Tile(0, 0, 256)),
        ("0", "x001/x234/067", Tile(0, 1234067, 256)),  # the specification's own example
        ("1", "017.p/3", Tile(1, 17, 3)),
        ("63", "000.p/255", Tile(63, 0, 255)),
        ("entries", "x001/000.p/1", Tile(None, 1000, 1)),
    ],
)
def test_a_tile_is_found_by_its_path(level: str, place: str, tile: Tile) -> None:
    assert read_tile(level, place) == tile
    assert place.startswith(tile_path(tile.index))


@pytest.mark.parametrize(
    ("level", "place"),
    [
        ("00", "000"),
        ("64", "000"),
        ("-1", "000"),
        ("leaves", "000"),
        ("0", "0"),
        ("0", "x000/001"),
        ("0", "001/002"),
        ("0", "x001/x002"),
        ("0", "000.p/0"),
        ("0", "000.p/256"),
        ("0", "000.p/01"),
        ("0", "../000"),
        ("0", "x001/" * 50 + "000"),
    ],
)
def test_any_other_path_is_nobody_s(level: str, place: str) -> None:
    with pytest.raises(NotFound):
        read_tile(level, place)


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    size = 70_000

    assert Tile(0, 272, 256).is_within(size)
    assert Tile(0, 273, 112).is_within(size)
    assert not Tile(0, 273, 113).is_within(size)
    assert Tile(1, 0, 256).is_within(size)
    assert Tile(1, 1, 17).is_within(size)
    assert not Tile(1, 1, 18).is_within(size)
    assert Tile(2, 0, 1).is_within(size)
    assert not Tile(2, 0, 2).is_within(size)
