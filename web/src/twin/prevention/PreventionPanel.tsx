import { Printer, Sprout } from "lucide-react";
import { useState } from "react";
import { ask } from "../../kit/api";
import { save } from "../../kit/save";
import { language, moment, number, useText } from "../../kit/text";
import { Button, Card, ErrorNote, Waiting } from "../../kit/ui";
import { headersOf, type Subject } from "../../records/subject";
import type { Outlook, Prevention, Want } from "../../wire/twin";
import { Closed } from "../Closed";
import { EffectCards } from "../futures/EffectCard";
import { useForesightWords } from "../futures/words";
import { pathOf } from "../opened";
import { Crowd } from "../Scale";
import { SourceLine } from "../Source";
import { say } from "../say";
import { unitOf } from "../units";
import { useOpened, useTwin } from "../use";
import { DueList } from "./DueList";
import { Lacking } from "./Lacking";
import { Levers } from "./Levers";
import "../twin.css";
import "../futures/futures.css";
import "./prevention.css";

/** What matters most for somebody's health to come, in plain words. */
export function PreventionPanel() {
  const who = useOpened();
  const words = useForesightWords();
  const text = useText();
  if (!who) return <Closed icon={Sprout} />;
  if (words.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (words.error) return <ErrorNote error={words.error} onRetry={words.again} />;
  return <Advice key={`${who.patient} ${who.visit}`} who={who} />;
}

function Advice({ who }: { who: Subject }) {
  const text = useText();
  const asked = useTwin<Prevention>(who, "prevention");
  const { value } = asked;
  if (asked.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (!value) return <ErrorNote error={asked.error} onRetry={asked.again} />;
  const [first, ...others] = value.outlooks;
  return (
    <>
      <p className="panel-lead">{text("twin.ui.prevention.lead")}</p>
      {value.state === "asked_first" && (
        <Card>
          <p>{text("twin.ui.prevention.ask")}</p>
        </Card>
      )}
      {value.state === "cannot" && <Lacking missing={value.missing} />}
      {first && <OutlookCard outlook={first} isFirst />}
      {first && value.used && <p className="muted small">{say(value.used)}</p>}
      <DueList due={value.due} />
      <Wants wants={value.wants} />
      {others.length > 0 && (
        <Card className="risk">
          <details>
            <summary>{text("twin.ui.prevention.other")}</summary>
            {others.map((one) => (
              <OutlookCard key={one.id} outlook={one} />
            ))}
          </details>
        </Card>
      )}
      {value.effects.length > 0 && (
        <Card className="risk">
          <details>
            <summary>{text("twin.ui.prevention.treatments")}</summary>
            <p className="muted small">{text("twin.ui.futures.tier.b.about")}</p>
            <EffectCards effects={value.effects} />
          </details>
        </Card>
      )}
      {value.limits.length > 0 && <Limits value={value} />}
      {value.state !== "asked_first" && <Report who={who} />}
    </>
  );
}

function OutlookCard({ outlook, isFirst = false }: { outlook: Outlook; isFirst?: boolean }) {
  const text = useText();
  const { value, interval, risk, unit } = outlook;
  const isShare = unit === "%";
  return (
    <Card className="risk outlook" title={text(outlook.title_key)}>
      <p className="risk-horizon">{say(outlook.horizon)}</p>
      <div className="risk-number">
        <div>
          {isShare && value !== null && (
            <>
              <p className="outlook-now">
                {text("twin.ui.prevention.now", { n: number(value, value < 10 ? 1 : 0) })}
              </p>
              <p className="risk-interval">
                {text("twin.ui.risk.between", {
                  low: number(interval.low, 1),
                  high: number(interval.high, 1),
                  unit: "%",
                })}
              </p>
            </>
          )}
          {isShare && value === null && (
            <p className="outlook-now">
              {text("twin.ui.prevention.range", {
                low: number(interval.low, 0),
                high: number(interval.high, 0),
              })}
            </p>
          )}
          {risk && (
            <p className="outlook-now">
              {text(value === null ? "twin.ui.prevention.points" : "twin.ui.prevention.point", {
                n: interval.low,
                low: interval.low,
                high: interval.high,
                from: number(risk.low, 0),
                to: number(risk.high, 0),
              })}
            </p>
          )}
          <p className="muted small">{text(interval.meaning_key)}</p>
        </div>
        {isShare && isFirst && (
          <Crowd value={value ?? interval.low} low={interval.low} high={interval.high} />
        )}
      </div>
      {isShare && value !== null && <Levers outlook={outlook} />}
      <SourceLine source={outlook.source} />
    </Card>
  );
}

function Wants({ wants }: { wants: readonly Want[] }) {
  const text = useText();
  if (wants.length === 0) return null;
  return (
    <Card title={text("twin.ui.prevention.wants")}>
      <ul className="wants">
        {wants.map((want) => (
          <li key={`${want.outlook} ${want.key}`}>
            <strong>
              {text(`twin.ui.prevention.want.${want.how}`, { name: text(want.label_key) })}
            </strong>
            <span className="small">{text(want.title_key)}</span>
            <span className="muted">
              {text("twin.ui.prevention.want.width", {
                share: number(100 * (1 - want.then / want.now), 0),
                now: number(want.now, want.unit === "%" ? 1 : 0),
                after: number(want.then, want.unit === "%" ? 1 : 0),
                unit: unitOf(want.unit),
              })}
            </span>
            <span className="want-bar" aria-hidden>
              <i style={{ width: `${(100 * want.then) / want.now}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Limits({ value }: { value: Prevention }) {
  const text = useText();
  return (
    <Card className="risk">
      <details>
        <summary>{text("twin.ui.risk.limits")}</summary>
        <ul className="limits">
          {value.limits.map((limit) => (
            <li key={limit.key}>{say(limit)}</li>
          ))}
        </ul>
        {value.as_of && (
          <p className="muted small">
            {text("twin.ui.risk.as_of", { at: moment(value.as_of, "date") })}
          </p>
        )}
      </details>
    </Card>
  );
}

/** One page for the doctor, on paper. */
function Report({ who }: { who: Subject }) {
  const text = useText();
  const [error, setError] = useState<unknown>(undefined);
  const [isBusy, setBusy] = useState(false);

  async function print(): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      const path = pathOf(who, "report.pdf");
      const more = `${path.includes("?") ? "&" : "?"}language=${language.get()}`;
      const answer = await ask(path + more, { headers: headersOf(who) });
      save(await answer.blob(), "twin-report.pdf");
    } catch (error) {
      setError(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <ErrorNote error={error} />
      <Button icon={Printer} busy={isBusy} onClick={() => void print()}>
        {text("twin.ui.prevention.print")}
      </Button>
    </>
  );
}
