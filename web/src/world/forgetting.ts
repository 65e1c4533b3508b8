import { onAccountChange } from "../kit/session";
import { planned } from "./calendar/asking";
import { forgetPlaces } from "./places";
import { company } from "./world";

/** Whoever signs in next finds nothing of the one before, until the answer is called. */
export function forgetAtParting(): () => void {
  return onAccountChange(() => {
    forgetPlaces();
    planned.set(null);
    company.order.forgetNews();
  });
}
