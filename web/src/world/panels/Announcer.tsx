import type { Banner } from "../../kit/place";
import { useText } from "../../kit/text";
import { useHappenings } from "../world";
import "./panels.css";

/** Reads aloud, for whoever does not see the scene, what others do and say. */
function Announcer() {
  const text = useText();
  const last = useHappenings().at(-1);
  const isWorth = last && !last.isMine;
  const words = last?.kind === "uttered" ? text(`world.phrase.${last.text}`) : (last?.text ?? "");
  return (
    <div className="unseen" role="log" aria-live="polite" aria-atomic="true">
      {isWorth && (
        <p key={last.id}>{text(`world.heard.${last.kind}`, { name: last.name, words })}</p>
      )}
    </div>
  );
}

export const announcer: Banner = { id: "announcer", places: ["*"], Component: Announcer };
