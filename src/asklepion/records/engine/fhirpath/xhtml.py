"""What may stand in a narrative. Source: https://hl7.org/fhir/R4/narrative.html#xhtml"""

import re
from html.entities import html5
from xml.parsers import expat

_TAGS = """
    a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2
    h3 h4 h5 h6 hr i img li ol p pre q samp small span strong sub sup table tbody td tfoot th
    thead tr tt ul var
"""
TAGS = frozenset(_TAGS.split())
_ATTRIBUTES = """
    abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign
    char charoff charset cite class colspan compact coords dir frame headers height href
    hreflang hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src
    start style summary tabindex title type valign value vspace width xml:lang xmlns
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
SCRIPT = re.compile(r"^\s*(?:javascript|vbscript|data:text)", re.IGNORECASE)
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
DEPTH_MOST = 200


class _Unsafe(Exception):
    pass


def is_safe(text: str) -> bool:
    """True for well-formed XHTML without anything active, and with some text or image in it."""
    parser = expat.ParserCreate()
    depth = 0
    says = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, says
        depth += 1
        if depth > DEPTH_MOST or name.rpartition(":")[2] not in TAGS:
            raise _Unsafe
        for key, value in attributes.items():
            known = key in ATTRIBUTES or key.startswith("xmlns:")
            if not known or SCRIPT.match(value):
                raise _Unsafe
        says = says or name == "img"

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def said(data: str) -> None:
        nonlocal says
        says = says or bool(data.strip())

    def refuse(*_: object) -> None:
        raise _Unsafe

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(ENTITY.sub(_resolved, text), True)
    except (_Unsafe, expat.ExpatError, ValueError):
        return False
    return says


def _resolved(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in XML_ENTITIES else html5.get(name + ";", match[0])
