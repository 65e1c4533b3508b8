"""Clinic: where a patient and a doctor meet.

Promises: a visit belongs to two people; what the doctor sees, the patient allowed, and it ends
when she says so, when its time is over, or with the visit.
Never: keeps or decides anything about health data; records does.
"""

from .model import ROOMS, Answer, Ask, Room, Visit, VisitChanged
from .service import Clinic
from .store import MIGRATIONS, OWNED

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "ROOMS",
    "Answer",
    "Ask",
    "Clinic",
    "Room",
    "Visit",
    "VisitChanged",
]
