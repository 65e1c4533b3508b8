"""What a sender is answered: ACK, with ERR where something is wrong; never a value of a message.

Source: HL7 v2.5.1, 2.9.2 and 2.15.5; table 0357 for the codes.
"""

from dataclasses import dataclass
from datetime import datetime

from .er7 import Message

REQUIRED, WRONG, KIND, INTERNAL = "101", "102", "200", "207"  # of table 0357
WORDS = {
    REQUIRED: "Required field missing",
    WRONG: "Data type error",
    KIND: "Unsupported message type",
    INTERNAL: "Application internal error",
}
MOST = 400  # characters that say what is wrong
ESCAPES = (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("~", "\\R\\"), ("&", "\\T\\"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message: AA taken, AE not taken as it is, AR not taken from this sender."""

    code: str
    error: str = ""  # of table 0357
    reason: str = ""  # in our own words

    @property
    def is_taken(self) -> bool:
        """It is kept."""
        return self.code == "AA"


def answer(verdict: Verdict, message: Message | None, *, id: str, at: datetime) -> bytes:
    """The acknowledgement of a message; of none, where it could not even be read.

    Args:
        id: the answer's own number.
        at: when it is given.
    """
    if message is None:
        header = ["", "", "", "", "", "", "P", "2.5.1"]
        event, control = "", ""
    else:
        field = message.header.text
        header = [field(5), field(6), field(3), field(4), "", "", field(11) or "P", field(12)]
        event, control = message.kind[1], message.control
    to_app, to_place, from_app, from_place, _, _, mode, version = (_plain(it) for it in header)
    kind = f"ACK^{_plain(event)}^ACK" if event else "ACK"
    lines = [
        f"MSH|^~\\&|{to_app}|{to_place}|{from_app}|{from_place}|{at:%Y%m%d%H%M%S}+0000||{kind}"
        f"|{id}|{mode}|{version or '2.5.1'}||||||UNICODE UTF-8",
        f"MSA|{verdict.code}|{_plain(control)}",
    ]
    if not verdict.is_taken:
        said = WORDS.get(verdict.error, WORDS[INTERNAL])
        error = verdict.error or INTERNAL
        lines.append(f"ERR|||{error}^{said}^HL70357|E||||{_plain(verdict.reason)[:MOST]}")
    return "".join(line + "\r" for line in lines).encode()


def _plain(text: str) -> str:
    text = "".join(c for c in text if c >= " ")
    for mark, escape in ESCAPES:
        text = text.replace(mark, escape)
    return text
