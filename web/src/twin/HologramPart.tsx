import { type ThreeEvent, useFrame } from "@react-three/fiber";
import { useEffect, useRef, useState } from "react";
import { type Ray, Vector3 } from "three";
import { type ScenePartProps, showPanel } from "../kit/place";
import { useStore } from "../kit/store";
import { chosen, hovered, scenes } from "./chosen";
import { Showing } from "./hologram/Showing";
import { followed, wantsCalm } from "./shown";
import { TableLegend } from "./TableLegend";
import { useOpened } from "./use";

const REACH_M = { radius: 0.42, height: 2 };
const STEPS_PER_M = 600; // how finely a ray's way across the body is counted
const FULL_TURN = 2 * Math.PI * 0.3 * STEPS_PER_M; // like rolling a column of that radius
const LONGEST_S = 0.1;
const OVER_TABLE_M = 0.42; // an organ on a table floats low, before it is made small
/** A place's yaw says where -z looks; the body is baked looking along +z. */
const FORWARD = Math.PI;

/** Where a ray passes the upright axis of the body: to its side, and how high. */
export function across(ray: Ray, axis: Vector3): { x: number; y: number } {
  const { origin, direction } = ray;
  const flat = Math.hypot(direction.x, direction.z) || 1e-6;
  const [dx, dz] = [direction.x / flat, direction.z / flat];
  const [ox, oz] = [axis.x - origin.x, axis.z - origin.z];
  const side = oz * dx - ox * dz;
  const away = (ox * dx + oz * dz) / flat;
  return { x: -side * STEPS_PER_M, y: (origin.y + direction.y * away) * STEPS_PER_M };
}

/**
 * The body on its pedestal, or small on a table: hover and tap an organ, drag to turn; the same with a
 * mouse and in XR.
 */
export function HologramPart({ isOnTable = false }: Partial<ScenePartProps>) {
  const who = useOpened();
  const [showing, setShowing] = useState<Showing | null>(null);
  useEffect(() => {
    const made = new Showing(followed, isOnTable ? OVER_TABLE_M : undefined);
    setShowing(made);
    scenes.update((n) => n + 1);
    return () => {
      scenes.update((n) => n - 1);
      setShowing(null);
      made.dispose();
    };
  }, [isOnTable]);
  if (!showing) return null;
  return (
    <group rotation-y={FORWARD}>
      <primitive object={showing.hologram.root} />
      <Pulse showing={showing} isOnTable={isOnTable} />
      {who && <Touch showing={showing} />}
      {isOnTable && <TableLegend />}
    </group>
  );
}

function Pulse({ showing, isOnTable }: { showing: Showing; isOnTable: boolean }) {
  const isSeen = useRef(false);
  useFrame(({ camera }, dt) => {
    const from = camera.getWorldPosition(new Vector3());
    const isThere = Number.isFinite(from.x); // in the first frame of a headset the eye is nowhere
    if (!isOnTable && isThere && !isSeen.current && !showing.hologram.isEmpty)
      showing.hologram.hear({ type: "seen", from }); // a table turns to the eyes by itself
    isSeen.current = isThere && !showing.hologram.isEmpty;
    showing.hologram.hear({ type: "calm", isCalm: wantsCalm() });
    showing.update(Math.min(dt, LONGEST_S));
  });
  return null;
}

/** A column around the body that takes what pointers and hands do. */
function Touch({ showing }: { showing: Showing }) {
  const isNear = useStore(chosen) !== null;
  const at = ({ ray }: ThreeEvent<PointerEvent>): [number, number] => {
    const { x, y } = across(ray, showing.hologram.root.getWorldPosition(new Vector3()));
    return [x, y];
  };
  const onMove = (event: ThreeEvent<PointerEvent>): void => {
    event.stopPropagation();
    if (showing.isHeld) showing.move(...at(event), FULL_TURN);
    else hovered.set(showing.hologram.pick(event.ray));
  };
  const onDown = (event: ThreeEvent<PointerEvent>): void => {
    event.stopPropagation();
    (event.target as Partial<Element> | null)?.setPointerCapture?.(event.pointerId);
    showing.hold(...at(event));
  };
  const onUp = (event: ThreeEvent<PointerEvent>): void => {
    event.stopPropagation();
    if (showing.letGo() && showing.tap(showing.hologram.pick(event.ray))) showPanel("body");
    if (event.pointerType === "touch") hovered.set(null);
  };
  const onOut = (): void => {
    hovered.set(null);
    showing.letGo();
  };

  return (
    <mesh
      position-y={REACH_M.height / 2}
      scale={isNear ? 1.25 : 1}
      onPointerMove={onMove}
      onPointerDown={onDown}
      onPointerUp={onUp}
      onPointerOut={onOut}
    >
      <cylinderGeometry args={[REACH_M.radius, REACH_M.radius, REACH_M.height, 16]} />
      <meshBasicMaterial colorWrite={false} depthWrite={false} transparent opacity={0} />
    </mesh>
  );
}
