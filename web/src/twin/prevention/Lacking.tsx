import { useText } from "../../kit/text";
import { Card } from "../../kit/ui";
import type { Missing } from "../../wire/twin";
import { unitOf } from "../units";

/** What is missing or does not fit, so that nothing can be computed. */
export function Lacking({ missing, title = "" }: { missing: readonly Missing[]; title?: string }) {
  const text = useText();
  return (
    <Card title={title}>
      <p>
        <strong>{text("twin.ui.risk.cannot")}</strong>
      </p>
      <ul>
        {missing.map(({ key, label_key, why_key, low, high, unit }) => (
          <li key={key}>
            {text(label_key)}:{" "}
            <span className="muted">
              {text(why_key, { low: low ?? "", high: high ?? "", unit: unitOf(unit) })}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
