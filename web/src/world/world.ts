import { session } from "../kit/session";
import { Store, useStore } from "../kit/store";
import { Company, type Somebody, type Stay } from "./company";
import type { Happening } from "./happenings";
import { openWorld } from "./net/socket";
import { asking } from "./order/asking";
import { Following } from "./order/following";
import type { Order } from "./order/standing";
import { listenForTalk } from "./talk/keys";
import { TalkMemory } from "./talk/settings";
import { Volumes } from "./talk/volumes";
import { browserSurroundings, Voice, type VoiceState } from "./voice";

/** The people around us: one line to the house, whichever way the place is shown. */
export const company = new Company({
  open: openWorld,
  voice: (signal, say, openPeer) => new Voice(browserSurroundings(signal, say, openPeer)),
});

/** How we like to talk, on this device. */
export const talkMemory = new TalkMemory();

/** Who is louder or softer for us. */
export const volumes = new Volumes({
  memory: talkMemory,
  markOf: async (who) => (await asking.mark(who)).mark,
  turn: (slot, volume) => company.voice.turn(slot, volume),
});

/** Walks us after whom we follow. */
export const following = new Following({
  company,
  walk: (errand) => walkTo(errand),
  now: () => performance.now(),
  every(ms, look) {
    const timer = setInterval(look, ms);
    return () => clearInterval(timer);
  },
});

/** Talk as this account likes to, until the answer is called. */
function attendTalk(): () => void {
  const { voice } = company;
  const know = () => talkMemory.open(session.get().me?.account ?? "");
  const heed = () => {
    const { isPush, microphone } = talkMemory.store.get();
    if (isPush !== voice.store.get().isPush) voice.push(isPush);
    void voice.use(microphone);
  };
  const stops = [
    session.subscribe(know),
    talkMemory.store.subscribe(heed),
    company.people.subscribe(() => volumes.meet(company.people.get(), company.stay.get())),
    listenForTalk({
      isOn: () => talkMemory.store.get().hasKeys && voice.store.get().state === "on",
      hold: (isHeld) => voice.hold(isHeld),
      toggleMute: () => voice.mute(!voice.store.get().isMuted),
    }),
  ];
  know();
  heed();
  return () => {
    for (const stop of stops) stop();
  };
}

/** Be in the world until the answer is called; the line wakes when the page does. */
export function attend(): () => void {
  const wake = () => {
    if (document.visibilityState === "visible" && company.line.get().state === "waiting") {
      company.comeBack();
    }
  };
  const stop = company.attend();
  const endTalk = attendTalk();
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  return () => {
    endTalk();
    following.stop();
    removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    stop();
  };
}

export function useCompany(): readonly Somebody[] {
  return useStore(company.people);
}

/** What we are and may do where we are. */
export function useStanding(): ReturnType<Order["standing"]["get"]> {
  return useStore(company.order.standing);
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
