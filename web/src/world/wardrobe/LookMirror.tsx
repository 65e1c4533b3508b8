import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useText } from "../../kit/text";
import type { Look } from "../../wire/world";
import { Mirror } from "./mirror";

const STEP_RAD = 0.35;
const TURN_PER_PX = 0.01;

/** Ourselves as others see us; drag, or the arrow keys, turn us around. */
export function LookMirror({ look, avatar = "" }: { look: Look; avatar?: string }) {
  const text = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const mirror = useRef<Mirror | null>(null);
  const [isBlind, setBlind] = useState(false);

  useEffect(() => {
    if (!canvas.current) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    try {
      mirror.current = new Mirror(canvas.current, isCalm);
    } catch {
      setBlind(true); // no WebGL here: the words say it all
    }
    return () => {
      mirror.current?.dispose();
      mirror.current = null;
    };
  }, []);

  useEffect(() => mirror.current?.show(look, avatar), [look, avatar]);

  function drag(event: PointerEvent): void {
    if (event.buttons & 1) mirror.current?.turn(event.movementX * TURN_PER_PX);
  }

  function step(event: KeyboardEvent): void {
    const by = { ArrowLeft: -STEP_RAD, ArrowRight: STEP_RAD }[event.key];
    if (!by) return;
    event.preventDefault();
    mirror.current?.turn(by);
  }

  if (isBlind) return <p className="muted small">{text("world.wardrobe.no-mirror")}</p>;
  return (
    <canvas
      ref={canvas}
      className="look-mirror"
      tabIndex={0}
      role="img"
      aria-label={text("world.wardrobe.mirror")}
      onPointerMove={drag}
      onKeyDown={step}
    />
  );
}
