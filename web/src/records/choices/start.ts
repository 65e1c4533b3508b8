import { showPanel } from "../../kit/place";
import { Store } from "../../kit/store";
import { type Choice, NOTHING_SAID } from "./model";

/** What somebody has begun to say; null where nobody has. */
export const building = new Store<{ readonly choice: Choice | null } | null>(null);

/** Begin to hide one fact, wherever one stands before it. */
export function hideFact(reference: string): void {
  building.set({ choice: { ...NOTHING_SAID, effect: "deny", things: [reference] } });
  showPanel("choices");
}
