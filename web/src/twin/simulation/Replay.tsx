import { Pause, Play } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "../../kit/store";
import { number, useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import type { Simulation } from "../../wire/twin";
import { scenes } from "../chosen";
import { wantsCalm } from "../shown";
import { simulated } from "../simulated";
import { Course } from "./Course";
import { Player, ratesAt } from "./Player";
import { Wave } from "./Wave";

const BodyView = lazy(() => import("../BodyView").then((m) => ({ default: m.BodyView })));
const FRAME_MS = 66; // numbers that change faster cannot be read
const LONGEST_S = 0.5;
const COURSES: readonly (readonly [string, readonly string[]])[] = [
  ["twin.simulation.curve.heart_rate", ["heart_rate"]],
  ["twin.ui.vital.bp", ["sbp", "dbp"]],
  ["twin.simulation.curve.spo2", ["spo2"]],
  ["twin.simulation.curve.respiratory_rate", ["respiratory_rate"]],
  ["twin.simulation.curve.etco2", ["etco2"]],
  ["twin.simulation.curve.output_l", ["output_l"]],
  ["twin.simulation.curve.blood_ml", ["blood_ml"]],
  ["twin.simulation.curve.glucose", ["glucose"]],
  ["twin.simulation.curve.insulin", ["insulin"]],
];

/** One or two runs, played: the curves move, and the body's pulse and breath go with the newest. */
export function Replay({ runs }: { runs: readonly Simulation[] }) {
  const text = useText();
  const player = useMemo(() => Player.for(runs), [runs]);
  const [now, setNow] = useState(player.now);
  const [isPlaying, setPlaying] = useState(false);
  const newest = runs.at(-1);
  const isDrawn = useStore(scenes) > 0;
  const top = useRef<HTMLDivElement>(null);

  useEffect(() => {
    void top.current?.scrollIntoView({ block: "start" }); // what was asked for is below
  }, []);

  useEffect(() => {
    if (wantsCalm()) player.seek(player.end);
    else player.isPlaying = true;
    setNow(player.now);
    setPlaying(player.isPlaying);
  }, [player]);

  useEffect(() => {
    if (!isPlaying) return;
    let last = performance.now();
    const timer = setInterval(() => {
      const at = performance.now();
      player.update(Math.min((at - last) / 1000, LONGEST_S));
      last = at;
      setNow(player.now);
      setPlaying(player.isPlaying);
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [player, isPlaying]);

  useEffect(() => {
    if (newest) simulated.set(ratesAt(newest, now));
  }, [newest, now]);
  useEffect(() => () => simulated.set(null), []);

  if (!newest) return null;
  const said = momentOf(newest, now, text);
  return (
    <div className="replay" ref={top}>
      <div className="replay-bar">
        <Button
          icon={isPlaying ? Pause : Play}
          onClick={() => {
            player.toggle();
            setNow(player.now);
            setPlaying(player.isPlaying);
          }}
        >
          {text(isPlaying ? "twin.ui.sim.pause" : "twin.ui.sim.play")}
        </Button>
        <input
          type="range"
          aria-label={text("twin.ui.sim.time")}
          aria-valuetext={said}
          min={player.start}
          max={player.end}
          step={(player.end - player.start) / 100}
          value={now}
          onChange={({ target }) => {
            player.seek(Number(target.value));
            setNow(player.now);
          }}
        />
      </div>
      <p className="small muted">{said}</p>
      {runs.length > 1 && (
        <p className="replay-runs small">
          <span data-run="0">{text("twin.ui.sim.first")}</span>
          <span data-run="1">{text("twin.ui.sim.second")}</span>
        </p>
      )}
      {!isDrawn && newest.kind === "circulation" && (
        <Suspense fallback={<div className="body-view" />}>
          <BodyView />
        </Suspense>
      )}
      <div className="courses">
        {COURSES.map(([titleKey, keys]) => (
          <Course
            key={titleKey}
            titleKey={titleKey}
            keys={keys}
            runs={runs}
            now={now}
            start={player.start}
            end={player.end}
          />
        ))}
        <Wave run={newest} />
      </div>
    </div>
  );
}

/** A moment of a run, in words. */
export function momentOf(run: Simulation, now: number, text: ReturnType<typeof useText>): string {
  if (now < 0) return text("twin.ui.sim.before");
  return text("twin.ui.sim.at", { time: timeOf(run.kind, now, text) });
}

/** A span of a run: seconds as minutes and seconds, minutes as hours and minutes. */
export function timeOf(
  kind: Simulation["kind"],
  now: number,
  text: ReturnType<typeof useText>,
): string {
  const whole = Math.round(now);
  const [large, small] = [Math.floor(whole / 60), String(whole % 60).padStart(2, "0")];
  const unit = kind === "circulation" ? "twin.ui.sim.clock.min" : "twin.ui.sim.clock.h";
  return text(unit, { time: `${number(large)}:${small}` });
}
