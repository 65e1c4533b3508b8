import { ApiError, ask } from "../kit/api";
import { recall } from "../kit/session";
import { Store } from "../kit/store";
import { t } from "../kit/text";

/** One line of the house's account of an import; the counts are those so far. */
export interface ImportStep {
  readonly kind: "claimed" | "refused" | "progress" | "done" | "failed";
  readonly file: string;
  /** Number of the refused entry in its file; 0 is the whole file. */
  readonly entry: number;
  readonly reference: string;
  readonly reason: string;
  readonly accepted: number;
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly bytes_done: number;
  readonly bytes_total: number;
  readonly by_type: Readonly<Record<string, number>>;
}

export interface Refusal {
  readonly file: string;
  readonly entry: number;
  readonly reference: string;
  readonly reason: string;
}

/** One file on its way in. */
export interface Bringing {
  readonly id: number;
  readonly name: string;
  readonly state: "waiting" | "sending" | "reading" | "done" | "failed";
  readonly step: ImportStep | null;
  readonly refusals: readonly Refusal[];
  readonly error: unknown;
}

/** Several entries refused for one reason. */
export interface Grounds {
  readonly reason: string;
  readonly refusals: readonly Refusal[];
}

/** Refusals by their reason, the most frequent first. */
export function groundsOf(refusals: readonly Refusal[]): Grounds[] {
  const grounds = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const same = grounds.get(refusal.reason);
    if (same) same.push(refusal);
    else grounds.set(refusal.reason, [refusal]);
  }
  return [...grounds]
    .map(([reason, all]) => ({ reason, refusals: all }))
    .sort((a, b) => b.refusals.length - a.refusals.length);
}

/** Refusals shown by name; beyond these only their number is told. */
const MOST_SHOWN = 500;

/** Everything brought since the page was opened; goes on while other panels are looked at. */
export const bringings = new Store<readonly Bringing[]>([]);
let count = 0;
let running = Promise.resolve();

/** Bring files in, one after the other. Resolves when these are through. */
export function bring(files: readonly File[]): Promise<void> {
  for (const file of files) {
    count += 1;
    const id = count;
    const waiting = { id, name: file.name, state: "waiting", step: null, refusals: [] } as const;
    bringings.update((all) => [...all, { ...waiting, error: null }]);
    running = running.then(() => bringOne(id, file));
  }
  return running;
}

/** Forget what is through. */
export function tidy(): void {
  bringings.update((all) => all.filter(({ state }) => state !== "done" && state !== "failed"));
}

function change(id: number, to: (bringing: Bringing) => Partial<Bringing>): void {
  bringings.update((all) => all.map((each) => (each.id === id ? { ...each, ...to(each) } : each)));
}

async function bringOne(id: number, file: File): Promise<void> {
  change(id, () => ({ state: "sending" }));
  let last: ImportStep | null = null;
  let hasClaimed = false;
  try {
    for await (const step of stepsOf(file)) {
      last = step;
      hasClaimed ||= step.kind === "claimed";
      change(id, (old) => ({ state: "reading", step, refusals: withRefusal(old.refusals, step) }));
    }
    if (last?.kind === "failed") throw stopped(last.reason);
    if (last?.kind !== "done") throw brokenOff();
    change(id, () => ({ state: "done" }));
  } catch (error) {
    change(id, () => ({ state: "failed", error }));
  }
  if (hasClaimed) await recall().catch(() => {}); // the account now speaks as somebody
}

function brokenOff(): ApiError {
  return new ApiError(0, t("records.import.broken"), t("records.import.broken.hint"), "offline");
}

function stopped(reason: string): ApiError {
  const message = t("records.import.failed", { reason });
  return new ApiError(0, message, t("records.import.broken.hint"), "offline");
}

function withRefusal(known: readonly Refusal[], step: ImportStep): readonly Refusal[] {
  if (step.kind !== "refused" || known.length >= MOST_SHOWN) return known;
  const { file, entry, reference, reason } = step;
  return [...known, { file, entry, reference, reason }];
}

async function* stepsOf(file: File): AsyncGenerator<ImportStep> {
  const path = `/api/records/import?name=${encodeURIComponent(file.name)}`;
  const response = await ask(path, {
    method: "POST",
    body: file,
    headers: { "Content-Type": "application/octet-stream" },
  });
  if (!response.body) throw brokenOff();
  for await (const line of linesOf(response.body)) {
    if (line.trim()) yield JSON.parse(line) as ImportStep;
  }
}

/** A stream of bytes as lines of text. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  while (true) {
    const { done, value } = await reader.read().catch(() => {
      throw brokenOff();
    });
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (done) break;
  }
  if (rest) yield rest;
}
