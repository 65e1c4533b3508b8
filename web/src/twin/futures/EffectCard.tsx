import { CircleHelp } from "lucide-react";
import { number, useText } from "../../kit/text";
import type { Effect, Harm } from "../../wire/twin";
import { SourceLine } from "../Source";
import { say } from "../say";
import { unitOf } from "../units";
import { Crowds } from "./Crowds";

/** Treatments with all their outcomes, each with its harms and its source once. */
export function EffectCards({ effects }: { effects: readonly Effect[] }) {
  const groups = new Map<string, Effect[]>();
  for (const one of effects) groups.set(one.treatment, [...(groups.get(one.treatment) ?? []), one]);
  return [...groups].map(([treatment, group]) => <Treatment key={treatment} effects={group} />);
}

/** What one treatment did in trials, with its harms beside it; or why no trial speaks. */
function Treatment({ effects }: { effects: readonly Effect[] }) {
  const text = useText();
  const [first] = effects;
  if (!first) return null;
  const sources = new Map(
    [first, ...first.harms].map(({ source }) => [source.url, source] as const),
  );
  return (
    <article className="effect">
      <h4>{text(first.title_key)}</h4>
      <p className="muted">{say(first.horizon)}</p>
      {first.state === "refused" && <Refused effect={first} />}
      {first.state === "computed" && (
        <>
          {effects.map((effect) => (
            <section key={effect.outcome} className="effect-outcome">
              <h5>{text(effect.outcome_key)}</h5>
              <Numbers effect={effect} />
            </section>
          ))}
          <Harms harms={first.harms} />
        </>
      )}
      <details className="risk-details">
        <summary>{text("twin.ui.risk.details")}</summary>
        <ul className="limits">
          {first.limits.map((limit) => (
            <li key={limit.key}>{say(limit)}</li>
          ))}
        </ul>
        {[...sources.values()].map((source) => (
          <SourceLine key={source.url} source={source} />
        ))}
      </details>
    </article>
  );
}

function Numbers({ effect }: { effect: Effect }) {
  const text = useText();
  const { baseline, then, less, treated } = effect;
  if (!baseline || !then || !less) return null;
  const digits = baseline.value < 10 ? 1 : 0;
  const of = (value: number): string => number(value, digits);
  return (
    <>
      <Crowds without={baseline.value} then={then.value} />
      <p className="effect-spared">
        {text("twin.ui.futures.spared", {
          n: of(less.value),
          low: of(less.interval.low),
          high: of(less.interval.high),
        })}
      </p>
      <ul className="effect-lines">
        <li>{text("twin.ui.futures.without", { n: of(baseline.value) })}</li>
        <li>
          {text("twin.ui.futures.with", { n: of(then.value) })}{" "}
          <span className="muted">
            {text("twin.ui.futures.between", {
              low: of(then.interval.low),
              high: of(then.interval.high),
            })}
          </span>
        </li>
        {treated && (
          <li>
            {text("twin.ui.futures.treated", {
              n: number(Math.ceil(treated.value), 0),
              low: number(Math.ceil(treated.interval.low), 0),
              high: number(Math.ceil(treated.interval.high), 0),
            })}
          </li>
        )}
      </ul>
    </>
  );
}

function Harms({ harms }: { harms: readonly Harm[] }) {
  const text = useText();
  if (harms.length === 0) return null;
  return (
    <div className="harms">
      <h5>{text("twin.ui.futures.harms")}</h5>
      <ul>
        {harms.map((harm) => (
          <li key={harm.key}>
            <span>{text(harm.label_key)}</span>
            <span className="muted">{wordsOf(harm, text)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function wordsOf(harm: Harm, text: ReturnType<typeof useText>): string {
  const period = say(harm.period);
  const { extra, low, high, ratio, ratio_value } = harm;
  if (ratio_value !== null && ratio) {
    return text("twin.ui.futures.harm.ratio", {
      n: number(ratio_value, 2),
      low: number(ratio.low, 2),
      high: number(ratio.high, 2),
      period,
    });
  }
  const n = number(Math.round(extra ?? 0), 0);
  if (low === null || high === null) return text("twin.ui.futures.harm", { n, period });
  return text("twin.ui.futures.harm.between", {
    n,
    low: number(Math.round(low), 0),
    high: number(Math.round(high), 0),
    period,
  });
}

function Refused({ effect }: { effect: Effect }) {
  const text = useText();
  return (
    <div className="cannot">
      <CircleHelp aria-hidden />
      <div>
        <p>
          <strong>{text("twin.ui.futures.not_for")}</strong>
        </p>
        <ul>
          {effect.missing.map(({ key, label_key, why_key, low, high, unit }) => (
            <li key={key}>
              {text(label_key)}:{" "}
              <span className="muted">
                {text(why_key, { low: low ?? "", high: high ?? "", unit: unitOf(unit) })}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
