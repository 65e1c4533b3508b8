"""What home devices measure, what is plausible, and how each device fares."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from asklepion.kit.errors import Busy, Incorrect

EARLIEST = timedelta(days=31)  # how old a reading may be when it arrives
AHEAD = timedelta(minutes=2)  # how far a device's clock may run ahead of ours


@dataclass(frozen=True)
class Code:
    """A concept in a code system."""

    system: str
    code: str
    display: str


LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
MDC = "urn:iso:std:iso:11073:10101"


@dataclass(frozen=True)
class Quantity:
    """One number that a device measures.

    The limits are those of a living person and a working sensor, not of health: outside them a
    reading is refused as a fault of the device.
    """

    key: str  # in the message
    codes: tuple[Code, ...]
    unit: str  # UCUM
    low: float
    high: float


@dataclass(frozen=True)
class Choice:
    """One answer out of a few, each a letter in the message."""

    key: str
    codes: tuple[Code, ...]
    answers: Mapping[str, Code]


@dataclass(frozen=True)
class Kind:
    """One kind of reading: the last part of its topic, and what is in it.

    Args:
        panel: what its parts are called together; without one, each part is a fact of its own.
        may_lack: parts that a reading may come without.
        is_either: its parts are one thing in several units, and a reading holds one of them.
        category: of observation-category, and so what consent about it is given in.
        is_daily: it is the total of one day, whose beginning is the reading's moment.
    """

    name: str
    parts: tuple[Quantity | Choice, ...]
    panel: Code | None = None
    may_lack: frozenset[str] = frozenset()
    is_either: bool = False
    category: str = "vital-signs"
    is_daily: bool = False

    def fits(self, values: Collection[str]) -> bool:
        """Whether a reading may hold just these values."""
        given, known = set(values), {part.key for part in self.parts}
        if self.is_either:
            return len(given) == 1 and given <= known
        return known - self.may_lack <= given <= known


def _loinc(code: str, display: str) -> Code:
    return Code(LOINC, code, display)


def _single(name: str, key: str, unit: str, low: float, high: float, *codes: Code) -> Kind:
    return Kind(name, (Quantity(key, codes, unit, low, high),))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _single("heart-rate", "heart_rate", "/min", 20, 300, _loinc("8867-4", "Heart rate")),
        _single(
            "spo2",
            "spo2",
            "%",
            40,
            100,
            _loinc("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
            _loinc("2708-6", "Oxygen saturation in Arterial blood"),  # FHIR's profile asks for it
        ),
        _single("temperature", "temperature", "Cel", 25, 45, _loinc("8310-5", "Body temperature")),
        _single(
            "respiratory-rate",
            "respiratory_rate",
            "/min",
            2,
            80,
            _loinc("9279-1", "Respiratory rate"),
        ),
        Kind(
            "blood-pressure",
            (
                Quantity(
                    "systolic", (_loinc("8480-6", "Systolic blood pressure"),), "mm[Hg]", 40, 300
                ),
                Quantity(
                    "diastolic", (_loinc("8462-4", "Diastolic blood pressure"),), "mm[Hg]", 20, 200
                ),
                Quantity("mean", (_loinc("8478-0", "Mean blood pressure"),), "mm[Hg]", 20, 250),
            ),
            may_lack=frozenset({"mean"}),
            panel=_loinc("85354-9", "Blood pressure panel with all children optional"),
        ),
        # As the meter shows it: a number converted is another than the one she read there.
        Kind(
            "glucose",
            (
                Quantity(
                    "glucose_mg_dl",
                    (_loinc("2339-0", "Glucose [Mass/volume] in Blood"),),
                    "mg/dL",
                    10,
                    1000,
                ),
                Quantity(
                    "glucose_mmol_l",
                    (_loinc("15074-8", "Glucose [Moles/volume] in Blood"),),
                    "mmol/L",
                    0.5,
                    55,
                ),
            ),
            is_either=True,
            category="laboratory",
        ),
        Kind(
            "glucose-course",
            (
                Quantity(
                    "glucose_interstitial",
                    (_loinc("99504-3", "Glucose [Mass/volume] in Interstitial fluid"),),
                    "mg/dL",
                    20,
                    600,
                ),
            ),
            category="laboratory",
        ),
        _single("weight", "weight", "kg", 0.3, 500, _loinc("29463-7", "Body weight")),
        _single("bmi", "bmi", "kg/m2", 5, 150, _loinc("39156-5", "Body mass index (BMI)")),
        _single("height", "height", "cm", 20, 260, _loinc("8302-2", "Body height")),
        _single(
            "waist",
            "waist",
            "cm",
            20,
            300,
            _loinc("8280-0", "Waist Circumference at umbilicus by Tape measure"),
        ),
        _single(
            "body-fat",
            "body_fat",
            "%",
            2,
            80,
            _loinc("41982-0", "Percentage of body fat Measured"),
        ),
        _single(
            "resting-heart-rate",
            "resting_heart_rate",
            "/min",
            20,
            200,
            _loinc("40443-4", "Heart rate --resting"),
        ),
        _single(
            "heart-rate-variability",
            "sdnn",
            "ms",
            0.5,
            1000,
            _loinc("80404-7", "R-R interval.standard deviation (Heart rate variability)"),
        ),
        _single(
            "vo2max",
            "vo2max",
            "mL/kg/min",
            5,
            110,
            _loinc(
                "94122-9",
                "Oxygen consumption (VO2)/Body weight [Volume Rate Content] --peak during exercise",
            ),
        ),
        # What a person answers when her home hub asks how she is: no sensor tells it.
        Kind(
            "check-in",
            (
                Choice(
                    "acvpu",
                    (_loinc("80288-4", "Level of consciousness"),),
                    {
                        "A": Code(SNOMED, "248234008", "Mentally alert"),
                        "C": Code(SNOMED, "130987000", "Acute confusion"),
                        "V": Code(SNOMED, "300202002", "Responds to voice"),
                        "P": Code(SNOMED, "450847001", "Responds to pain"),
                        "U": Code(SNOMED, "422768004", "Unresponsive"),
                    },
                ),
                Quantity(
                    "oxygen_l_min", (_loinc("3151-8", "Inhaled oxygen flow rate"),), "L/min", 0, 60
                ),
            ),
        ),
    )
}

# What only files of apps and trackers tell: the total of each day, of each source by itself.
DAILY: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "steps",
            (
                Quantity(
                    "steps",
                    (_loinc("41950-7", "Number of steps in 24 hour Measured"),),
                    "{steps}",
                    0,
                    200_000,
                ),
            ),
            category="activity",
            is_daily=True,
        ),
        # LOINC does not tell what is burned by moving from all that is burned: the display does.
        Kind(
            "active-energy",
            (
                Quantity(
                    "active_energy", (_loinc("41981-2", "Calories burned"),), "kcal", 0, 20_000
                ),
            ),
            category="activity",
            is_daily=True,
        ),
        Kind(
            "sleep",
            (Quantity("sleep", (_loinc("93832-4", "Sleep duration"),), "h", 0, 24),),
            category="activity",
            is_daily=True,
        ),
    )
}


@dataclass(frozen=True)
class Wave:
    """One kind of waveform: the last part of its topic, and what its chunks hold.

    Args:
        leads: what each is the course of; of one that has no leads, the only one is "".
        unit: UCUM, of a sample times its factor.
        most: how far from nothing a sample can lie in a living person [unit].
    """

    name: str
    leads: Mapping[str, Code]
    unit: str
    most: float


def _mdc(number: int, display: str) -> Code:
    return Code(MDC, str(number), display)


# MDC_ECG_ELEC_POTL and the number of the lead. Source: ISO/IEEE 11073-10101.
_ELECTRODES = {
    **{"I": 1, "II": 2, "V1": 3, "V2": 4, "V3": 5, "V4": 6, "V5": 7, "V6": 8},
    **{"III": 61, "aVR": 62, "aVL": 63, "aVF": 64},
}
WAVES: Mapping[str, Wave] = {
    wave.name: wave
    for wave in (
        Wave(
            "ecg",
            {
                lead: _mdc(131328 + number, f"ECG, lead {lead}")
                for lead, number in _ELECTRODES.items()
            },
            "mV",
            20.0,
        ),
        Wave("ppg", {"": _mdc(150452, "Plethysmogram")}, "1", 1e6),
    )
}


# What a person can read off a device and write down.
BY_HAND = ("blood-pressure", "heart-rate", "weight", "temperature", "glucose", "spo2")


class Unfit(Incorrect):
    """A message that makes no reading; `why` is a word that the client has a sentence for."""

    def __init__(self, why: str, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.why = why


class Flooded(Busy):
    """One device says more than may be true; it may go on later."""

    status, issue = 429, "throttled"


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message of a device: when, what, and how full its battery is (0 to 1)."""

    at: datetime
    values: dict[str, float | str]
    battery: float | None = None


# Converters have 24 bits, filters behind them a few more.
RawSample = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]


class Chunk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A few seconds of a waveform: samples times their factor; null where one was lost."""

    at: datetime  # of the first sample
    rate_hz: float
    factor: float
    samples: list[RawSample | None]
    lead: str = ""
    battery: float | None = None

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate_hz


def topic(device: str, kind: str) -> str:
    """Where a device publishes one kind of reading."""
    return f"devices/{device}/{kind}"


def command_topic(device: str) -> str:
    """The one topic that a device may listen to: what became of its messages."""
    return topic(device, "command")


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a message was not kept, in a word that the client has a sentence for."""

    why: str
    kind: str = ""  # that it was to be; empty where it did not even say


@dataclass(frozen=True, kw_only=True)
class Refusal(Refused):
    """How often messages of one kind were refused for one reason, and when the last one was."""

    count: int
    at: datetime  # by our clock

    @property
    def units(self) -> tuple[str, ...]:
        """What that kind is taken in (UCUM); nothing where it has no unit, or is not known."""
        parts = KINDS[self.kind].parts if self.kind in KINDS else ()
        return tuple(dict.fromkeys(p.unit for p in parts if isinstance(p, Quantity)))


@dataclass(frozen=True, kw_only=True)
class Device:
    """One device at home, and how it fares."""

    id: str
    patient: str  # Patient/…
    name: str = field(repr=False)
    kinds: tuple[str, ...]
    registered_at: datetime
    last_reading_at: datetime | None = None  # by its own clock
    last_sync_at: datetime | None = None  # by ours
    battery: float | None = None  # 0 to 1
    heard: tuple[str, ...] = ()  # kinds that have come in since it was registered
    refused_count: int = 0
    refused_why: str = ""  # of the last one
    refusals: tuple[Refusal, ...] = ()  # the last first

    @property
    def missing(self) -> tuple[str, ...]:
        """Kinds it was registered for and never sent."""
        return tuple(kind for kind in self.kinds if kind not in self.heard)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one packet of a batch.

    Args:
        observations: ids of what was made of it; what was here already among them.
        why: it was refused, in a word that the client has a sentence for; empty if it was kept.
        clock: how the device's clock was gone by.
        missed: where a packet held several records, why those were refused that are not kept.
    """

    observations: tuple[str, ...] = ()
    was_here: bool = False
    clock: str = ""
    why: str = ""
    message: str = ""
    hint: str = ""
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where devices connect.

    Args:
        host: a name or an address; nothing where every address of this machine will do.
        is_loopback: only what runs on this machine gets there.
    """

    host: str | None
    port: int
    is_loopback: bool


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A new device and its secret, which is shown once and kept only as a hash."""

    device: str
    secret: str = field(repr=False)
