import { useCallback, useEffect, useState } from "react";
import { api } from "../kit/api";
import { type AccessEntry, isDevice } from "./access";

/** Lines that one press brings. */
const WANTED = 30;
/** Entries asked for at once where most of them may be a device's. */
const MANY = 500;
/** Pages read for one press at most, when nothing but devices' entries comes. */
const MOST_PAGES = 8;

export interface Accesses {
  readonly entries: readonly AccessEntry[];
  readonly isWaiting: boolean;
  readonly hasMore: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly again: () => void;
}

interface Part {
  readonly entries: readonly AccessEntry[];
  /** Where the next part goes on; null when this was the last. */
  readonly before: number | null;
}

/** The entries before a number, newest first: enough to fill a page. */
async function readPart(
  patient: string,
  before: number | null,
  withDevices: boolean,
): Promise<Part> {
  const count = withDevices ? WANTED : MANY;
  const entries: AccessEntry[] = [];
  let at = before;
  for (let page = 0; page < MOST_PAGES && entries.length < WANTED; page += 1) {
    const query = at === null ? `count=${count}` : `count=${count}&before=${at}`;
    const path = `/api/records/patients/${patient}/accesses?${query}`;
    const found = await api.get<readonly AccessEntry[]>(path);
    entries.push(...found.filter((entry) => withDevices || !isDevice(entry)));
    at = found.at(-1)?.number ?? null;
    if (found.length < count) return { entries, before: null };
  }
  return { entries, before: at };
}

const NOTHING: Part = { entries: [], before: null };

/** The entries read so far, newest first; what home devices write only where it is wanted. */
export function useAccesses(patient: string, withDevices: boolean): Accesses {
  const [held, setHeld] = useState<Part>(NOTHING);
  const [isWaiting, setWaiting] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);

  const read = useCallback(
    async (before: number | null, isWanted: () => boolean): Promise<void> => {
      setWaiting(true);
      setError(null);
      try {
        const part = await readPart(patient, before, withDevices);
        if (!isWanted()) return;
        setHeld((old) =>
          before === null ? part : { ...part, entries: [...old.entries, ...part.entries] },
        );
      } catch (failure) {
        if (isWanted()) setError(failure);
      } finally {
        if (isWanted()) setWaiting(false);
      }
    },
    [patient, withDevices],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: read again at each turn
  useEffect(() => {
    let isWanted = true;
    void read(null, () => isWanted);
    return () => {
      isWanted = false;
    };
  }, [read, turn]);

  return {
    entries: held.entries,
    isWaiting,
    hasMore: held.before !== null,
    error,
    more: () => void read(held.before, () => true),
    again: () => setTurn(turn + 1),
  };
}
