import { ArrowRight, CircleHelp } from "lucide-react";
import { moment, number, useText } from "../kit/text";
import { Badge, Card } from "../kit/ui";
import type { Change, Card as Computed, Input, Missing, Part } from "../wire/twin";
import { Bedside } from "./Bedside";
import { Reasons } from "./Reasons";
import type { Bedside as Seen } from "./RisksPanel";
import { Crowd, Scale } from "./Scale";
import { EntryButton, SourceLine } from "./Source";
import { say } from "./say";
import { quantity, unitOf } from "./units";

interface RiskCardProps {
  readonly card: Computed;
  readonly bedside?: Seen;
  readonly onBedside?: (seen: Seen) => void;
}

/** One score or risk: the number never without its interval, its horizon, its limits and its source. */
export function RiskCard({ card, bedside, onBedside }: RiskCardProps) {
  const text = useText();
  const isNews = card.id === "news2";
  const canTell = isNews && (card.state === "computed" || card.missing.some(isSeen));
  return (
    <Card className="risk" title={text(card.title_key)}>
      <p className="risk-about">{text(card.about_key)}</p>
      <p className="risk-horizon">{say(card.horizon)}</p>
      {card.state === "computed" ? <Told card={card} /> : <Cannot card={card} />}
      {canTell && bedside && onBedside && <Bedside seen={bedside} onChange={onBedside} />}
      {card.reasons.length > 0 && <Reasons reasons={card.reasons} />}
      {card.parts.length > 0 && <Parts card={card} />}
      {card.would_change.length > 0 && <Changes card={card} />}
      <details className="risk-details">
        <summary>{text("twin.ui.risk.details")}</summary>
        <h3>{text("twin.ui.risk.inputs")}</h3>
        <Inputs inputs={card.inputs} />
        <h3>{text("twin.ui.risk.limits")}</h3>
        <ul className="limits">
          {card.limits.map((limit) => (
            <li key={limit.key}>{say(limit)}</li>
          ))}
        </ul>
        <h3>{text("twin.ui.risk.source")}</h3>
        <SourceLine source={card.source} />
      </details>
    </Card>
  );
}

function isSeen({ key }: Missing): boolean {
  return key === "acvpu" || key === "supplemental_o2";
}

function Told({ card }: { card: Computed }) {
  const text = useText();
  const { value, interval, digits, unit, band } = card;
  if (value === null || !interval) return null;
  const low = number(interval.low, digits);
  const high = number(interval.high, digits);
  const isShare = unit === "%";
  return (
    <>
      <div className="risk-number">
        <div>
          <p className="risk-value">
            <strong>{number(value, digits)}</strong> <span>{unitOf(unit)}</span>
          </p>
          <p className="risk-interval">
            {text("twin.ui.risk.between", { low, high, unit: unitOf(unit) })}
          </p>
          <p className="muted small">
            {say({ key: interval.meaning_key, params: interval.params })}
          </p>
        </div>
        {isShare && <Crowd value={value} low={interval.low} high={interval.high} />}
      </div>
      <Scale id={card.id} value={value} low={interval.low} high={interval.high} />
      {band && <p className="risk-band">{say(band)}</p>}
      {card.as_of && (
        <p className="muted small">
          {text("twin.ui.risk.as_of", { at: moment(card.as_of, "date") })}
        </p>
      )}
    </>
  );
}

function Cannot({ card }: { card: Computed }) {
  const text = useText();
  return (
    <div className="cannot">
      <CircleHelp aria-hidden />
      <div>
        <p>
          <strong>{text("twin.ui.risk.cannot")}</strong>
        </p>
        <ul>
          {card.missing.map((need) => (
            <li key={need.key}>
              {text(need.label_key)}:{" "}
              <span className="muted">{text(need.why_key, boundsOf(need))}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function boundsOf({ low, high, unit }: Missing): Record<string, string | number> {
  return { low: low ?? "", high: high ?? "", unit: unitOf(unit) };
}

function Parts({ card }: { card: Computed }) {
  const text = useText();
  return (
    <div className="parts">
      {card.parts.map((part: Part) => (
        <div key={part.key} className="part">
          <p>
            {text(part.label_key)}
            <strong>{quantity(part.value, card.unit, card.digits)}</strong>
          </p>
          <Scale
            id={`${card.id}.${part.key}`}
            value={part.value}
            low={part.interval.low}
            high={part.interval.high}
            isSmall
          />
          <p className="muted small">
            {text("twin.ui.risk.between", {
              low: number(part.interval.low, card.digits),
              high: number(part.interval.high, card.digits),
              unit: unitOf(card.unit),
            })}
          </p>
          {part.band && <p className="small">{say(part.band)}</p>}
        </div>
      ))}
    </div>
  );
}

/** What the same computation gives with one input changed. */
function Changes({ card }: { card: Computed }) {
  const text = useText();
  const { value, digits, unit } = card;
  if (value === null) return null;
  return (
    <div className="changes">
      <h3>{text("twin.ui.risk.changes")}</h3>
      <ul>
        {card.would_change.map((change) => (
          <li key={`${change.key} ${change.to}`}>
            <span>
              {text("twin.ui.risk.if", { name: text(change.label_key), to: goalOf(change, text) })}
            </span>
            <span className="change">
              <span className="muted">{number(value, digits)}</span>
              <ArrowRight aria-label={text("twin.ui.risk.then")} />
              <strong>{quantity(change.value_then, unit, digits)}</strong>
            </span>
          </li>
        ))}
      </ul>
      <p className="muted small">{text(card.change_key)}</p>
    </div>
  );
}

function goalOf({ to, to_key, unit }: Change, text: (key: string) => string): string {
  if (to_key) return text(to_key);
  return typeof to === "number" ? quantity(to, unit) : String(to);
}

function Inputs({ inputs }: { inputs: readonly Input[] }) {
  const text = useText();
  return (
    <ul className="inputs">
      {inputs.map((input) => (
        <li key={input.key} data-missing={input.missing}>
          <span>{text(input.label_key)}</span>
          <span className="input-value">
            {written(input, text)}
            {input.points !== null && (
              <Badge tone={input.points > 0 ? "accent" : "plain"}>
                {text("twin.ui.risk.points", { n: input.points })}
              </Badge>
            )}
          </span>
          <span className="input-from muted small">
            {input.at && moment(input.at, "date")}
            {input.reference && <EntryButton reference={input.reference} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function written(
  { value, value_key, unit, missing }: Input,
  text: (key: string) => string,
): string {
  if (value_key) return text(value_key);
  if (typeof value === "number") return quantity(value, unit);
  if (value === null || missing) return text("twin.ui.risk.missing");
  return String(value);
}
