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

/** A life at a glance: lasting conditions as lines, how much happened as bars; a year is a button. */
export function Overview({ entries, onYear }: OverviewProps) {
  const text = useText();
  const seen = overviewOf(entries);
  if (!seen) return null;
  const { first, last, bars, spans } = seen;
  const wide = WIDTH / bars.length;
  const lanes = Math.max(0, ...spans.map(({ lane }) => lane + 1)) * LANE;
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const foot = lanes + 4 + BARS;
  const every = Math.ceil(bars.length / LABELS);
  const height = (count: number): number => Math.sqrt(count / most) * BARS;
  return (
    <fieldset
      className="overview"
      aria-label={text("twin.ui.timeline.overview", { first: String(first), last: String(last) })}
    >
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
      <div className="overview-years">
        {bars.map(({ year, count }) => (
          <button
            key={year}
            type="button"
            disabled={count === 0}
            aria-label={text("twin.ui.timeline.year", { year: String(year), n: count })}
            onClick={() => onYear(year)}
          >
            {(last - year) % every === 0 && <span>{year}</span>}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
