import { useEffect, useRef } from "react";
import { company } from "../world";
import "./talk.css";

const LOOK_MS = 80;

/** How loud a voice arrives, as a meter; one's own: how loud it is sent. */
export function Level({ slot, label }: { slot: number; label: string }) {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (meter.current) meter.current.value = company.voice.level(slot);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [slot]);
  return <meter ref={meter} className="talk-level" min={0} max={1} value={0} aria-label={label} />;
}
