import { useCallback, useEffect, useState } from "react";
import { api } from "../kit/api";
import type { AccessEntry, AccessGroup, Kind } from "./access";

/** Groups that one press brings. */
const WANTED = 20;

export interface Wish {
  readonly kinds: readonly Kind[];
  /** An account, or nobody in particular. */
  readonly actor: string;
  /** One day, such as 2026-03-01, or any. */
  readonly day: string;
  readonly text: string;
  /** From one moment to another, as an emergency lasted; it goes before the day. */
  readonly span?: { readonly since: string; readonly until: string };
}

export const EVERYTHING: Wish = {
  kinds: ["looked", "changed", "allowed", "refused"],
  actor: "",
  day: "",
  text: "",
};

interface Part {
  readonly groups: readonly AccessGroup[];
  /** Where the next part goes on; null when this was the last. */
  readonly next: number | null;
}

export interface Groups extends Part {
  readonly isWaiting: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly again: () => void;
}

/** How far this clock is ahead of UTC [minutes]. */
export function zone(): number {
  return -new Date().getTimezoneOffset();
}

/** What a list is asked with. */
export function query(wish: Wish, before: number | null): string {
  const asked = new URLSearchParams({ count: String(WANTED), zone: String(zone()) });
  asked.set("kinds", wish.kinds.join(","));
  if (wish.actor) asked.set("actor", wish.actor);
  if (wish.text) asked.set("text", wish.text);
  if (wish.span) {
    asked.set("since", wish.span.since);
    asked.set("until", wish.span.until);
  } else if (wish.day) {
    const first = new Date(`${wish.day}T00:00:00`);
    const end = new Date(first);
    end.setDate(first.getDate() + 1);
    asked.set("since", first.toISOString());
    asked.set("until", end.toISOString());
  }
  if (before !== null) asked.set("before", String(before));
  return asked.toString();
}

/** Two pages as one list: a day that was cut in the middle goes on in the groups it began with. */
export function joined(
  old: readonly AccessGroup[],
  more: readonly AccessGroup[],
): readonly AccessGroup[] {
  const groups = new Map(old.map((it) => [`${it.day} ${it.key}`, it]));
  for (const it of more) {
    const name = `${it.day} ${it.key}`;
    const known = groups.get(name);
    groups.set(
      name,
      known ? { ...known, count: known.count + it.count, first_at: it.first_at } : it,
    );
  }
  return [...groups.values()];
}

const NOTHING: Part = { groups: [], next: null };

/** The groups read so far, newest first; read anew whenever something else is wished for. */
export function useGroups(patient: string, wish: Wish): Groups {
  const [held, setHeld] = useState<Part>(NOTHING);
  const [isWaiting, setWaiting] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);

  const read = useCallback(
    async (before: number | null, isWanted: () => boolean): Promise<void> => {
      setWaiting(true);
      setError(null);
      try {
        const path = `/api/records/patients/${patient}/accesses/groups?${query(wish, before)}`;
        const part = await api.get<Part>(path);
        if (!isWanted()) return;
        setHeld((old) =>
          before === null ? part : { ...part, groups: joined(old.groups, part.groups) },
        );
      } catch (failure) {
        if (isWanted()) setError(failure);
      } finally {
        if (isWanted()) setWaiting(false);
      }
    },
    [patient, wish],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: read again at each turn
  useEffect(() => {
    let isWanted = true;
    setHeld(NOTHING);
    void read(null, () => isWanted);
    return () => {
      isWanted = false;
    };
  }, [read, turn]);

  return {
    ...held,
    isWaiting,
    error,
    more: () => void read(held.next, () => true),
    again: () => setTurn(turn + 1),
  };
}

interface Lines {
  readonly entries: readonly AccessEntry[];
  readonly next: number | null;
}

/** The lines of one group, some at a time, newest first. */
export async function readLines(
  patient: string,
  group: AccessGroup,
  before: number | null,
): Promise<Lines> {
  const more = before === null ? "" : `&before=${before}`;
  const path = `/api/records/patients/${patient}/accesses/${group.newest.id}/alike`;
  return api.get<Lines>(`${path}?count=${WANTED}&zone=${zone()}${more}`);
}
