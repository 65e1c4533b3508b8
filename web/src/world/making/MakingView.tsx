import { Canvas, useFrame, useThree } from "@react-three/fiber";
import { Copy, Redo2, RotateCcw, RotateCw, Trash2, Undo2 } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { NeutralToneMapping, PCFShadowMap, type PerspectiveCamera } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { scenePartsOf } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { IconButton } from "../../kit/ui";
import { dprHere, PaceKeeper } from "../PaceKeeper";
import { tierHere } from "../scene/tier";
import { desk, type Opened } from "./desk";
import { grid, lookingAt } from "./editing";
import { duplicate, pressInPicture } from "./keys";
import { LookAround } from "./LookAround";
import { MakingScene } from "./making-scene";
import { find, remove, TURN, turn } from "./ops";
import { pathOf, positionOf, sizeOf } from "./parts";
import { SceneHands } from "./scene-hands";
import { doorWords, nameOf } from "./words";
import "./making.css";
import "../world.css";

const EYES = { fov: 50, near: 0.1, far: 3000 };

/** The picture of a place in the making; while one looks as a visitor, of the place itself. */
export function MakingView({ opened }: { opened: Opened }) {
  const text = useText();
  const tier = tierHere();
  const isLooking = useStore(desk.isLooking);
  const frame = useRef<HTMLElement>(null);
  function press(event: React.KeyboardEvent): void {
    if (isLooking) return;
    if (pressInPicture(event.nativeEvent, opened.model, grid.get())) event.preventDefault();
  }
  return (
    <section
      ref={frame}
      className="world making-world"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move what is chosen; the panel is the same in words
      tabIndex={0}
      aria-label={text(isLooking ? "world.making.looking" : "world.making.picture")}
      onKeyDown={press}
    >
      <Canvas
        key={isLooking ? "look" : "make"}
        className="world-picture"
        shadows={tier === "fine" && { type: PCFShadowMap }}
        dpr={dprHere()[1]}
        camera={EYES}
        gl={{ antialias: true, toneMapping: NeutralToneMapping }}
      >
        <PaceKeeper />
        <Centred place={opened.id} />
        {isLooking ? <LookAround opened={opened} frame={frame} /> : <Bench opened={opened} />}
      </Canvas>
      {!isLooking && <Handy opened={opened} />}
    </section>
  );
}

/** What one does most, where the panel is closed or far: on a phone, say. */
function Handy({ opened: { model } }: { opened: Opened }) {
  const text = useText();
  const key = useStore(model.chosen);
  const { back, ahead } = useStore(model.steps);
  const entry = find(useStore(model.doc), key);
  const tools = [
    ["undo", Undo2, back > 0, () => model.undo()],
    ["redo", Redo2, ahead > 0, () => model.redo()],
    ["turn.left", RotateCcw, entry, () => model.apply(turn(key, TURN))],
    ["turn.right", RotateCw, entry, () => model.apply(turn(key, -TURN))],
    ["copy", Copy, entry, () => duplicate(model, key)],
    ["remove", Trash2, entry, () => model.apply(remove(key))],
  ] as const;
  return (
    <div className="making-handy" role="toolbar" aria-label={text("world.making.handy")}>
      {entry && <strong>{nameOf(entry.part)}</strong>}
      {tools.map(([name, icon, can, act]) => (
        <IconButton
          key={name}
          icon={icon}
          label={text(`world.making.${name}`)}
          disabled={!can}
          onClick={act}
        />
      ))}
    </div>
  );
}

/** What keeps the middle of the picture beside an open panel. */
function Centred({ place }: { place: string }) {
  return scenePartsOf(place)
    .filter(({ id }) => id === "centre")
    .map(({ id, Component }) => (
      <Suspense key={id} fallback={null}>
        <Component place={place} />
      </Suspense>
    ));
}

/** The scene, the camera and the hands of whoever makes. */
function Bench({ opened }: { opened: Opened }) {
  const camera = useThree((state) => state.camera) as PerspectiveCamera;
  const element = useThree((state) => state.gl.domElement);
  const [scene, setScene] = useState<MakingScene | null>(null);
  const doc = useStore(opened.model.doc);
  const chosen = useStore(opened.model.chosen);
  const step = useStore(grid);
  const { id, model, flaws } = opened;

  useEffect(() => {
    const made = new MakingScene(id);
    const controls = orbit(camera, element, model);
    const hands = new SceneHands({
      ...{ element, camera, controls, model },
      scene: made,
      grid: grid.get,
    });
    setScene(made);
    return () => {
      hands.dispose();
      controls.dispose();
      made.dispose();
      setScene(null);
    };
  }, [id, model, camera, element]);

  useEffect(() => scene?.rule(step), [scene, step]);
  useEffect(() => {
    scene?.show(doc.entries, doorWords);
    const wrong = new Set(flaws.map(({ path }) => path.split(".")[0]));
    const flawed = doc.entries.filter(({ key }) => wrong.has(pathOf(doc, key)));
    scene?.choose(
      chosen,
      flawed.map(({ key }) => key),
    );
  }, [scene, doc, chosen, flaws]);
  useFrame((_, dt) => scene?.update(dt));
  return scene && <primitive object={scene.root} />;
}

/** How far the ground reaches from where people arrive [m], about. */
function reachOf(model: Opened["model"]): number {
  const sizes = model.doc.get().entries.flatMap(({ part }) => {
    const size = part.kind === "bounds" ? sizeOf(part) : null;
    return size ? [Math.max(size[0], size[2]) / 2] : [];
  });
  return Math.max(1, ...sizes);
}

/** Look at where people arrive, from above and a little aside. */
function orbit(
  camera: PerspectiveCamera,
  element: HTMLElement,
  model: Opened["model"],
): OrbitControls {
  const spawn = model.doc.get().entries.find(({ part }) => part.kind === "spawn");
  const [x, y, z] = spawn ? positionOf(spawn.part) : [0, 0, 0];
  const controls = new OrbitControls(camera, element);
  const narrow = camera.aspect < 1 ? 1.45 : 1;
  const far = Math.min(3, Math.max(1, reachOf(model) / 7)) * narrow;
  camera.position.set(x + 4 * far, y + 9 * far, z + 8 * far);
  controls.target.set(x, y + 0.4, z - 1.5);
  controls.maxPolarAngle = 1.5;
  controls.minDistance = 2;
  controls.maxDistance = 60;
  controls.enableDamping = true;
  controls.screenSpacePanning = false;
  controls.update();
  const tell = (): void => {
    lookingAt.set([controls.target.x, 0, controls.target.z]);
  };
  tell();
  controls.addEventListener("change", tell);
  let isOver = false;
  const turn = (): void => {
    if (isOver) return;
    controls.update();
    requestAnimationFrame(turn);
  };
  turn();
  const dispose = controls.dispose.bind(controls);
  controls.dispose = () => {
    isOver = true;
    dispose();
  };
  return controls;
}
