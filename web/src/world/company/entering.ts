import { arrived, type Person, refused, whereabouts } from "../../kit/place";
import type { Code } from "../../wire/world";

/** Between where the interface wants to be and where the house lets us in. */
export class Entering {
  private asked = "";

  /** @param ask asks the house to let us in. */
  constructor(private readonly ask: (place: string) => void) {}

  enter(place: string): void {
    this.asked = place;
    this.ask(place);
  }

  /** Follow where the interface wants to be, until the answer is called. */
  attend(): () => void {
    const unsubscribe = whereabouts.subscribe(() => this.follow());
    begin();
    this.follow();
    return unsubscribe;
  }

  /** The interface may already want to be elsewhere; then that Welcome is still to come. */
  arrive(place: string, people: readonly Person[]): void {
    const wanted = whereabouts.get();
    if (wanted.state === "entering" && wanted.place !== place) return;
    this.asked = place;
    arrived(place, people);
  }

  refuse(place: string, code: Code): void {
    if (place === this.asked) this.asked = "";
    if (whereabouts.get().place === place) refused(place, `world.refused.${code}`);
  }

  forget(): void {
    this.asked = "";
  }

  private follow(): void {
    const { place, state } = whereabouts.get();
    if (state === "entering" && place !== this.asked) this.enter(place);
  }
}

/** Not in, not refused, and nobody's name on the screen: as if one had just opened the page. */
export function begin(): void {
  const { place } = whereabouts.get();
  whereabouts.set({ place, state: "entering", reasonKey: "", people: [] });
}
