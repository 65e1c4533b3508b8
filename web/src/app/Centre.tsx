import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useRef } from "react";
import { PerspectiveCamera } from "three";
import { covered } from "./covered";

const GLIDE_S = 0.18;
const STILL_PX = 0.5;
const MOST_UP = 0.25; // share of the height: the sky is no use to anybody

/** Keeps the middle of the picture in the middle of what no panel hides. */
export function Centre() {
  const camera = useThree((state) => state.camera);
  const at = useRef({ x: 0, y: 0 });

  useFrame(({ gl, size }, dt) => {
    if (!(camera instanceof PerspectiveCamera) || gl.xr.isPresenting) return;
    const { right, bottom } = covered.get();
    const step = isCalm() ? 1 : 1 - Math.exp(-dt / GLIDE_S); // the same at 30 and at 120 frames
    const goal = { x: right / 2, y: Math.min(bottom / 2, size.height * MOST_UP) };
    const next = { x: glide(at.current.x, goal.x, step), y: glide(at.current.y, goal.y, step) };
    const isNew = camera.view?.fullWidth !== size.width || camera.view.fullHeight !== size.height;
    if (!isNew && next.x === at.current.x && next.y === at.current.y) return;
    at.current = next;
    if (next.x || next.y) {
      camera.setViewOffset(size.width, size.height, next.x, next.y, size.width, size.height);
    } else if (camera.view?.enabled) camera.clearViewOffset();
  });

  useEffect(() => {
    return () => {
      if (camera instanceof PerspectiveCamera) camera.clearViewOffset();
    };
  }, [camera]);

  return null;
}

function glide(from: number, to: number, step: number): number {
  const next = from + (to - from) * step;
  return Math.abs(to - next) < STILL_PX ? to : next;
}

function isCalm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
