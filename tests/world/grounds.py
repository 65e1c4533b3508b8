"""A plain yard for tests, and a time that moves when told to."""

from typing import Any

from asklepion.world.model import Access, Circle, Place, Sign, Spawn


def yard(**changes: Any) -> Place:
    """A round yard of ten metres with nothing in it."""
    about: dict[str, Any] = {
        "id": "yard",
        "name_key": "world.place.yard",
        "about_key": "world.place.yard-about",
        "capacity": 8,
        "access": Access.ALL,
        "sign": Sign.NAMES,
        "sky": "morning",
        "spawn": Spawn(position=(0.0, 0.0, 0.0), radius=2.0),
        "bounds": (Circle(center=(0.0, 0.0), radius=10.0),),
    }
    return Place(**(about | changes))


class Time:
    """Seconds since some moment."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s
