import { Volume2 } from "lucide-react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import type { Somebody } from "../company";
import { company, volumes } from "../world";
import "../order/order.css";

/** How loud somebody is for us; the house and they hear nothing of it. */
export function Volume({ somebody }: { somebody: Pick<Somebody, "slot" | "who" | "name"> }) {
  const text = useText();
  const { slot, name } = somebody;
  const volume = useStore(company.voice.volumes).get(slot) ?? 1;
  return (
    <label className="person-volume">
      <Volume2 aria-hidden />
      <span className="unseen">{text("world.person.volume", { name })}</span>
      <input
        type="range"
        min={0}
        max={2}
        step={0.1}
        value={volume}
        aria-valuetext={text("world.person.volume.value", { n: Math.round(volume * 100) })}
        onChange={({ target }) => void volumes.turn(somebody, Number(target.value))}
      />
    </label>
  );
}
