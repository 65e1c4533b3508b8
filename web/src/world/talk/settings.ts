import { Store } from "../../kit/store";

/** How somebody likes to talk, on this device. */
export interface TalkSettings {
  /** Heard only while a key or the button is held. */
  readonly isPush: boolean;
  /** The keys V and M work. */
  readonly hasKeys: boolean;
  /** The id of the microphone; "" is the browser's choice. */
  readonly microphone: string;
  /** How loud each person is, by what stands for them between us two. */
  readonly volumes: Readonly<Record<string, number>>;
}

const USUAL: TalkSettings = { isPush: false, hasKeys: true, microphone: "", volumes: {} };
const MOST_VOLUMES = 200;

type Shelf = Pick<Storage, "getItem" | "setItem">;

/** Remembers it for each account. */
export class TalkMemory {
  readonly store = new Store<TalkSettings>(USUAL);
  private account = "";

  constructor(private readonly shelf: Shelf | undefined = globalThis.localStorage) {}

  /** Somebody is signed in on this device; "" is nobody. */
  open(account: string): void {
    if (account === this.account) return;
    this.account = account;
    this.store.set(read(account && this.shelf?.getItem(keptIn(account))));
  }

  set(change: Partial<TalkSettings>): void {
    this.store.update((before) => ({ ...before, ...change }));
    if (!this.account) return;
    this.shelf?.setItem(keptIn(this.account), JSON.stringify(this.store.get()));
  }

  /** Remember how loud somebody is; the usual is not remembered. */
  turn(mark: string, volume: number): void {
    const { [mark]: _, ...rest } = this.store.get().volumes;
    const kept = Object.entries(rest).slice(1 - MOST_VOLUMES);
    this.set({ volumes: Object.fromEntries(volume === 1 ? kept : [...kept, [mark, volume]]) });
  }
}

function keptIn(account: string): string {
  return `asklepion.talk.${account}`;
}

function read(text: string | null | undefined): TalkSettings {
  try {
    const kept: unknown = JSON.parse(text || "{}");
    return typeof kept === "object" ? { ...USUAL, ...kept } : USUAL;
  } catch {
    return USUAL;
  }
}
