"""The place files that come with the house."""

from functools import cache
from importlib.resources import files

from asklepion.kit.errors import Fault

from ..model import Ground, Place, copies_of, flaws_of, read_file, read_places


def _texts() -> list[bytes]:
    folder = files("asklepion.world") / "places"
    found = [f for f in folder.iterdir() if f.name.endswith(".json")]
    return [f.read_bytes() for f in sorted(found, key=lambda f: f.name)]


def find_file(place: str) -> Place | None:
    """What the file of one of them says, without what is made from it."""
    described = (read_file(text) for text in _texts())
    return next((one for one in described if place in {p.id for p in copies_of(one)}), None)


@cache
def load_places() -> dict[str, Place]:
    """Every place by its id."""
    texts = _texts()
    places = {place.id: place for text in texts for place in read_places(text)}
    for text in texts:
        for flaw in flaws_of(read_file(text), known=places):
            raise Fault(f"A place file of the house is wrong. {flaw}")
    return places


@cache
def load_ground(place: str) -> Ground:
    """The ground of one of them."""
    return Ground(load_places()[place])
