"""Glasgow coma scale: eyes, voice and movement, 3 to 15.

Source: Teasdale and Jennett 1974, with six grades of movement. A part that cannot be tested has no
number, and then the scale has no total (Teasdale 2014): such a person gets `Cannot`, never a guess.
"""

from ...model import Cannot, Need, Why
from .common import paper
from .inputs import Choice
from .score import Points, Score, add_up

EYES = {
    "4": ("eyes open spontaneously", "spontaneous"),
    "3": ("eye opening to verbal command", "to speech", "to sound"),
    "2": ("eye opening to pain", "to pain", "to pressure"),
    "1": ("no eye opening", "none"),
    "not testable": ("nt",),
}
VOICE = {
    "5": ("oriented", "orientated"),
    "4": ("confused",),
    "3": ("inappropriate words", "words"),
    "2": ("incomprehensible sounds", "sounds"),
    "1": ("no verbal response", "none"),
    "not testable": ("nt",),
}
MOVEMENT = {
    "6": ("obeys commands",),
    "5": ("localizes pain", "localises pain", "localizing"),
    "4": ("withdrawal from pain", "normal flexion"),
    "3": ("flexion to pain", "abnormal flexion"),
    "2": ("extension to pain", "extension"),
    "1": ("no motor response", "none"),
    "not testable": ("nt",),
}


def glasgow(*, eyes: str, voice: str, movement: str) -> "Points | Cannot":
    """The sum of three best responses, each told as its number or its words."""
    told = {"eyes": eyes, "voice": voice, "movement": movement}
    needs = [
        Need(key=key, why=Why.EXCLUDED) for key, grade in told.items() if not grade.isdecimal()
    ]
    if needs:
        return Cannot(tuple(needs))
    parts = {key: int(grade) for key, grade in told.items()}
    return add_up(parts, ((3, "severe"), (9, "moderate"), (13, "mild")))


GLASGOW = Score[Points](
    name="GCS",
    title="Glasgow coma scale",
    organ="brain",
    sources=(
        paper(
            "Teasdale G, Jennett B. Assessment of coma and impaired consciousness: a practical "
            "scale. Lancet 1974;304:81-84.",
            "10.1016/S0140-6736(74)91639-0",
        ),
        paper(
            "Teasdale G, Maas A, Lecky F, et al. The Glasgow Coma Scale at 40 years: standing the "
            "test of time. Lancet Neurol 2014;13:844-854.",
            "10.1016/S1474-4422(14)70120-6",
        ),
    ),
    inputs=(
        Choice(key="eyes", options=EYES, names=("Best eye response",)),
        Choice(key="voice", options=VOICE, names=("Best verbal response",)),
        Choice(key="movement", options=MOVEMENT, names=("Best motor response",)),
    ),
    compute=glasgow,
    range="from five years of age",
    evidence="every grade; the published rows count the voice twice and are not met",
)

ALL = (GLASGOW,)
