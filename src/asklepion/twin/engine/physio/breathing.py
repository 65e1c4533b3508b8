"""What drives breathing: carbon dioxide, want of oxygen, work, being awake; and what weakens it.

Slope of breathing on carbon dioxide 2 L/min for each mmHg (Read 1967 and later: 1.5 to 3), three
quarters of it central and slow; for each 1 % of saturation lost 1 L/min more (Rebuck and
Campbell, Am Rev Respir Dis 1974;109:345: 0.2 to 2, steeper with carbon dioxide high) (m).
"""

from dataclasses import dataclass

STEP_S = 0.1
SLOPE, CENTRAL_SHARE = 2.0, 0.75  # L/min/mmHg
BELOW = 0.12  # of the slope, where carbon dioxide is lower than at rest: the wakeful still breathe
TAU_CENTRAL, TAU_PERIPHERAL, TAU_WORK = 80.0, 10.0, 25.0
HYPOXIC, EASY = 1.0, 0.945  # L/min for each 1 % below this saturation
HIGHEST_L_MIN_KG = 1.5  # of ventilation, for each ideal kg
RATE_POWER = 0.42  # how much of a rise is faster breathing, the rest deeper
DEAD_ML_PER_KG = 2.2  # Radford 1955, of ideal weight


@dataclass(kw_only=True)
class Ventilator:
    """What a ventilator does in place of the patient.

    Args:
        rate: breaths a minute.
        tidal_ml: of each breath.
        peep: pressure left at the end of a breath [cmH2O].
    """

    rate: float = 14.0
    tidal_ml: float = 500.0
    peep: float = 5.0


@dataclass
class Breathing:
    """One body's breathing.

    Args:
        rest_l_min: what she breathes at rest.
        rest_rate: breaths a minute at rest.
        rest_co2: arterial carbon dioxide at rest [mmHg].
    """

    rest_l_min: float
    rest_rate: float
    rest_co2: float
    dead_ml: float
    highest: float
    ventilator: Ventilator | None = None
    obstruction: float = 0.0
    central: float = 0.0
    peripheral: float = 0.0
    hypoxic: float = 0.0
    work: float = 1.0
    minute: float = 0.0  # L/min that is breathed now
    rate: float = 0.0
    tidal_ml: float = 0.0
    easy: float = EASY  # who lives with less is used to it
    slowed: float = 1.0  # by opioids, which take the rate rather than the depth

    def __post_init__(self) -> None:
        self.minute, self.rate = self.rest_l_min, self.rest_rate
        self.tidal_ml = 1000 * self.minute / self.rate

    def step(self, co2: float, saturation: float, work: float, left: float, awake: float) -> float:
        """Go on by 0.1 s, and give the fresh gas that reaches the lungs [mL/s].

        Args:
            work: carbon dioxide made now, as a multiple of that at rest.
            left: share of breathing's drive and strength that drugs leave.
            awake: 1 awake, 0 in deep anaesthesia, where low carbon dioxide stops breathing.
        """
        over = co2 - self.rest_co2
        self.central += (over - self.central) / TAU_CENTRAL * STEP_S
        self.peripheral += (over - self.peripheral) / TAU_PERIPHERAL * STEP_S
        self.hypoxic += (max(0.0, self.easy - saturation) * 100 - self.hypoxic) / 5.0 * STEP_S
        self.work += (work - self.work) / TAU_WORK * STEP_S
        self._drive(left, awake)
        if self.ventilator is not None:
            self.rate, self.tidal_ml = self.ventilator.rate, self.ventilator.tidal_ml
            self.minute = self.rate * self.tidal_ml / 1000
        open_share = 1 - self.obstruction
        self.minute *= open_share
        self.tidal_ml *= open_share
        if self.obstruction >= 1 or self.minute <= 0:
            self.rate, self.tidal_ml, self.minute = 0.0, 0.0, 0.0
        fresh = self.rate * max(0.0, self.tidal_ml - self.dead_ml)
        return fresh / 60

    def _drive(self, left: float, awake: float) -> None:
        chemical = SLOPE * (CENTRAL_SHARE * self.central + (1 - CENTRAL_SHARE) * self.peripheral)
        if chemical < 0:
            chemical *= BELOW * awake + (1 - awake)
        hypoxic = HYPOXIC * min(self.hypoxic, 40.0)
        dead = self.rest_rate * self.dead_ml / 1000
        neural = (self.rest_l_min - dead) * self.work + dead * max(1.0, self.work) ** RATE_POWER
        wanted = (neural + chemical + hypoxic) * left
        self.minute = max(0.0, min(wanted, self.highest * left))
        if self.minute < 0.08 * self.rest_l_min:
            self.minute, self.rate, self.tidal_ml = 0.0, 0.0, 0.0
            return
        self.rate = self.rest_rate * (self.minute / self.rest_l_min) ** RATE_POWER * self.slowed
        self.rate = min(60.0, self.rate)
        self.tidal_ml = 1000 * self.minute / self.rate
