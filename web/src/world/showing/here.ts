import { inEarshot, reaches, spotsOf } from "../earshot";
import { realTiming } from "../net/socket";
import { company } from "../world";
import { Showing } from "./showing";

/** What is shown where we are. */
export const showing = new Showing({
  signal: (to, data) => company.signal(to, data),
  openScreen: () => {
    const { mediaDevices } = navigator;
    if (!canShow()) return Promise.reject(new Error("no screens here"));
    return mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
  },
  openPeer: () => company.peers.open(),
  after: realTiming.after,
  isHost: (slot) => company.people.get().some((one) => one.slot === slot && one.isHost),
});

/** Whether this browser can show a window or screen at all; phones cannot. */
export function canShow(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

const MEET_MS = 1000; // how often we look who walked up to what we show
let near: readonly number[] = [];
let place = "";
let looking: ReturnType<typeof setInterval> | undefined;

function meet(): void {
  const stay = company.stay.get();
  if (stay.place !== place) showing.leave(); // nobody carries a screen through a door
  place = stay.place;
  const people = company.people.get();
  const me = people.find(({ isMe }) => isMe);
  const isStage = company.isStage.get();
  const others = people.filter((one) => me && one !== me && reaches(me, one, isStage));
  const spots = spotsOf(others, performance.now());
  near = inEarshot(company.pose?.position ?? null, spots, near);
  showing.meet(
    stay.me,
    near,
    others.map(({ slot }) => slot),
  );
}

company.hearSignal = (from, data) => showing.hear(from, data);
company.people.subscribe(meet);
company.stay.subscribe(meet);
company.line.subscribe(() => {
  if (company.line.get().state === "ended") showing.leave(); // another window took over
});
showing.store.subscribe(() => {
  if (showing.store.get().state === "on") looking ??= setInterval(meet, MEET_MS);
  else {
    clearInterval(looking);
    looking = undefined;
  }
});
company.order.standing.subscribe(() => {
  if (!company.order.may("share") && showing.store.get().state === "on") showing.stop();
});
