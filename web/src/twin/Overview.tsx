import { useState } from "react";
import { useText } from "../kit/text";
import type { Entry } from "../wire/twin";
import { overviewOf } from "./timeline";

const WIDTH = 360;
const LANE = 7;
const BARS = 36;
const LABELS = 7;

interface OverviewProps {
  readonly entries: readonly Entry[];
  readonly onYear: (year: number) => void;
}

/** A life at a glance: lasting conditions as lines, how much happened as bars; one slides to a year. */
export function Overview({ entries, onYear }: OverviewProps) {
  const text = useText();
  const seen = overviewOf(entries);
  const [at, setAt] = useState<number | null>(null);
  if (!seen) return null;
  const { first, last, bars, spans } = seen;
  const wide = WIDTH / bars.length;
  const lanes = Math.max(0, ...spans.map(({ lane }) => lane + 1)) * LANE;
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const foot = lanes + 4 + BARS;
  const every = Math.ceil(bars.length / LABELS);
  const height = (count: number): number => Math.sqrt(count / most) * BARS;
  const year = Math.min(last, Math.max(first, at ?? last));
  const count = bars.find((bar) => bar.year === year)?.count ?? 0;

  function slide(to: number): void {
    setAt(to);
    onYear(nearest(bars, to));
  }

  return (
    <div className="overview">
      <svg viewBox={`0 0 ${WIDTH} ${foot}`} aria-hidden>
        {spans.map(({ id, from, to, lane }) => (
          <rect
            key={id}
            className="overview-span"
            x={(from - first) * wide}
            width={Math.max(2, (to - from) * wide)}
            y={lane * LANE + 1}
            height={LANE - 3}
            rx="2"
          />
        ))}
        {bars.map(({ year, count }, i) => (
          <rect
            key={year}
            className="overview-bar"
            x={(i + 0.14) * wide}
            width={wide * 0.72}
            y={foot - height(count)}
            height={height(count)}
            rx={Math.min(2, wide * 0.2)}
          />
        ))}
      </svg>
      <div className="overview-years" aria-hidden>
        {bars.map((bar) => (
          <span key={bar.year} data-here={bar.year === at}>
            {(last - bar.year) % every === 0 && bar.year}
          </span>
        ))}
      </div>
      <input
        type="range"
        min={first}
        max={last}
        value={year}
        aria-label={text("twin.ui.timeline.overview", { first: String(first), last: String(last) })}
        aria-valuetext={text("twin.ui.timeline.year", { year: String(year), n: count })}
        onChange={(event) => slide(Number(event.target.value))}
      />
    </div>
  );
}

/** The year with something in it that is closest. */
function nearest(bars: readonly { year: number; count: number }[], to: number): number {
  const full = bars.filter(({ count }) => count > 0);
  const [found] = full.sort((a, b) => Math.abs(a.year - to) - Math.abs(b.year - to));
  return found?.year ?? to;
}
