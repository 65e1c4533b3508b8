"""From the bytes of a message to a plausible chunk of a waveform."""

import math
from datetime import datetime

import msgspec

from ..model import AHEAD, EARLIEST, Chunk, Unfit, Wave

SHAPE = (
    'Send {"at": "2026-03-01T12:00:00Z", "rate_hz": 250, "factor": 0.005, "lead": "I",'
    ' "samples": [0, 3, null, 9]}.'
)
SLOWEST_HZ, FASTEST_HZ = 10.0, 1000.0
LONGEST_S = 10.0
MOST_SAMPLES = 10_000  # the fastest for the longest
_decoder = msgspec.json.Decoder(Chunk)


def read_chunk(wave: Wave, payload: bytes, now: datetime) -> Chunk:
    """The chunk in one message.

    Raises:
        Unfit: it cannot be read, is too long, is of no lead of this kind, is implausible, or its
            time is.
    """
    try:
        chunk = _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unfit("unreadable", f"A {wave.name} message cannot be read.", SHAPE) from error
    if chunk.at.tzinfo is None or not now - EARLIEST <= chunk.at <= now + AHEAD:
        raise Unfit("clock", f"A {wave.name} chunk has an unlikely time.", "Set its clock.")
    if chunk.battery is not None and not 0 <= chunk.battery <= 1:
        raise Unfit("battery", "The battery is not between 0 and 1.", SHAPE)
    if not SLOWEST_HZ <= chunk.rate_hz <= FASTEST_HZ or chunk.lead not in wave.leads:
        raise Unfit("values", f"A {wave.name} chunk has no such rate or lead.", SHAPE)
    is_long = chunk.length_s > LONGEST_S or len(chunk.samples) > MOST_SAMPLES
    if not chunk.samples or is_long:
        raise Unfit("values", f"A {wave.name} chunk is empty or too long.", "At most 10 s each.")
    _require_plausible(wave, chunk)
    return chunk


def _require_plausible(wave: Wave, chunk: Chunk) -> None:
    if not math.isfinite(chunk.factor) or chunk.factor <= 0:
        raise Unfit("values", f"A {wave.name} chunk has no factor above nothing.", SHAPE)
    measured = [abs(one) for one in chunk.samples if one is not None]
    if max(measured, default=0) * chunk.factor > wave.most:
        raise Unfit("implausible", f"A {wave.name} sample is implausible.", "Check the sensor.")
