import { useEffect, useState } from "react";
import { useText } from "../kit/text";
import { signs } from "./hologram/Hologram";
import { type LegendLine, LegendPlate } from "./hologram/LegendPlate";
import { useOpened } from "./use";

const BEFORE_M = 0.78; // the ring of light ends at half a metre
const OVER_M = 0.12;
const LEAN_RAD = -0.75;
const CALM = "#c79585"; // as the page has it

/** What the plate before the body says; where no record is open, that alone. */
export function legendLines(isOpen: boolean, text: (key: string) => string): readonly LegendLine[] {
  if (!isOpen) return [{ colour: null, words: text("twin.ui.closed") }];
  return [
    { colour: signs.attention, words: text("twin.ui.legend.attention") },
    { colour: signs.watch, words: text("twin.ui.legend.watch") },
    { colour: CALM, words: text("twin.ui.legend.calm") },
    { colour: null, words: text("twin.ui.legend.sure") },
  ];
}

/** The legend of the body on a table, in the scene itself: a headset shows no page beside it. */
export function TableLegend() {
  const text = useText();
  const isOpen = useOpened() !== null;
  const [plate, setPlate] = useState<LegendPlate | null>(null);
  useEffect(() => {
    const made = new LegendPlate();
    made.mesh.position.set(0, OVER_M, BEFORE_M);
    made.mesh.rotation.x = LEAN_RAD;
    setPlate(made);
    return () => {
      setPlate(null);
      made.dispose();
    };
  }, []);
  useEffect(() => plate?.show(legendLines(isOpen, text)));
  return plate && <primitive object={plate.mesh} />;
}
