import { Canvas } from "@react-three/fiber";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { NeutralToneMapping, PCFShadowMap } from "three";
import { useAsked } from "../kit/asked";
import { usePlace } from "../kit/place";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { ErrorNote, Waiting } from "../kit/ui";
import { desk } from "./making/desk";
import { dprHere, PaceKeeper } from "./PaceKeeper";
import { PlaceView } from "./PlaceView";
import { listenForEmotes } from "./people/emote-keys";
import { readPlace, usePlacesChanged } from "./places";
import { StickView } from "./StickView";
import { tierHere } from "./scene/tier";
import { Controls, type Looking } from "./walk/controls";
import { company, useStay } from "./world";
import { EnterXR } from "./xr/EnterXR";
import "./world.css";

const EYES = { fov: 55, near: 0.1, far: 3000 };

const MakingView = lazy(() =>
  import("./making/MakingView").then((m) => ({ default: m.MakingView })),
);

/** The place we are in; while one makes a place, that. */
export function WorldView() {
  const opened = useStore(desk.opened);
  if (!opened) return <WorldHere />;
  return (
    <Suspense fallback={null}>
      <MakingView key={opened.id} opened={opened} />
    </Suspense>
  );
}

/** The 3D view of the place we are in, with everybody else there. */
function WorldHere() {
  const text = useText();
  const tier = tierHere();
  const wanted = usePlace().place;
  const { place: here } = useStay();
  const shown = here || wanted;
  const file = useAsked(() => readPlace(shown), [shown, usePlacesChanged()]);
  const frame = useRef<HTMLDivElement>(null);
  const looking = useRef<Looking | null>(null);
  const missed = useRef<(event: MouseEvent) => void>(() => {});
  const controls = useControls(frame, looking);
  useEffect(() => listenForEmotes((motion) => company.gesticulate(motion)), []);
  return (
    <div className="world" ref={frame}>
      <Canvas
        className="world-picture"
        aria-label={text("world.picture")}
        role="img"
        shadows={tier === "fine" && { type: PCFShadowMap }}
        dpr={dprHere()[1]}
        camera={EYES}
        gl={{
          antialias: tier === "fine",
          powerPreference: "high-performance",
          toneMapping: NeutralToneMapping,
        }}
        onPointerMissed={(event) => missed.current(event)}
      >
        <PaceKeeper />
        {file.value && controls && (
          <PlaceView
            key={file.value.id}
            place={file.value}
            controls={controls}
            looking={looking}
            missed={missed}
          />
        )}
      </Canvas>
      {controls && <StickView stick={controls.stick} />}
      <EnterXR />
      {!file.value && (
        <div className="world-note">
          {file.isWaiting ? (
            <Waiting label={text("world.opening")} />
          ) : (
            <ErrorNote error={file.error} onRetry={file.again} />
          )}
        </div>
      )}
    </div>
  );
}

type Held<T> = React.RefObject<T>;

function useControls(
  frame: Held<HTMLDivElement | null>,
  looking: Held<Looking | null>,
): Controls | null {
  const [controls, setControls] = useState<Controls | null>(null);
  useEffect(() => {
    if (!frame.current) return;
    const made = new Controls(frame.current, {
      turn: (by, up) => looking.current?.turn(by, up),
      zoom: (by) => looking.current?.zoom(by),
      isHeld: (event) => looking.current?.isHeld(event) ?? false,
    });
    setControls(made);
    return () => made.dispose();
  }, [frame, looking]);
  return controls;
}
