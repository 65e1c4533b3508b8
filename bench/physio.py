"""How many seconds of physiology does one second of a processor give?

The peer solves the same equations of the circulation with scipy's LSODA (adaptive, compiled), at
the accuracy that a study would ask for, in the same process; without scipy there is no peer.
"""

import json
import time
from collections.abc import Callable, Sequence
from math import exp, pi, sin, tan
from typing import Any

from asklepion.twin import Event, GlucoseEvent, Patient, Person, Rest, fit, simulate_glucose
from asklepion.twin.engine.physio.circulation import (
    SYSTOLE_0_S,
    SYSTOLE_RATE,
    Circulation,
    Tone,
    Vessels,
)
from asklepion.twin.model import Cannot

LENGTH_S = 60.0
PULSE = 70.0


def tell(
    name: str, value: float, unit: str, *, up: bool = True, peer: str = "", than: float = 0
) -> None:
    """Print one result."""
    row: dict[str, Any] = {"name": f"physio: {name}", "value": round(value, 3), "unit": unit}
    row |= {"higher_is_better": up, "peer": peer or None}
    print(json.dumps(row | {"peer_value": round(than, 3) if peer else None}), flush=True)


def spent(work: Callable[[], object]) -> float:
    """Seconds of the processor, the least of three."""
    took: list[float] = []
    for _ in range(3):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def flows(it: Vessels, moment: float, volumes: Sequence[float], thorax: float) -> list[float]:
    """How fast each volume changes, at rest: the equations of `Circulation.advance`."""
    lv, rv, sa, uv, lg, vc, pa, pv = volumes
    period = 60 / PULSE
    systole, phase = SYSTOLE_0_S - SYSTOLE_RATE / period, moment % period
    act = sin(pi * phase / systole) ** 2 if phase < systole else 0.0
    p_lv = act * it.left_ees * lv + (1 - act) * it.left_p0 * (exp(it.left_lambda * lv) - 1)
    p_rv = act * it.right_ees * rv + (1 - act) * it.right_p0 * (exp(it.right_lambda * rv) - 1)
    p_lv, p_rv = p_lv + thorax, p_rv + thorax
    p_sa, p_uv = (sa - it.artery_v0) / it.artery_c, (uv - it.upper_v0) / it.upper_c
    bend = pi / (2 * it.legs_most)
    p_lg = tan((lg - it.legs_v0) * bend) / (it.legs_c * bend)
    p_vc = (vc - it.central_v0) / it.central_c + thorax
    p_pa = (pa - it.lung_artery_v0) / it.lung_artery_c + thorax
    p_pv = (pv - it.lung_vein_v0) / it.lung_vein_c + thorax
    aortic, mitral = max(0.0, p_lv - p_sa) / it.aortic_r, max(0.0, p_pv - p_lv) / it.mitral_r
    tricuspid = max(0.0, p_vc - p_rv) / it.tricuspid_r
    pulmonary = max(0.0, p_rv - p_pa) / it.pulmonary_r
    upper = (p_sa - p_uv) * (1 - it.leg_share) / it.system_r
    legs = (p_sa - p_lg) * it.leg_share / it.system_r
    from_upper, from_legs = (p_uv - p_vc) / it.upper_vein_r, max(0.0, p_lg - p_vc) / it.leg_vein_r
    lungs = (p_pa - p_pv) / it.lung_r
    return [
        *(mitral - aortic, tricuspid - pulmonary, aortic - upper - legs, upper - from_upper),
        *(legs - from_legs, from_upper + from_legs - tricuspid, pulmonary - lungs, lungs - mitral),
    ]


def circulate(vessels: Vessels, volumes: Sequence[float]) -> Circulation:
    """A minute of the circulation alone, by our fixed steps."""
    it = Circulation(vessels, Tone(period_s=60 / PULSE), volumes=list(volumes))
    it.advance(round(LENGTH_S / 0.002))
    return it


def by_lsoda(vessels: Vessels, volumes: Sequence[float]) -> Any:
    """The same minute by LSODA."""
    from scipy.integrate import solve_ivp  # pyright: ignore

    return solve_ivp(  # pyright: ignore
        lambda t, v: flows(vessels, t, v, Tone().thorax),  # pyright: ignore
        *((0, LENGTH_S), volumes),
        method="LSODA",
        rtol=1e-6,
        atol=1e-6,
        max_step=0.02,
    )


def alone(vessels: Vessels, volumes: Sequence[float]) -> None:
    """The circulation alone, against the peer in speed and in what it finds."""
    ours = LENGTH_S / spent(lambda: circulate(vessels, volumes))
    try:
        theirs = LENGTH_S / spent(lambda: by_lsoda(vessels, volumes))
    except ImportError:
        tell("circulation alone", ours, "s/s")
        return
    tell("circulation alone", ours, "s/s", peer="scipy LSODA", than=theirs)
    end = by_lsoda(vessels, volumes).y[:, -1]
    found = circulate(vessels, volumes).volumes
    off = max(abs(a - b) / b for a, b in zip(found, end, strict=True))
    tell("largest difference of a volume after a minute", 100 * off, "%", up=False)


def main() -> None:
    """Measure the parts and the whole."""
    person = Person()
    body = fit(person, Rest(heart_rate=PULSE, sbp=120, dbp=76))
    assert not isinstance(body, Cannot)
    alone(body.vessels, body.volumes)
    rest = Rest(heart_rate=72, sbp=131, dbp=79, spo2=96)
    tell("calibration", 1000 * spent(lambda: fit(person, rest)), "ms", up=False)

    def whole() -> None:
        patient = Patient(body)
        patient.apply(Event(at=0, kind="bleed", values={"ml_min": 100, "seconds": 60}))
        patient.apply(Event(at=0, kind="infuse", drug="propofol", values={"per_min": 8}))
        patient.step(LENGTH_S)

    tell("heart, breath, gas, nerves, drugs", LENGTH_S / spent(whole), "s/s")
    meal = [GlucoseEvent(at=0, kind="meal", values={"carbs_g": 60})]
    day = spent(lambda: simulate_glucose(person, meal, 1440))
    tell("glucose", 86400 / day, "s/s")


if __name__ == "__main__":
    main()
