import { useId, useMemo } from "react";
import { number, useText } from "../../kit/text";
import type { Simulation } from "../../wire/twin";
import { unitOf } from "../units";
import { indexAt } from "./Player";

const WIDTH = 320;
const HEIGHT = 84;
const EDGE = 6;
const LEFT = 38; // for the numbers at the edge
const CALM_SHARE = 0.12; // the least that is shown of a quantity, so that noise looks like noise

export interface CourseProps {
  /** One curve, or two that belong together (the two of a blood pressure). */
  readonly keys: readonly string[];
  readonly titleKey: string;
  readonly runs: readonly Simulation[];
  readonly now: number;
  readonly start: number;
  readonly end: number;
}

interface Scale {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly low: number;
  readonly high: number;
}

/** One quantity over the time of one or two runs: what has come is drawn strong, the rest pale. */
export function Course({ keys, titleKey, runs, now, start, end }: CourseProps) {
  const text = useText();
  const id = useId();
  const scale = useMemo(() => scaleOf(runs, keys, start, end), [runs, keys, start, end]);
  const paths = useMemo(
    () => runs.map((run) => keys.map((key) => pathOf(run, key, scale)).join("")),
    [runs, keys, scale],
  );
  const first = runs[0]?.curves.find(({ key }) => key === keys[0]);
  if (!first) return null;
  const name = text(titleKey);
  const said = runs.map((run) => told(run, keys, now, text("twin.ui.sim.dash")));
  const at = scale.x(now);
  return (
    <figure className="course" aria-label={`${name}: ${said.join("; ")} ${unitOf(first.unit)}`}>
      <figcaption>
        <span>{name}</span>
        <span className="course-now">
          {said.map((value, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the runs stay in their order
            <strong key={i} data-run={i}>
              {value}
            </strong>
          ))}
          <small>{unitOf(first.unit)}</small>
        </span>
      </figcaption>
      <div className="course-drawn">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
          <clipPath id={id}>
            <rect x="0" y="0" width={at} height={HEIGHT} />
          </clipPath>
          {start < 0 && (
            <line className="course-zero" x1={scale.x(0)} x2={scale.x(0)} y1="0" y2={HEIGHT} />
          )}
          {paths.map((d, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the runs stay in their order
            <path key={i} className="course-pale" data-run={i} d={d} />
          ))}
          <g clipPath={`url(#${id})`}>
            {paths.map((d, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the runs stay in their order
              <path key={i} className="course-line" data-run={i} d={d} />
            ))}
          </g>
          <line className="course-cursor" x1={at} x2={at} y1="0" y2={HEIGHT} />
        </svg>
        <div className="course-edges" aria-hidden>
          <span>{number(scale.high, first.digits > 1 ? 1 : 0)}</span>
          <span>{number(scale.low, first.digits > 1 ? 1 : 0)}</span>
        </div>
      </div>
    </figure>
  );
}

function told(run: Simulation, keys: readonly string[], now: number, dash: string): string {
  const i = indexAt(run.times, now);
  return keys
    .map((key) => {
      const curve = run.curves.find((one) => one.key === key);
      const value = curve?.values[i];
      const digits = (curve?.digits ?? 0) > 1 ? 1 : 0;
      return value === null || value === undefined ? dash : number(value, digits);
    })
    .join("/");
}

function valuesOf(run: Simulation, key: string): readonly (number | null)[] {
  return run.curves.find((one) => one.key === key)?.values ?? [];
}

function scaleOf(
  runs: readonly Simulation[],
  keys: readonly string[],
  start: number,
  end: number,
): Scale {
  const all = runs.flatMap((run) => keys.flatMap((key) => valuesOf(run, key)));
  const values = all.filter((value): value is number => value !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(most - least, CALM_SHARE * Math.max(Math.abs(most), 1));
  const middle = (least + most) / 2;
  const isShare = runs[0]?.curves.find(({ key }) => key === keys[0])?.unit === "%";
  const top = isShare ? Math.min(100, middle + room / 2) : middle + room / 2;
  const [low, high] = [Math.max(0, middle - room / 2), top];
  return {
    low,
    high,
    x: (time) => LEFT + ((time - start) / Math.max(end - start, 1e-6)) * (WIDTH - LEFT - EDGE),
    y: (value) =>
      HEIGHT - EDGE - ((value - low) / Math.max(high - low, 1e-6)) * (HEIGHT - 2 * EDGE),
  };
}

/** The line of one curve; where there is no value, there is no line. */
function pathOf(run: Simulation, key: string, { x, y }: Scale): string {
  let isDown = false;
  return valuesOf(run, key)
    .map((value, i) => {
      if (value === null) {
        isDown = false;
        return "";
      }
      const point = `${x(run.times[i] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`;
      const step = isDown ? `L${point}` : `M${point}`;
      isDown = true;
      return step;
    })
    .join("");
}
