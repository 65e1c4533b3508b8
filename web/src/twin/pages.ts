import { useCallback, useEffect, useState } from "react";
import { api } from "../kit/api";
import { useStore } from "../kit/store";
import { headersOf, type Subject } from "../records/subject";
import type { Entry, Timeline } from "../wire/twin";
import { opened, pathOf } from "./opened";
import { useTwin, withParams } from "./use";

export interface Pages {
  readonly entries: readonly Entry[];
  readonly isWaiting: boolean;
  readonly error: unknown;
  /** Whether there is more before what is shown. */
  readonly hasEarlier: boolean;
  /** Whether every list of the record was read to its end. */
  readonly isWhole: boolean;
  readonly isLoading: boolean;
  readonly earlier: () => void;
  readonly again: () => void;
}

interface Older {
  readonly epoch: number;
  readonly entries: readonly Entry[];
  readonly before: string | null;
}

/** The timeline page by page, newest first; what is new comes in at the top. */
export function usePages(who: Subject): Pages {
  const epoch = useStore(opened.epoch);
  const first = useTwin<Timeline>(who, "timeline");
  const [older, setOlder] = useState<Older | null>(null);
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const known = older?.epoch === epoch ? older : null;
  const before = known ? known.before : (first.value?.before ?? null);

  useEffect(() => {
    if (older && older.epoch !== epoch) setOlder(null); // nothing of what was closed is kept
  }, [older, epoch]);

  const earlier = useCallback(() => {
    if (!before || isLoading) return;
    setLoading(true);
    setError(undefined);
    api
      .get<Timeline>(withParams(pathOf(who, "timeline"), { before }), undefined, headersOf(who))
      .then((page) => {
        if (opened.epoch.get() !== epoch) return;
        setOlder((had) => ({
          epoch,
          entries: [...(had?.epoch === epoch ? had.entries : []), ...page.entries],
          before: page.before,
        }));
      }, setError)
      .finally(() => setLoading(false));
  }, [before, isLoading, who, epoch]);

  return {
    entries: join(first.value?.entries ?? [], known?.entries ?? []),
    isWaiting: first.isWaiting,
    error: first.error ?? error,
    hasEarlier: first.value !== undefined && before !== null,
    isWhole: first.value?.is_whole ?? true,
    isLoading,
    earlier,
    again: first.again,
  };
}

/** Put pages after one another; what stands in both is shown once. */
export function join(newer: readonly Entry[], older: readonly Entry[]): readonly Entry[] {
  const seen = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !seen.has(id))];
}
