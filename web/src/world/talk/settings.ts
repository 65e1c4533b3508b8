import { Memory, type Shelf } from "../memory";

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

/** Remembers it for each account. */
export class TalkMemory extends Memory<TalkSettings> {
  constructor(shelf?: Shelf) {
    super("talk", USUAL, shelf);
  }

  /** Remember how loud somebody is; the usual is not remembered. */
  turn(mark: string, volume: number): void {
    const { [mark]: _, ...rest } = this.store.get().volumes;
    const kept = Object.entries(rest).slice(1 - MOST_VOLUMES);
    this.set({ volumes: Object.fromEntries(volume === 1 ? kept : [...kept, [mark, volume]]) });
  }
}
