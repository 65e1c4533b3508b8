import { Store } from "../../kit/store";

/** What each setting may be; the first is what it is until somebody chooses. */
export const COMFORT = {
  /** By throwing oneself ahead, or smoothly with the left stick. */
  walk: ["jump", "glide"],
  /** By how much a push of the right stick turns [degrees], or smoothly. */
  turn: ["30", "45", "smooth"],
  /** Who sits sees the world from a standing person's eyes. */
  seat: ["auto", "sitting", "standing"],
  /** The view narrows while one glides or turns smoothly. */
  veil: ["on", "off"],
} as const;

export type Setting = keyof typeof COMFORT;
export type Comfort = { readonly [S in Setting]: (typeof COMFORT)[S][number] };

const KEPT = "asklepion.comfort";
const SETTINGS = Object.keys(COMFORT) as Setting[];

/** How one moves with a headset on; remembered on this device. */
export const comfort = new Store<Comfort>(
  readComfort(globalThis.localStorage?.getItem(KEPT) ?? null),
);

/** What was remembered; whatever makes no sense is as if nobody had chosen. */
export function readComfort(kept: string | null): Comfort {
  const found = parsed(kept);
  const values = SETTINGS.map((setting) => {
    const options: readonly string[] = COMFORT[setting];
    const value = found[setting];
    return [setting, typeof value === "string" && options.includes(value) ? value : options[0]];
  });
  return Object.fromEntries(values) as Comfort;
}

export function chooseComfort(setting: Setting, value: string): void {
  const options: readonly string[] = COMFORT[setting];
  if (!options.includes(value)) return;
  const next = { ...comfort.get(), [setting]: value };
  globalThis.localStorage?.setItem(KEPT, JSON.stringify(next));
  comfort.set(next);
}

/** What comes after the present choice, and after the last the first. */
export function nextChoice(setting: Setting): string {
  const options: readonly string[] = COMFORT[setting];
  return options[(options.indexOf(comfort.get()[setting]) + 1) % options.length] ?? "";
}

/** By how much one push of the stick turns [rad]; null where one turns smoothly. */
export function snapOf({ turn }: Comfort): number | null {
  return turn === "smooth" ? null : (Number(turn) * Math.PI) / 180;
}

function parsed(kept: string | null): Partial<Record<Setting, unknown>> {
  try {
    const found: unknown = JSON.parse(kept ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}
