"""Where in a place a loose thing can be."""

from math import hypot, isnan
from typing import TypeAlias

import msgspec
import numpy as np

from asklepion.kit.errors import Incorrect

from ..model import Circle, Ground, Place
from ..model.items import BallItem, is_sound
from ..wire import Item, ItemSpot

BEYOND_M = 8.0  # how far past the ground things may fly
HIGHEST_M, LOWEST_M = 30.0, -6.0
BALL_M = 0.12  # radius

Vec3: TypeAlias = tuple[float, float, float]


class Space:
    """The room that a place has for things: wider and higher than its ground."""

    def __init__(self, place: Place, ground: Ground) -> None:
        self._ground = ground
        self._reach = BEYOND_M + max(
            hypot(*shape.center)
            + (shape.radius if isinstance(shape, Circle) else hypot(*shape.size) / 2)
            for shape in place.bounds
        )

    def holds(self, position: Vec3) -> bool:
        """Whether a thing can be there."""
        x, y, z = position
        return hypot(x, z) <= self._reach and LOWEST_M <= y <= HIGHEST_M

    def sound(self, spot: ItemSpot) -> ItemSpot:
        """The spot.

        Raises:
            Incorrect: nothing can be there, or be turned like that.
        """
        if not is_sound((*spot.position, *spot.turn)) or not self.holds(spot.position):
            raise Incorrect("Nothing can be there.", hint="Put it inside this place.")
        if not 0.5 <= hypot(*spot.turn) <= 2.0:
            raise Incorrect("This is no rotation.", hint="A quaternion x y z w of length 1.")
        return spot

    def fallen(self, item: Item) -> ItemSpot:
        """Where a thing is that nobody holds any more: a ball falls to the floor."""
        x, _, z = item.spot.position
        floor = float(self._ground.floor(np.array([x]), np.array([z]))[0])
        if not isinstance(item.state, BallItem) or isnan(floor):
            return item.spot
        return msgspec.structs.replace(item.spot, position=(x, floor + BALL_M, z))
