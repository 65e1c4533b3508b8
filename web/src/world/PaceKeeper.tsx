import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { CROWD } from "./people/crowd";
import { Pace } from "./scene/pace";
import { type Tier, tierHere } from "./scene/tier";

/** What a picture takes to draw; for tests and the curious to read. */
export interface DrawingStats {
  readonly tier: Tier;
  readonly calls: number;
  readonly triangles: number;
  readonly frames: number;
}

/** Where somebody else stands in the picture. */
export interface Drawn {
  readonly name: string;
  readonly position: readonly number[];
  /** How finely, or "brought": in an avatar of their own. */
  readonly as: string;
}

declare global {
  interface Window {
    __asklepion?: { stats: DrawingStats; crowd: readonly Drawn[] };
  }
}

const LIMITS: Readonly<Record<Tier, readonly [number, number]>> = {
  fine: [0.7, 1.75],
  plain: [0.5, 1],
};

/** How many points of the picture there may be for each point of the page. */
export function dprHere(): [number, number] {
  const [least, most] = LIMITS[tierHere()];
  return [least, Math.min(most, Math.max(1, globalThis.devicePixelRatio ?? 1))];
}

/** Draws more or fewer points as the machine can; says what a picture takes. */
export function PaceKeeper() {
  const setDpr = useThree((state) => state.setDpr);
  const gl = useThree((state) => state.gl);
  const scene = useThree((state) => state.scene);
  const pace = useMemo(() => new Pace(...dprHere()), []);
  useFrame((_, dt) => {
    if (gl.xr.isPresenting) return; // a headset decides for itself
    const share = pace.update(dt);
    if (share !== null) setDpr(share);
  });
  useEffect(() => {
    const { info } = gl;
    window.__asklepion = {
      get stats() {
        const { calls, triangles, frame } = info.render;
        return { tier: tierHere(), calls, triangles, frames: frame };
      },
      get crowd() {
        const others = scene.getObjectByName(CROWD)?.children ?? [];
        return others.map(({ name, position, userData }) => {
          return { name, position: position.toArray(), as: String(userData.drawnAs ?? "") };
        });
      },
    };
    return () => {
      delete window.__asklepion;
    };
  }, [gl, scene]);
  return null;
}
