"""What can happen in a simulation, and between which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from asklepion.kit.errors import Incorrect

from .drugs import DRUGS

NUMBER = tuple[float, float]
# Each kind with its numbers and their bounds; what is not told has the value behind.
KINDS: Mapping[str, Mapping[str, tuple[float, float, float | None]]] = {
    "bleed": {"ml_min": (0, 1500, None), "seconds": (1, 7200, None)},
    "crystalloid": {"ml": (1, 6000, None), "seconds": (10, 7200, 600)},
    "blood": {"ml": (1, 4000, None), "seconds": (10, 7200, 600)},
    "tilt": {"degrees": (-30, 90, None)},
    "exercise": {"watts": (0, 400, None)},
    "oxygen": {"share": (0.21, 1.0, None)},
    "ventilate": {"rate": (4, 40, None), "tidal_ml": (100, 1200, None), "peep": (0, 20, 5)},
    "breathe": {},  # by oneself again
    "hyperventilate": {"l_min": (3, 60, None)},  # as one wills; 3: slower than one needs
    "obstruct": {"share": (0, 1, None)},
    "bolus": {"amount": (0, 1e6, None)},
    "infuse": {"per_min": (0, 1e6, None)},
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens at a moment.

    Args:
        at: seconds from the start.
        kind: one of KINDS.
        drug: of a bolus or an infusion.
        values: the kind's numbers.

    Raises:
        Incorrect: there is no such kind, or a number is missing, unknown or out of bounds.
    """

    at: float
    kind: str
    values: Mapping[str, float]
    drug: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Incorrect("There is no such event.", hint=f"One of: {', '.join(KINDS)}.")
        if not 0 <= self.at <= 7200:
            raise Incorrect("An event is outside the simulation.", hint="`at` from 0 to 7200.")
        known = KINDS[self.kind]
        if odd := sorted(self.values.keys() - known.keys()):
            raise Incorrect(f"{self.kind} has no such number.", hint=f"Leave out {odd[0][:40]}.")
        for name, (low, high, usual) in known.items():
            value = self.values.get(name, usual)
            if value is None or not low <= value <= high:
                raise Incorrect(
                    f"{self.kind} needs another number.", hint=f"{name} from {low:g} to {high:g}."
                )
        if self.kind in ("bolus", "infuse"):
            self._require_drug()

    def _require_drug(self) -> None:
        drug = DRUGS.get(self.drug)
        if drug is None:
            raise Incorrect("There is no such drug here.", hint=f"One of: {', '.join(DRUGS)}.")
        most = drug.most if self.kind == "bolus" else drug.most_rate
        if next(iter(self.values.values())) > most:
            raise Incorrect(
                f"That is more {self.drug} than is simulated.",
                hint=f"At most {most:g} {drug.unit}.",
            )

    def get(self, name: str) -> float:
        """One of its numbers, or what is usual."""
        usual = KINDS[self.kind][name][2]
        value = self.values.get(name, usual)
        assert value is not None  # it was checked when the event was made
        return value
