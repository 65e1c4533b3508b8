import { Award, BadgeCheck, IdCard, type LucideIcon, Stethoscope } from "lucide-react";
import { type Language, language, t } from "../../kit/text";

export type Kind = "licence" | "badge" | "membership";
export type State = "valid" | "revoked" | "suspended" | "expired" | "early";
export type Claims = Readonly<Record<string, unknown>>;

/** A credential as its holder sees it. */
export interface Credential {
  readonly id: string;
  readonly kind: Kind | null;
  readonly vct: string;
  readonly issuer: string;
  readonly is_here: boolean;
  readonly claims: Claims;
  readonly state: State;
  readonly since: string;
  readonly until: string;
  readonly received_at: string;
  readonly has_file: boolean;
  /** It is shown whole or not at all. */
  readonly is_document: boolean;
  /** Its issuer's licences count here. */
  readonly is_trusted: boolean;
}

/** A link that shows some claims for a while. */
export interface Link {
  readonly id: string;
  readonly credential: string;
  readonly claims: readonly string[];
  readonly expires_at: string;
  readonly opened: number;
}

export interface NewLink extends Link {
  readonly address: string;
  /** SVG. */
  readonly qr: string;
}

/** That something was shown. */
export interface Shown {
  readonly id: string;
  readonly credential: string;
  readonly at: string;
  readonly to: string;
  readonly how: "link" | "request" | "file" | "app";
  readonly claims: readonly string[];
}

/** One line of the register of what the house issued. */
export interface Issued {
  readonly id: string;
  readonly kind: Kind;
  readonly account: string;
  readonly name: string;
  readonly claims: Claims;
  readonly state: "valid" | "revoked" | "suspended";
  readonly since: string;
  readonly until: string;
  readonly issued_at: string;
  readonly copies: number;
}

export const kindIcons: Record<Kind, LucideIcon> = {
  licence: Stethoscope,
  badge: Award,
  membership: IdCard,
};

export function iconOf(kind: Kind | null): LucideIcon {
  return kind ? kindIcons[kind] : BadgeCheck;
}

const BADGES = ["OpenBadgeCredential", "AchievementCredential"];
const VCT = /^urn:asklepion:credential:(licence|badge|membership):1$/;

/** The kind of a type that credentials name. */
export function kindOf(vct: string): Kind | null {
  if (BADGES.includes(vct)) return "badge";
  return (VCT.exec(vct)?.[1] as Kind | undefined) ?? null;
}

/** Whoever issued it, as people read it; a key that names itself has no name to be read. */
export function issuerOf(issuer: string, isHere: boolean): string {
  if (isHere) return t("identity.cards.issuer.here");
  if (issuer.startsWith("did:web:")) return decodeURIComponent(issuer.slice(8).split(":")[0] ?? "");
  return issuer.startsWith("https://") ? new URL(issuer).host : t("identity.cards.issuer.unknown");
}

/** What a claim is called. */
export function nameOfClaim(name: string): string {
  const key = `identity.cards.claim.${name}`;
  const words = t(key);
  return words === key ? name.replace(/_/g, " ") : words;
}

const intl: Partial<Record<string, (language: Language, value: string) => string | undefined>> = {
  region: (to, value) => {
    const [country = "", part] = value.split("-");
    const name = new Intl.DisplayNames([to], { type: "region" }).of(country);
    return part ? `${name ?? country} (${part})` : name;
  },
  languages: (to, value) => new Intl.DisplayNames([to], { type: "language" }).of(value),
};

function oneWord(name: string, value: unknown): string {
  if (typeof value === "object" && value !== null) {
    const told = value as Claims;
    return String(told.display ?? told.name ?? Object.values(told).join(", "));
  }
  const text = String(value);
  try {
    return intl[name]?.(language.get(), text) ?? text;
  } catch {
    return text; // no code that this browser knows
  }
}

/** A claim's value as people read it. */
export function wordsOf(name: string, value: unknown): string {
  if (!Array.isArray(value)) return oneWord(name, value);
  const words = value.map((each) => oneWord(name, each));
  return new Intl.ListFormat(language.get(), { type: "unit" }).format(words);
}

/** Claims in the order in which people read them. */
const ORDER = [
  ...["name", "speciality", "achievement", "organisation", "role"],
  ...["registration_number", "number", "region", "languages"],
];

export function inOrder(claims: Claims): [string, unknown][] {
  const place = (name: string): number => {
    const at = ORDER.indexOf(name);
    return at < 0 ? ORDER.length : at;
  };
  return Object.entries(claims).sort(([a], [b]) => place(a) - place(b));
}

/** What stands large on a card. */
export function headline(kind: Kind | null, claims: Claims): string {
  const first = { licence: "speciality", badge: "achievement", membership: "organisation" };
  const name = kind ? first[kind] : "name";
  return claims[name] === undefined ? "" : wordsOf(name, claims[name]);
}

const KINDS: readonly (Kind | null)[] = ["licence", "badge", "membership", null];

/** What stands before what does not, licences before the rest, the newest first. */
export function licencesFirst(cards: readonly Credential[]): readonly Credential[] {
  const place = (card: Credential): number =>
    KINDS.indexOf(card.kind) + (card.state === "valid" ? 0 : KINDS.length);
  return [...cards].sort((a, b) => place(a) - place(b));
}
