import { language, moment } from "../kit/text";
import type { Point } from "../wire/twin";

const WIDTH = 200;
const HEIGHT = 52;
const EDGE = 5;
const FEW = 8;
const MINUTE_MS = 60_000;
const WINDOWS_MS = [10, 60, 24 * 60, 30 * 24 * 60, 366 * 24 * 60, 3660 * 24 * 60].map(
  (minutes) => minutes * MINUTE_MS,
);

export interface SparklineProps {
  readonly series: readonly Point[];
  /** Where values are expected to lie: drawn as a quiet band. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly label: string;
  /** A second course under the first (the lower of two pressures). */
  readonly also?: readonly Point[] | undefined;
}

/** The shortest usual time that holds enough of the newest readings. */
export function recent(series: readonly Point[]): readonly Point[] {
  const last = series.at(-1);
  if (!last) return [];
  const end = Date.parse(last.at);
  for (const window of WINDOWS_MS) {
    const inside = series.filter(({ at }) => end - Date.parse(at) <= window);
    if (inside.length >= Math.min(FEW, series.length)) return inside;
  }
  return series;
}

const PAUSE = 8;

/** Runs of readings without a pause far longer than usual: nobody knows what was between. */
export function unbroken(points: readonly Point[]): readonly (readonly Point[])[] {
  const gaps = points.slice(1).map((p, i) => Date.parse(p.at) - Date.parse(points[i]?.at ?? p.at));
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const runs: Point[][] = [];
  points.forEach((point, i) => {
    const isApart = i === 0 || (points.length >= FEW && (gaps[i - 1] ?? 0) > PAUSE * usual);
    if (isApart) runs.push([]);
    runs.at(-1)?.push(point);
  });
  return runs;
}

const DAY_MS = 24 * 60 * MINUTE_MS;

/** A moment as exactly as the length of the course deserves. */
function short(at: string, span_ms: number): string {
  if (span_ms < DAY_MS) return moment(at, "time");
  const parts: Intl.DateTimeFormatOptions =
    span_ms < 90 * DAY_MS
      ? { month: "short", day: "numeric" }
      : { year: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language.get(), parts).format(new Date(at));
}

/** A small course of readings over time, with where they are expected. */
export function Sparkline({ series, low, high, label, also = [] }: SparklineProps) {
  const shown = recent(series);
  const first = shown[0];
  const last = shown.at(-1);
  if (!first || !last) return null;
  const start = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - start);
  const below = also.filter(({ at }) => Date.parse(at) >= start);
  const values = [...shown, ...below].map(({ value }) => value);
  const bounds = [low, high].filter((edge): edge is number => edge !== undefined);
  const floor = Math.min(...values, ...bounds);
  const top = Math.max(...values, ...bounds);
  const room = Math.max(top - floor, 1e-6);
  const x = (at: string): number => EDGE + ((Date.parse(at) - start) / span) * (WIDTH - 2 * EDGE);
  const y = (value: number): number =>
    HEIGHT - EDGE - ((value - floor) / room) * (HEIGHT - 2 * EDGE);
  const lines = (points: readonly Point[]): string =>
    unbroken(points)
      .map(
        (run) => `M${run.map((p) => `${x(p.at).toFixed(1)} ${y(p.value).toFixed(1)}`).join("L")}`,
      )
      .join("");
  return (
    <figure className="spark">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {(low !== undefined || high !== undefined) && (
          <rect
            className="spark-band"
            x="0"
            width={WIDTH}
            y={y(high ?? top)}
            height={Math.max(1, y(low ?? floor) - y(high ?? top))}
            rx="3"
          />
        )}
        {below.length > 1 && <path className="spark-line spark-also" d={lines(below)} />}
        {shown.length > 1 && <path className="spark-line" d={lines(shown)} />}
        <circle className="spark-dot" cx={x(last.at)} cy={y(last.value)} r="3.4" />
      </svg>
      {shown.length > 1 && (
        <figcaption>
          <span>{short(first.at, span)}</span>
          <span>{short(last.at, span)}</span>
        </figcaption>
      )}
    </figure>
  );
}
