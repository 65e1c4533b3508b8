import { ApiError, ask } from "../kit/api";
import { recall } from "../kit/session";
import { Store } from "../kit/store";
import { type Params, t } from "../kit/text";
import { type Found, MOST_ENTRIES, type Placed, TooMany } from "./folder";
import { isDicom, isImages } from "./imaging/dicom";
import { pack } from "./pack";

/** One line of the house's account of an import; the counts are those so far. */
export interface ImportStep {
  readonly kind: "claimed" | "refused" | "noted" | "progress" | "done" | "failed";
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
  /** How much of documents and messages was not understood, and stays in the original. */
  readonly noted: number;
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

/** One file or one folder on its way in. */
export interface Bringing {
  readonly id: number;
  readonly name: string;
  readonly state: "waiting" | "gathering" | "sending" | "reading" | "done" | "failed";
  readonly step: ImportStep | null;
  readonly refusals: readonly Refusal[];
  /** What stays in the original only: where, and why. */
  readonly notes: readonly Refusal[];
  /** How many files the browser itself could not read. */
  readonly unread: number;
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
const MOST_BYTES = 1024 ** 3; // what the house takes at once

/** Everything brought since the page was opened; goes on while other panels are looked at. */
export const bringings = new Store<readonly Bringing[]>([]);
let count = 0;
let running = Promise.resolve();

/** Bring files in, one after the other. Resolves when these are through. */
export function bring(files: readonly File[]): Promise<void> {
  for (const file of files) enqueue(file.name, (id) => bringOne(id, file, file.name));
  return running;
}

/**
 * Bring a folder in as one import, as the command line does: what points from one of its files to
 * another is found, whatever their order. Zips in it follow, each by itself.
 */
export function bringFolder(name: string, look: () => Promise<Found>): Promise<void> {
  enqueue(name || t("records.import.folder.unnamed"), (id) => bringAll(id, name, look));
  return running;
}

function enqueue(name: string, work: (id: number) => Promise<void>): void {
  count += 1;
  const id = count;
  const waiting = {
    id,
    name,
    state: "waiting",
    step: null,
    refusals: [],
    notes: [],
    unread: 0,
  } as const;
  bringings.update((all) => [...all, { ...waiting, error: null }]);
  running = running.then(() => work(id));
}

/** Forget what is through. */
export function tidy(): void {
  bringings.update((all) => all.filter(({ state }) => state !== "done" && state !== "failed"));
}

function change(id: number, to: (bringing: Bringing) => Partial<Bringing>): void {
  bringings.update((all) => all.map((each) => (each.id === id ? { ...each, ...to(each) } : each)));
}

async function bringOne(id: number, file: Blob, name: string): Promise<void> {
  change(id, () => ({ state: "sending" }));
  let last: ImportStep | null = null;
  let hasClaimed = false;
  try {
    await file.slice(0, 1).arrayBuffer().catch(unreadable);
    for await (const step of stepsOf(file, name)) {
      last = step;
      hasClaimed ||= step.kind === "claimed";
      change(id, (old) => ({
        state: "reading",
        step,
        refusals: withStep(old.refusals, step, "refused"),
        notes: withStep(old.notes, step, "noted"),
      }));
    }
    if (last?.kind === "failed") throw stopped(last.reason);
    if (last?.kind !== "done") throw brokenOff();
    change(id, () => ({ state: "done" }));
  } catch (error) {
    change(id, () => ({ state: "failed", error }));
  }
  if (hasClaimed) await recall().catch(() => {}); // the account now speaks as somebody
}

const UNREADABLE_HINT = "records.import.unreadable.hint";
const PARTS_HINT = "records.import.folder.parts.hint";
const ZIP = /\.zip$/i;

async function bringAll(id: number, name: string, look: () => Promise<Found>): Promise<void> {
  change(id, () => ({ state: "gathering" }));
  try {
    const found = await look();
    const zips = found.files.filter(({ path }) => ZIP.test(path));
    const loose = found.files.filter(({ path }) => !ZIP.test(path));
    for (const { path, file } of zips) {
      const inside = `${name}/${path}`;
      enqueue(inside, (next) => bringOne(next, file, inside));
    }
    const images: Placed[] = [];
    const others: Placed[] = [];
    for (const each of loose) ((await isDicom(each.file)) ? images : others).push(each);
    if (images.length > 0 && others.length > 0) {
      const inside = `${name} · DICOM`;
      enqueue(inside, (next) => bringLoose(next, inside, images, [], false));
      await bringLoose(id, name, others, found.unread, true);
    } else {
      await bringLoose(id, name, loose, found.unread, zips.length > 0);
    }
  } catch (error) {
    change(id, () => ({ state: "failed", error: error instanceof TooMany ? tooMany() : error }));
  }
}

async function bringLoose(
  id: number,
  name: string,
  files: readonly Placed[],
  unopened: readonly string[],
  hasMore: boolean,
): Promise<void> {
  if (files.reduce((sum, { file }) => sum + file.size, 0) > MOST_BYTES) throw tooLarge();
  const { archive, count, unread } = await pack(files);
  const refusals = [...unopened, ...unread].map((path) => unreadIn(`${name}/${path}`));
  change(id, () => ({ refusals: refusals.slice(0, MOST_SHOWN), unread: refusals.length }));
  if (count > 0) return bringOne(id, archive, name);
  if (refusals.length > 0) throw ours("records.import.folder.unreadable", UNREADABLE_HINT);
  if (!hasMore) throw ours("records.import.folder.empty", "records.import.folder.empty.hint");
  change(id, () => ({ state: "done" }));
}

function unreadIn(file: string): Refusal {
  return { file, entry: 0, reference: "", reason: "cannot be opened" };
}

/** A fault on this side of the line; its words are in the reader's language already. */
function ours(key: string, hintKey: string, params: Params = {}): ApiError {
  return new ApiError(0, t(key, params), t(hintKey), "offline");
}

function unreadable(): never {
  throw ours("records.import.unreadable", UNREADABLE_HINT);
}

function tooMany(): ApiError {
  return ours("records.import.folder.many", PARTS_HINT, { n: MOST_ENTRIES });
}

function tooLarge(): ApiError {
  return ours("records.import.folder.large", PARTS_HINT);
}

function brokenOff(): ApiError {
  return ours("records.import.broken", "records.import.broken.hint");
}

function stopped(reason: string): ApiError {
  const message = t("records.import.failed", { reason });
  return new ApiError(0, message, t("records.import.broken.hint"), "offline");
}

function withStep(
  known: readonly Refusal[],
  step: ImportStep,
  kind: ImportStep["kind"],
): readonly Refusal[] {
  if (step.kind !== kind || known.length >= MOST_SHOWN) return known;
  const { file, entry, reference, reason } = step;
  return [...known, { file, entry, reference, reason }];
}

/** The last step of an answer that tells steps; throws where it did not come to its end. */
export async function stepsIn(response: Response): Promise<ImportStep> {
  let last: ImportStep | null = null;
  if (!response.body) throw brokenOff();
  for await (const line of linesOf(response.body)) {
    if (line.trim()) last = JSON.parse(line) as ImportStep;
  }
  if (last?.kind === "failed") throw stopped(last.reason);
  if (last?.kind !== "done") throw brokenOff();
  return last;
}

async function* stepsOf(file: Blob, name: string): AsyncGenerator<ImportStep> {
  const what = (await isImages(file, name)) ? "images" : "import";
  const path = `/api/records/${what}?name=${encodeURIComponent(name)}`;
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
