import { ApiError, ask } from "../../kit/api";
import { session } from "../../kit/session";
import { Store } from "../../kit/store";
import { t } from "../../kit/text";
import { linesOf } from "../../records/import";

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
  readonly bytes_done: number;
  readonly bytes_total: number;
  readonly reason: string;
}

/** One file on its way in. */
export interface Bringing {
  readonly id: number;
  readonly name: string;
  readonly state: "waiting" | "sending" | "reading" | "done" | "stopped" | "failed";
  readonly step: FileStep | null;
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

/** Bring files in, one after the other. Resolves when these are through. */
export function bring(files: readonly File[]): Promise<void> {
  for (const file of files) {
    count += 1;
    const id = count;
    const waiting: Bringing = { id, name: file.name, state: "waiting", step: null, error: null };
    bringings.update((all) => [...all, waiting]);
    stops.set(id, new AbortController());
    running = running.then(() => bringOne(id, file));
  }
  return running;
}

/** Break one off; what is in the record by then stays there. */
export function stop(id: number): void {
  stops.get(id)?.abort();
}

/** Forget what is through. */
export function tidy(): void {
  bringings.update((all) => all.filter(({ id }) => stops.has(id)));
}

async function bringOne(id: number, file: File): Promise<void> {
  const signal = stops.get(id)?.signal;
  try {
    signal?.throwIfAborted();
    change(id, { state: "sending" });
    let last: FileStep | null = null;
    for await (const step of stepsOf(file, signal)) {
      last = step;
      change(id, { state: "reading", step });
    }
    if (last?.kind !== "done") throw broken(last?.reason);
    change(id, { state: "done" });
  } catch (error) {
    change(id, signal?.aborted ? { state: "stopped" } : { state: "failed", error });
  } finally {
    stops.delete(id);
  }
}

function change(id: number, to: Partial<Bringing>): void {
  bringings.update((all) => all.map((each) => (each.id === id ? { ...each, ...to } : each)));
}

async function* stepsOf(file: File, signal?: AbortSignal): AsyncGenerator<FileStep> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const asked = new URLSearchParams({ name: file.name, zone });
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
