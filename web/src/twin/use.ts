import { useEffect, useLayoutEffect, useRef } from "react";
import { api } from "../kit/api";
import { type Asked, useAsked } from "../kit/asked";
import { type Store, useStore } from "../kit/store";
import { headersOf, type Subject } from "../records/subject";
import type { Body, Vital } from "../wire/twin";
import { type Answer, opened, pathOf } from "./opened";
import type { Strip } from "./waves/Strip";

/** Whose record stands open; null where none does. */
export function useOpened(): Subject | null {
  useLayoutEffect(() => opened.use(), []); // before the first picture: nothing flickers
  return useStore(opened.who);
}

export interface Shown<T> extends Answer<T> {
  readonly isWaiting: boolean;
  readonly again: () => void;
}

function useShown<T>(store: Store<Answer<T>>): Shown<T> {
  const answer = useStore(store);
  const isWaiting = answer.value === undefined && answer.error === undefined;
  return { ...answer, isWaiting, again: () => opened.refresh() };
}

export function useBody(): Shown<Body> {
  return useShown(opened.body);
}

export function useVitals(): Shown<readonly Vital[]> {
  return useShown(opened.vitals);
}

export function useWaves(): readonly Strip[] {
  return [...useStore(opened.waves).values()];
}

/**
 * An answer of one panel: dropped at once when the record closes, asked again when it grows, or
 * whenever another count goes on.
 */
export function useTwin<T>(
  who: Subject,
  what: string,
  more: Readonly<Record<string, string>> = {},
  count: Store<number> = opened.revision,
): Asked<T> {
  const epoch = useStore(opened.epoch);
  const revision = useStore(count);
  const asked = useAsked(
    (signal) => api.get<T>(withParams(pathOf(who, what), more), signal, headersOf(who)),
    [who.patient, who.purpose, who.visit, what, more, epoch],
  );
  const { again } = asked;
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current !== revision) again();
    seen.current = revision;
  }, [revision, again]);
  return asked;
}

export function withParams(path: string, params: Readonly<Record<string, string>>): string {
  const more = new URLSearchParams(params).toString();
  if (!more) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${more}`;
}
