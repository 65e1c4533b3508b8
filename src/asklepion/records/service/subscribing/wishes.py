"""What a Subscription wishes for, read once from its resource.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription.html
https://hl7.org/fhir/R4/subscription.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from asklepion.kit.clock import to_us
from asklepion.kit.errors import Incorrect, Unsupported

from ...engine import is_type
from ...model import Resource
from .topics import TOPICS, Topic

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
FILTER = f"{BACKPORT}/backport-filter-criteria"
CONTENT = f"{BACKPORT}/backport-payload-content"
HEARTBEAT = f"{BACKPORT}/backport-heartbeat-period"
TIMEOUT = f"{BACKPORT}/backport-timeout"
MAX_COUNT = f"{BACKPORT}/backport-max-count"
CHANNEL_TYPE = f"{BACKPORT}/backport-channel-type"

REST_HOOK, WEBSOCKET = "rest-hook", "websocket"
CONTENTS = ("empty", "id-only", "full-resource")
MIMES = ("application/fhir+json", "application/json")
HEARTBEAT_S = (10, 7 * 24 * 3600)  # shortest and longest
TIMEOUT_S = (1, 60)
TIMEOUT_USUAL_S = 10
COUNT = (1, 100)
COUNT_USUAL = 20
FILTERS_MOST = 10
HEADERS_MOST = 10
TEXT_MOST = 2000  # characters of a criteria, an address or a header
FOR_EVER = to_us(datetime(9999, 1, 1, tzinfo=UTC))
HIDDEN = "***"  # stands where a header's value is not shown

# What says how to answer, not what to look for.
NOT_FILTERS = frozenset(
    [
        *("_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total"),
        *("_contained", "_containedType", "_cursor", "_format", "_pretty", "_type", "_query"),
    ]
)
NAMES_PATIENT = ("patient", "subject", "beneficiary")
PATIENT = re.compile(r"\bPatient/([A-Za-z0-9\-.]{1,64})")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\x20-\x7e]*)")
OURS = frozenset(  # headers that only we set, or that change what a request is
    [
        *("host", "content-length", "content-type", "transfer-encoding", "connection", "te"),
        *("upgrade", "expect", "trailer", "keep-alive", "proxy-authorization", "cookie"),
        *("proxy-connection", "content-encoding", "range"),
    ]
)

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be told, how much of it, and where."""

    topic: Topic | None  # None: whatever matches the search
    filters: tuple[tuple[str, Params], ...]  # by type; empty where none was written
    patients: frozenset[str]  # whom it names
    channel: str
    endpoint: str
    content: str  # empty, id-only or full-resource; nothing: as plain R4 has it
    mime: str  # empty: plain R4 without a payload
    heartbeat_s: int
    timeout_s: int
    most: int  # resources in one notification
    until_at: int  # microseconds

    def query(self, type: str) -> Params | None:
        """What a resource of this type has to match; None where the type is not asked about.

        Whose it is, is no search where a topic is about every type: see `patients`.
        """
        if self.topic and not self.topic.is_about(type):
            return None
        named = {of for of, _ in self.filters if of}
        if named and type not in named:
            return None
        of_all = [type, ""] if self.topic is None or self.topic.type else [type]
        return tuple(pair for of, params in self.filters if of in of_all for pair in params)

    @property
    def is_plain(self) -> bool:
        """Told as R4 did before there were notifications: a ping, or the resource itself."""
        return not self.content


def read_wish(resource: Resource, now_at: int) -> Wish:
    """What a Subscription, which is good FHIR, asks for.

    Raises:
        Incorrect, Unsupported: it asks for something that is not done; no value is repeated.
    """
    channel: dict[str, Any] = resource["channel"]
    topic, filters = _criteria(resource)
    content = _content(channel, topic)
    until_at = _until(resource, now_at)
    return Wish(
        topic=topic,
        filters=tuple(filters),
        patients=_patients(filters),
        channel=_channel(channel),
        endpoint=_endpoint(channel),
        content=content,
        mime=_mime(channel, content),
        heartbeat_s=_number(channel, HEARTBEAT, HEARTBEAT_S, 0),
        timeout_s=_number(channel, TIMEOUT, TIMEOUT_S, TIMEOUT_USUAL_S),
        most=_number(channel, MAX_COUNT, COUNT, COUNT_USUAL),
        until_at=until_at,
    )


def _criteria(resource: Resource) -> tuple[Topic | None, list[tuple[str, Params]]]:
    text: str = resource["criteria"]
    if len(text) > TEXT_MOST:
        raise Incorrect("Subscription.criteria is too long.", hint=f"At most {TEXT_MOST}.")
    topic = TOPICS.get(text)
    wished = [str(value) for value in _extensions(resource.get("_criteria"), FILTER)]
    if topic is None and "://" in text.partition("?")[0]:
        raise Unsupported(
            "There is no such SubscriptionTopic here.",
            hint="The CapabilityStatement names those that there are, beside Subscription.",
        )
    if topic is None:
        if wished:
            raise Incorrect("Filters go with a topic.", hint="Write them into the criteria.")
        type, params = _filter(text)
        if not type:
            raise Incorrect(
                "Subscription.criteria is neither a topic nor a search.",
                hint="Write a topic's address, or for example Observation?code=8867-4.",
            )
        return None, [(type, params)]
    if len(wished) > FILTERS_MOST or any(len(each) > TEXT_MOST for each in wished):
        raise Incorrect("There are too many filters.", hint=f"At most {FILTERS_MOST}.")
    filters = [_filter(each) for each in wished]
    for type, params in filters:
        if type and not topic.is_about(type):
            raise Incorrect("A filter names a type that the topic is not about.", hint="Mend it.")
        if not type and not topic.type and any(name != "patient" for name, _ in params):
            raise Incorrect(
                "A filter without a type can only be for a patient.",
                hint="Begin it with the type that it is about, as in Observation?code=8867-4.",
            )
    return topic, filters


def _filter(text: str) -> tuple[str, Params]:
    type, mark, query = text.partition("?")
    if not mark and not is_type(type):
        type, query = "", text
    if type and not is_type(type):
        raise Incorrect("A filter begins with no resource type.", hint="As in Encounter?patient=1.")
    try:
        params = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise Incorrect("A filter cannot be read.", hint="Write it like a search.") from error
    for name, _ in params:
        if name.partition(":")[0] in NOT_FILTERS:
            raise Incorrect("A filter holds what says how to answer.", hint="Leave that out.")
    return type, tuple(params)


def _patients(filters: Sequence[tuple[str, Params]]) -> frozenset[str]:
    """Whom a wish names, wherever in it."""
    found: set[str] = set()
    for type, params in filters:
        for name, value in params:
            found |= {f"Patient/{id}" for id in PATIENT.findall(value)}
            code, _, modifier = name.partition(":")
            is_id = code in NAMES_PATIENT and modifier in ("", "Patient")
            if is_id or (code == "_id" and type == "Patient"):
                plain = (each for each in value.split(",") if ID.fullmatch(each))
                found |= {f"Patient/{id}" for id in plain}
    return frozenset(found)


def _channel(channel: dict[str, Any]) -> str:
    custom = _extensions(channel.get("_type"), CHANNEL_TYPE)
    type: str = channel["type"]
    if custom or type not in (REST_HOOK, WEBSOCKET):
        hint = "Take rest-hook or websocket."
        raise Unsupported("That type of channel is not done here.", hint=hint)
    return type


def _endpoint(channel: dict[str, Any]) -> str:
    text = str(channel.get("endpoint", ""))
    if channel["type"] == WEBSOCKET:
        if text:
            raise Incorrect("A websocket has no endpoint.", hint="Leave it out.")
        return ""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError as error:
        raise Incorrect("The endpoint cannot be read.", hint="Give an https address.") from error
    is_good = parts.scheme in ("https", "http") and parts.hostname and text.isascii()
    if not is_good or len(text) > TEXT_MOST or any(each <= " " for each in text):
        raise Incorrect("The endpoint cannot be called.", hint="Give an https address.")
    if parts.username or parts.password or parts.fragment:
        hint = "Put what only you may know into channel.header."
        raise Incorrect("The endpoint holds a password or a fragment.", hint=hint)
    return text


def _content(channel: dict[str, Any], topic: Topic | None) -> str:
    held = [str(value) for value in _extensions(channel.get("_payload"), CONTENT)]
    content = held[0] if held else ""
    if len(held) > 1 or content not in ("", *CONTENTS):
        raise Incorrect("The payload's content is unknown.", hint=f"Take {', '.join(CONTENTS)}.")
    if topic and not content:
        raise Incorrect(
            "With a topic, the payload says how much it holds.",
            hint=f"Give channel.payload the extension {CONTENT}.",
        )
    return content


def _mime(channel: dict[str, Any], content: str) -> str:
    mime = str(channel.get("payload", ""))
    if mime.partition(";")[0].strip().lower() not in ("", *MIMES):
        raise Unsupported("Payloads are JSON only.", hint=f"Take {MIMES[0]}.")
    return mime or (MIMES[0] if content else "")


def _number(channel: dict[str, Any], url: str, between: tuple[int, int], usual: int) -> int:
    held = _extensions(channel, url)
    if not held:
        return usual
    least, most = between
    if len(held) > 1 or not isinstance(held[0], int) or not least <= held[0] <= most:
        name = url.rpartition("backport-")[2]
        raise Incorrect(f"The {name} cannot be kept.", hint=f"From {least} to {most}.")
    return held[0]


def _until(resource: Resource, now_at: int) -> int:
    if "end" not in resource:
        return FOR_EVER
    until_at = to_us(datetime.fromisoformat(resource["end"].replace("Z", "+00:00")))
    if until_at <= now_at:
        raise Incorrect("Subscription.end lies in the past.", hint="Leave it out, or end later.")
    return until_at


def _extensions(element: Any, url: str) -> list[Any]:
    """The values of an element's extensions of one kind."""
    if not isinstance(element, dict):
        return []
    held = cast(dict[str, Any], element).get("extension", [])
    return [
        next((value for name, value in each.items() if name.startswith("value")), None)
        for each in cast(list[dict[str, Any]], held)
        if each.get("url") == url
    ]


# Headers: secrets of whoever is called, shown to nobody again


def read_headers(
    channel: dict[str, Any], before: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """The headers that go with every call.

    Args:
        before: those of the version before, for values that come back hidden.

    Raises:
        Incorrect: one cannot be sent.
    """
    held: list[str] = channel.get("header", [])
    known = dict(before)
    if len(held) > HEADERS_MOST:
        raise Incorrect("There are too many headers.", hint=f"At most {HEADERS_MOST}.")
    headers: list[tuple[str, str]] = []
    for number, line in enumerate(held):
        found = HEADER.fullmatch(line) if len(line) <= TEXT_MOST else None
        if found is None or found[1].lower() in OURS:
            raise Incorrect(
                f"Subscription.channel.header[{number}] cannot be sent.",
                hint="Write Name: value, and none of those that belong to the call itself.",
            )
        name, value = found[1], found[2].strip()
        if value == HIDDEN and name not in known:
            raise Incorrect(
                f"Subscription.channel.header[{number}] is hidden, and was never known.",
                hint="Write its value once more; with a new endpoint too.",
            )
        headers.append((name, known[name] if value == HIDDEN else value))
    return headers


def without_secrets(resource: Resource) -> Resource:
    """The Subscription with the values of its headers hidden."""
    channel: dict[str, Any] = resource["channel"]
    if "header" not in channel:
        return resource
    shown = [f"{line.partition(':')[0]}: {HIDDEN}" for line in channel["header"]]
    return {**resource, "channel": {**channel, "header": shown}}


def is_same_place(one: str, other: str) -> bool:
    """Whether two endpoints are at the same host, by the same scheme and port."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (
        second.scheme,
        second.hostname,
        second.port,
    )
