import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useState } from "react";
import { PerspectiveCamera } from "three";
import { Store } from "../../kit/store";
import type { Stage } from "../stage";
import { company } from "../world";
import { Headset } from "./headset";

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
    const made = new Headset({ gl, camera, stage, company, things });
    setWorn(made);
    headset.set(made);
    return () => {
      headset.set(null);
      setWorn(null);
      made.dispose();
    };
  }, [get, stage]);
  useFrame((_, dt) => worn?.update(Math.min(dt, 0.1)));
  return worn && <primitive object={worn.root} />;
}
