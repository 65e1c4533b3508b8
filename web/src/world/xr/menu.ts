import { Store } from "../../kit/store";
import { language, t } from "../../kit/text";
import type { Company } from "../company";
import type { Following } from "../order/following";
import { goSafe } from "../order/safe";
import { COMFORT, chooseComfort, comfort, nextChoice, type Setting } from "./comfort";

const MOST_SHOWN = 6; // people; more do not fit on a wrist
const SETTINGS = Object.keys(COMFORT) as Setting[];

/** One line of the menu: on the wrist, and as a button of the page. */
export interface Entry {
  readonly id: string;
  readonly label: string;
  /** Pressed in, for what is on or off. */
  readonly isOn?: boolean;
  /** Left out where the line only tells. */
  readonly act?: () => void;
}

/** What one does with what stands on one's table; only in a room of one's own. */
export interface TableActions {
  readonly isReal: boolean;
  readonly hasTable: boolean;
  putAgain(): void;
  reset(): void;
  grow(by: number): void;
  turn(by: number): void;
  /** Begin to touch the three corners of the printed code. */
  share(): void;
}

export interface MenuParts {
  readonly company: Company;
  readonly following: Following;
  readonly table: TableActions;
  /** Take the headset off. */
  readonly leave: () => void;
}

export type Page = "main" | "comfort" | "people" | "table";

/** The same few things within reach, whichever way one presses them. */
export class Menu {
  readonly page = new Store<Page>("main");

  constructor(private readonly parts: MenuParts) {}

  get title(): string {
    const titles = {
      main: "world.xr.menu",
      comfort: "world.xr.comfort",
      people: "world.people",
      table: "world.xr.table",
    } as const;
    return t(titles[this.page.get()]);
  }

  entries(): readonly Entry[] {
    switch (this.page.get()) {
      case "main":
        return this.main();
      case "comfort":
        return [...SETTINGS.map(settingLine), this.back()];
      case "people":
        return [...this.people(), this.back()];
      case "table":
        return [...this.table(), this.back()];
    }
  }

  press(id: string): void {
    this.entries()
      .find((entry) => entry.id === id)
      ?.act?.();
  }

  /** Be told whenever the lines may have changed; call the answer to stop. */
  watch(tell: () => void): () => void {
    const { company } = this.parts;
    const stores = [this.page, company.voice.store, company.people, comfort, language];
    const stops = stores.map((store) => store.subscribe(tell));
    return () => {
      for (const stop of stops) stop();
    };
  }

  private main(): readonly Entry[] {
    const { company, following, table, leave } = this.parts;
    const n = company.people.get().length;
    const to = (page: Page) => () => this.page.set(page);
    const tables = { id: "table", label: t("world.xr.table"), act: to("table") };
    return [
      this.voice(),
      { id: "safe", label: t("world.safe"), act: () => goSafe(company, following) },
      ...(table.isReal ? [tables] : []),
      { id: "comfort", label: t("world.xr.comfort"), act: to("comfort") },
      { id: "people", label: t("world.xr.people", { n }), act: to("people") },
      { id: "leave", label: t("world.xr.leave"), act: leave },
    ];
  }

  private voice(): Entry {
    const { voice } = this.parts.company;
    const { state, isListening, isMuted, isPush, isHeld } = voice.store.get();
    if (state !== "on" || isListening) {
      const label = t(isListening ? "world.voice.open" : "world.voice.join");
      return { id: "voice", label, act: () => void voice.join() };
    }
    if (isPush && !isMuted) {
      const label = t(isHeld ? "world.talk.held" : "world.talk.press");
      return { id: "voice", label, isOn: isHeld, act: () => voice.hold(!isHeld) };
    }
    const label = t(isMuted ? "world.voice.unmute" : "world.voice.mute");
    return { id: "voice", label, isOn: isMuted, act: () => voice.mute(!isMuted) };
  }

  private people(): readonly Entry[] {
    const people = this.parts.company.people.get();
    const lines = people.slice(0, MOST_SHOWN).map(({ slot, name, isMe, isSpeaking }) => {
      const label = isMe ? t("world.xr.me", { name }) : name;
      return { id: `person-${slot}`, label: isSpeaking ? `${label} ♪` : label };
    });
    const rest = people.length - lines.length;
    const more = { id: "more", label: t("world.xr.more", { n: rest }) };
    return rest > 0 ? [...lines, more] : lines;
  }

  private table(): readonly Entry[] {
    const { table } = this.parts;
    const share = { id: "share", label: t("world.xr.table.share"), act: () => table.share() };
    if (!table.hasTable) return [{ id: "none", label: t("world.xr.table.none") }];
    const { grow, turn } = TABLE_STEPS;
    return [
      { id: "put", label: t("world.xr.table.put"), act: () => table.putAgain() },
      { id: "larger", label: t("world.xr.table.larger"), act: () => table.grow(grow) },
      { id: "smaller", label: t("world.xr.table.smaller"), act: () => table.grow(1 / grow) },
      { id: "turn", label: t("world.xr.table.turn"), act: () => table.turn(turn) },
      { id: "reset", label: t("world.xr.table.reset"), act: () => table.reset() },
      share,
    ];
  }

  private back(): Entry {
    return { id: "back", label: t("world.xr.back"), act: () => this.page.set("main") };
  }
}

const TABLE_STEPS = { grow: 1.25, turn: Math.PI / 4 };

function settingLine(setting: Setting): Entry {
  const name = t(`world.xr.comfort.${setting}`);
  const value = comfort.get()[setting];
  const act = () => chooseComfort(setting, nextChoice(setting));
  if (setting === "veil") return { id: setting, label: name, isOn: value === "on", act };
  return { id: setting, label: `${name}: ${t(`world.xr.comfort.${setting}.${value}`)}`, act };
}
