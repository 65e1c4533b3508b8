import { number, useText } from "../kit/text";

interface Axis {
  readonly end: number;
  /** Where guidelines change their advice. */
  readonly marks: readonly number[];
}

const AXES: Readonly<Record<string, Axis>> = {
  news2: { end: 20, marks: [5, 7] },
  egfr: { end: 120, marks: [15, 30, 45, 60, 90] },
  prevent10: { end: 20, marks: [7.5] },
  "prevent10.ascvd": { end: 20, marks: [3, 5, 10] },
  icu_death: { end: 100, marks: [] },
  readmission: { end: 40, marks: [] },
};
const STEPS = [5, 10, 20, 40, 60, 80, 100, 120, 150, 200];

/** The axis for a score, wide enough for its interval. */
export function axisOf(id: string, high: number): Axis {
  const own = AXES[id] ?? { end: id.startsWith("prevent30") ? 40 : 20, marks: [] };
  const end = STEPS.find((step) => step >= Math.max(own.end, high)) ?? high;
  return { ...own, end };
}

interface ScaleProps {
  readonly id: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isSmall?: boolean;
}

/** The number as a line within the band that it may lie in. */
export function Scale({ id, value, low, high, isSmall = false }: ScaleProps) {
  const { end, marks } = axisOf(id, high);
  const at = (x: number): string => `${(100 * Math.min(Math.max(x, 0), end)) / end}%`;
  const wide = `${(100 * (Math.min(high, end) - Math.max(low, 0))) / end}%`;
  return (
    <div className={isSmall ? "scale scale-small" : "scale"} aria-hidden>
      <div className="scale-track">
        {marks.map((mark) => (
          <i key={mark} className="scale-mark" style={{ left: at(mark) }} />
        ))}
        <i className="scale-band" style={{ left: at(low), width: wide }} />
        <i className="scale-value" style={{ left: at(value) }} />
      </div>
      {!isSmall && (
        <div className="scale-words">
          {[0, ...marks, end].map((mark) => (
            <span key={mark} style={{ left: at(mark) }}>
              {number(mark)}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

const PEOPLE = 100;

/** A share as people: so many of a hundred, and those it is not sure of paler. */
export function Crowd({ value, low, high }: { value: number; low: number; high: number }) {
  const text = useText();
  const sure = Math.round(low);
  const told = Math.round(value);
  const most = Math.round(high);
  const toneOf = (n: number): string => {
    if (n < sure) return "sure";
    if (n < told) return "told";
    return n < most ? "perhaps" : "not";
  };
  return (
    <svg
      className="crowd"
      viewBox="0 0 100 100"
      role="img"
      aria-label={text("twin.ui.risk.crowd", { n: told, low: sure, high: most })}
    >
      {Array.from({ length: PEOPLE }, (_, n) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a hundred dots that never change places
          key={n}
          className={`crowd-${toneOf(n)}`}
          cx={5 + (n % 10) * 10}
          cy={5 + Math.floor(n / 10) * 10}
          r="3.6"
        />
      ))}
    </svg>
  );
}
