import { RotateCcw, RotateCw, Shrink } from "lucide-react";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { IconButton } from "../kit/ui";
import { chosen, hovered, turns } from "./chosen";
import { BodyStage } from "./hologram/BodyStage";
import { followed, wantsCalm } from "./shown";

const QUARTER = Math.PI / 4;

/** The body drawn in the panel itself, where no scene draws it. */
export function BodyView() {
  const text = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<BodyStage | null>(null);
  const isNear = useStore(chosen) !== null;
  const [canDraw, setCanDraw] = useState(true);

  useEffect(() => {
    if (!canvas.current) return;
    const made = BodyStage.on(canvas.current, followed, wantsCalm);
    stage.current = made;
    setCanDraw(made !== null);
    return () => {
      stage.current = null;
      made?.dispose();
    };
  }, []);

  const at = (event: PointerEvent): [number, number] => [event.clientX, event.clientY];
  if (!canDraw) return null; // the list of organs says the same
  return (
    <div className="body-view">
      <canvas
        ref={canvas}
        aria-hidden
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          stage.current?.hold(...at(event));
        }}
        onPointerMove={(event) => stage.current?.move(...at(event))}
        onPointerUp={(event) => stage.current?.letGo(...at(event))}
        onPointerLeave={() => hovered.set(null)}
      />
      <div className="body-turn">
        <IconButton
          icon={RotateCcw}
          label={text("twin.ui.body.left")}
          onClick={() => turns.set({ by: -QUARTER })}
        />
        <IconButton
          icon={RotateCw}
          label={text("twin.ui.body.right")}
          onClick={() => turns.set({ by: QUARTER })}
        />
        {isNear && (
          <IconButton
            icon={Shrink}
            label={text("twin.ui.body.whole")}
            onClick={() => chosen.set(null)}
          />
        )}
      </div>
    </div>
  );
}
