import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useState } from "react";
import { PerspectiveCamera } from "three";
import { scenePartsOf } from "../../kit/place";
import { Store, useStore } from "../../kit/store";
import type { Stage } from "../stage";
import { company, following } from "../world";
import { Headset } from "./headset";
import type { XRMode } from "./support";
import type { Table } from "./table";

/** The headset of the place that is shown; null while none is. */
export const headset = new Store<Headset | null>(null);

/** Rig, hands and rays; stands in the scene beside everything else. */
export function XRParts({ stage }: { stage: Stage }) {
  const get = useThree((state) => state.get);
  const [worn, setWorn] = useState<Headset | null>(null);
  useEffect(() => {
    const { camera, gl, internal } = get();
    if (!(camera instanceof PerspectiveCamera)) return;
    const things = () => internal.interaction;
    const hasTable = scenePartsOf(stage.place.id).some(({ isForTable }) => isForTable);
    const made = new Headset({ gl, camera, stage, company, following, things, hasTable });
    setWorn(made);
    headset.set(made);
    return () => {
      headset.set(null);
      setWorn(null);
      made.dispose();
    };
  }, [get, stage]);
  useFrame((_, dt) => worn?.update(performance.now(), Math.min(dt, 0.1)));
  return worn && <primitive object={worn.root} />;
}

const NOTHING_WORN = new Store<XRMode | null>(null);

/** What is worn in this place; null while nothing is. */
export function useWorn(): XRMode | null {
  const worn = useStore(headset);
  return useStore(worn?.mode ?? NOTHING_WORN);
}

/** One's own table, while the real room is seen. */
export function useTable(): Table | null {
  const worn = useStore(headset);
  return useWorn() === "immersive-ar" ? (worn?.table ?? null) : null;
}
