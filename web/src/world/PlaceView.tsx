import { createPortal, useFrame, useThree } from "@react-three/fiber";
import { Fragment, type RefObject, Suspense, useEffect, useState } from "react";
import { PerspectiveCamera, Raycaster, Vector2 } from "three";
import { goTo, scenePartsOf } from "../kit/place";
import { t } from "../kit/text";
import { toast } from "../kit/ui";
import type { Door, Place } from "../wire/world";
import { WornCaptions } from "./captions/WornCaptions";
import { Wardrobe } from "./people/wardrobe";
import { openStudio } from "./photo/studio";
import { hourNow } from "./scene/hours";
import { Materials } from "./scene/materials";
import { ShownScreen } from "./showing/ShownScreen";
import { Stage } from "./stage";
import { TouchByPointer } from "./things/touch-by-pointer";
import type { Controls, Looking } from "./walk/controls";
import { company, focused, following, walker } from "./world";
import { useTable, XRParts } from "./xr/XRParts";

interface PlaceViewProps {
  place: Place;
  controls: Controls;
  /** Where turns of the head go while this place is shown. */
  looking: RefObject<Looking | null>;
  /** What a click does that meets nothing that wants it. */
  missed: RefObject<(event: MouseEvent) => void>;
}

const wardrobe = new Wardrobe();
let materials: Materials | null = null; // made once, shared by all places

/** One place inside the canvas, and what other rooms stand in it. */
export function PlaceView({ place, controls, looking, missed }: PlaceViewProps) {
  const stage = useStage(place);
  useLooking(stage, looking, missed);
  useStudio(stage);
  useFrame(({ gl }, dt) => {
    const { triangles } = gl.info.render;
    const drawn = triangles > 0 ? triangles / (gl.xr.isPresenting ? 2 : 1) : null;
    const { wish } = controls;
    following.heed(wish);
    stage?.update(wish, focused.get(), performance.now(), dt, drawn);
  });
  if (!stage) return null;
  return (
    <>
      <primitive object={stage.root} />
      <XRParts stage={stage} />
      <WornCaptions />
      <ShownScreen />
      <SceneParts place={place} />
    </>
  );
}

/** What other rooms bring: on its anchor, or on one's own table where the real room is seen. */
function SceneParts({ place }: { place: Place }) {
  const table = useTable();
  return scenePartsOf(place.id).map(({ id, anchor, isForTable, Component }) => {
    if (isForTable && table) {
      const part = (
        <Suspense fallback={null}>
          <Component place={place.id} isOnTable />
        </Suspense>
      );
      return <Fragment key={`${id} on the table`}>{createPortal(part, table.content)}</Fragment>;
    }
    const spot = place.anchors.find((one) => one.id === anchor);
    return (
      <group key={id} position={[...(spot?.position ?? [0, 0, 0])]} rotation-y={spot?.yaw ?? 0}>
        <Suspense fallback={null}>
          <Component place={place.id} />
        </Suspense>
      </group>
    );
  });
}

function useStage(place: Place): Stage | null {
  const [stage, setStage] = useState<Stage | null>(null);
  const camera = useThree((state) => state.camera);
  const scene = useThree((state) => state.scene);
  useEffect(() => {
    if (!(camera instanceof PerspectiveCamera)) return;
    materials ??= new Materials();
    const made = new Stage(place, { company, camera, materials, wardrobe, hour: hourNow, through });
    scene.fog = made.scene.sky.fog;
    setStage(made);
    walker.set((errand) => made.run(errand));
    return () => {
      walker.set(null);
      setStage(null);
      scene.fog = null;
      made.dispose();
    };
  }, [place, camera, scene]);
  return stage;
}

function useStudio(stage: Stage | null): void {
  const gl = useThree((state) => state.gl);
  const scene = useThree((state) => state.scene);
  const camera = useThree((state) => state.camera);
  useEffect(
    () => (stage ? openStudio(stage, { gl, scene, camera }) : undefined),
    [stage, gl, scene, camera],
  );
}

function useLooking(
  stage: Stage | null,
  looking: PlaceViewProps["looking"],
  missed: PlaceViewProps["missed"],
): void {
  const get = useThree((state) => state.get);
  useEffect(() => {
    if (!stage) return;
    const { domElement } = get().gl;
    const point = (event: MouseEvent): Vector2 => {
      const box = domElement.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      const y = (event.clientY - box.top) / box.height;
      return new Vector2(2 * x - 1, 1 - 2 * y);
    };
    looking.current = {
      turn: (by, up) => stage.follow.turn(by, up),
      zoom: (by) => stage.follow.zoom(by),
      isHeld: (event) => {
        const ray = new Raycaster();
        ray.setFromCamera(point(event), get().camera);
        if (stage.touch.meets(ray)) return true;
        return ray.intersectObjects(get().internal.interaction, false).length > 0;
      },
    };
    const hands = new TouchByPointer(domElement, stage.touch, (event) => {
      const ray = new Raycaster();
      ray.setFromCamera(point(event), get().camera);
      return ray;
    });
    missed.current = (event) => {
      const { x, y } = point(event);
      if (event.type !== "click" || hands.hasTouched) return;
      following.stop();
      stage.click(x, y);
    };
    return () => {
      hands.dispose();
      looking.current = null;
      missed.current = () => {};
    };
  }, [stage, get, looking, missed]);
}

function through(door: Door): void {
  if (door.to) goTo(door.to);
  else if (door.closed_reason_key) toast(t(door.closed_reason_key));
}
