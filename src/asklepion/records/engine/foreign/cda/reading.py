"""What every part of a document's reader needs: where things go, and the words around them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..model import Gathering
from .values import Json, Texts, addresses, concept, identifiers, names, point, seed_of, telecoms
from .xml import Node

ACTS = (
    "act",
    "observation",
    "organizer",
    "procedure",
    "encounter",
    "substanceAdministration",
    "supply",
    "observationMedia",
    "regionOfInterest",
)
C = "2.16.840.1.113883.10.20.22.4."  # where the templates of C-CDA's entries begin
TERMS = "http://terminology.hl7.org/CodeSystem/"


@dataclass(kw_only=True)
class Reading:
    """One document while it is read."""

    to: Gathering
    texts: Texts
    document: str  # what the document is called; in the seed of what has no id of its own
    zone: str = ""  # of its own moment, for those that name none
    date: str = ""  # of the document
    author: Json = field(default_factory=dict[str, Any])  # reference or display
    encounter: Json | None = None
    section: str = ""  # its title, for notes
    count: int = 0

    def seed(self, node: Node) -> str:
        """What an entry is called: by its own id, else by its place."""
        self.count += 1
        return seed_of(node) or f"{self.document} {self.section} {self.count}"

    def concept(self, node: Node | None) -> Json | None:
        """A code as a concept."""
        return concept(node, self.texts)

    def point(self, node: Node | None) -> str:
        """A moment."""
        return point(node, self.zone)

    def keep(self, node: Node, resource: Json) -> Json:
        """Keep what one entry became; returns a reference."""
        own = identifiers(node)
        comments = [{"text": text} for text in self.comments(node)]
        type = resource["resourceType"]
        if own and type not in ("Provenance",):
            resource.setdefault("identifier", own)
        if comments and type in NOTED:
            resource["note"] = [*resource.get("note", []), *comments]
        return self.to.add(resource, self.seed(node))

    def note(self, reason: str) -> None:
        """Say that something of this section was not understood."""
        self.to.note(self.section, reason)

    def comments(self, node: Node) -> list[str]:
        """Comments beside an entry."""
        return [
            text
            for inner in related(node)
            if is_a(inner, "64") and (text := self.texts.of(inner.one("text")))
        ]

    def author_of(self, node: Node) -> tuple[Json | None, str]:
        """Who wrote an entry, and when."""
        author = node.one("author")
        if author is None:
            return None, ""
        who = practitioner(self, author.one("assignedAuthor"))
        return who, self.point(author.one("time"))

    def performers(self, node: Node) -> list[Json]:
        """Who did it."""
        found = [practitioner(self, it.one("assignedEntity")) for it in node.all("performer")]
        return [who for who in found if who]


NOTED = frozenset(
    [
        "Condition",
        "AllergyIntolerance",
        "MedicationStatement",
        "MedicationRequest",
        "Immunization",
        "Procedure",
        "Observation",
        "ServiceRequest",
        "Goal",
        "MedicationDispense",
        "FamilyMemberHistory",
        "Device",
        "CareTeam",
    ]
)


def is_a(node: Node, *templates: str) -> bool:
    """It is written by one of these templates of C-CDA's entries."""
    own = node.templates()
    return any(C + template in own for template in templates)


def related(node: Node, kind: str = "") -> Iterator[Node]:
    """The acts that an entry relates to, or consists of."""
    for relation in (*node.all("entryRelationship"), *node.all("component")):
        if not kind or relation.get("typeCode") == kind:
            yield from act_in(relation)


def act_in(node: Node) -> Iterator[Node]:
    """The act of an entry, a relation or a component."""
    return (inner for inner in node.nodes() if inner.tag in ACTS)


def coded(system: str, code: str, display: str = "") -> Json:
    """A concept of one code of HL7's own terminology."""
    coding = {"system": TERMS + system, "code": code}
    return {"coding": [coding | {"display": display} if display else coding]}


def status_of(node: Node) -> str:
    """Its statusCode."""
    found = node.one("statusCode")
    return found.get("code") if found else ""


def is_negated(node: Node) -> bool:
    """It says that it is not so."""
    return node.get("negationInd").lower() == "true"


def practitioner(reading: Reading, node: Node | None) -> Json | None:
    """A reference to a professional, device or organization; their resource is kept beside."""
    if node is None:
        return None
    person = node.one("assignedPerson")
    if person is None:
        device = node.one("assignedAuthoringDevice")
        if device is not None:
            shown = [device.one("softwareName"), device.one("manufacturerModelName")]
            words = [w for it in shown if it and (w := it.text() or it.get("displayName"))]
            return {"display": words[0]} if words else None
        return organization(reading, node.one("representedOrganization"))
    who = {
        "resourceType": "Practitioner",
        "identifier": identifiers(node),
        "name": names(person),
        "telecom": telecoms(node),
        "address": addresses(node),
    }
    if not who["identifier"] and not who["name"]:
        return None
    seed = seed_of(node) or repr(who["name"])
    reference = reading.to.add(who, seed, is_shared=True)
    shown = " ".join(filter(None, [t.text() for n in person.all("name")[:1] for t in n.nodes()]))
    return {**reference, "display": shown} if shown else reference


def organization(reading: Reading, node: Node | None) -> Json | None:
    """A reference to an organization, kept beside; only its name where that is all."""
    if node is None:
        return None
    name = next((t for n in node.all("name") if (t := n.text())), "")
    own = identifiers(node)
    if not own and not name:
        return None
    told = {
        "resourceType": "Organization",
        "identifier": own,
        "name": name,
        "telecom": telecoms(node),
        "address": [
            {k: v for k, v in a.items() if k != "use" or v != "home"} for a in addresses(node)
        ],
    }
    reference = reading.to.add(told, seed_of(node) or name, is_shared=True)
    return {**reference, "display": name} if name else reference
