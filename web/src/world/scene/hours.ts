import { Store } from "../../kit/store";

export const MORNING_H = 9;
export const EVENING_H = 18.75;

/** What time of day the places show: one's own clock's, or always the same. */
export const HOURS = ["clock", "morning", "evening"] as const;
export type Hours = (typeof HOURS)[number];

const KEPT = "asklepion.daylight";

function remembered(): Hours {
  const kept = globalThis.localStorage?.getItem(KEPT);
  return HOURS.find((one) => one === kept) ?? "clock";
}

/** The choice of whoever sits here; it stays on this device. */
export const hours = new Store<Hours>(remembered());

export function setHours(next: Hours): void {
  localStorage.setItem(KEPT, next);
  hours.set(next);
}

/** The hour that places show now, 0…24. */
export const hourNow = (): number => shownHour(new Date(), hours.get());

/** The hour that a place shows, 0…24. */
export function shownHour(now: Date, choice: Hours): number {
  if (choice === "morning") return MORNING_H;
  if (choice === "evening") return EVENING_H;
  return now.getHours() + now.getMinutes() / 60 + now.getSeconds() / 3600;
}
