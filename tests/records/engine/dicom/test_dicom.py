"""DICOM is read within bounds, told without what is private, and drawn as the standard says."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from asklepion.records.engine import dicom
from asklepion.records.engine.dicom.drawing import through

from ...dicom import FOLDER, made, raw_of

DRAWN = [
    *("CT_small", "MR_small", "MR_small_RLE", "MR_small_bigendian", "MR_small_implicit"),
    *("MR_small_jp2klossless", "JPEG2000", "693_J2KI", "SC_rgb_rle_2frame", "ExplVR_BigEnd"),
    *("SC_rgb_dcmtk_+eb+cy+np", "examples_palette", "examples_ybr_color", "rtdose", "liver_1frame"),
]


@pytest.mark.parametrize("name", DRAWN)
def test_what_can_be_drawn_is_drawn_whatever_way_it_is_packed(name: str) -> None:
    raw = raw_of(name)
    facts = dicom.read_facts(raw)

    frame = dicom.frame_of(raw, facts.frames - 1)

    assert frame.shape == (facts.rows, facts.columns)
    assert (frame.values is None) == facts.is_colour
    assert dicom.picture_of(frame).startswith(b"\x89PNG")
    assert dicom.thumbnail_of(frame).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "name", ["MR_small_RLE", "MR_small_bigendian", "MR_small_implicit", "MR_small_jp2klossless"]
)
def test_without_loss_the_same_picture_comes_of_every_way_of_packing(name: str) -> None:
    plain, packed = (dicom.frame_of(raw_of(each), 0) for each in ("MR_small", name))

    np.testing.assert_array_equal(plain.values, packed.values)  # pyright: ignore


def test_values_are_what_the_modality_means() -> None:
    frame = dicom.frame_of(raw_of("CT_small"), 0)

    assert frame.values is not None
    assert (frame.slope, frame.intercept) == (1, 0)
    assert frame.values.min() == -896  # Hounsfield units: stored 128, less 1024
    assert frame.values.dtype == np.int16


def test_a_window_is_linear_as_the_standard_has_it() -> None:
    # DICOM PS3.3, C.11.2.1.2.1, note 3: with centre 2048 and width 4096 0 is black, 4095 white.
    values = np.array([-1.0, 0, 2047.5, 4095, 5000])

    np.testing.assert_array_equal(through(values, (2048, 4096)), [0, 0, 127, 255, 255])


@given(st.floats(-3000, 3000), st.floats(1, 4000))
def test_through_any_window_more_is_never_darker(centre: float, width: float) -> None:
    shades = through(np.linspace(-4000, 4000, 500), (centre, width)).astype(int)

    assert (np.diff(shades) >= 0).all()


def test_low_values_are_bright_where_it_says_so(tmp_path: object) -> None:
    usual, turned = (
        dicom.picture_of(dicom.frame_of(made(PhotometricInterpretation=kind), 0))
        for kind in ("MONOCHROME2", "MONOCHROME1")
    )
    from io import BytesIO

    first, second = (np.asarray(Image.open(BytesIO(each))) for each in (usual, turned))
    np.testing.assert_array_equal(first, 255 - second)


def test_a_large_picture_leaves_no_larger_than_a_screen_can_use() -> None:
    frame = dicom.frame_of(raw_of("693_J2KI"), 0, most=100)

    assert frame.shape == (86, 86)
    assert frame.step == 6


def test_spacing_and_place_are_told_in_millimetres() -> None:
    facts = dicom.read_facts(raw_of("CT_small"))

    assert facts.spacing == (0.661468, 0.661468)
    assert not facts.is_at_detector
    assert facts.place == pytest.approx(-75.699997)


NOT_DRAWN = ["MR_small_jpeg_ls_lossless", "SC_rgb_jpeg_gdcm", "MR_truncated", "JPEG-lossy"]


@pytest.mark.parametrize("name", NOT_DRAWN)
def test_what_cannot_be_drawn_says_why(name: str) -> None:
    with pytest.raises(dicom.NotDrawn, match=r"packed|damaged"):
        dicom.frame_of(raw_of(name), 0)


def test_there_is_no_frame_beyond_the_last() -> None:
    for number in (-1, 2, 10**9):
        with pytest.raises(dicom.NotDrawn, match="no such frame"):
            dicom.frame_of(raw_of("SC_rgb_rle_2frame"), number)


@pytest.mark.parametrize("name", ["JPEG2000-embedded-sequence-delimiter", "SC_rgb_rle"])
def test_a_picture_larger_than_it_says_is_not_unpacked(name: str) -> None:
    with pytest.raises(dicom.NotDrawn):
        dicom.frame_of(made(name, Rows=2, Columns=2), 0)


def test_a_picture_that_says_it_is_huge_is_not_unpacked() -> None:
    with pytest.raises(dicom.NotDrawn, match="too large"):
        dicom.frame_of(made("MR_small_RLE", Rows=60000, Columns=60000), 0)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no DICOM file"),
        (b"x" * 500, "no DICOM file"),
        (raw_of("CT_small")[:200], "how it is written|damaged"),
        (raw_of("image_dfl"), "deflated"),
        (raw_of("meta_missing_tsyntax"), "how it is written"),
        (raw_of("nested_priv_SQ"), "StudyInstanceUID"),
        (made(StudyInstanceUID="1.2.3/../../etc"), "StudyInstanceUID"),
    ],
)
def test_what_is_not_taken_says_why(raw: bytes, why: str) -> None:
    with pytest.raises(dicom.NotRead, match=why):
        dicom.read_facts(raw)


@settings(max_examples=60)
@given(st.integers(132, 3000), st.binary(min_size=1, max_size=8))
def test_whatever_is_sent_is_read_or_refused(at: int, noise: bytes) -> None:
    raw = bytearray(raw_of("MR_small"))
    raw[at : at + len(noise)] = noise
    try:
        facts = dicom.read_facts(bytes(raw))
        json.dumps(facts.told)
        dicom.frame_of(bytes(raw), 0)
    except (dicom.NotRead, dicom.NotDrawn):
        pass


def test_private_elements_and_pixels_are_not_told() -> None:
    for path in FOLDER.glob("*.dcm"):
        try:
            told = dicom.read_facts(path.read_bytes()).told
        except dicom.NotRead:
            continue
        assert not any(int(tag[:4], 16) % 2 for tag in told), path.name
        assert "7FE00010" not in told


def test_without_who_it_is_of_an_object_still_is_one() -> None:
    raw = made(PatientName="Lin^Secret", PatientComments="of Secret", OtherPatientIDs="Secret")

    bare = dicom.without_person(raw)

    assert b"Secret" not in bare
    assert not any(tag.startswith("0010") for tag in dicom.read_facts(bare).told)
    np.testing.assert_array_equal(
        dicom.frame_of(raw, 0).values,  # pyright: ignore
        dicom.frame_of(bare, 0).values,  # pyright: ignore
    )
