import { t } from "../kit/text";
import { chosen, hovered, turns } from "./chosen";
import type { Followed } from "./hologram/Showing";
import { opened } from "./opened";
import { simulated } from "./simulated";

const BODIES = "/assets/bodies/holograms";

/** What every hologram of this window follows. */
export const followed: Followed = {
  body: opened.body,
  vitals: opened.vitals,
  simulated,
  chosen,
  hovered,
  turns,
  now: Date.now,
  nameOf: (key) => t(key),
  async fetchBody(variant) {
    const response = await fetch(`${BODIES}/${variant}.glb`);
    if (!response.ok) throw new Error(`The body ${variant} is not there.`);
    return response.arrayBuffer();
  },
};

/** Whether this person wants things to keep still. */
export function wantsCalm(): boolean {
  return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}
