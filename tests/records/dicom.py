"""DICOM objects: those that pydicom's wheel brings, with other heads."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pydicom.data

FOLDER = Path(pydicom.data.__file__).parent / "test_files"
STUDY = "1.2.826.0.1.3680043.8.498.1"


def raw_of(name: str) -> bytes:
    """One of the wheel's own, as it is."""
    return (FOLDER / f"{name}.dcm").read_bytes()


def made(name: str = "CT_small", **tags: Any) -> bytes:
    """One with other tags; None takes a tag away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held: Any = pydicom.dcmread(BytesIO(raw_of(name)))  # pyright: ignore
        for tag, value in tags.items():
            if value is None:
                delattr(held, tag)
            else:
                setattr(held, tag, value)
        if "SOPInstanceUID" in tags:
            held.file_meta.MediaStorageSOPInstanceUID = tags["SOPInstanceUID"]
        target = BytesIO()
        held.save_as(target)
    return target.getvalue()


def slice_of(number: int, patient: str = "MRN-1", study: str = STUDY, **tags: Any) -> bytes:
    """One slice of a study of a patient."""
    return made(
        PatientID=patient,
        PatientName="Lin^Secret",
        PatientBirthDate="19800402",
        StudyInstanceUID=study,
        SeriesInstanceUID=f"{study}.1",
        SOPInstanceUID=f"{study}.1.{number}",
        InstanceNumber=number,
        StudyDescription="Chest",
        **tags,
    )
