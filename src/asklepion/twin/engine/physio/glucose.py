"""Glucose and insulin over hours: the meal model of Dalla Man, Rizza and Cobelli.

Equations: IEEE Trans Biomed Eng 2007;54:1740; insulin under the skin: J Diabetes Sci Technol
2007;1:323; exercise: J Diabetes Sci Technol 2009;3:56 (m). Metformin: production in the liver less
by 24 %, as after three months (Hundal, Diabetes 2000;49:2063). Ours: below 40 mg/dL what the brain
takes falls with glucose, so that no amount falls below 0; and BETA_EX is 0.04, not 0.01, so that an
hour's work lowers glucose in type 1 diabetes as it does in life (by 30 to 60 mg/dL). There is no
glucagon, as in S2008: an overdose of insulin falls further than in life. Euler, 0.1 min.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import tanh

from asklepion.kit.errors import Incorrect

from ...model import Cannot, Need, Why
from .glucose_sets import SETS, Parameters
from .person import Person

DT_MIN = 0.1
PMOL_PER_UNIT = 6000.0
METFORMIN, TAU_METFORMIN = 0.24, 90.0
TAU_HR, TAU_EX, ALPHA_EX, BETA_EX, A_EX, N_EX = 5.0, 600.0, 3e-4, 0.04, 0.1, 4
BRAIN_MG_DL = 40.0
KINDS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "meal": {"carbs_g": (1, 250)},
    "insulin": {"units": (0, 100)},  # rapid-acting, under the skin
    "basal": {"units_h": (0, 10)},
    "exercise": {"watts": (0, 300)},
    "metformin": {},
}


@dataclass(frozen=True, kw_only=True)
class GlucoseEvent:
    """Something that happens at a minute.

    Raises:
        Incorrect: there is no such kind, or a number is missing, unknown or out of bounds.
    """

    at: float
    kind: str
    values: Mapping[str, float]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Incorrect("There is no such event.", hint=f"One of: {', '.join(KINDS)}.")
        if not 0 <= self.at <= 1440:
            raise Incorrect("An event is outside the simulation.", hint="`at` from 0 to 1440 min.")
        known = KINDS[self.kind]
        if self.values.keys() != known.keys():
            raise Incorrect(f"{self.kind} needs other numbers.", hint=f"Exactly: {list(known)}.")
        for name, (low, high) in known.items():
            if not low <= self.values[name] <= high:
                raise Incorrect(
                    f"{self.kind} needs another number.", hint=f"{name} from {low:g} to {high:g}."
                )


@dataclass
class Books:
    """What came and went, in mg/kg, to show that nothing is lost."""

    eaten: float = 0.0
    absorbed: float = 0.0
    made: float = 0.0
    used: float = 0.0
    excreted: float = 0.0


@dataclass
class GlucoseBody:
    """One person's glucose and insulin, at rest to begin with."""

    person: Person
    it: Parameters
    basal_mg_dl: float
    kp1: float = 0.0
    insulin_rest: float = 0.0
    secretion_rest: float = 0.0
    basal_units_h: float = 0.0  # under the skin, now
    gp: float = 0.0
    gt: float = 0.0
    ip: float = 0.0
    il: float = 0.0
    stomach: float = 0.0
    ground: float = 0.0
    gut: float = 0.0
    delayed: float = 0.0
    delayed_more: float = 0.0
    action: float = 0.0
    portal: float = 0.0
    pancreas: float = 0.0
    skin: float = 0.0
    skin_more: float = 0.0
    meal: float = 0.0
    rise: float = 0.0
    metformin: float = 0.0
    takes_metformin: bool = False
    faster: float = 0.0  # heart rate beyond rest, as the exercise equations want it
    trained: float = 0.0
    watts: float = 0.0
    books: Books = field(default_factory=Books)

    @property
    def glucose(self) -> float:
        """In plasma [mg/dL]."""
        return self.gp / self.it.vg

    @property
    def insulin(self) -> float:
        """In plasma [pmol/L]."""
        return self.ip / self.it.vi

    def apply(self, event: GlucoseEvent) -> None:
        """Let something happen now."""
        values = event.values
        if event.kind == "meal":
            eaten = values["carbs_g"] * 1000 / self.person.weight_kg
            self.stomach += eaten
            self.books.eaten += eaten
            self.meal = self.stomach + self.ground
        elif event.kind == "insulin":
            self.skin += values["units"] * PMOL_PER_UNIT / self.person.weight_kg
        elif event.kind == "basal":
            self.basal_units_h = values["units_h"]
        elif event.kind == "exercise":
            self.watts = values["watts"]
        else:
            self.takes_metformin = True

    def advance(self, minutes: float) -> None:
        """Go on."""
        for _ in range(round(minutes / DT_MIN)):
            self._step(DT_MIN)

    def _step(self, dt: float) -> None:
        absorbed = self._digest(dt)
        self._exert(dt)
        it, insulin = self.it, self.insulin
        self.metformin += (
            ((METFORMIN if self.takes_metformin else 0) - self.metformin) / TAU_METFORMIN * dt
        )
        made = self.kp1 - it.kp2 * self.gp - it.kp3 * self.delayed_more - it.kp4 * self.portal
        made = max(0.0, made) * (1 - self.metformin)
        brain = it.fcns * min(1.0, self.glucose / BRAIN_MG_DL)
        excreted = it.ke1 * max(0.0, self.gp - it.ke2)
        strength = it.vm0 * (1 + BETA_EX * self.faster) + it.vmx * (
            (1 + ALPHA_EX * self.faster * self.trained) * (self.action + self.insulin_rest)
            - self.insulin_rest
        )
        used = max(0.0, strength) * self.gt / (it.km0 + self.gt)
        across = it.k1 * self.gp - it.k2 * self.gt
        before = self.glucose
        self.gp += (made + absorbed - brain - excreted - across) * dt
        self.gt += (across - used) * dt
        self.rise = (self.glucose - before) / dt
        books = self.books
        books.absorbed += absorbed * dt
        books.made += made * dt
        books.used += (brain + used) * dt
        books.excreted += excreted * dt
        self.delayed_more += it.ki * (self.delayed - self.delayed_more) * dt
        self.delayed += it.ki * (insulin - self.delayed) * dt
        self.action += it.p2u * (insulin - self.insulin_rest - self.action) * dt
        self._insulin(dt)

    def _digest(self, dt: float) -> float:
        """Move what was eaten on, and give what appears in blood [mg/kg/min]."""
        it = self.it
        if self.stomach + self.ground + self.gut < 1e-9:
            return 0.0
        whole = self.stomach + self.ground
        rise = 5 / (2 * self.meal * (1 - it.b))
        fall = 5 / (2 * self.meal * it.d)
        empties = it.kmin + (it.kmax - it.kmin) / 2 * (
            tanh(rise * (whole - it.b * self.meal)) - tanh(fall * (whole - it.d * self.meal)) + 2
        )
        ground, out, taken = it.kmax * self.stomach, empties * self.ground, it.kabs * self.gut
        self.stomach -= ground * dt
        self.ground += (ground - out) * dt
        self.gut += (out - taken) * dt
        return it.f * taken

    def _exert(self, dt: float) -> None:
        rest, person = 70.0, self.person
        goal = 0.0
        if self.watts > 0:
            wanted = 10.8 * self.watts + 3.5 * person.weight_kg
            share = min(1.0, wanted / (person.peak_oxygen_ml_min - person.oxygen_ml_min))
            goal = share * (person.fastest_pulse - rest)
        self.faster += (goal - self.faster) / TAU_HR * dt
        power = (max(0.0, self.faster) / (A_EX * rest)) ** N_EX
        on = power / (1 + power)
        self.trained += (on * (1 - self.trained) - self.trained / TAU_EX) * dt

    def _insulin(self, dt: float) -> None:
        it = self.it
        secreted = it.gamma * self.portal
        over = it.beta * (self.glucose - self.basal_mg_dl)
        self.pancreas += -it.alpha * (self.pancreas - max(over, -self.secretion_rest)) * dt
        if it.m5 > 0:
            made = self.pancreas + self.secretion_rest + it.k * max(0.0, self.rise)
            self.portal += (max(0.0, made) - secreted) * dt
        extracted = min(0.95, max(0.0, it.m6 - it.m5 * secreted)) if it.m5 > 0 else it.heb
        m3 = extracted * it.m1 / (1 - extracted)
        poured = self.basal_units_h * PMOL_PER_UNIT / 60 / self.person.weight_kg
        near, far = it.ka1 * self.skin, it.ka2 * self.skin_more
        moved = it.kd * self.skin
        self.skin += (poured - near - moved) * dt
        self.skin_more += (moved - far) * dt
        liver = it.m2 * self.ip - (it.m1 + m3) * self.il + secreted
        blood = it.m1 * self.il - (it.m2 + it.m4) * self.ip + near + far
        self.il += liver * dt
        self.ip += blood * dt


def glucose_body(person: Person, fasting_mg_dl: float | None = None) -> GlucoseBody | Cannot:
    """Somebody whose fasting glucose is steady at what was measured, or why that cannot be."""
    it = SETS[person.diabetes]
    fasting = it.usual if fasting_mg_dl is None else fasting_mg_dl
    low, high = it.sane
    if not low <= fasting <= high:
        need = Need(key="glucose", why=Why.OUTSIDE, low=low, high=high, unit="mg/dL")
        return Cannot((need,))
    body = GlucoseBody(person, it, fasting)
    _rest(body)
    return body


def _rest(body: GlucoseBody) -> None:
    """Set every amount so that nothing changes; production at rest follows from use at rest."""
    it = body.it
    body.gp = body.basal_mg_dl * it.vg
    # k1 Gp - k2 Gt = Vm0 Gt / (Km0 + Gt): the positive root
    half = (it.k2 * it.km0 + it.vm0 - it.k1 * body.gp) / (2 * it.k2)
    body.gt = -half + (half * half + it.k1 * body.gp * it.km0 / it.k2) ** 0.5
    used = it.vm0 * body.gt / (it.km0 + body.gt)
    made = used + it.fcns + it.ke1 * max(0.0, body.gp - it.ke2)
    m3 = it.heb * it.m1 / (1 - it.heb)
    if it.m5 > 0:
        body.secretion_rest = it.secretion
        body.portal = it.secretion / it.gamma
        share = (it.m2 + it.m4) / it.m1
        body.ip = it.secretion / ((it.m1 + m3) * share - it.m2)
        body.il = share * body.ip
    else:
        body.ip = it.insulin * it.vi
        body.il = it.m2 * body.ip / (it.m1 + m3)
        poured = (it.m2 + it.m4) * body.ip - it.m1 * body.il
        body.basal_units_h = poured * body.person.weight_kg * 60 / PMOL_PER_UNIT
        body.skin = poured / (it.kd + it.ka1)
        body.skin_more = it.kd * body.skin / it.ka2
    body.insulin_rest = body.delayed = body.delayed_more = body.insulin
    body.kp1 = made + it.kp2 * body.gp + it.kp3 * body.insulin + it.kp4 * body.portal
