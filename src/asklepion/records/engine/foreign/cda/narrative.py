"""The narrative of a section as XHTML that is safe. Source: CDA R2, 4.3.5."""

from html import escape

from .xml import Node

TAGS = {
    "paragraph": "p",
    "content": "span",
    "list": "ul",
    "item": "li",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tfoot": "tfoot",
    "tr": "tr",
    "td": "td",
    "th": "th",
    "caption": "caption",
    "sub": "sub",
    "sup": "sup",
    "br": "br",
    "linkHtml": "span",
    "footnote": "span",
    "col": "col",
    "colgroup": "colgroup",
}
STYLES = {"Bold": "b", "Italics": "i", "Underline": "u"}
SPANS = ("colspan", "rowspan")
XHTML = "http://www.w3.org/1999/xhtml"


def div_of(text: Node | None) -> str:
    """The narrative as a div; empty where it says nothing."""
    if text is None or not text.text():
        return ""
    return f'<div xmlns="{XHTML}">{_inside(text)}</div>'


def _inside(node: Node) -> str:
    """Depth is bounded where the document is read."""
    parts: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(escape(_printable(child), quote=False))
            continue
        tag = TAGS.get(child.tag)
        if child.tag == "list" and child.get("listType") == "ordered":
            tag = "ol"
        if child.tag == "caption" and node.tag != "table":
            tag = "b"
        inner = _inside(child)
        if tag in ("br", "col"):
            parts.append(f"<{tag}/>")
        elif tag:
            spans = "".join(f' {s}="{int(v)}"' for s in SPANS if (v := child.get(s)).isdecimal())
            parts.append(f"<{tag}{spans}>{_styled(child, inner)}</{tag}>")
        else:
            parts.append(inner)
    return "".join(parts)


def _styled(node: Node, inner: str) -> str:
    for code in node.get("styleCode").split():
        if (tag := STYLES.get(code)) and tag != "u":
            inner = f"<{tag}>{inner}</{tag}>"
    return inner


def _printable(text: str) -> str:
    return "".join(c for c in text if c >= " " or c in "\n\t")
