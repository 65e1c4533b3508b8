import { inEarshot } from "../earshot";
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
  openPeer: () => new RTCPeerConnection(),
  isHost: (slot) => company.people.get().some((one) => one.slot === slot && one.isHost),
});

/** Whether this browser can show a window or screen at all; phones cannot. */
export function canShow(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

let near: readonly number[] = [];
let place = "";

function meet(): void {
  const stay = company.stay.get();
  if (stay.place !== place) showing.leave(); // nobody carries a screen through a door
  place = stay.place;
  const others = company.people.get().filter(({ isMe, isSilent }) => !isMe && !isSilent);
  const now = performance.now();
  const spots = others.map(({ slot, glide }) => ({
    slot,
    position: glide.at(now)?.position ?? null,
  }));
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
company.order.standing.subscribe(() => {
  if (!company.order.may("share") && showing.store.get().state === "on") showing.stop();
});
