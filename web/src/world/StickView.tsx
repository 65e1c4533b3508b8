import type { Store } from "../kit/store";
import { useStore } from "../kit/store";
import type { Stick } from "./walk/controls";

/** The stick under a thumb, where the thumb was set down. */
export function StickView({ stick }: { stick: Store<Stick | null> }) {
  const held = useStore(stick);
  if (!held) return null;
  return (
    <div className="stick" style={{ left: held.x, top: held.y }} aria-hidden>
      <span style={{ translate: `${held.dx}px ${held.dy}px` }} />
    </div>
  );
}
