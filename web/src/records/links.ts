/** A link that the patient gave away, as the house lists it; nothing in it opens anything. */
export interface Link {
  readonly id: string;
  readonly label: string;
  readonly state: "open" | "expired" | "revoked" | "used" | "locked";
  readonly made_at: string;
  readonly until: string;
  readonly opens_most: number;
  readonly opens: number;
  readonly has_passcode: boolean;
  readonly kinds: readonly Kind[];
  readonly openings: readonly Opening[];
}

export interface Opening {
  readonly at: string;
  readonly recipient: string;
  readonly is_opened: boolean;
}

/** A new link, told this once: the house does not keep its key. */
export interface Given {
  readonly link: Link;
  readonly shlink: string;
  readonly url: string;
  /** SVG. */
  readonly qr: string;
}

export type Kind = "summary" | "pdf" | "record";
export const kinds: readonly Kind[] = ["summary", "pdf", "record"];

export type Span = "hour" | "day" | "week" | "month";
export const spans: Readonly<Record<Span, number>> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};

/** How a link is to be, as the three steps put it together. */
export interface Wish {
  readonly kinds: readonly Kind[];
  readonly span: Span;
  readonly opens_most: number;
  readonly passcode: string;
  readonly label: string;
}

/** Six digits, drawn evenly. */
export function newPasscode(): string {
  const drawn = crypto.getRandomValues(new Uint32Array(6));
  return [...drawn].map((n) => n % 10).join("");
}

/** What the house is asked for. */
export function bodyOf(wish: Wish, language: string, now: number): object {
  return {
    until: new Date(now + spans[wish.span]).toISOString(),
    label: wish.label.trim(),
    passcode: wish.passcode,
    opens_most: wish.opens_most,
    files: wish.kinds,
    language,
  };
}
