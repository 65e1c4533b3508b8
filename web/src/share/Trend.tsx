import type { Point } from "./summary";

const WIDTH = 160;
const HEIGHT = 44;
const EDGE = 5;

/** A small course of values over time; one alone is a dot. */
export function Trend({ points, label }: { points: readonly Point[]; label: string }) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) return null;
  const start = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - start);
  const values = points.map(({ value }) => value);
  const low = Math.min(...values);
  const room = Math.max(...values) - low;
  const x = (at: string): number => EDGE + ((Date.parse(at) - start) / span) * (WIDTH - 2 * EDGE);
  const up = (value: number): number => (room > 0 ? (value - low) / room : 0.5);
  const y = (value: number): number => HEIGHT - EDGE - up(value) * (HEIGHT - 2 * EDGE);
  const line = points.map(({ at, value }) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  return (
    <svg className="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path d={`M${line.join("L")}`} />
      <circle cx={x(last.at)} cy={y(last.value)} r="3.2" />
    </svg>
  );
}
