import { CircleHelp } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api } from "../../kit/api";
import { moment, number, useText } from "../../kit/text";
import { Button, ErrorNote, Sheet } from "../../kit/ui";
import { headersOf, type Subject } from "../../records/subject";
import type { Missing, Scored } from "../../wire/twin";
import { pathOf } from "../opened";
import { Crowd } from "../Scale";
import { SourceLine } from "../Source";
import { say } from "../say";
import { unitOf } from "../units";
import { ScoreForm } from "./ScoreForm";
import { type Drafts, nameOf, toldOf } from "./told";

interface ScoreSheetProps {
  readonly who: Subject;
  readonly scored: Scored;
  readonly onClose: () => void;
}

/** One score: what it asks for as a form, filled from the record, and what it finds. */
export function ScoreSheet({ who, scored, onClose }: ScoreSheetProps) {
  const text = useText();
  const [drafts, setDrafts] = useState<Drafts>({});
  const [answer, setAnswer] = useState<{ of: string; told: Scored } | null>(null);
  const [error, setError] = useState<unknown>(undefined);
  const [isBusy, setBusy] = useState(false);
  // An answer stands for what the fields and the record said when it was asked for; the record is
  // read anew whenever a device speaks, which mostly says nothing of these.
  const asked = JSON.stringify(scored.inputs);
  const told = answer?.of === asked ? answer.told : null;
  const isTouched = Object.keys(toldOf(scored.inputs, drafts)).length > 0;
  const shown = told ?? (isTouched ? null : scored);

  const found = useRef<HTMLDivElement>(null);
  // The answer stands above the form that asked for it.
  useEffect(() => {
    if (told) found.current?.scrollIntoView?.({ block: "center" });
  }, [told]);

  async function compute(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const path = pathOf(who, `scores/${encodeURIComponent(scored.name)}`);
    try {
      const body = toldOf(scored.inputs, drafts);
      setAnswer({ of: asked, told: await api.post<Scored>(path, body, headersOf(who)) });
    } catch (error) {
      setError(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Sheet open title={nameOf(scored)} onClose={onClose}>
      <div className="score-sheet risk">
        <p>
          <strong>{text(scored.title_key)}</strong>
        </p>
        <p className="risk-about">{text(scored.about_key)}</p>
        <p className="risk-horizon">{say(scored.horizon)}</p>
        <p>{text("twin.ui.score.for", { who: text(scored.range_key) })}</p>
        <div role="status" ref={found}>
          {shown?.state === "computed" && <Found scored={shown} />}
          {shown?.state === "asked_first" && (
            <div className="cannot">
              <CircleHelp aria-hidden />
              <div>
                <p>
                  <strong>{text("twin.ui.estimate.first")}</strong>
                </p>
                <p>{text("twin.ui.prevention.ask")}</p>
              </div>
            </div>
          )}
          {told?.state === "cannot" && (
            <Needs title={text("twin.ui.risk.cannot")} needs={told.missing} />
          )}
        </div>
        {told?.state !== "cannot" && <Beyond scored={scored} />}
        <ErrorNote error={error} />
        <form className="score-form" onSubmit={compute} noValidate>
          <h3>{text("twin.ui.score.inputs")}</h3>
          <ScoreForm
            inputs={scored.inputs}
            answered={told?.inputs ?? null}
            drafts={drafts}
            onChange={(key, draft) => {
              setDrafts({ ...drafts, [key]: draft });
              setAnswer(null);
            }}
          />
          <Button type="submit" kind="primary" busy={isBusy} wide>
            {text("twin.ui.score.compute")}
          </Button>
          <p className="muted small">{text("twin.ui.score.not_kept")}</p>
        </form>
        <ul className="limits">
          {scored.limits.map((limit) => (
            <li key={limit.key}>{say(limit)}</li>
          ))}
        </ul>
        {scored.sources.map((source) => (
          <SourceLine key={source.url} source={source} />
        ))}
      </div>
    </Sheet>
  );
}

/** The number with all that belongs to it, and what was taken for a "no". */
function Found({ scored }: { scored: Scored }) {
  const text = useText();
  const { result, inputs, as_of } = scored;
  if (!result) return null;
  const { value, unit, digits, interval, band, risk } = result;
  const assumed = inputs.filter(({ origin }) => origin === "assumed");
  const names = assumed.map(({ label_key }) => text(label_key)).join(text("twin.ui.score.and"));
  return (
    <>
      <div className="risk-number">
        <div>
          <p className="risk-value">
            <strong>{number(value, digits)}</strong> <span>{unitOf(unit)}</span>
          </p>
          {interval && (
            <>
              <p className="risk-interval">
                {text("twin.ui.risk.between", {
                  low: number(interval.low, digits),
                  high: number(interval.high, digits),
                  unit: unitOf(unit),
                })}
              </p>
              <p className="muted small">
                {say({ key: interval.meaning_key, params: interval.params })}
              </p>
            </>
          )}
        </div>
        {unit === "%" && (
          <Crowd value={value} low={interval?.low ?? value} high={interval?.high ?? value} />
        )}
      </div>
      {band && <p className="risk-band">{say(band)}</p>}
      {risk && <p>{say(risk)}</p>}
      {assumed.length > 0 && (
        <p className="score-assumed">{text("twin.ui.score.assumed_all", { names })}</p>
      )}
      {as_of && (
        <p className="muted small">{text("twin.ui.risk.as_of", { at: moment(as_of, "date") })}</p>
      )}
    </>
  );
}

/** What no field can mend: whom the score is not for, or what about that is hidden. */
function Beyond({ scored }: { scored: Scored }) {
  const text = useText();
  const keys = scored.inputs.map(({ key }) => key);
  const needs = scored.missing.filter(({ key }) => !keys.includes(key));
  if (needs.length === 0) return null;
  const isFor = needs.every(({ why_key }) => why_key !== "twin.input.why.excluded");
  const title = text(isFor ? "twin.ui.score.beyond" : "twin.ui.scores.not_for");
  return <Needs title={title} needs={needs} />;
}

function Needs({ title, needs }: { title: string; needs: readonly Missing[] }) {
  const text = useText();
  return (
    <div className="cannot">
      <CircleHelp aria-hidden />
      <div>
        <p>
          <strong>{title}</strong>
        </p>
        <ul>
          {needs.map(({ key, label_key, why_key }) => (
            <li key={key}>
              {text(label_key)}: <span className="muted">{text(why_key)}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
