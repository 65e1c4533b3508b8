import { number, useText } from "../../kit/text";
import type { Card } from "../../wire/twin";
import { axisOf } from "../Scale";
import "./estimates.css";

/** What the clinician thought, beside what the model says: two marks on one line. */
export function Beside({ card }: { card: Card }) {
  const text = useText();
  const { estimate, value, digits } = card;
  if (!estimate || value === null) return null;
  if (estimate.share === null) {
    return <p className="beside muted small">{text("twin.ui.estimate.declined")}</p>;
  }
  const mine = estimate.share;
  const apart = Math.abs(mine - value);
  const { end } = axisOf(card.id, Math.max(mine, value, card.interval?.high ?? 0));
  const rows = [
    ["yours", mine],
    ["model", value],
  ] as const;
  return (
    <div className="beside">
      {rows.map(([who, share]) => (
        <div key={who} className="beside-row" data-who={who}>
          <span>{text(`twin.ui.estimate.${who}`)}</span>
          <span className="beside-track" aria-hidden>
            <i style={{ width: `${(100 * share) / end}%` }} />
          </span>
          <strong>{number(share, digits)} %</strong>
        </div>
      ))}
      <p className="small">
        {apart < 1
          ? text("twin.ui.estimate.same")
          : text("twin.ui.estimate.apart", { n: number(apart, 0) })}
      </p>
    </div>
  );
}
