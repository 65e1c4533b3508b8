import { type Choice, type Kind, kindOf, NOTHING_SAID } from "./model";

/** What a choice is about, as one chooses it in pictures. */
export type Mode = "all" | "kinds" | "delicate" | "author" | "fact";
export type Step = "kind" | "who" | "what" | "terms" | "check";

/** A choice while it is being made. */
export interface Draft {
  readonly kind: Kind | null;
  /** Of whom: every clinician; of what is hidden: everybody. Null: not said yet. */
  readonly isEveryone: boolean | null;
  readonly mode: Mode | null;
  readonly choice: Choice;
}

const STEPS: Record<Kind, readonly Step[]> = {
  share: ["kind", "who", "what", "terms", "check"],
  research: ["kind", "who", "what", "terms", "check"],
  hide: ["kind", "what", "who", "check"],
  help: ["kind"],
};

export const NEW_DRAFT: Draft = {
  kind: null,
  isEveryone: null,
  mode: null,
  choice: NOTHING_SAID,
};

export function stepsOf({ kind }: Draft): readonly Step[] {
  return kind ? STEPS[kind] : ["kind"];
}

/** Begin anew, of one kind. What is hidden stays open to an emergency until she says otherwise. */
export function ofKind(kind: Kind): Draft {
  const choice: Choice =
    kind === "hide"
      ? { ...NOTHING_SAID, effect: "deny", but_emergency: true }
      : { ...NOTHING_SAID, purposes: [kind === "research" ? "HRESCH" : "TREAT"] };
  return { ...NEW_DRAFT, kind, choice };
}

/** Go on from what was said before; its end is chosen anew where it has passed. */
export function fromChoice(choice: Choice, now: number): Draft {
  const isPast = choice.until !== null && new Date(choice.until).getTime() <= now;
  return {
    kind: kindOf(choice),
    isEveryone: choice.actors.length === 0,
    mode: modeOf(choice),
    choice: { ...choice, from: null, until: isPast ? null : choice.until },
  };
}

function modeOf({ things, authors, labels, categories }: Choice): Mode {
  if (things.length > 0) return "fact";
  if (authors.length > 0) return "author";
  if (labels.length > 0) return "delicate";
  return categories.length > 0 ? "kinds" : "all";
}

/** Where one begins: at the first question that is open. */
export function firstStep(draft: Draft): Step {
  if (!draft.kind) return "kind";
  return draft.kind === "hide" ? "who" : "terms";
}

/** What was chosen in another way is dropped. What somebody wrote means notes. */
export function withMode(draft: Draft, mode: Mode): Draft {
  const { choice } = draft;
  const empty = { categories: [], labels: [], things: [], authors: [] };
  const categories = mode === "author" ? ["notes"] : [];
  return { ...draft, mode, choice: { ...choice, ...empty, categories } };
}

export function withEveryone(draft: Draft, isEveryone: boolean): Draft {
  const { choice, kind } = draft;
  const isWritten = kind === "hide" && isEveryone && choice.authors.length > 0;
  return {
    ...draft,
    isEveryone,
    choice: {
      ...choice,
      actors: isEveryone ? [] : choice.actors,
      but: isWritten
        ? [...new Set([...choice.but, ...choice.authors])]
        : isEveryone
          ? choice.but
          : [],
    },
  };
}

/** Whether the question of this step is answered. */
export function isAnswered(step: Step, { kind, isEveryone, mode, choice }: Draft): boolean {
  switch (step) {
    case "kind":
      return kind !== null;
    case "who":
      return isEveryone === true || (isEveryone === false && choice.actors.length > 0);
    case "what":
      return mode !== null && hasWhat(mode, choice) && isInOrder(choice);
    case "terms":
      return choice.purposes.length > 0;
    case "check":
      return true;
    default:
      step satisfies never;
      return false;
  }
}

function hasWhat(mode: Mode, { categories, labels, things, authors }: Choice): boolean {
  const lists = { all: [""], kinds: categories, delicate: labels, author: authors, fact: things };
  return lists[mode].length > 0;
}

function isInOrder({ made_from, made_until }: Choice): boolean {
  return !made_from || !made_until || made_from <= made_until;
}

/** Ends that one chooses with one press, seen from `now`. */
export const ENDS = ["today", "week", "year", "open"] as const;
export type End = (typeof ENDS)[number];

export function endOf(end: End, now: number): string | null {
  const at = new Date(now);
  switch (end) {
    case "today":
      at.setHours(23, 59, 0, 0);
      return at.toISOString();
    case "week":
      return new Date(now + 7 * 86_400_000).toISOString();
    case "year":
      at.setFullYear(at.getFullYear() + 1);
      return at.toISOString();
    case "open":
      return null;
    default:
      end satisfies never;
      return null;
  }
}

export function toggled(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list.filter((it) => it !== one) : [...list, one];
}
