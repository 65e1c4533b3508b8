"""XML of others: read into plain nodes, within bounds, without anything that XML can do besides."""

import re
from collections.abc import Iterator
from typing import Union

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ..model import Unreadable

NODES_MOST = 150_000
DEPTH_MOST = 150
BLOCK = 64 * 1024
HL7 = "{urn:hl7-org:v3}"
SDTC = "{urn:hl7-org:sdtc}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*encoding\s*=\s*["'](gb18030|gbk|gb2312)["'][^>]*\?>""", re.I
)

Child = Union["Node", str]


class Node:
    """An element: HL7's own names plain, those of its extension as `sdtc:name`."""

    __slots__ = ("attrs", "children", "tag")

    def __init__(self, tag: str, attrs: dict[str, str]) -> None:
        self.tag = tag
        self.attrs = attrs
        self.children: list[Child] = []

    def get(self, name: str) -> str:
        """An attribute; empty where it is not there."""
        return self.attrs.get(name, "").strip()

    def nodes(self) -> Iterator["Node"]:
        """The elements in it."""
        return (child for child in self.children if isinstance(child, Node))

    def all(self, tag: str) -> list["Node"]:
        """The elements in it of one name."""
        return [child for child in self.nodes() if child.tag == tag]

    def one(self, *path: str) -> "Node | None":
        """The first element along a path."""
        found: Node | None = self
        for tag in path:
            found = next((n for n in found.nodes() if n.tag == tag), None) if found else None
        return found

    def each(self, *path: str) -> list["Node"]:
        """Every element along a path."""
        found: list[Node] = [self]
        for tag in path:
            found = [inner for node in found for inner in node.all(tag)]
        return found

    def text(self) -> str:
        """All the text in it, with single blanks."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        stack: list[Child] = [self]
        while stack:
            child = stack.pop()
            if isinstance(child, str):
                yield child
            else:
                if child.tag in ("br", "td", "th", "tr", "item", "paragraph", "content"):
                    yield " "
                stack.extend(reversed(child.children))

    def walk(self) -> Iterator["Node"]:
        """It, and every element inside it, in order."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(list(node.nodes())))

    @property
    def is_null(self) -> bool:
        """It says that it says nothing."""
        return bool(self.get("nullFlavor"))

    def templates(self) -> frozenset[str]:
        """By which templates it is written."""
        return frozenset(node.get("root") for node in self.all("templateId"))


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._count += 1
        if self._count > NODES_MOST or len(self._open) >= DEPTH_MOST:
            raise Unreadable("is an XML document of too many, or too deeply nested elements")
        node = Node(_plain(tag), {_plain(name): value for name, value in attrs.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, tag: str) -> None:
        self._open.pop()

    def data(self, data: str) -> None:
        if self._open:
            self._open[-1].children.append(data)

    def close(self) -> Node | None:
        return self.root


def _plain(name: str) -> str:
    if name.startswith(SDTC):
        return "sdtc:" + name.removeprefix(SDTC)
    return name.removeprefix(HL7).removeprefix(XSI)


def parse(text: bytes) -> Node:
    """The root of an XML document.

    Raises:
        Unreadable: it is not well formed, holds a DTD, or is beyond all bounds.
    """
    builder = _Builder()
    if declared := DECLARED.match(text):  # which expat does not know
        try:
            text = text[declared.end() :].decode("gb18030").encode()
        except UnicodeError as error:
            raise Unreadable("is not in the characters that it names") from error
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        for at in range(0, len(text), BLOCK):
            parser.feed(text[at : at + BLOCK])
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable("is XML with a DTD or entities, which are not taken") from error
    except Unreadable:
        raise
    except (SyntaxError, ValueError, LookupError) as error:  # ParseError is a SyntaxError
        raise Unreadable("is no well-formed XML") from error
    if builder.root is None:
        raise Unreadable("is no well-formed XML")
    return builder.root
