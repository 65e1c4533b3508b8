import { number, useText } from "../../kit/text";
import type { Lever, Outlook } from "../../wire/twin";
import { say } from "../say";
import { quantity } from "../units";

/** What would change a risk most, strongest first: bars of how many fewer of a hundred. */
export function Levers({ outlook }: { outlook: Outlook }) {
  const text = useText();
  const { levers, together, value } = outlook;
  if (levers.length === 0) return <p className="muted">{text("twin.ui.prevention.none")}</p>;
  const most = Math.max(...levers.map(({ less }) => less.interval.high), 0.1);
  return (
    <div className="levers">
      <h3>{text("twin.ui.prevention.levers")}</h3>
      <p className="muted">{text("twin.limit.prevention.association")}</p>
      <ol>
        {levers.map((lever) => (
          <li key={lever.key}>
            <p className="lever-goal">
              <strong>{goalOf(lever, text)}</strong>
              <span>{text("twin.ui.prevention.fewer", { n: number(lever.less.value, 1) })}</span>
            </p>
            <span className="lever-bar" aria-hidden>
              <i style={{ width: `${(100 * lever.less.value) / most}%` }} />
              <b
                style={{
                  left: `${(100 * lever.less.interval.low) / most}%`,
                  width: `${(100 * (lever.less.interval.high - lever.less.interval.low)) / most}%`,
                }}
              />
            </span>
            <p className="muted small">
              {text("twin.ui.prevention.fewer.between", {
                low: number(lever.less.interval.low, 1),
                high: number(lever.less.interval.high, 1),
              })}
            </p>
            <p className="lever-say">{say(lever.say)}</p>
          </li>
        ))}
      </ol>
      {together && levers.length > 1 && value !== null && (
        <p className="together">
          {text("twin.ui.prevention.together", {
            after: number(together.value, 1),
            now: number(value, 1),
          })}{" "}
          <span className="muted small">
            {text("twin.ui.futures.between", {
              low: number(together.interval.low, 1),
              high: number(together.interval.high, 1),
            })}
          </span>
        </p>
      )}
    </div>
  );
}

function goalOf({ key, label_key, to, unit }: Lever, text: ReturnType<typeof useText>): string {
  if (key === "smoking") return text("twin.ui.prevention.to.no");
  const goal = typeof to === "number" ? quantity(to, unit, to < 50 ? 1 : 0) : "";
  return text("twin.ui.prevention.to", { name: text(label_key), to: goal });
}
