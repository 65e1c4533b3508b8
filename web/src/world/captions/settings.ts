import { Memory, type Shelf } from "../memory";

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

/** Remembers it for each account. */
export class CaptionMemory extends Memory<CaptionSettings> {
  constructor(shelf?: Shelf) {
    super("captions", USUAL, shelf);
  }
}
