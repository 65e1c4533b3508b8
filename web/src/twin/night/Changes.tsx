import { ArrowRight, TrendingDown, TrendingUp } from "lucide-react";
import { moment, number, useText } from "../../kit/text";
import { Badge } from "../../kit/ui";
import type { Moved, Since } from "../../wire/twin";
import { EntryButton } from "../Source";
import { quantity, unitOf } from "../units";

/** Whether a number is shown as another than the night before. */
export function hasChanged({ is_worse }: Since): boolean {
  return is_worse !== null;
}

/** Whether a change may be called better or worse: not where it may be none at all. */
function isJudged({ now, is_beyond }: Since): boolean {
  return is_beyond || now.low === null || now.high === null;
}

/** How what it was lies to what it may be now. */
function placeOf({ before, is_beyond }: Since, low: number, high: number): string {
  if (before !== null && (before < low || before > high)) return "twin.ui.night.beyond";
  return is_beyond ? "twin.ui.night.crossed" : "twin.ui.night.within";
}

interface ChangesProps {
  readonly of: readonly Since[];
  /** Whether entries may be opened: only where the record itself stands open. */
  readonly canOpen?: boolean;
}

/** What changed, each with its range and with what moved it. */
export function Changes({ of, canOpen = false }: ChangesProps) {
  return (
    <ul className="night-list">
      {of.map((one) => (
        <li key={`${one.now.kind} ${one.now.name}`}>
          <Change one={one} canOpen={canOpen} />
        </li>
      ))}
    </ul>
  );
}

interface ChangeProps {
  readonly one: Since;
  readonly canOpen?: boolean;
  /** Whether it is told what moved it: only where that was read, and stands in her log. */
  readonly hasMovers?: boolean;
}

/** One number: what it was, what it is, between what, and why. */
export function Change({ one, canOpen = false, hasMovers = true }: ChangeProps) {
  const text = useText();
  const { now, before, is_worse } = one;
  if (before === null) return null;
  const isUp = now.value > before;
  const isSure = isJudged(one);
  const Icon = isUp ? TrendingUp : TrendingDown;
  const was = number(before, now.digits);
  const is = quantity(now.value, now.unit, now.digits);
  return (
    <div className="night-change" data-worse={isSure ? is_worse : undefined}>
      <p className="night-name">
        <Icon aria-hidden />
        <span>{text(now.title_key)}</span>
        {isSure ? (
          <Badge tone={is_worse ? "warn" : "good"}>
            {text(is_worse ? "twin.ui.night.worse" : "twin.ui.night.better")}
          </Badge>
        ) : (
          <Badge>{text(isUp ? "twin.ui.night.higher" : "twin.ui.night.lower")}</Badge>
        )}
      </p>
      <p className="night-value" title={text("twin.ui.night.fromTo", { before: was, now: is })}>
        <span className="muted">{was}</span>
        <ArrowRight aria-label={text("twin.ui.risk.then")} />
        <strong>{is}</strong>
      </p>
      {now.low !== null && now.high !== null && (
        <div className="muted small">
          <p>
            {text("twin.ui.risk.between", {
              low: number(now.low, now.digits),
              high: number(now.high, now.digits),
              unit: unitOf(now.unit),
            })}
          </p>
          <p>{text(placeOf(one, now.low, now.high))}</p>
        </div>
      )}
      {hasMovers && <Movers of={one.moved_by} canOpen={canOpen} />}
    </div>
  );
}

const SHOWN = 4;

function Movers({ of, canOpen }: { of: readonly Moved[]; canOpen: boolean }) {
  const text = useText();
  if (of.length === 0) return <p className="muted small">{text("twin.ui.night.unmoved")}</p>;
  return (
    <div className="night-moved small">
      <span className="muted">{text("twin.ui.night.moved")}</span>
      <ul>
        {of.slice(0, SHOWN).map((one) => (
          <li key={one.key}>
            <span>{text(one.label_key)}</span>
            <span className="night-moved-value">
              {said(one.before, one.before_key, "", text)}
              <ArrowRight aria-label={text("twin.ui.risk.then")} />
              <strong>{said(one.now, one.now_key, one.unit, text)}</strong>
            </span>
            <span className="muted">
              {one.at && moment(one.at, "date")}
              {canOpen && one.reference && <EntryButton reference={one.reference} />}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function said(
  value: Moved["now"],
  key: string,
  unit: string,
  text: (key: string) => string,
): string {
  if (key) return text(key);
  if (typeof value === "number") return quantity(value, unit);
  return value === null ? text("twin.ui.risk.missing") : String(value);
}
