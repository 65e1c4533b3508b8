"""The published parameters of the glucose and insulin model, one set for each kind of person.

Healthy and type 2: Dalla Man, Rizza and Cobelli, IEEE Trans Biomed Eng 2007;54:1740, table 1.
Type 1: means of the ten adults of the S2008 simulator (Kovatchev, J Diabetes Sci Technol
2009;3:44), whose parameters are public; insulin under the skin in the others: Dalla Man, J Diabetes
Sci Technol 2007;1:323.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Glucose [mg/kg], insulin [pmol/kg], time [min]; names as in the papers."""

    vg: float  # dL/kg
    k1: float
    k2: float
    vi: float  # L/kg
    m1: float
    m2: float
    m4: float
    kmax: float
    kmin: float
    kabs: float
    b: float
    d: float
    kp2: float
    kp3: float
    kp4: float
    ki: float
    vm0: float
    vmx: float
    km0: float
    p2u: float
    usual: float  # fasting glucose [mg/dL]
    m5: float = 0.0
    m6: float = 0.6
    k: float = 0.0
    alpha: float = 0.05
    beta: float = 0.0
    gamma: float = 0.5
    secretion: float = 0.0  # at rest, pmol/kg/min
    insulin: float = 0.0  # at rest in plasma, pmol/L; 0: what follows from the secretion
    f: float = 0.90
    heb: float = 0.6
    fcns: float = 1.0
    ke1: float = 0.0005
    ke2: float = 339.0
    kd: float = 0.0164
    ka1: float = 0.0018
    ka2: float = 0.0182
    sane: tuple[float, float] = (60.0, 300.0)  # fasting glucose for which the set is used


SETS: Mapping[str, Parameters] = {
    "none": Parameters(
        vg=1.88, k1=0.065, k2=0.079, vi=0.05, m1=0.190, m2=0.484, m4=0.194, m5=0.0304, m6=0.6471,
        kmax=0.0558, kmin=0.0080, kabs=0.057, b=0.82, d=0.010, kp2=0.0021, kp3=0.009, kp4=0.0618,
        ki=0.0079, vm0=2.50, vmx=0.047, km0=225.59, p2u=0.0331, k=2.30, alpha=0.050, beta=0.11,
        secretion=(0.6471 - 0.6) / 0.0304, usual=91.76, sane=(60.0, 125.0),
    ),
    "type2": Parameters(
        vg=1.49, k1=0.042, k2=0.071, vi=0.04, m1=0.379, m2=0.673, m4=0.269, m5=0.0526, m6=0.8118,
        kmax=0.0465, kmin=0.0076, kabs=0.023, b=0.68, d=0.09, kp2=0.0007, kp3=0.005, kp4=0.0786,
        ki=0.0066, vm0=4.65, vmx=0.034, km0=466.21, p2u=0.0840, k=0.99, alpha=0.013, beta=0.05,
        ke1=0.0007, ke2=269.0, secretion=(0.8118 - 0.6) / 0.0526, usual=164.18, sane=(80.0, 300.0),
    ),
    "type1": Parameters(
        vg=1.848, k1=0.0625, k2=0.1292, vi=0.0525, m1=0.1999, m2=0.2765, m4=0.1106, kmax=0.0387,
        kmin=0.0074, kabs=0.2097, b=0.785, d=0.179, kp2=0.0042, kp3=0.0095, kp4=0.0, ki=0.0084,
        vm0=4.87, vmx=0.0537, km0=236.7, p2u=0.0339, usual=142.8, insulin=108.5,
        kd=0.0159, ka1=0.0034, ka2=0.0159, sane=(70.0, 300.0),
    ),
}  # fmt: skip
