import { ApiError, ask } from "../../kit/api";
import { session } from "../../kit/session";
import { Store } from "../../kit/store";
import { t } from "../../kit/text";
import type { FileState } from "../../records/FileParts";
import { linesOf } from "../../records/import";
import { undo } from "../../records/sheets";

/** One line of the house's account of a file; the counts are those so far. */
export interface FileStep {
  readonly kind: "progress" | "done" | "failed";
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Of these: were here, were deleted, and stay away. */
  readonly deleted?: number;
  readonly by_kind: Readonly<Record<string, number>>;
  readonly unknown: Readonly<Record<string, number>>;
  /** What, why in a word, and how often. */
  readonly refused: readonly (readonly [string, string, number])[];
  /** When the earliest and the latest of the readings were taken. */
  readonly first?: string | null;
  readonly last?: string | null;
  /** What it is taken back by; empty where it cannot be. */
  readonly batch?: string;
  readonly bytes_done: number;
  readonly bytes_total: number;
  readonly reason: string;
}

/** One file on its way in. */
export interface Bringing {
  readonly id: number;
  readonly file: File;
  /** `found`: looked through, and not kept yet. */
  readonly state: Exclude<FileState, "gathering">;
  /** What it brought; until it is kept, what it would bring. */
  readonly step: FileStep | null;
  /** How many readings were taken back. */
  readonly undone: number;
  readonly error: unknown;
}

/** Everything brought since the page was opened; it goes on while other panels are looked at. */
export const bringings = new Store<readonly Bringing[]>([]);
const stops = new Map<number, AbortController>();
let owner = session.get().me?.account ?? ""; // this part may come long after the sign-in
let count = 0;
let running = Promise.resolve();

// Whoever comes next sees nothing of it, and nothing of it goes into another's record. A session
// that ran out is no such change: the same person may come back to it.
session.subscribe(() => {
  const { state, me } = session.get();
  const now = me?.account ?? (state === "stranger" ? "" : owner);
  if (now === owner) return;
  owner = now;
  for (const each of stops.values()) each.abort();
  bringings.set([]);
});

/** Look through files, one after the other; nothing is kept. Resolves when these are through. */
export function bring(files: readonly File[]): Promise<void> {
  for (const file of files) {
    count += 1;
    const id = count;
    const waiting = { id, file, state: "waiting", step: null, undone: 0, error: null } as const;
    bringings.update((all) => [...all, waiting]);
    enqueue(id, () => send(id, file, false, "found"));
  }
  return running;
}

/** Keep what one of them would bring. */
export function keep({ id, file }: Bringing): Promise<void> {
  change(id, { state: "waiting", step: null });
  enqueue(id, () => send(id, file, true, "done"));
  return running;
}

/** Delete what one of them brought, for good. */
export function takeBack({ id, step }: Bringing): Promise<void> {
  const patient = session.get().me?.person?.replace("Patient/", "") ?? "";
  change(id, { state: "undoing" });
  enqueue(id, async () => {
    change(id, { state: "undone", undone: await undo(patient, step?.batch ?? "") });
  });
  return running;
}

/** Break one off; what is in the record by then stays there. */
export function stop(id: number): void {
  stops.get(id)?.abort();
}

/** Forget one that was only looked through. */
export function leave(id: number): void {
  bringings.update((all) => all.filter((each) => each.id !== id));
}

/** Forget what is through. */
export function tidy(): void {
  bringings.update((all) => all.filter(({ state }) => !isThrough(state)));
}

export function isThrough(state: Bringing["state"]): boolean {
  return ["done", "undone", "stopped", "failed"].includes(state);
}

function enqueue(id: number, work: () => Promise<void>): void {
  const stopping = new AbortController();
  stops.set(id, stopping);
  running = running.then(async () => {
    try {
      stopping.signal.throwIfAborted();
      await work();
    } catch (error) {
      change(id, stopping.signal.aborted ? { state: "stopped" } : { state: "failed", error });
    } finally {
      stops.delete(id);
    }
  });
}

async function send(
  id: number,
  file: File,
  isKept: boolean,
  then: Bringing["state"],
): Promise<void> {
  change(id, { state: "sending" });
  let last: FileStep | null = null;
  for await (const step of stepsOf(file, isKept, stops.get(id)?.signal)) {
    last = step;
    change(id, { state: "reading", step });
  }
  if (last?.kind !== "done") throw broken(last?.reason);
  change(id, { state: then });
}

function change(id: number, to: Partial<Bringing>): void {
  bringings.update((all) => all.map((each) => (each.id === id ? { ...each, ...to } : each)));
}

async function* stepsOf(
  file: File,
  isKept: boolean,
  signal?: AbortSignal,
): AsyncGenerator<FileStep> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const asked = new URLSearchParams({ name: file.name, zone, keep: `${isKept}` });
  const response = await ask(`/api/devices/files?${asked}`, {
    method: "POST",
    body: file,
    headers: { "Content-Type": "application/octet-stream" },
    signal: signal ?? null,
  });
  if (!response.body) throw broken();
  for await (const line of linesOf(response.body)) {
    if (line.trim()) yield JSON.parse(line) as FileStep;
  }
}

/** A fault on the way; its words are in the reader's language already. */
function broken(reason?: string): ApiError {
  const message = reason ? t("devices.files.failed", { reason }) : t("devices.files.broken");
  return new ApiError(0, message, t("devices.files.broken.hint"), "offline");
}
