import { isWriting } from "../../kit/keys";
import { Motion } from "../../wire/world";

/** The gestures one shows with a key, in the order of the keys from 1 on. */
export const EMOTES = [
  Motion.WAVE,
  Motion.NOD,
  Motion.CLAP,
  Motion.THUMBS_UP,
  Motion.BOW,
  Motion.HEART,
] as const;
export type EmoteMotion = (typeof EMOTES)[number];

/** Show gestures by the digits of the keyboard, until the answer is called. */
export function listenForEmotes(show: (motion: EmoteMotion) => void): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.defaultPrevented || isWriting(event.target)) return;
    const motion = EMOTES[Number(/^Digit([1-9])$/.exec(event.code)?.[1] ?? 0) - 1];
    if (motion) show(motion);
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
