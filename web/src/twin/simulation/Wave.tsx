import { useText } from "../../kit/text";
import type { Simulation } from "../../wire/twin";

const WIDTH = 320;
const HEIGHT = 84;

/** The pressure in an artery, beat by beat: at rest, and at the end of the run. */
export function Wave({ run }: { run: Simulation }) {
  const text = useText();
  const all = [...run.before, ...run.after];
  if (all.length === 0) return null;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const line = (wave: readonly number[]): string =>
    wave
      .map((value, i) => {
        const x = (i / Math.max(1, wave.length - 1)) * WIDTH;
        const y = HEIGHT - 4 - ((value - low) / Math.max(1, high - low)) * (HEIGHT - 8);
        return `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
      })
      .join("");
  return (
    <figure className="course">
      <figcaption>
        <span>{text("twin.ui.sim.wave")}</span>
        <span className="course-now">
          <small>{text("twin.ui.sim.wave.before")}</small>
          <small>
            <b>{text("twin.ui.sim.wave.after")}</b>
          </small>
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <path className="course-pale" d={line(run.before)} />
        <path className="course-line" d={line(run.after)} />
      </svg>
    </figure>
  );
}
