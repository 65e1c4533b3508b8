"""How nerves hold the pressure: baroreceptors high and low, the vagus, the sympathetic, the brain.

Afferent and efferent curves, gains, delays and time constants are Ursino's (Am J Physiol
1998;275:H1733), as shares of the values at rest, with three differences: the set point is this
body's own pressure; the sympathetic's pull on the sinus node is 1.8 times his, so that a great
loss of blood reaches the 120 to 140 beats that are seen; and the receptors of the low-pressure
side pull at vessels too (as in Heldt 2002), with a gain set here.
"""

from collections import deque
from dataclasses import dataclass, field
from math import exp, log

F_MIN, F_MAX, WIDTH = 2.52, 47.78, 11.758  # afferent, 1/s and mmHg
FES_INF, FES_0, K_ES, FES_MIN = 2.10, 16.11, 0.0675, 2.66  # sympathetic
FES_MAX = 20.0
FEV_0, FEV_INF, K_EV, FCS_0 = 3.2, 6.3, 7.06, 25.0  # vagal
G_PERIOD_S, G_PERIOD_V = -0.13 * 1.8, 0.09
G_UPPER_R, G_LEGS_R = 0.695 / 3.25, 0.53 / 1.36  # as shares of his resistances at rest
G_LEFT, G_RIGHT = 0.475 / 2.91, 0.282 / 1.72
G_UPPER_V0, G_LEGS_V0 = 265.4, 132.5  # mL
DELAYS_S = {"vagal": 0.2, "fast": 2.0, "slow": 5.0}
TAU_PERIOD_S, TAU_PERIOD_V, TAU_R, TAU_E, TAU_V = 2.0, 1.5, 6.0, 8.0, 20.0
TAU_SENSE, TAU_LEAD = 2.076, 6.37
LOW_GAIN = 0.07  # sympathetic units for each mmHg that the central veins fall
CAROTID_SHARE, CAROTID_CM = 0.5, 25.0  # half the receptors lie so far above the heart
ISCHAEMIC = 55.0  # mean pressure [mmHg] below which the brain itself calls
STEP_S = 0.02


def afferent(pressure: float, set_point: float) -> float:
    """How fast the receptors fire at a pressure [1/s]."""
    e = exp(max(-40.0, min(40.0, (pressure - set_point) / WIDTH)))
    return (F_MIN + F_MAX * e) / (1 + e)


def sympathetic(firing: float) -> float:
    """What reaches the vessels, as the logarithm that the effectors follow; 1.1 at rest."""
    fes = FES_INF + (FES_0 - FES_INF) * exp(-K_ES * firing)
    return log(max(0.0, min(fes, FES_MAX) - FES_MIN) + 1)


def vagal(firing: float) -> float:
    """What reaches the sinus node by the vagus [1/s]."""
    e = exp((firing - FCS_0) / K_EV)
    return (FEV_0 + FEV_INF * e) / (1 + e)


REST_SYMPATHETIC = sympathetic(afferent(0.0, 0.0))
REST_VAGAL = vagal(afferent(0.0, 0.0))


class Delay:
    """What went in some seconds ago."""

    def __init__(self, seconds: float, value: float = 0.0) -> None:
        size = max(1, round(seconds / STEP_S))
        self._line = deque([value] * size, maxlen=size)

    def put(self, value: float) -> float:
        """Put one in and get the oldest out."""
        oldest = self._line[0]
        self._line.append(value)
        return oldest


@dataclass(kw_only=True)
class Influence:
    """What else speaks to the centres: drugs, work, want of oxygen.

    Args:
        gain: of the whole reflex; anaesthesia lowers it.
        alarm: sympathetic units from chemoreceptors.
        shift: mmHg by which work raises the set point.
        vagal_left: share of the vagus's tone that is left; work takes it away.
    """

    gain: float = 1.0
    alarm: float = 0.0
    shift: float = 0.0
    vagal_left: float = 1.0
    tilt_cm: float = 0.0  # how far the carotid receptors are above the heart


@dataclass
class Reflexes:
    """The reflexes of one body; every effect is 0 at its own rest."""

    set_point: float
    central_set: float
    pressure: float = 0.0  # sensed
    central: float = 0.0
    period_s: float = 0.0  # what the sympathetic adds to a beat's time
    period_v: float = 0.0
    resistance: float = 0.0
    elastance: float = 0.0
    volume: float = 0.0
    _lines: dict[str, Delay] = field(
        default_factory=lambda: {key: Delay(seconds) for key, seconds in DELAYS_S.items()}
    )

    def __post_init__(self) -> None:
        self.pressure, self.central = self.set_point, self.central_set

    def step(self, artery: float, central: float, under: Influence) -> None:
        """Go on by 20 ms."""
        felt = artery - CAROTID_SHARE * under.tilt_cm * 0.7797
        rate = (felt - self.pressure) / TAU_SENSE
        self.pressure += rate * STEP_S
        self.central += (central - self.central) / TAU_SENSE * STEP_S
        sensed = self.pressure + (TAU_LEAD - TAU_SENSE) * 0.1 * rate
        firing = afferent(sensed, self.set_point + under.shift)
        drive = (sympathetic(firing) - REST_SYMPATHETIC) * under.gain + under.alarm
        if self.pressure < ISCHAEMIC:
            drive += (ISCHAEMIC - max(20.0, self.pressure)) * 0.02
        low = max(-0.6, min(0.8, LOW_GAIN * (self.central_set - self.central))) * under.gain
        fast, slow = self._lines["fast"].put(drive), self._lines["slow"].put(drive + low)
        vague = (vagal(firing) * under.vagal_left - REST_VAGAL) * under.gain
        vague = self._lines["vagal"].put(vague)
        self.period_s += (G_PERIOD_S * fast - self.period_s) / TAU_PERIOD_S * STEP_S
        self.period_v += (G_PERIOD_V * vague - self.period_v) / TAU_PERIOD_V * STEP_S
        self.elastance += (fast - self.elastance) / TAU_E * STEP_S
        self.resistance += (fast + low - self.resistance) / TAU_R * STEP_S
        self.volume += (slow - self.volume) / TAU_V * STEP_S
