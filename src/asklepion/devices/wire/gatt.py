"""Every characteristic that is understood here, as the Bluetooth SIG lays it out.

This is the one table: the house reads packets by it (`engine/gatt`), and so does the browser,
which gets it by `make wire`. Sources: the GATT Specification Supplement, and the service
specifications HTS, HRS, BLS, GLS, WSS, PLXS, CGMS, BAS, DIS and CTS; terms: ISO/IEEE 11073-10101.
"""

from .shapes import Characteristic, Field, Mark, Measure, Unit
from .status import CGM_STATUS, CUFF_STATUS, GLUCOSE_STATUS, PLX_DEVICE, PLX_MEASUREMENT, SAMPLE

__all__ = ["CHARACTERISTICS", "Characteristic", "Field", "Mark", "Measure", "Unit"]

MMHG, KPA = Unit("mm[Hg]", decimals=1), Unit("mm[Hg]", times=760, per=101.325, decimals=1)
CEL, DEGF = Unit("Cel", decimals=2), Unit("Cel", times=5, per=9, less=32, decimals=2)
PERCENT, BEATS = Unit("%", decimals=1), Unit("/min", decimals=1)
KG, LB = Unit("kg", times=5, per=1000), Unit("kg", times=0.45359237, per=100)
METRE, INCH = Unit("m", per=1000), Unit("m", times=0.0254, per=10)
MG_DL, MMOL_L = Unit("mg/dL", times=100_000, decimals=1), Unit("mmol/L", times=1000, decimals=2)

FLAGS = Field("flags", "u8")
PRESSURE, WARMTH, SHARE, RATE = (5, 350), (20, 50), (1, 105), (5, 400)
SUGAR_SPAN = (1, 2000)


def _bit(number: int, is_set: bool = True) -> tuple[int, int]:
    return 1 << number, is_set << number


def _time(bit: int) -> Field:
    return Field("time", "time", _bit(bit))


def _pressure(name: str) -> Field:
    return Field(name, "sfloat", unit=MMHG, other_unit=KPA, other_when=1, span=PRESSURE)


def _plx(name: str, unit: Unit, when: tuple[int, int] | None = None) -> Field:
    return Field(name, "sfloat", when, unit=unit, span=SHARE if unit == PERCENT else RATE)


def _texts(characteristic: str, name: str) -> Characteristic:
    return Characteristic("180a", characteristic, name, (Field("text", "text"),))


OXYGEN = (
    Measure("spo2", {"spo2": "spo2"}, {"spo2": 150456}),
    Measure("heart-rate", {"heart_rate": "pulse"}, {"heart_rate": 149530}, comes_along=True),
)
CUFF_FIELDS = (
    FLAGS,
    _pressure("systolic"),
    _pressure("diastolic"),
    _pressure("mean"),
    _time(1),
    Field("pulse", "sfloat", _bit(2), unit=BEATS, span=RATE),
    Field("user", "u8", _bit(3)),  # 255 is somebody whom it does not know
    Field("status", "u16", _bit(4), marks=CUFF_STATUS),
)

_ALL = (
    Characteristic(
        "1809",
        "2a1c",
        "temperature",
        (
            FLAGS,
            Field("temperature", "float", unit=CEL, other_unit=DEGF, other_when=1, span=WARMTH),
            _time(1),
            Field("site", "u8", _bit(2)),
        ),
        flags=0b111,
        measures=(Measure("temperature", {"temperature": "temperature"}, {"temperature": 150364}),),
    ),
    Characteristic(
        "180d",
        "2a37",
        "heart-rate",
        (
            Field("flags", "u8", marks=(Mark("no-contact", 0b110, 0b100, refuses=True),)),
            Field("heart_rate", "u8", _bit(0, False), unit=BEATS),
            Field("heart_rate", "u16", _bit(0), unit=BEATS),
            Field("energy", "u16", _bit(3)),
            Field("intervals", "u16s", _bit(4)),
        ),
        flags=0b11111,
        is_stream=True,
        measures=(Measure("heart-rate", {"heart_rate": "heart_rate"}, {"heart_rate": 147842}),),
    ),
    Characteristic(
        "1810",
        "2a35",
        "blood-pressure",
        CUFF_FIELDS,
        flags=0b11111,
        measures=(
            Measure(
                "blood-pressure",
                {"systolic": "systolic", "diastolic": "diastolic", "mean": "mean"},
                {"": 150020, "systolic": 150021, "diastolic": 150022, "mean": 150023},
            ),
            Measure(
                "heart-rate", {"heart_rate": "pulse"}, {"heart_rate": 149546}, comes_along=True
            ),
        ),
    ),
    # The pressure in the cuff while it is pumped: shown, and no reading of anybody's.
    Characteristic("1810", "2a36", "cuff", CUFF_FIELDS, flags=0b11111, is_stream=True),
    Characteristic(
        "1808",
        "2a18",
        "glucose",
        (
            FLAGS,
            Field("sequence", "u16"),
            Field("time", "time"),
            Field("time_offset_min", "s16", _bit(0)),
            Field(
                "glucose",
                "sfloat",
                _bit(1),
                unit=MG_DL,
                other_unit=MMOL_L,
                other_when=0b100,
                span=SUGAR_SPAN,
            ),
            Field("sample", "u8", _bit(1), marks=SAMPLE),
            Field("status", "u16", _bit(3), marks=GLUCOSE_STATUS),
        ),
        flags=0b11111,
        measures=(
            Measure("glucose", {"glucose_mg_dl": "glucose"}, {"glucose_mg_dl": 160368}, "mg/dL"),
            Measure("glucose", {"glucose_mmol_l": "glucose"}, {"glucose_mmol_l": 160368}, "mmol/L"),
        ),
    ),
    Characteristic(
        "1808",
        "2a34",
        "glucose-context",
        (
            FLAGS,
            Field("sequence", "u16"),
            Field("extended", "u8", _bit(7)),
            Field("food", "u8", _bit(0)),
            Field("food_g", "sfloat", _bit(0), unit=Unit("g", times=1000, decimals=1)),
            Field("meal", "u8", _bit(1)),
            Field("health", "u8", _bit(2)),
            Field("exercise_s", "u16", _bit(3)),
            Field("effort", "u8", _bit(3)),
            Field("medicine", "u8", _bit(4)),
            Field("medicine_dose", "sfloat", _bit(4)),
            Field("hba1c", "sfloat", _bit(6), unit=PERCENT, span=(0, 30)),
        ),
        flags=0b11111111,
    ),
    Characteristic(
        "181d",
        "2a9d",
        "weight",
        (
            FLAGS,
            Field("weight", "u16", unit=KG, other_unit=LB, other_when=1, none=65535),
            _time(1),
            Field("user", "u8", _bit(2)),
            Field("bmi", "u16", _bit(3), unit=Unit("kg/m2", per=10)),
            Field("height", "u16", _bit(3), unit=METRE, other_unit=INCH, other_when=1),
        ),
        flags=0b1111,
        measures=(
            Measure("weight", {"weight": "weight"}, {"weight": 188736}),
            Measure("bmi", {"bmi": "bmi"}, {"bmi": 188752}, comes_along=True),
        ),
    ),
    Characteristic(
        "1822",
        "2a5e",
        "spo2",
        (
            Field("flags", "u8", marks=(Mark("clock-unset", 0b10000, 0b10000),)),
            _plx("spo2", PERCENT),
            _plx("pulse", BEATS),
            _time(0),
            Field("status", "u16", _bit(1), marks=PLX_MEASUREMENT),
            Field("device_status", "u24", _bit(2), marks=PLX_DEVICE),
            Field("amplitude", "sfloat", _bit(3), unit=PERCENT),
        ),
        flags=0b11111,
        measures=OXYGEN,
    ),
    Characteristic(
        "1822",
        "2a5f",
        "spo2",
        (
            FLAGS,
            _plx("spo2", PERCENT),
            _plx("pulse", BEATS),
            _plx("spo2_fast", PERCENT, _bit(0)),
            _plx("pulse_fast", BEATS, _bit(0)),
            _plx("spo2_slow", PERCENT, _bit(1)),
            _plx("pulse_slow", BEATS, _bit(1)),
            Field("status", "u16", _bit(2), marks=PLX_MEASUREMENT),
            Field("device_status", "u24", _bit(3), marks=PLX_DEVICE),
            Field("amplitude", "sfloat", _bit(4), unit=PERCENT),
        ),
        flags=0b11111,
        is_stream=True,
        measures=OXYGEN,
    ),
    Characteristic(
        "181f",
        "2aa7",
        "glucose-course",
        (
            FLAGS,
            Field("glucose", "sfloat", unit=Unit("mg/dL", decimals=1), span=SUGAR_SPAN),
            Field("offset_min", "u16"),
            Field("status", "u8", _bit(7), marks=CGM_STATUS["status"]),
            Field("calibration", "u8", _bit(6), marks=CGM_STATUS["calibration"]),
            Field("warning", "u8", _bit(5), marks=CGM_STATUS["warning"]),
            Field("trend", "sfloat", _bit(0), unit=Unit("mg/dL/min")),
            Field("quality", "sfloat", _bit(1), unit=PERCENT),
        ),
        flags=0b11100011,
        is_sized=True,
        may_end_in_crc=True,
        measures=(
            Measure(
                "glucose-course",
                {"glucose_interstitial": "glucose"},
                {"glucose_interstitial": 160212},
            ),
        ),
    ),
    Characteristic(
        "181f",
        "2aaa",
        "glucose-start",
        (
            Field("time", "time"),
            Field("zone_quarters", "s8", none=-128),
            Field("summer_quarters", "u8", none=255),
        ),
        may_end_in_crc=True,
    ),
    Characteristic("180f", "2a19", "battery", (Field("battery", "u8", unit=PERCENT),)),
    _texts("2a29", "manufacturer"),
    _texts("2a24", "model"),
    _texts("2a25", "serial"),
    _texts("2a26", "firmware"),
    Characteristic(
        "1805",
        "2a2b",
        "clock",
        (
            Field("time", "time"),
            Field("weekday", "u8"),
            Field("fraction", "u8"),  # 256ths of a second
            Field("reason", "u8"),
        ),
    ),
)

CHARACTERISTICS: dict[str, Characteristic] = {each.characteristic: each for each in _ALL}
