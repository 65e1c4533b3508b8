import { Flag } from "lucide-react";
import { useState } from "react";
import { ApiError } from "../../kit/api";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, Dialog, ErrorNote, Field, Select } from "../../kit/ui";
import { asking } from "./asking";
import { useLatest } from "./changes";
import { useDoing } from "./doing";
import { type ListedReport, type Minute, OUTCOMES, type Outcome } from "./model";

/** What was reported, for operators: the list, the sealed minute, and the answer. */
export function ReportsCard() {
  const text = useText();
  const asked = useLatest((stop) => asking.reports(stop), []);
  const [minute, setMinute] = useState<Minute | null>(null);
  const { error, carryOut } = useDoing();
  if (asked.error instanceof ApiError && asked.error.status === 403) return null; // not for us
  const reports = asked.value ?? [];
  return (
    <Card title={text("world.reports")} icon={Flag}>
      <ErrorNote error={asked.error} onRetry={asked.again} />
      {asked.value && reports.length === 0 && <p className="muted">{text("world.reports.none")}</p>}
      <ul className="here">
        {reports.map((report) => (
          <li key={report.id} className="here-one">
            <p className="row-apart">
              <strong>{report.number}</strong>
              <Badge tone={report.outcome === "open" ? "warn" : "good"}>
                {text(`world.report.short.${report.outcome}`)}
              </Badge>
            </p>
            <p>{text("world.reports.line", { by: report.reporter, name: report.about })}</p>
            <p className="muted small">
              {text(`world.report.why.${report.why}`)} · {moment(report.at)}
            </p>
            <Button
              onClick={() => carryOut(asking.open(report.id).then((opened) => setMinute(opened)))}
            >
              {text("world.reports.open")}
            </Button>
          </li>
        ))}
      </ul>
      <ErrorNote error={error} />
      {minute && <MinuteDialog minute={minute} onClose={() => setMinute(null)} />}
    </Card>
  );
}

function MinuteDialog({ minute, onClose }: { minute: Minute; onClose: () => void }) {
  const text = useText();
  const { report, people } = minute;
  const lines = people
    .flatMap(({ name, did, typed }) => [
      ...did.map(([ago, what, words]) => ({ ago, name, does: wordsOf(text, what, words) })),
      ...typed.map(([ago, whose, words]) => ({
        ago,
        name,
        does: text("world.minute.captioned-for", { name: whose, words }),
      })),
    ])
    .sort((a, b) => b.ago - a.ago);
  return (
    <Dialog open title={text("world.minute", { number: report.number })} onClose={onClose}>
      <p className="muted small">{text("world.minute.hint")}</p>
      <h3>{text("world.minute.who")}</h3>
      <ul>
        {people.map(({ name, is_reported, stood }) => {
          const last = stood.at(-1);
          return (
            <li key={name}>
              {name} {is_reported && <Badge tone="warn">{text("world.minute.reported")}</Badge>}
              {last && (
                <span className="muted small">
                  {" "}
                  {text("world.minute.stood", { x: last[1], z: last[2] })}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <h3>{text("world.minute.what")}</h3>
      {lines.length === 0 && <p className="muted">{text("world.minute.nothing")}</p>}
      <ol className="minute">
        {lines.map(({ ago, name, does }) => (
          <li key={`${ago} ${name} ${does}`}>
            <span className="muted small">{text("world.minute.ago", { n: Math.round(ago) })}</span>{" "}
            <strong>{name}</strong> {does}
          </li>
        ))}
      </ol>
      {report.outcome === "open" && <AnswerForm report={report} onClose={onClose} />}
    </Dialog>
  );
}

function wordsOf(text: ReturnType<typeof useText>, what: string, words: string): string {
  if (what === "said") return words;
  return what === "uttered"
    ? text(`world.phrase.${words}`)
    : text(`world.minute.${what}`, { words });
}

function AnswerForm({ report, onClose }: { report: ListedReport; onClose: () => void }) {
  const text = useText();
  const [outcome, setOutcome] = useState<Outcome>("acted");
  const [words, setWords] = useState("");
  const { error, isBusy, carryOut } = useDoing();
  return (
    <>
      <h3>{text("world.answer")}</h3>
      <Select
        label={text("world.answer.outcome")}
        value={outcome}
        onChange={({ target }) => setOutcome(target.value as Outcome)}
      >
        {OUTCOMES.map((one) => (
          <option key={one} value={one}>
            {text(`world.report.outcome.${one}`)}
          </option>
        ))}
      </Select>
      <Field
        label={text("world.answer.words")}
        value={words}
        maxLength={300}
        onChange={({ target }) => setWords(target.value)}
      />
      <ErrorNote error={error} />
      <Button
        kind="primary"
        busy={isBusy}
        onClick={() => carryOut(asking.answer(report.id, outcome, words), onClose)}
      >
        {text("world.answer.send")}
      </Button>
    </>
  );
}
