import { ApiError, api, type Headers } from "../kit/api";
import { type LiveState, live } from "../kit/live";
import { Store } from "../kit/store";
import {
  emergencyOver,
  emergencyTold,
  headersOf,
  linedPatient,
  type Subject,
  streamParams,
  subject as subjects,
} from "../records/subject";
import type { Body, Vital } from "../wire/twin";
import { isExpected, type Observation, readingsOf, withReading } from "./observation";
import { Strip } from "./waves/Strip";
import { type Chunk, waveOf } from "./waves/wave";

/** Something asked of the house about the person whose record stands open. */
export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: unknown;
}

/** What the stream of a record tells. */
export type LiveItem =
  | { readonly kind: "resource"; readonly resource: Observation }
  | { readonly kind: "deleted"; readonly reference: string }
  | { readonly kind: "resync" }
  | { readonly kind: "permit"; readonly categories: readonly string[]; readonly until: string }
  | { readonly kind: "emergency"; readonly id: string }
  | { readonly kind: "ended"; readonly why: string };

export interface House {
  readonly subject: Store<Subject | null>;
  readonly get: <T>(path: string, signal: AbortSignal, headers: Headers) => Promise<T>;
  readonly live: (
    path: string,
    onItem: (item: LiveItem) => void,
    onState: (state: LiveState) => void,
  ) => () => void;
  /** The house let nobody look any more. */
  readonly onEnded?: (who: Subject) => void;
  /** The line to a record stands, or does no longer. */
  readonly onLine?: (patient: string) => void;
  readonly onEmergency?: () => void;
}

const LINGER_MS = 300; // one panel closes, the next opens: the line stays
const SOON_MS = 1500;
const JUDGED_MS = 1000;
const NOTHING = { value: undefined, error: undefined } as const;

/**
 * The one open record, kept only while it stands open. Body and vital signs are asked once for all
 * who show them; the moment the person is another, or consent ends or shrinks, everything is gone.
 */
export class Opened {
  readonly body = new Store<Answer<Body>>(NOTHING);
  readonly vitals = new Store<Answer<readonly Vital[]>>(NOTHING);
  /** Waveforms as they come, by what they are of. */
  readonly waves = new Store<ReadonlyMap<string, Strip>>(new Map());
  /** Whose record it is; null the moment it closes. */
  readonly who = new Store<Subject | null>(null);
  /** Another number: forget at once and ask anew. */
  readonly epoch = new Store(0);
  /** Another number: something was added; ask again, what is shown may stay meanwhile. */
  readonly revision = new Store(0);
  /** Another number: somebody wishes it, or something was replaced or taken away. */
  readonly wished = new Store(0);
  readonly line = new Store<LiveState>("connecting");
  private users = 0;
  private stop: (() => void)[] = [];
  private asking = new AbortController();
  private permitted = "";
  private closing: ReturnType<typeof setTimeout> | undefined;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private judged: ReturnType<typeof setTimeout> | undefined;
  private isWished = false; // what is asked again soon

  constructor(private readonly house: House) {}

  /** Begin to show; call the answer when done. The first opens the line, the last closes it. */
  use(): () => void {
    this.users += 1;
    clearTimeout(this.closing);
    if (this.stop.length === 0) {
      this.stop = [this.house.subject.subscribe(() => this.follow())];
      this.follow();
    }
    let isUsed = true;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      this.users -= 1;
      if (this.users === 0) this.closing = setTimeout(() => this.close(), LINGER_MS);
    };
  }

  /** Ask body and vital signs again, as somebody wished. */
  refresh(): void {
    this.wished.update((n) => n + 1);
    this.grow();
  }

  private grow(): void {
    void this.ask(this.body, "body");
    void this.ask(this.vitals, "vitals");
    this.revision.update((n) => n + 1);
  }

  private follow(): void {
    const who = this.house.subject.get();
    if (same(who, this.who.get())) return;
    this.forget();
    this.who.set(who);
    if (who) this.open(who);
  }

  private open(who: Subject): void {
    const path = `/api/records/patients/${encodeURIComponent(who.patient)}/live${streamParams(who)}`;
    const close = this.house.live(
      path,
      (item) => this.hear(item),
      (state) => {
        this.line.set(state);
        if (state !== "open") this.house.onLine?.("");
      },
    );
    this.stop.push(close);
    void this.ask(this.body, "body");
    void this.ask(this.vitals, "vitals");
  }

  private hear(item: LiveItem): void {
    switch (item.kind) {
      case "resource":
        if (isReplaced(item.resource)) this.refreshSoon(true);
        this.take(item.resource);
        break;
      case "deleted":
      case "resync":
        this.refreshSoon(true);
        break;
      case "permit":
        this.house.onLine?.(this.who.get()?.patient ?? "");
        this.narrow(item.categories.join());
        break;
      case "emergency":
        this.house.onEmergency?.();
        break;
      case "ended":
        this.end();
        break;
      default:
        item satisfies never;
    }
  }

  private end(): void {
    const who = this.who.get();
    this.forget();
    this.who.set(null);
    if (who) this.house.onEnded?.(who);
  }

  /** What may be seen has changed: what is shown may hold what no longer may be seen. */
  private narrow(permitted: string): void {
    const before = this.permitted;
    this.permitted = permitted;
    if (before === "" || before === permitted) return;
    this.empty();
    void this.ask(this.body, "body");
    void this.ask(this.vitals, "vitals");
  }

  private take(resource: Observation): void {
    const wave = waveOf(resource);
    if (wave) {
      this.draw(wave);
      return;
    }
    const readings = readingsOf(resource);
    const shown = this.vitals.get().value;
    if (readings.length === 0 || !shown) {
      this.refreshSoon();
      return;
    }
    let next: readonly Vital[] | null = shown;
    for (const reading of readings) next = next && withReading(next, reading);
    if (!next) {
      this.refreshSoon();
      return;
    }
    this.vitals.set({ value: next, error: undefined });
    const keys = new Set(readings.map(({ key }) => key));
    const isNews = next.some((v) => keys.has(v.key) && isExpected(v) !== (v.state === "calm"));
    if (isNews) this.judgeSoon();
  }

  private draw(wave: Chunk): void {
    const strip = this.waves.get().get(wave.code) ?? new Strip();
    strip.push(wave, Date.now());
    if (!this.waves.get().has(wave.code))
      this.waves.update((known) => new Map([...known, [wave.code, strip]]));
  }

  /** A value left its expected range or came back: what that means is the house's to say. */
  private judgeSoon(): void {
    this.judged ??= setTimeout(() => {
      this.judged = undefined;
      void this.ask(this.vitals, "vitals");
    }, JUDGED_MS);
  }

  private refreshSoon(isWished = false): void {
    this.isWished ||= isWished;
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      if (this.isWished) this.refresh();
      else this.grow();
      this.isWished = false;
    }, SOON_MS);
  }

  private async ask<T>(into: Store<Answer<T>>, what: string): Promise<void> {
    const who = this.who.get();
    if (!who) return;
    const { signal } = this.asking;
    try {
      const value = await this.house.get<T>(pathOf(who, what), signal, headersOf(who));
      if (!signal.aborted) into.set({ value, error: undefined });
    } catch (error) {
      if (signal.aborted) return;
      const isGone = error instanceof ApiError && [401, 403, 404, 410].includes(error.status);
      into.set({ value: isGone ? undefined : into.get().value, error });
    }
  }

  /** Drop every answer, and those still on their way. */
  private empty(): void {
    this.asking.abort();
    this.asking = new AbortController();
    clearTimeout(this.soon);
    clearTimeout(this.judged);
    this.soon = undefined;
    this.judged = undefined;
    this.isWished = false;
    this.body.set(NOTHING);
    this.vitals.set(NOTHING);
    this.waves.set(new Map());
    this.epoch.update((n) => n + 1);
  }

  private forget(): void {
    const [follow, ...lines] = this.stop;
    for (const close of lines) close();
    this.house.onLine?.("");
    this.stop = follow ? [follow] : [];
    this.permitted = "";
    this.empty();
  }

  private close(): void {
    this.forget();
    for (const stop of this.stop) stop();
    this.stop = [];
    this.who.set(null);
  }
}

export function pathOf(who: Subject, what: string): string {
  return `/api/twin/${encodeURIComponent(who.patient)}/${what}${visitOf(who)}`;
}

function visitOf({ visit }: Subject): string {
  return visit ? `?visit=${encodeURIComponent(visit)}` : "";
}

function same(a: Subject | null, b: Subject | null): boolean {
  return a?.patient === b?.patient && a?.visit === b?.visit && a?.purpose === b?.purpose;
}

/** The record that stands open in this window. */
export const opened = new Opened({
  subject: subjects,
  get: api.get,
  live: (p, i, s) => live(p, i, s),
  onLine: (patient) => linedPatient.set(patient),
  onEmergency: () => emergencyTold.update((n) => n + 1),
  onEnded: ({ purpose }) => purpose === "BTG" && emergencyOver.update((n) => n + 1),
});

function isReplaced({ meta }: Observation): boolean {
  return (meta?.versionId ?? "1") !== "1";
}
