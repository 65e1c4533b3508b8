import { Store, useStore } from "../kit/store";
import { Company, type Somebody, type Stay } from "./company";
import type { Happening } from "./happenings";
import { openWorld } from "./net/socket";
import { browserSurroundings, Voice, type VoiceState } from "./voice";

/** The people around us: one line to the house, whichever way the place is shown. */
export const company = new Company({
  open: openWorld,
  voice: (signal) => new Voice(browserSurroundings(signal)),
});

/** Be in the world until the answer is called; the line wakes when the page does. */
export function attend(): () => void {
  const wake = () => {
    if (document.visibilityState === "visible" && company.line.get().state === "waiting") {
      company.comeBack();
    }
  };
  const stop = company.attend();
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  return () => {
    removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    stop();
  };
}

export function useCompany(): readonly Somebody[] {
  return useStore(company.people);
}

export function useStay(): Stay {
  return useStore(company.stay);
}

export function useHappenings(): readonly Happening[] {
  return useStore(company.happenings.store);
}

export function useVoice(): VoiceState {
  return useStore(company.voice.store);
}

/** The id of the thing that has the focus in the list of things here; the scene lights it up. */
export const focused = new Store("");

export function focusThing(id: string): void {
  focused.set(id);
}

/** Somewhere to walk to, and how near is near enough [m]. */
export interface Errand {
  readonly position: readonly [number, number, number];
  readonly near_m: number;
}

/** Who walks us, if anybody does: the scene puts itself here while it is shown. */
export const walker = new Store<((errand: Errand) => void) | null>(null);

export function walkTo(errand: Errand): void {
  walker.get()?.(errand);
}
