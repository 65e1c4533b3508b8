import { useThree } from "@react-three/fiber";
import { useEffect } from "react";
import { t } from "../../kit/text";
import { company } from "../world";
import { useWorn } from "../xr/XRParts";
import { captionMemory } from "./here";
import { type Turn, turnsOf } from "./lines";
import { WornBand } from "./worn";

const MOST = 2; // people at once
const ROOM = 90; // letters of each

/** Captions before the eyes of whoever wears a headset, who sees nothing of the page. */
export function WornCaptions() {
  const isWorn = useWorn() !== null;
  const camera = useThree((state) => state.camera);
  useEffect(() => {
    if (!isWorn) return;
    const band = new WornBand();
    camera.add(band.mesh);
    const show = () => {
      const { isReading, isBold } = captionMemory.store.get();
      const lines = company.captions.shown.get().filter(({ isMine }) => isReading || isMine);
      band.show(turnsOf(lines, ROOM).slice(-MOST), nameOf, isBold);
    };
    const stops = [company.captions.shown.subscribe(show), captionMemory.store.subscribe(show)];
    show();
    return () => {
      for (const stop of stops) stop();
      band.dispose();
    };
  }, [isWorn, camera]);
  return null;
}

function nameOf({ name, by }: Turn): string {
  return by ? t("world.captions.by", { name, by }) : name;
}
