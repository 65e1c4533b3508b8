"""The SubscriptionTopics of this house.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ...engine import may_be_personal
from ...model import Resource
from ..consenting import HOUSE


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that may happen to a record.

    With `states`, it happens when a resource comes into one of them out of another, or new.
    """

    url: str
    title: str
    type: str = ""  # of the resources it is about; empty: everything in a record
    states: frozenset[str] = frozenset()

    def is_about(self, type: str) -> bool:
        """Whether it may happen to resources of this type."""
        return type == self.type if self.type else may_be_personal(type)

    def happened(self, now: Resource, before: Resource | None) -> bool:
        """Whether it happened between two versions of a resource that it is about."""
        if not self.states:
            return True
        return now.get("status") in self.states and (
            before is None or before.get("status") not in self.states
        )


def _topic(name: str, title: str, type: str = "", *states: str) -> Topic:
    return Topic(f"{HOUSE}/SubscriptionTopic/{name}", title, type, frozenset(states))


PATIENT_DATA = _topic("patient-data-changed", "Something in a record is new or changed")
ENCOUNTER_START = _topic("encounter-start", "An encounter has begun", "Encounter", "in-progress")
ENCOUNTER_END = _topic("encounter-end", "An encounter is over", "Encounter", "finished")
CONSENT = _topic("consent-changed", "A consent was given, changed or taken back", "Consent")
TOPICS: Mapping[str, Topic] = {
    topic.url: topic for topic in (PATIENT_DATA, ENCOUNTER_START, ENCOUNTER_END, CONSENT)
}
