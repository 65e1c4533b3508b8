"""What devices say of a measurement beside its numbers, bit by bit."""

from .shapes import Mark


def _bits(names: str, *, first: int = 0) -> tuple[Mark, ...]:
    """One mark a bit, in order; `-` is a bit without a meaning, `!` one that refuses."""
    return tuple(
        Mark(name.removeprefix("!"), 1 << bit, 1 << bit, refuses=name.startswith("!"))
        for bit, name in enumerate(names.split(), first)
        if name != "-"
    )


CUFF_STATUS = (
    *_bits("body-movement cuff-too-loose irregular-pulse"),
    Mark("pulse-above-range", 0b11000, 0b01000),
    Mark("pulse-below-range", 0b11000, 0b10000),
    *_bits("improper-position", first=5),
)
GLUCOSE_STATUS = _bits(
    "battery-low !sensor-fault !sample-too-small !strip-wrongly-put-in !wrong-strip"
    " above-range below-range too-warm too-cold !strip-pulled-out !device-fault time-fault"
)
SAMPLE = (
    Mark("control-solution", 0x0F, 0x0A, refuses=True),
    Mark("control-solution", 0xF0, 0x40, refuses=True),
    Mark("capillary-blood", 0x0F, 0x01),
    Mark("capillary-plasma", 0x0F, 0x02),
    Mark("venous-blood", 0x0F, 0x03),
    Mark("venous-plasma", 0x0F, 0x04),
    Mark("arterial-blood", 0x0F, 0x05),
    Mark("arterial-plasma", 0x0F, 0x06),
    Mark("interstitial-fluid", 0x0F, 0x09),
)
PLX_MEASUREMENT = _bits(
    "still-measuring early-estimate validated fully-qualified from-memory !demonstration !test"
    " calibrating !unavailable questionable !invalid",
    first=5,
)
PLX_DEVICE = _bits(
    "display-updating !device-fault signal-irregular weak-signal poor-signal low-perfusion"
    " erratic-signal no-pulse questionable-pulse analysing sensor-interference"
    " !sensor-unconnected unknown-sensor !sensor-displaced !sensor-fault !sensor-disconnected"
)
CGM_STATUS = {
    "status": _bits(
        "!session-stopped battery-low !wrong-sensor !sensor-fault device-alert !device-fault"
    ),
    "calibration": _bits(
        "time-lost no-calibration-allowed calibration-advised calibration-needed too-warm too-cold"
    ),
    "warning": _bits(
        "below-her-limit above-her-limit hypoglycaemia hyperglycaemia falling-fast rising-fast"
        " below-range above-range"
    ),
}
