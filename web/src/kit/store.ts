import { useSyncExternalStore } from "react";

/** One value that many may watch. */
export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  get = (): T => this.value;

  set(next: T): void {
    if (Object.is(next, this.value)) return;
    this.value = next;
    for (const tell of [...this.listeners]) tell();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }

  /** Be told after every change; call the answer to stop. */
  subscribe = (tell: () => void): (() => void) => {
    this.listeners.add(tell);
    return () => {
      this.listeners.delete(tell);
    };
  };
}

/** The store's value, drawn again whenever it changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
