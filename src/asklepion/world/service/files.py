"""The place files that come with the house."""

from functools import cache
from importlib.resources import files

from ..model import Ground, Place, read_places


@cache
def load_places() -> dict[str, Place]:
    """Every place by its id."""
    folder = files("asklepion.world") / "places"
    found = [f for f in folder.iterdir() if f.name.endswith(".json")]
    texts = [f.read_bytes() for f in sorted(found, key=lambda f: f.name)]
    return {place.id: place for text in texts for place in read_places(text)}


@cache
def load_ground(place: str) -> Ground:
    """The ground of one of them."""
    return Ground(load_places()[place])
