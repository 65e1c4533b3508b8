import { TrendingDown, TrendingUp } from "lucide-react";
import { useText } from "../kit/text";
import type { Reason } from "../wire/twin";

/** What each input added to a learned model's score, as a bar to either side. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  const text = useText();
  const shown = reasons.filter(({ key, adds }) => key !== "average" && adds !== 0);
  const most = Math.max(...shown.map(({ adds }) => Math.abs(adds)), 1e-9);
  return (
    <div className="reasons">
      <h3>{text("twin.ui.risk.reasons")}</h3>
      <ul>
        {shown.map(({ key, label_key, adds }) => (
          <li key={key} data-raises={adds > 0}>
            {adds > 0 ? <TrendingUp aria-hidden /> : <TrendingDown aria-hidden />}
            <span>{text(label_key)}</span>
            <span className="muted small">
              {text(adds > 0 ? "twin.ui.risk.raises" : "twin.ui.risk.lowers")}
            </span>
            <i className="reason-bar" aria-hidden style={{ width: widthOf(adds, most) }} />
          </li>
        ))}
      </ul>
      <p className="muted small">{text("twin.ui.risk.reasons.about")}</p>
    </div>
  );
}

function widthOf(adds: number, most: number): string {
  return `${(100 * Math.abs(adds)) / most}%`;
}
