import { ask } from "../kit/api";
import { save } from "../kit/save";
import { Store } from "../kit/store";
import { headersOf, type Subject } from "./subject";

/** A copy of her record on its way into this browser. */
export interface Taking {
  readonly state: "idle" | "gathering" | "coming" | "done" | "failed";
  /** How many things are in it; null until the house has gathered them. */
  readonly things: number | null;
  /** Bytes that came so far. */
  readonly bytes: number;
  readonly error: unknown;
}

const IDLE: Taking = { state: "idle", things: null, bytes: 0, error: null };

/** Goes on while other panels are looked at. */
export const taking = new Store<Taking>(IDLE);
let stop: AbortController | null = null;

/** Take the whole record along: one zip, saved where the browser saves. */
export async function take(who: Subject, withHistory: boolean): Promise<void> {
  const own = new AbortController();
  stop = own;
  taking.set({ ...IDLE, state: "gathering" });
  try {
    const path = `/api/records/patients/${who.patient}/record?history=${withHistory}`;
    const response = await ask(path, { signal: own.signal, headers: headersOf(who) });
    const things = Number(response.headers.get("x-things") ?? "0");
    taking.update((now) => ({ ...now, state: "coming", things }));
    save(await whole(response), `my-record-${who.patient}.zip`);
    taking.update((now) => ({ ...now, state: "done" }));
  } catch (error) {
    if (own.signal.aborted) taking.set(IDLE);
    else taking.update((now) => ({ ...now, state: "failed", error }));
  }
}

/** Take it not, after all: the house stops writing it. */
export function leave(): void {
  stop?.abort();
  taking.set(IDLE);
}

async function whole(response: Response): Promise<Blob> {
  const reader = response.body?.getReader();
  const parts: Blob[] = [];
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(new Blob([value as Uint8Array<ArrayBuffer>])); // a browser keeps large ones on its disk
    taking.update((now) => ({ ...now, bytes: now.bytes + value.length }));
  }
  return new Blob(parts, { type: "application/zip" });
}
