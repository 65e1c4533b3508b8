"""Blood going round: two ventricles with valves, arteries, three veins, the lungs.

Volumes in mL, pressures in mmHg, flows in mL/s. Ventricles are time-varying elastances, their
passive curve exponential (Smith, Med Eng Phys 2004;26:131 (m): Ees 2.88 and 0.585, lambda 0.033
and 0.023; his P0 of 0.120 and 0.216 are 0.20 and 0.40 here, so that the filling pressures of a
heart in a chest at -4 mmHg are the usual ones). Systole follows Ursino, Am J Physiol
1998;275:H1733 (0.5 s less 0.075 s² times the rate). Veins of the legs stiffen as they fill, and
valves keep blood from falling back; compliances and unstressed volumes after Heldt, J Appl
Physiol 2002;92:1239 (m).

Explicit Euler at 2 ms: the fastest part (a ventricle emptying through its valve) takes 12 ms.
"""

from dataclasses import dataclass, field, fields
from math import exp, pi, sin, tan

DT_S = 0.002
TRACE_EVERY = 5  # steps: the pressure wave is kept at 100 Hz
MMHG_PER_CM = 0.7797  # of blood, 1060 kg/m³
SYSTOLE_0_S, SYSTOLE_RATE = 0.5, 0.075
BLOOD = ("left", "right", "arteries", "upper", "legs", "central", "lung_arteries", "lung_veins")


@dataclass(kw_only=True)
class Vessels:
    """What one body's heart and vessels are like at rest; scaled by body surface, then fitted."""

    left_ees: float = 2.88
    right_ees: float = 0.585
    left_p0: float = 0.20
    left_lambda: float = 0.033
    right_p0: float = 0.40
    right_lambda: float = 0.023
    aortic_r: float = 0.04  # valve and characteristic impedance
    mitral_r: float = 0.010
    tricuspid_r: float = 0.006
    pulmonary_r: float = 0.006
    lung_r: float = 0.09
    system_r: float = 0.98  # all beds in parallel
    leg_share: float = 0.18  # of the conductance
    upper_vein_r: float = 0.055
    leg_vein_r: float = 0.08
    artery_c: float = 1.5
    upper_c: float = 63.0
    legs_c: float = 19.0
    central_c: float = 22.0
    lung_artery_c: float = 4.3
    lung_vein_c: float = 12.0
    artery_v0: float = 450.0
    upper_v0: float = 1850.0
    legs_v0: float = 640.0
    central_v0: float = 150.0
    lung_artery_v0: float = 90.0
    lung_vein_v0: float = 350.0
    legs_most: float = 1000.0  # the most that legs hold beyond v0

    def scaled(self, size: float) -> "Vessels":
        """The same of a body with another surface: volumes grow with it, resistances shrink."""
        scaled: dict[str, float] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name.endswith(("_c", "_v0", "_most")):
                value *= size
            elif one.name.endswith(("_r", "_ees", "_lambda")):
                value /= size
            scaled[one.name] = value
        return Vessels(**scaled)


@dataclass(kw_only=True)
class Tone:
    """What nerves, drugs, posture and breathing do to the vessels now."""

    period_s: float = 0.857
    left: float = 1.0  # times the elastance at rest
    right: float = 1.0
    upper_r: float = 1.0  # times the resistance at rest
    legs_r: float = 1.0
    lung_r: float = 1.0
    upper_v0_less: float = 0.0  # mL of unstressed volume given up
    legs_v0_less: float = 0.0
    hydrostatic: float = 0.0  # mmHg between the heart and the veins of the legs; below 0: raised
    hydrostatic_upper: float = 0.0  # likewise of the belly and the head together
    muscle_pump: float = 0.0  # mmHg by which working muscles press on leg veins
    thorax: float = -4.0  # pressure in the chest
    infused: float = 0.0  # mL/s into the central veins; below 0: lost
    amplified: float = 1.0  # pulse in the arm against the aorta's; grows in exercise
    is_beating: bool = True


@dataclass(kw_only=True)
class Seen:
    """What one could measure of the heart's last beat."""

    systolic: float = 120.0
    diastolic: float = 80.0
    mean: float = 93.0
    stroke_ml: float = 75.0
    central: float = 4.0
    lung_mean: float = 15.0
    output: float = 90.0  # mL/s over the last beat
    end_diastolic: float = 130.0


@dataclass
class Circulation:
    """The volumes now, and how they go on."""

    vessels: Vessels
    tone: Tone = field(default_factory=Tone)
    seen: Seen = field(default_factory=Seen)
    volumes: list[float] = field(default_factory=list[float])  # in the order of BLOOD
    trace: list[float] = field(default_factory=list[float])  # arterial pressure, every 10 ms
    artery: float = 93.0  # pressure now
    beats: int = 0
    _clock: float = 0.0
    _sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0, 0.0, 1e9, -1e9])
    _steps: int = 0

    def fill(self, total_ml: float, mean: float) -> None:
        """Begin with a plausible distribution of so much blood; it finds its own in seconds."""
        it = self.vessels
        size = it.artery_v0 / 450
        volumes = [
            125 * size, 125 * size, it.artery_v0 + mean * it.artery_c, 0.0, 0.0,
            it.central_v0 + 5 * it.central_c, it.lung_artery_v0 + 15 * it.lung_artery_c,
            it.lung_vein_v0 + 8 * it.lung_vein_c,
        ]  # fmt: skip
        rest = total_ml - sum(volumes)
        share = it.legs_v0 / (it.legs_v0 + it.upper_v0)
        volumes[3], volumes[4] = rest * (1 - share), rest * share
        self.volumes = volumes

    @property
    def blood_ml(self) -> float:
        """All the blood there is."""
        return sum(self.volumes)

    def advance(self, steps: int) -> None:
        """Go on by so many steps of 2 ms.

        One long loop over plain floats: in pieces it would take four times as long.
        """
        it, tone = self.vessels, self.tone
        lv, rv, sa, uv, lg, vc, pa, pv = self.volumes
        period, thorax, infused = tone.period_s, tone.thorax, tone.infused * DT_S
        systole = max(0.16, SYSTOLE_0_S - SYSTOLE_RATE / period)
        l_ees, r_ees = it.left_ees * tone.left, it.right_ees * tone.right
        l_p0, l_k, r_p0, r_k = it.left_p0, it.left_lambda, it.right_p0, it.right_lambda
        upper_g = (1 - it.leg_share) / (it.system_r * tone.upper_r)
        legs_g = it.leg_share / (it.system_r * tone.legs_r)
        lung_g = 1 / (it.lung_r * tone.lung_r)
        uv0, lg0 = it.upper_v0 - tone.upper_v0_less, it.legs_v0 - tone.legs_v0_less
        bend = pi / (2 * it.legs_most)
        stiff = 1 / (it.legs_c * bend)
        down, down_upper, pump = tone.hydrostatic, tone.hydrostatic_upper, tone.muscle_pump
        clock, count = self._clock, self._steps
        out, p_sum, c_sum, l_sum, n, low, high = self._sums
        trace, artery, floor = self.trace, self.artery, self.seen.diastolic
        for _ in range(steps):
            clock += DT_S
            if clock >= period:
                clock -= period
                if tone.is_beating:
                    self._tell(out, p_sum, c_sum, l_sum, n, low, high, lv)
                out, p_sum, c_sum, l_sum, n, low, high = 0.0, 0.0, 0.0, 0.0, 0.0, 1e9, -1e9
            act = 0.0
            if clock < systole and tone.is_beating:
                act = sin(pi * clock / systole)
                act *= act
            rest = 1 - act
            p_lv = act * l_ees * lv + rest * l_p0 * (exp(l_k * lv) - 1) + thorax
            p_rv = act * r_ees * rv + rest * r_p0 * (exp(r_k * rv) - 1) + thorax
            p_sa = (sa - it.artery_v0) / it.artery_c
            over = uv - uv0
            p_uv = over / it.upper_c if over > 0 else over / (it.upper_c * 0.25)
            x = (lg - lg0) * bend
            p_lg = stiff * (tan(x if x < 1.5 else 1.5) if x > 0 else 4 * x) + pump
            over = vc - it.central_v0
            p_vc = (over / it.central_c if over > 0 else over / (it.central_c * 0.25)) + thorax
            p_pa = (pa - it.lung_artery_v0) / it.lung_artery_c + thorax
            p_pv = (pv - it.lung_vein_v0) / it.lung_vein_c + thorax
            q_ao = (p_lv - p_sa) / it.aortic_r if p_lv > p_sa else 0.0
            q_mi = (p_pv - p_lv) / it.mitral_r if p_pv > p_lv else 0.0
            q_tr = (p_vc - p_rv) / it.tricuspid_r if p_vc > p_rv else 0.0
            q_pu = (p_rv - p_pa) / it.pulmonary_r if p_rv > p_pa else 0.0
            q_up = (p_sa + down_upper - p_uv) * upper_g
            q_lg = (p_sa + down - p_lg) * legs_g
            q_uv = (p_uv - down_upper - p_vc) / it.upper_vein_r
            q_lv = (p_lg - down - p_vc) / it.leg_vein_r
            if q_lv < 0:
                q_lv = 0.0  # the valves of leg veins
            q_lu = (p_pa - p_pv) * lung_g
            lv += (q_mi - q_ao) * DT_S
            rv += (q_tr - q_pu) * DT_S
            sa += (q_ao - q_up - q_lg) * DT_S
            uv += (q_up - q_uv) * DT_S
            lg += (q_lg - q_lv) * DT_S
            vc += (q_uv + q_lv - q_tr) * DT_S + infused
            pa += (q_pu - q_lu) * DT_S
            pv += (q_lu - q_mi) * DT_S
            artery = p_sa + 0.5 * it.aortic_r * q_ao  # half of it is the aorta's, half the valve's
            out += q_ao
            p_sum += artery
            c_sum += p_vc
            l_sum += p_pa
            n += 1
            if artery < low:
                low = artery
            if artery > high:
                high = artery
            count += 1
            if count == TRACE_EVERY:
                count = 0
                trace.append(floor + (artery - floor) * tone.amplified)
        self.volumes = [lv, rv, sa, uv, lg, vc, pa, pv]
        self._clock, self._steps, self.artery = clock, count, artery
        self._sums = [out, p_sum, c_sum, l_sum, n, low, high]
        if not tone.is_beating:
            self._tell_still(p_vc=vc, mean=artery)

    def _tell(
        self, out: float, p: float, c: float, lung: float, n: float, low: float, high: float,
        filled: float,
    ) -> None:  # fmt: skip
        if n < 1:
            return
        self.beats += 1
        self.seen = Seen(
            systolic=low + (high - low) * self.tone.amplified, diastolic=low, mean=p / n,
            stroke_ml=out * DT_S, central=c / n, lung_mean=lung / n, output=out / n,
            end_diastolic=filled,
        )  # fmt: skip

    def _tell_still(self, *, p_vc: float, mean: float) -> None:
        over = p_vc - self.vessels.central_v0
        self.seen = Seen(
            systolic=mean, diastolic=mean, mean=mean, stroke_ml=0.0, output=0.0,
            central=over / self.vessels.central_c + self.tone.thorax,
        )  # fmt: skip
