import { isWriting } from "../../kit/keys";

export const TALK_KEY = "KeyV";
export const MUTE_KEY = "KeyM";

export interface TalkActs {
  /** The keys do something now. */
  isOn(): boolean;
  hold(isHeld: boolean): void;
  toggleMute(): void;
}

/** Listen to the keys for the voice, until the answer is called: V held talks, M mutes. */
export function listenForTalk(acts: TalkActs, on: EventTarget = globalThis): () => void {
  let isHeld = false;
  const release = (): void => {
    if (isHeld) acts.hold(false);
    isHeld = false;
  };
  const down = (event: Event): void => {
    const { code, repeat, ctrlKey, metaKey, altKey, target } = event as KeyboardEvent;
    if (repeat || ctrlKey || metaKey || altKey || event.defaultPrevented) return;
    if (!acts.isOn() || isWriting(target)) return;
    if (code === MUTE_KEY) acts.toggleMute();
    if (code !== TALK_KEY) return;
    isHeld = true;
    acts.hold(true);
  };
  const up = (event: Event): void => {
    if ((event as KeyboardEvent).code === TALK_KEY) release();
  };
  on.addEventListener("keydown", down);
  on.addEventListener("keyup", up);
  on.addEventListener("blur", release); // whoever goes to another window has let go
  return () => {
    release();
    on.removeEventListener("keydown", down);
    on.removeEventListener("keyup", up);
    on.removeEventListener("blur", release);
  };
}
