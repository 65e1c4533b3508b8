"""Places and the ground in them: values and rules."""

from .ground import CALM_M, Ground
from .place import (
    Access,
    Anchor,
    Blocks,
    Box,
    Building,
    Circle,
    Door,
    Obstacle,
    Place,
    Shape,
    Sign,
    Spawn,
    Spot,
    Thing,
    in_front_of,
    read_places,
)

__all__ = [
    "CALM_M",
    "Access",
    "Anchor",
    "Blocks",
    "Box",
    "Building",
    "Circle",
    "Door",
    "Ground",
    "Obstacle",
    "Place",
    "Shape",
    "Sign",
    "Spawn",
    "Spot",
    "Thing",
    "in_front_of",
    "read_places",
]
