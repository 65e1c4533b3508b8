"""What Bluetooth devices at home say, described once for the house and for the browser."""

from .gatt import CHARACTERISTICS, Characteristic, Field, Mark, Measure, Unit

TO_TYPESCRIPT = (
    "CHARACTERISTICS",
    "Characteristic",
    "Field",
    "Mark",
    "Measure",
    "Unit",
)

__all__ = [
    "CHARACTERISTICS",
    "Characteristic",
    "Field",
    "Mark",
    "Measure",
    "Unit",
]
