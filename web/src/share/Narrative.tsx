import { createElement, Fragment, type ReactNode } from "react";

/** What of a narrative is drawn; everything else is left out, its text is kept. */
const TAGS = new Set(
  "p div span b strong em i u br hr ul ol li dl dt dd table thead tbody tfoot tr th td h1 h2 h3 h4 h5 h6 blockquote small sub sup pre code caption".split(
    " ",
  ),
);
const DROPPED = new Set(["script", "style", "img", "object", "iframe", "svg", "math"]);
const DEPTH_MOST = 60;

/** A narrative that somebody else wrote, drawn anew tag by tag: nothing in it can act. */
export function Narrative({ xhtml }: { xhtml: string }) {
  const parsed = new DOMParser().parseFromString(xhtml, "text/html");
  return <div className="narrative">{drawn(parsed.body, 0)}</div>;
}

function drawn(node: Node, depth: number): ReactNode {
  if (depth > DEPTH_MOST) return null;
  return [...node.childNodes].map((child, at) => {
    if (child.nodeType === Node.TEXT_NODE) return child.textContent;
    if (child.nodeType !== Node.ELEMENT_NODE) return null;
    const tag = child.nodeName.toLowerCase();
    if (DROPPED.has(tag)) return null;
    const key = `${tag}${at}`;
    const inner = drawn(child, depth + 1);
    if (!TAGS.has(tag)) return <Fragment key={key}>{inner}</Fragment>;
    if (tag === "br" || tag === "hr") return createElement(tag, { key });
    return createElement(tag, { key }, inner);
  });
}
