import { Store } from "../../kit/store";

export const SIZES = ["small", "medium", "large", "huge"] as const;
export type Size = (typeof SIZES)[number];

/** How somebody reads captions, on this device. */
export interface CaptionSettings {
  readonly isReading: boolean;
  readonly size: Size;
  /** White on black, whatever lies behind. */
  readonly isBold: boolean;
  /** What one speaks, as BCP 47 has it; "" is what one reads the house in. */
  readonly lang: string;
}

const USUAL: CaptionSettings = { isReading: false, size: "medium", isBold: false, lang: "" };

type Shelf = Pick<Storage, "getItem" | "setItem">;

/** Remembers it for each account. */
export class CaptionMemory {
  readonly store = new Store<CaptionSettings>(USUAL);
  private account = "";

  constructor(private readonly shelf: Shelf | undefined = globalThis.localStorage) {}

  /** Somebody is signed in on this device; "" is nobody. */
  open(account: string): void {
    if (account === this.account) return;
    this.account = account;
    this.store.set(read(account && this.shelf?.getItem(keptIn(account))));
  }

  set(change: Partial<CaptionSettings>): void {
    this.store.update((before) => ({ ...before, ...change }));
    if (!this.account) return;
    this.shelf?.setItem(keptIn(this.account), JSON.stringify(this.store.get()));
  }
}

function keptIn(account: string): string {
  return `asklepion.captions.${account}`;
}

function read(text: string | null | undefined): CaptionSettings {
  try {
    const kept: unknown = JSON.parse(text || "{}");
    return { ...USUAL, ...(kept as Partial<CaptionSettings>) };
  } catch {
    return USUAL;
  }
}
