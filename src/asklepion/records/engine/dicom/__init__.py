"""DICOM: read with care, told without what is nobody's business, drawn.

Imported only where it is needed: it brings pydicom and numpy, which take a second.
"""

from .drawing import Frame, NotDrawn, frame_of, picture_of, thumbnail_of, window_of
from .reading import Facts, NotRead, read_facts, without_person

__all__ = [
    "Facts",
    "Frame",
    "NotDrawn",
    "NotRead",
    "frame_of",
    "picture_of",
    "read_facts",
    "thumbnail_of",
    "window_of",
    "without_person",
]
