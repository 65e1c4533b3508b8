"""Amounts with units, and which of them can be compared.

A part of UCUM (https://ucum.org/ucum): products, quotients and powers of prefixed units, numbers
and {annotations}; the units medicine measures in. Factors are exact. What is not known is a unit of
its own: equal to itself and comparable with nothing else.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

# Calendar durations by the words for them, and what UCUM calls the definite ones.
CALENDAR = {
    "year": "year",
    "years": "year",
    "month": "month",
    "months": "month",
    "week": "week",
    "weeks": "week",
    "day": "day",
    "days": "day",
    "hour": "hour",
    "hours": "hour",
    "minute": "minute",
    "minutes": "minute",
    "second": "second",
    "seconds": "second",
    "millisecond": "millisecond",
    "milliseconds": "millisecond",
}
DEFINITE = {
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
INDEFINITE = {"year": "a", "month": "mo"}  # equivalent to these, but not equal
BY_UCUM = {code: word for word, code in DEFINITE.items()}

PREFIXES = {
    "Y": 24,
    "Z": 21,
    "E": 18,
    "P": 15,
    "T": 12,
    "G": 9,
    "M": 6,
    "k": 3,
    "h": 2,
    "da": 1,
    "d": -1,
    "c": -2,
    "m": -3,
    "u": -6,
    "n": -9,
    "p": -12,
    "f": -15,
    "a": -18,
    "z": -21,
    "y": -24,
}
# By other units: what is metric takes a prefix. Sources: SI; https://ucum.org/ucum tables 2 to 24.
METRIC = {
    "m": "",
    "s": "",
    "g": "",
    "rad": "",
    "K": "",
    "C": "",
    "cd": "",
    "mol": "",
    "sr": "rad2",
    "Hz": "1/s",
    "N": "1000.g.m/s2",
    "Pa": "1000.g/m/s2",
    "J": "1000.g.m2/s2",
    "W": "1000.g.m2/s3",
    "A": "C/s",
    "V": "1000.g.m2/s2/C",
    "F": "0.001.s2.C2/g/m2",
    "Ohm": "1000.g.m2/s/C2",
    "S": "0.001.s.C2/g/m2",
    "Wb": "1000.g.m2/s/C",
    "T": "1000.g/s/C",
    "H": "1000.g.m2/C2",
    "lm": "cd.rad2",
    "lx": "cd.rad2/m2",
    "Bq": "1/s",
    "Gy": "m2/s2",
    "Sv": "m2/s2",
    "Ci": "37000000000.1/s",
    "kat": "mol/s",
    "U": "1.umol/min",
    "eq": "mol",
    "osm": "mol",
    "l": "0.001.m3",
    "L": "0.001.m3",
    "ar": "100.m2",
    "t": "1000000.g",
    "bar": "100000000.g/m/s2",
    "eV": "0.0000000000000000001602176634.J",
    "cal": "4.184.J",
    "m[Hg]": "133322.387415.Pa",
    "m[H2O]": "9806.65.Pa",
    "dyn": "g.cm/s2",
    "erg": "dyn.cm",
    "P": "dyn.s/cm2",
    "St": "cm2/s",
    "G": "0.0001.T",
    "g%": "g/dl",
    "pc": "30856780000000000.m",
    "B[10.nV]": "",
    "[iU]": "",
    "[IU]": "[iU]",
}
PLAIN = {
    "%": "0.01.1",
    "[ppth]": "0.001.1",
    "[ppm]": "0.000001.1",
    "[ppb]": "0.000000001.1",
    "[pi]": "3.1415926535897932384626433832795028841971693993751.1",
    "min": "60.s",
    "h": "3600.s",
    "d": "86400.s",
    "wk": "604800.s",
    "mo": "2629800.s",
    "mo_j": "2629800.s",
    "mo_g": "2629746.s",
    "mo_s": "2551442.976.s",
    "a": "31557600.s",
    "a_j": "31557600.s",
    "a_g": "31556952.s",
    "a_t": "31556925.216.s",
    "deg": "2.[pi].rad/360",
    "'": "deg/60",
    "''": "deg/3600",
    "u": "0.00000000000000000000000166053906660.g",
    "AU": "149597870700.m",
    "[in_i]": "0.0254.m",
    "[in_us]": "100.m/3937",
    "[ft_i]": "0.3048.m",
    "[ft_us]": "1200.m/3937",
    "[yd_i]": "0.9144.m",
    "[mi_i]": "1609.344.m",
    "[nmi_i]": "1852.m",
    "[sin_i]": "[in_i]2",
    "[sft_i]": "[ft_i]2",
    "[cin_i]": "[in_i]3",
    "[acr_us]": "4046.872609874252.m2",
    "[gal_us]": "0.003785411784.m3",
    "[qt_us]": "0.000946352946.m3",
    "[pt_us]": "0.000473176473.m3",
    "[cup_us]": "0.0002365882365.m3",
    "[foz_us]": "0.0000295735295625.m3",
    "[tbs_us]": "0.00001478676478125.m3",
    "[tsp_us]": "0.00000492892159375.m3",
    "[drp]": "ml/20",
    "[gr]": "0.06479891.g",
    "[lb_av]": "453.59237.g",
    "[oz_av]": "28.349523125.g",
    "[dr_av]": "1.7718451953125.g",
    "[stone_av]": "6350.29318.g",
    "[lb_tr]": "373.2417216.g",
    "[oz_tr]": "31.1034768.g",
    "[psi]": "6894.757293168.Pa",
    "atm": "101325.Pa",
    "[lbf_av]": "4.4482216152605.N",
    "[Cal]": "4184.J",
    "[Btu]": "1055.05585262.J",
    "[HP]": "745.69987158227022.W",
    "[car_m]": "0.2.g",
    "[Ch]": "mm/3",
    "[hnsf'U]": "",
    "[arb'U]": "",
    "[USP'U]": "",
    "[GPL'U]": "",
    "[MPL'U]": "",
    "[APL'U]": "",
    "[beth'U]": "",
    "[anti'Xa'U]": "",
    "[todd'U]": "",
    "[dye'U]": "",
    "[smgy'U]": "",
    "[bdsk'U]": "",
    "[ka'U]": "",
    "[knk'U]": "",
    "[mclg'U]": "",
    "[tb'U]": "",
    "[CCID_50]": "",
    "[TCID_50]": "",
    "[EID_50]": "",
    "[PFU]": "",
    "[FFU]": "",
    "[CFU]": "",
    "[BAU]": "",
    "[AU]": "",
    "[Amb'a'1'U]": "",
    "[PNU]": "",
    "[Lf]": "",
    "[D'ag'U]": "",
    "[pH]": "",
    "B": "",
    "Np": "",
}
# Value in kelvin: (value + first) * second. They stand alone or not at all.
SCALES = {
    "Cel": (Decimal("273.15"), Decimal(1)),
    "[degF]": (Decimal("459.67"), Decimal(5) / 9),
    "[degRe]": (Decimal("218.52"), Decimal("1.25")),
}
LENGTH_MOST = 100
POWER_MOST = 60

PART = re.compile(
    r"(?P<number>10[*^](?:[+-]?\d{1,2})?|\d{1,40}(?:\.\d{1,60})?)"
    r"|(?P<unit>(?:\[[^\[\]]*\]|[A-Za-z%'_])+)(?P<power>[+-]?\d{1,2})?"
    r"|(?P<note>\{[^{}]*\})"
    r"|(?P<symbol>\()"
)

Dimension = tuple[tuple[str, int], ...]


class Measure(NamedTuple):
    """What one of a unit is, in base units."""

    factor: Decimal
    dimension: Dimension
    offset: Decimal = Decimal(0)

    def times(self, other: "Measure", power: int = 1) -> "Measure":
        """The product with another, raised."""
        powers = dict(self.dimension)
        for base, exponent in other.dimension:
            powers[base] = powers.get(base, 0) + exponent * power
        dimension = tuple(sorted((base, it) for base, it in powers.items() if it))
        return Measure(self.factor * other.factor**power, dimension)


ONE = Measure(Decimal(1), ())


class Unknown(Exception):
    """A text that is no unit known here."""


@lru_cache(maxsize=4096)
def measure(unit: str) -> Measure:
    """What a UCUM unit is; a unit of its own if it is not known."""
    if len(unit) > LENGTH_MOST:
        return Measure(Decimal(1), ((unit, 1),))
    if unit in SCALES:
        offset, factor = SCALES[unit]
        return Measure(factor, (("K", 1),), offset)
    try:
        return _Reader(unit).whole()
    except (Unknown, ArithmeticError):
        return Measure(Decimal(1), ((unit, 1),))


class _Reader:
    """Reads a term of UCUM from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Measure:
        found = self._term(0)
        if self._at != len(self._text):
            raise Unknown(self._text)
        return found

    def _next(self) -> re.Match[str] | None:
        return PART.match(self._text, self._at)

    def _term(self, depth: int) -> Measure:
        if depth > 10:
            raise Unknown(self._text)
        found, power = ONE, 1
        if self._text.startswith("/", self._at):
            self._at, power = self._at + 1, -1
        while True:
            found = found.times(self._component(depth), power)
            here = self._text[self._at : self._at + 1]
            if here not in (".", "/") or not here:
                return found
            self._at += 1
            power = -1 if here == "/" else 1

    def _component(self, depth: int) -> Measure:
        match = self._next()
        if match is None:
            raise Unknown(self._text)
        self._at = match.end()
        if match["symbol"] == "(":
            inner = self._term(depth + 1)
            if not self._text.startswith(")", self._at):
                raise Unknown(self._text)
            self._at += 1
            return inner
        if match["note"]:
            return ONE
        if match["number"]:
            found = Measure(_number(match["number"]), ())
        elif match["unit"]:
            power = int(match["power"] or 1)
            if abs(power) > POWER_MOST:
                raise Unknown(self._text)
            found = ONE.times(_atom(match["unit"]), power)
        else:
            raise Unknown(self._text)
        note = self._next()
        if note is not None and note["note"]:
            self._at = note.end()
        return found


def _number(text: str) -> Decimal:
    if text[:3] in ("10*", "10^"):
        return Decimal(10) ** int(text[3:] or 1)
    return Decimal(text)


@lru_cache(maxsize=1024)
def _atom(name: str) -> Measure:
    for table in (METRIC, PLAIN):
        if name in table:
            return _Reader(table[name]).whole() if table[name] else _base(name)
    for prefix, exponent in PREFIXES.items():
        if name.startswith(prefix) and name[len(prefix) :] in METRIC:
            whole = _atom(name[len(prefix) :])
            return whole._replace(factor=whole.factor.scaleb(exponent))
    raise Unknown(name)


def _base(name: str) -> Measure:
    return Measure(Decimal(1), ((name, 1),))


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in a unit: a UCUM code, or the word for a calendar duration."""

    value: Decimal
    unit: str
    is_calendar: bool = False

    @staticmethod
    def named(value: Decimal, unit: str) -> "Quantity":
        """An amount whose unit may be such a word, as in 4 days."""
        if unit in CALENDAR:
            return Quantity(value, unit, is_calendar=True)
        return Quantity(value, unit)

    def __str__(self) -> str:
        unit = self.unit if self.is_calendar else f"'{self.unit}'"
        return f"{self.value:f} {unit}"

    def measure(self) -> Measure:
        """What one of its unit is. Years and months of the calendar are units of their own."""
        if not self.is_calendar:
            return measure(self.unit)
        word = CALENDAR[self.unit]
        return measure(DEFINITE[word]) if word in DEFINITE else _base(word)

    def common(self, other: "Quantity") -> tuple[Decimal, Decimal] | None:
        """Both values in one unit; None if there is none."""
        mine, theirs = self.measure(), other.measure()
        if self.unit == other.unit and self.is_calendar == other.is_calendar:
            return self.value, other.value
        if mine.dimension != theirs.dimension:
            return None
        return (
            (self.value + mine.offset) * mine.factor,
            (other.value + theirs.offset) * theirs.factor,
        )

    def times(self, other: "Quantity", power: int) -> "Quantity | None":
        """The product or quotient, in base units; None where a scale stands, such as Celsius."""
        if power < 0 and other.value == 0:
            return None
        if other.unit == "1":
            return Quantity(self.value * other.value**power, self.unit, self.is_calendar)
        mine, theirs = self.definite().measure(), other.definite().measure()
        if mine.offset or theirs.offset:
            return None
        found = mine.times(theirs, power)
        value = self.value * other.value**power * found.factor
        above = [f"{base}{it if it != 1 else ''}" for base, it in found.dimension]
        return Quantity(value, ".".join(above) or "1")

    def definite(self) -> "Quantity":
        """The same with UCUM's unit for a calendar's."""
        if not self.is_calendar:
            return self
        word = CALENDAR[self.unit]
        return Quantity(self.value, DEFINITE.get(word) or INDEFINITE[word])
