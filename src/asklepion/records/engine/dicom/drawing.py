"""From pixels to pictures: one frame at a time, never more than a screen can use.

Source: DICOM PS3.3, C.7.6.3 (pixels), C.11.1 (modality LUT), C.11.2 (VOI LUT).
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from pydicom.encaps import get_frame
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi
from pydicom.pixels.utils import pixel_array

from .reading import EXPECTED, quietly, read_dataset

PIXELS_MOST = 32 * 1024 * 1024  # of one frame
SHOWN_MOST = 2048  # pixels along the longer side that leave
THUMB = 192
NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
RLE = "1.2.840.10008.1.2.5"
PILLOWED = (  # JPEG baseline and extended, JPEG 2000
    *("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"),
    *("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"),
)

Window = tuple[float, float]  # centre, width
Greys = NDArray[np.float64]
Bytes = NDArray[np.uint8]


class NotDrawn(Exception):
    """It cannot be drawn here; says why, and quotes nothing."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame, as far as a screen needs it."""

    values: NDArray[np.int16] | None  # of greys: stored = (value - intercept) / slope
    colours: Bytes | None  # of colours, (rows, columns, 3)
    slope: float
    intercept: float
    window: Window
    is_inverted: bool
    step: int  # pixels of the object for one of these

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        held = self.colours if self.values is None else self.values
        assert held is not None
        return held.shape[0], held.shape[1]


def frame_of(raw: bytes, number: int, most: int = SHOWN_MOST) -> Frame:
    """One frame with its values as the modality means them.

    Args:
        number: counts from 0.
        most: pixels along the longer side.

    Raises:
        NotDrawn: it has no such frame, is too large, or is written in a way that is not read here.
    """
    try:
        with quietly():
            return _frame(raw, number, most)
    except NotDrawn:
        raise
    except UnidentifiedImageError as error:
        raise NotDrawn("the way in which its pixels are packed is not read here") from error
    except EXPECTED as error:
        raise NotDrawn("its pixels are damaged") from error


def _frame(raw: bytes, number: int, most: int) -> Frame:
    held = read_dataset(raw)
    _require_drawable(held, number)
    pixels = pixel_array(held, index=number)
    photometric = str(held.PhotometricInterpretation)
    if photometric == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, held)
    step = max(1, -(-max(pixels.shape[0], pixels.shape[1]) // most))
    pixels = pixels[::step, ::step]
    if pixels.ndim == 3:
        return Frame(
            values=None, colours=_eight_bits(pixels), slope=1, intercept=0, window=(127.5, 255),
            is_inverted=False, step=step,
        )  # fmt: skip
    greys, window = _meant(held, pixels)
    values, slope, intercept = _in_16_bits(greys)
    shape = str(getattr(held, "PresentationLUTShape", ""))
    return Frame(
        values=values,
        colours=None,
        slope=slope,
        intercept=intercept,
        window=window,
        is_inverted=photometric == "MONOCHROME1" or shape == "INVERSE",
        step=step,
    )


def _require_drawable(held: Any, number: int) -> None:
    rows, columns = int(held.get("Rows", 0)), int(held.get("Columns", 0))
    samples, bits = int(held.get("SamplesPerPixel", 1)), int(held.get("BitsAllocated", 8))
    frames = max(1, int(held.get("NumberOfFrames", 1) or 1))
    if rows < 1 or columns < 1 or "PixelData" not in held:
        raise NotDrawn("it has no picture")
    if rows * columns > PIXELS_MOST or samples not in (1, 3, 4) or bits > 32:
        raise NotDrawn("its picture is too large")
    if not 0 <= number < frames:
        raise NotDrawn("it has no such frame")
    syntax = str(held.file_meta.TransferSyntaxUID)
    if syntax in NATIVE:
        return
    if syntax not in (RLE, *PILLOWED):
        raise NotDrawn("the way in which its pixels are packed is not read here")
    packed = get_frame(held.PixelData, number, number_of_frames=frames)
    if syntax == RLE:
        _require_small(packed, rows * columns)
    else:
        with Image.open(BytesIO(packed)) as inside:  # reads the size, unpacks nothing
            if inside.size != (columns, rows):
                raise NotDrawn("its picture is not as large as it says")


def _require_small(packed: bytes, most: int) -> None:
    """Look through RLE segments before they are unpacked. Source: DICOM PS3.5, annex G."""
    starts = [int.from_bytes(packed[i : i + 4], "little") for i in range(0, 64, 4)]
    count = starts[0]
    if not 1 <= count <= 15:
        raise NotDrawn("its pixels are damaged")
    for start, end in zip(
        starts[1 : count + 1], [*starts[2 : count + 1], len(packed)], strict=True
    ):
        size, at = 0, start
        while at < end - 1:
            head = packed[at]
            size += head + 1 if head < 128 else 257 - head if head > 128 else 0
            at += head + 2 if head < 128 else 2 if head > 128 else 1
            if size > most + 2:
                raise NotDrawn("its picture is not as large as it says")


def _meant(held: Any, pixels: NDArray[Any]) -> tuple[Greys, Window]:
    """Values as the modality means them, and the window to look at them through."""
    greys = np.asarray(apply_modality_lut(pixels, held), np.float64)
    window = window_of(held.get("WindowCenter"), held.get("WindowWidth"))
    if window is None and held.get("VOILUTSequence"):
        greys = np.asarray(apply_voi(pixels, held), np.float64)
    if window is None:
        low, high = (float(each) for each in np.percentile(greys, (0.5, 99.5)))
        window = ((low + high) / 2 + 0.5, max(high - low, 1.0) + 1)
    return greys, window


def window_of(centre: Any, width: Any) -> Window | None:
    """The first window that an object names, if it is one."""
    pair: list[float] = []
    for value in (centre, width):
        several = not isinstance(value, str) and hasattr(value, "__iter__")
        first = next(iter(cast(Any, value)), None) if several else value
        try:
            pair.append(float(first))  # pyright: ignore[reportArgumentType]
        except (TypeError, ValueError):
            return None
    is_good = np.isfinite(pair).all() and pair[1] >= 1
    return (pair[0], pair[1]) if is_good else None


def _in_16_bits(greys: Greys) -> tuple[NDArray[np.int16], float, float]:
    """Values in 16 bits, with what makes them what they were."""
    low, high = float(greys.min()), float(greys.max())
    if low >= -32768 and high <= 32767 and bool((greys == np.rint(greys)).all()):
        return greys.astype(np.int16), 1.0, 0.0
    slope = max((high - low) / 65535, 1e-12)
    stored = np.rint((greys - low) / slope - 32768).clip(-32768, 32767)
    return stored.astype(np.int16), slope, low + 32768 * slope


def _eight_bits(pixels: NDArray[Any]) -> Bytes:
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels[..., :3])
    high = float(np.iinfo(pixels.dtype).max) if pixels.dtype.kind in "ui" else pixels.max() or 1
    return (pixels[..., :3].astype(np.float64) / high * 255).clip(0, 255).astype(np.uint8)


# Pictures


def through(greys: Greys, window: Window) -> Bytes:
    """Values as brightness, 0 to 255, through a linear window.

    Source: DICOM PS3.3, C.11.2.1.2.1.
    """
    centre, width = window
    span = max(width - 1, 1e-6)
    return (((greys - (centre - 0.5)) / span + 0.5) * 255).clip(0, 255).astype(np.uint8)


def picture_of(frame: Frame, window: Window | None = None, kind: str = "PNG") -> bytes:
    """A frame as a picture for a browser.

    Args:
        window: another one than the object's own.
        kind: PNG or JPEG.
    """
    target = BytesIO()
    image = _image(frame, window)
    image.save(target, kind, **({"quality": 88} if kind == "JPEG" else {"compress_level": 3}))
    return target.getvalue()


def thumbnail_of(frame: Frame) -> bytes:
    """A small JPEG of a frame."""
    image = _image(frame, None)
    image.thumbnail((THUMB, THUMB))
    target = BytesIO()
    image.save(target, "JPEG", quality=82)
    return target.getvalue()


def _image(frame: Frame, window: Window | None) -> Image.Image:
    if frame.values is None:
        assert frame.colours is not None
        return Image.fromarray(frame.colours)
    greys = frame.values.astype(np.float64) * frame.slope + frame.intercept
    shades = through(greys, window or frame.window)
    return Image.fromarray(255 - shades if frame.is_inverted else shades)
