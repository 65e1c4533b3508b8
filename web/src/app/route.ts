import { goTo, whereabouts } from "../kit/place";
import { isOpenPlace } from "./places";

/** Pages that a one-time link leads to; its token stands in the address. */
const ONCE = ["opening", "welcome", "device"] as const;
type Once = (typeof ONCE)[number];

/** What the address after # asks for: a place, or the page of a one-time link. */
export interface Address {
  readonly page: "place" | Once;
  readonly place: string;
  readonly token: string;
}

export function readAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const once = ONCE.find((page) => page === path);
  if (once) {
    return { page: once, place: "", token: new URLSearchParams(query).get("token") ?? "" };
  }
  return { page: "place", place: isOpenPlace(path) ? path : "", token: "" };
}

/**
 * Keep address and place the same, both ways: the browser's "back" is the door we came through.
 * Call the answer to stop.
 */
export function followAddress(): () => void {
  function onAddress(): void {
    const { place } = readAddress(location.hash);
    if (place) goTo(place);
  }
  function onPlace(): void {
    const { place } = whereabouts.get();
    if (readAddress(location.hash).place !== place) history.pushState(null, "", `#/${place}`);
  }

  onAddress();
  onPlace();
  addEventListener("hashchange", onAddress);
  addEventListener("popstate", onAddress);
  const stop = whereabouts.subscribe(onPlace);
  return () => {
    removeEventListener("hashchange", onAddress);
    removeEventListener("popstate", onAddress);
    stop();
  };
}
