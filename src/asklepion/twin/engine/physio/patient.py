"""A patient whose heart beats, who breathes, and to whom things can be done: step by step."""

from dataclasses import dataclass
from math import pi, sin

from ...model import Cannot
from .blood_gas import CO2_SLOPE, oxygen_content, oxygen_pressure
from .breathing import EASY, Breathing, Ventilator
from .circulation import DT_S, Circulation, Tone
from .drugs import DRUGS, Dose, Effects
from .events import Event
from .fit import QUOTIENT, REST_CO2, Fitted, Rest, fit
from .fluids import Fluids
from .lungs import (
    AIR,
    DRY,
    FAST_PER_KG,
    SLOW_PER_KG,
    TO_BODY,
    Airway,
    Blood,
    Gas,
)
from .person import Person
from .reflexes import (
    G_LEFT,
    G_LEGS_R,
    G_LEGS_V0,
    G_PERIOD_S,
    G_RIGHT,
    G_UPPER_R,
    G_UPPER_V0,
    REST_SYMPATHETIC,
    STEP_S,
    Influence,
    Reflexes,
)

PER_TICK = round(STEP_S / DT_S)
TICKS_PER_GAS = 5
GAS_S = STEP_S * TICKS_PER_GAS
PEAK_BEYOND = 1.0
WATT_ML_MIN = 10.8  # oxygen for each watt on a bicycle (ACSM guidelines)
UNLOADED_ML_MIN_KG = 3.5  # for turning the pedals (ACSM)
FLOW_PER_OXYGEN = 6.0  # cardiac output for each oxygen in work (Åstrand 1964: 5 to 6) (m)
TAU_OXYGEN_S, TAU_PULSE_S = 35.0, 22.0  # how fast work's demand and pulse follow (Whipp 1972) (m)
LEG_COLUMN = 0.38  # of height: from the heart down to the middle of the legs' veins
UPPER_MMHG = 5.0  # belly against head, upright
PROBE_S = 12.0  # how late and smooth an oximeter on a finger tells
HEART_TAU_S, HEART_NEEDS = 18.0, 0.36  # of the oxygen its arteries bring at rest
STANDSTILL = 0.16
LOST_ASLEEP = 0.17  # of the air left in the lungs, asleep or paralysed (Wahba 1991) (m)


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """What a monitor shows; None where it would show a dash.

    Args:
        output_l: cardiac output [L/min].
        etco2: at the end of a breath [mmHg].
        tidal_ml: of one breath.
    """

    at: float
    heart_rate: float
    sbp: float
    dbp: float
    mean: float
    spo2: float
    etco2: float | None
    respiratory_rate: float
    tidal_ml: float
    temperature_c: float
    output_l: float
    stroke_ml: float
    central: float
    pao2: float
    paco2: float
    haemoglobin: float
    blood_ml: float
    oxygen_used: float
    is_beating: bool


class Patient:
    """One simulated body; the same steps give the same numbers.

    Raises:
        ValueError: `fitted` is not a body (see `fit`).
    """

    def __init__(self, fitted: Fitted | None = None) -> None:
        made = fitted or fit(Person(), Rest(heart_rate=70, sbp=120, dbp=76))
        if isinstance(made, Cannot):
            raise ValueError("There is no body that fits.")
        self.fitted, self.person = made, made.person
        self.time = 0.0
        self.watts = 0.0
        self.tilt = 0.0
        self.doses: dict[str, Dose] = {}
        self._inflow: list[tuple[str, float, float]] = []  # kind, mL/s, until
        self._air = AIR
        self._willed: float | None = None
        self._heart = 1.0
        self._work = self._pulse_work = 0.0  # shares of the reserve
        self._ticks, self._left, self._breath = 0, 0.0, 0.0
        self.effects = Effects()
        self._shown = 97.0
        self._start()
        self._felt = self.fitted.seen.mean

    def _start(self) -> None:
        it, person = self.fitted, self.person
        self.circulation = Circulation(it.vessels, volumes=list(it.volumes), seen=it.seen)
        self.circulation.tone = Tone(period_s=60 / self._rest_rate)
        self.reflexes = Reflexes(set_point=it.seen.mean, central_set=it.seen.central)
        self.breathing = Breathing(
            rest_l_min=it.minute_l, rest_rate=it.rate, rest_co2=REST_CO2, dead_ml=it.dead_ml,
            highest=1.5 * person.ideal_kg, easy=self._used_to(EASY),
        )  # fmt: skip
        self.fluids = Fluids(self.circulation.blood_ml, 0.0)
        self.fluids.cells_g = it.haemoglobin / 100 * self.circulation.blood_ml
        self._flow = it.seen.output
        self.oxygen_rest = it.oxygen_ml_min
        self.oxygen_peak = max(person.peak_oxygen_ml_min, 2.5 * it.oxygen_ml_min)
        self._fill_lungs()
        self._rest_supply = it.seen.diastolic * self.gas.arterial
        self._shown = 100 * self.gas.saturation

    def _fill_lungs(self) -> None:
        it = self.fitted
        space = self._space = self.person.reserve_l * 1000 / TO_BODY
        oxygen = AIR * DRY - REST_CO2 / QUOTIENT * (1 - AIR * (1 - QUOTIENT))
        used = it.oxygen_ml_min / 60 / it.seen.output
        hb, warm = it.haemoglobin, it.celsius
        arterial = oxygen_content(oxygen, REST_CO2, hb, warm) - it.shunt / (1 - it.shunt) * used
        venous_co2 = REST_CO2 + QUOTIENT * used / CO2_SLOPE
        kg = min(self.person.weight_kg, 1.3 * self.person.ideal_kg)
        self.gas = Gas(
            space=space, oxygen=space * oxygen / DRY, co2=space * REST_CO2 / DRY,
            nitrogen=space * (DRY - oxygen - REST_CO2) / DRY, arterial=arterial,
            venous=arterial - used, tissue_co2=venous_co2, muscle_co2=venous_co2, shunt=it.shunt,
            fast_ml_mmhg=FAST_PER_KG * kg, slow_ml_mmhg=SLOW_PER_KG * kg,
            arterial_oxygen=oxygen_pressure(arterial, REST_CO2, hb, warm),
        )  # fmt: skip
        self.gas.saturation = (it.rest.spo2 or 97.5) / 100

    def _used_to(self, saturation: float) -> float:
        """From which saturation on she feels want of oxygen: below what she has at rest."""
        return min(saturation, (self.fitted.rest.spo2 or 97.5) / 100 - 0.01)

    @property
    def _rest_rate(self) -> float:
        assert self.fitted.rest.heart_rate is not None  # nobody is fitted without
        return self.fitted.rest.heart_rate

    # What is done to her ------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Let something happen now."""
        getattr(self, f"_do_{event.kind}")(event)

    def _do_bleed(self, event: Event) -> None:
        self._run("bleed", event.get("ml_min") / 60, event.get("seconds"))

    def _do_crystalloid(self, event: Event) -> None:
        self._run("crystalloid", event.get("ml") / event.get("seconds"), event.get("seconds"))

    def _do_blood(self, event: Event) -> None:
        self._run("blood", event.get("ml") / event.get("seconds"), event.get("seconds"))

    def _run(self, kind: str, ml_s: float, seconds: float) -> None:
        self._inflow.append((kind, ml_s, self.time + seconds))

    def _do_tilt(self, event: Event) -> None:
        self.tilt = event.get("degrees")

    def _do_exercise(self, event: Event) -> None:
        self.watts = event.get("watts")

    def _do_oxygen(self, event: Event) -> None:
        self._air = max(AIR, event.get("share"))

    def _do_ventilate(self, event: Event) -> None:
        self.breathing.ventilator = Ventilator(
            rate=event.get("rate"), tidal_ml=event.get("tidal_ml"), peep=event.get("peep")
        )

    def _do_breathe(self, event: Event) -> None:
        self.breathing.ventilator, self._willed = None, None

    def _do_hyperventilate(self, event: Event) -> None:
        self._willed = event.get("l_min")

    def _do_obstruct(self, event: Event) -> None:
        self.breathing.obstruction = event.get("share")

    def _do_bolus(self, event: Event) -> None:
        self._dose(event.drug).bolus(event.get("amount"))

    def _do_infuse(self, event: Event) -> None:
        self._dose(event.drug).rate = event.get("per_min")

    def _dose(self, drug: str) -> Dose:
        if drug not in self.doses:
            self.doses[drug] = Dose(DRUGS[drug].kinetics(self.person))
        return self.doses[drug]

    # How she goes on ----------------------------------------------------------------------------

    def step(self, dt: float) -> None:
        """Go on by `dt` seconds; what is less than 20 ms waits for the next call."""
        self._left += dt
        ticks = int(self._left / STEP_S + 1e-9)
        self._left -= ticks * STEP_S
        for _ in range(ticks):
            self._tick()

    def _tick(self) -> None:
        if self._ticks % TICKS_PER_GAS == 0:
            self._exchange()
        self._ticks += 1
        self.time = self._ticks * STEP_S
        seen, circulation = self.circulation.seen, self.circulation
        self.reflexes.step(self._felt, seen.central - self._lift, self._under)
        self._set_tone()
        circulation.advance(PER_TICK)
        self._felt += (circulation.artery - self._felt) * STEP_S / 0.5

    def _exchange(self) -> None:
        """All that goes slowly: work, drugs, fluids, gas, and what they do to the heart."""
        self._take_effect()
        self._load()
        self._pour()
        self._breathe()
        self._feed_heart()

    def _take_effect(self) -> None:
        on = Effects()
        for drug, dose in self.doses.items():
            dose.step(GAS_S)
            DRUGS[drug].act(dose, self.person, on)
        self.effects = on

    def _load(self) -> None:
        """How hard she works, as a share of what she could do beyond rest."""
        wanted = 0.0
        if self.watts > 0:
            kg = self.person.weight_kg
            wanted = WATT_ML_MIN * self.watts + UNLOADED_ML_MIN_KG * kg
        goal = min(PEAK_BEYOND, wanted / (self.oxygen_peak - self.oxygen_rest))
        self._work += (goal - self._work) * GAS_S / TAU_OXYGEN_S
        self._pulse_work += (goal - self._pulse_work) * GAS_S / TAU_PULSE_S
        hypoxic = max(0.0, self._used_to(0.88) - self.gas.saturation)
        self._lift = 0.0
        self._under = Influence(
            gain=self.effects.gain, alarm=min(1.2, 4.0 * hypoxic), shift=26.0 * self._pulse_work,
            vagal_left=1.0, tilt_cm=25.0 * sin(self.tilt * pi / 180),
        )  # fmt: skip

    def _pour(self) -> None:
        rates = {"bleed": 0.0, "crystalloid": 0.0, "blood": 0.0}
        for kind, ml_s, until in self._inflow:
            if self.time < until - 1e-9:
                rates[kind] += ml_s
        self._inflow = [one for one in self._inflow if self.time < one[2] - 1e-9]
        before = self.circulation.blood_ml
        change = self.fluids.step(
            before, GAS_S, rates["crystalloid"], rates["blood"], rates["bleed"]
        )
        self.circulation.tone.infused = change / GAS_S
        # What comes in without cells thins the oxygen that is there.
        lost = min(rates["bleed"] * GAS_S, before)
        thinner = (before - lost) / (before + change) if before + change > 0 else 1.0
        brought = rates["blood"] * GAS_S * 0.20 / (before + change)
        self.gas.arterial = self.gas.arterial * thinner + brought
        self.gas.venous = self.gas.venous * thinner + brought

    def _breathe(self) -> None:
        on, breathing, gas = self.effects, self.breathing, self.gas
        beyond = self._work * (self.oxygen_peak - self.oxygen_rest)
        oxygen = self.oxygen_rest * (0.85 + 0.15 * on.awake) + beyond
        hard = max(0.0, self._work - 0.6)  # acid from muscles that lack oxygen
        made = QUOTIENT * oxygen + beyond * (0.12 + 0.5 * hard)
        work = (made + beyond * 0.9 * hard) / (QUOTIENT * self.oxygen_rest)
        alive = 1.0 if self.circulation.tone.is_beating else 0.0
        slack = max(on.paralysed, 1 - on.awake)
        gas.space = self._space * (1 - LOST_ASLEEP * slack)
        left = on.breathing * (1 - on.paralysed) * alive
        breathing.slowed = on.rate
        fresh = breathing.step(gas.arterial_co2, gas.saturation, work, left, on.awake)
        if self._willed is not None and breathing.ventilator is None and on.awake > 0.5:
            fresh = self._will(left)
        self._flow += (self.circulation.seen.output - self._flow) * GAS_S / 2.0
        blood = Blood(
            flow=max(0.0, self._flow) * alive, volume=self.circulation.blood_ml,
            haemoglobin=self.haemoglobin, celsius=self.fitted.celsius,
        )  # fmt: skip
        gas.step(
            Airway(
                inspired=self._air, ventilation=fresh, is_open=breathing.obstruction < 1
            ),
            blood, oxygen, made,
        )  # fmt: skip
        self._shown += (100 * gas.saturation - self._shown) * GAS_S / PROBE_S

    def _will(self, left: float) -> float:
        """Breathe so much as one wills, and give what reaches the lungs [mL/s]."""
        breathing = self.breathing
        assert self._willed is not None
        breathing.minute = self._willed * left * (1 - breathing.obstruction)
        breathing.rate = max(
            4.0, breathing.rest_rate * (self._willed / breathing.rest_l_min) ** 0.42
        )
        breathing.tidal_ml = 1000 * breathing.minute / breathing.rate
        return breathing.rate * max(0.0, breathing.tidal_ml - breathing.dead_ml) / 60

    def _feed_heart(self) -> None:
        """A heart that gets too little oxygen weakens, and at last stands still."""
        if not self.circulation.tone.is_beating:
            return
        supply = max(0.0, self.circulation.seen.diastolic) * self.gas.arterial / self._rest_supply
        goal = min(1.0, supply / HEART_NEEDS)
        self._heart += (goal - self._heart) * GAS_S / HEART_TAU_S
        if self._heart < STANDSTILL:
            self.circulation.tone.is_beating = False

    _felt = 0.0
    _lift = 0.0
    _under = Influence()

    def _set_tone(self) -> None:
        """What the reflexes, drugs, posture, work and breathing do to heart and vessels now."""
        tone, reflexes, on, work = (
            self.circulation.tone,
            self.reflexes,
            self.effects,
            self._pulse_work,
        )
        tone.period_s = 60 / self._pulse()
        open_beta = 1 - on.beta
        strength = on.heart * self._heart * (1 + 0.9 * work * (1 - 0.5 * on.beta))
        tone.left = max(0.05, strength * (1 + G_LEFT * reflexes.elastance * open_beta))
        tone.right = max(0.05, strength * (1 + G_RIGHT * reflexes.elastance * open_beta))
        upper = max(0.3, (1 + G_UPPER_R * reflexes.resistance) * on.resistance * (1 + 0.5 * work))
        legs = max(0.3, (1 + G_LEGS_R * reflexes.resistance) * on.resistance)
        tone.upper_r, tone.legs_r = upper, self._open_muscles(legs)
        tone.lung_r = 1 / (1 + 1.6 * work)
        drug = on.veins_ml * self.person.surface_m2 / 1.9
        tone.upper_v0_less = G_UPPER_V0 * (reflexes.volume + 0.9 * work) - 0.75 * drug
        tone.legs_v0_less = G_LEGS_V0 * (reflexes.volume + 0.9 * work) - 0.25 * drug
        up = sin(self.tilt * pi / 180)
        tone.hydrostatic = LEG_COLUMN * self.person.height_cm * 0.7797 * up
        tone.hydrostatic_upper = UPPER_MMHG * up
        tone.muscle_pump = 22.0 * work
        tone.amplified = 1 + 0.55 * work  # Sharman, Hypertension 2006;47:1203 (m)
        tone.thorax = self._thorax()

    def _open_muscles(self, legs: float) -> float:
        """Resistance of the legs' beds while muscles work: as open as the oxygen they use asks."""
        beyond = self._work * (self.oxygen_peak - self.oxygen_rest)
        flow = FLOW_PER_OXYGEN * beyond / 60
        share = self.fitted.vessels.leg_share * self.fitted.seen.output
        return legs / (1 + flow / share)

    def _pulse(self) -> float:
        """Heart rate now [1/min]."""
        reflexes, on = self.reflexes, self.effects
        slower = -G_PERIOD_S * REST_SYMPATHETIC * on.beta * 0.8 + on.slower_s
        period = (
            60 / self._rest_rate + reflexes.period_s * (1 - on.beta) + reflexes.period_v + slower
        )
        reserve = self.person.fastest_pulse - self._rest_rate
        rate = 60 / max(0.25, period) + self._pulse_work * reserve * (1 - 0.42 * on.beta)
        rate += 80 * min(0.4, max(0.0, self._used_to(0.92) - self.gas.saturation))
        rate *= min(1.0, 0.35 + 0.65 * self._heart / 0.7)
        return max(20.0, min(rate, max(self.person.fastest_pulse, self._rest_rate)))

    def _thorax(self) -> float:
        """Pressure in the chest: falls with each own breath, rises with each of a ventilator."""
        breathing = self.breathing
        if breathing.rate <= 0:
            return -4.0
        self._breath = (self._breath + breathing.rate / 60 * STEP_S) % 1.0
        wave = sin(pi * self._breath / 0.4) ** 2 - 0.2 if self._breath < 0.4 else -0.2
        depth = breathing.tidal_ml / 500
        if breathing.ventilator is not None:
            return -4.0 + 0.74 * 0.5 * breathing.ventilator.peep + 3.5 * depth * (wave + 0.2)
        return -4.0 - min(3.0 * depth, 8.0) * wave

    # What one sees ------------------------------------------------------------------------------

    @property
    def haemoglobin(self) -> float:
        """Haemoglobin [g/dL]."""
        return 100 * self.fluids.cells_g / self.circulation.blood_ml

    @property
    def vitals(self) -> Vitals:
        """What a monitor shows now."""
        seen, gas, breathing = self.circulation.seen, self.gas, self.breathing
        is_beating = self.circulation.tone.is_beating
        return Vitals(
            at=self.time, heart_rate=60 / self.circulation.tone.period_s if is_beating else 0.0,
            sbp=seen.systolic, dbp=seen.diastolic, mean=seen.mean, spo2=min(100.0, self._shown),
            etco2=gas.alveolar_co2 if breathing.minute > 0 else None,
            respiratory_rate=breathing.rate, tidal_ml=breathing.tidal_ml,
            temperature_c=self.fitted.celsius, output_l=self._flow * 0.06 if is_beating else 0.0,
            stroke_ml=seen.stroke_ml, central=seen.central, pao2=gas.arterial_oxygen,
            paco2=gas.arterial_co2,
            haemoglobin=self.haemoglobin, blood_ml=self.circulation.blood_ml,
            oxygen_used=gas.used, is_beating=is_beating,
        )  # fmt: skip

    def take_trace(self) -> list[float]:
        """Arterial pressure since it was last taken, every 10 ms."""
        trace, self.circulation.trace = self.circulation.trace, []
        return trace
