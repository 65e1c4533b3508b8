import { AlarmClock, Eye, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { moment, number, useText } from "../../kit/text";
import { Badge, Button, Dialog, ErrorNote, TextArea, toast, Waiting } from "../../kit/ui";
import type { Alert, AlertChart, AlertSheet, Text } from "../../wire/twin";
import { SourceLine } from "../Source";
import { Sparkline } from "../Sparkline";
import { say } from "../say";
import { unitOf } from "../units";
import { severityIcons, severityTones, useStanding } from "./AlertLine";
import { all, told } from "./line";
import "../twin.css";
import "./alerts.css";

const LATER_MIN = 15;
/** What is said until the house has told whom to call here. */
const UNKNOWN_NUMBER: Text = { key: "twin.alert.limit.no_emergency", params: {} };
const HERE = "\u0000"; // stands where the number goes

/** One alert in full: its readings, what it is not, and what one says to it. */
export function AlertDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const text = useText();
  const known = all(useStore(told)).find((one) => one.id === id);
  const sheet = useAsked(
    (stop) => api.get<AlertSheet>(`/api/twin/alerts/${id}`, stop),
    [id, known?.state, known?.severity, known?.answers.length],
  );
  const alert = known ?? sheet.value?.alert;
  return (
    <Dialog
      open
      title={alert ? text(alert.title_key) : text("twin.alert.ui.title")}
      onClose={onClose}
    >
      {alert && <Head alert={alert} />}
      <Call limit={sheet.value?.limits[0] ?? UNKNOWN_NUMBER} />
      {sheet.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={sheet.error} onRetry={sheet.again} />
      {sheet.value?.charts.map((chart) => (
        <Course key={chart.key} chart={chart} />
      ))}
      {alert && alert.state !== "ended" && <Answers alert={alert} onDone={sheet.again} />}
      {sheet.value && <Limits sheet={sheet.value} />}
    </Dialog>
  );
}

function Head({ alert }: { alert: Alert }) {
  const text = useText();
  const standing = useStanding();
  return (
    <div className="alert-head">
      {!alert.is_mine && alert.name && (
        <p>
          <strong lang="">{alert.name}</strong>
        </p>
      )}
      <p className="row">
        <Badge tone={severityTones[alert.severity]} icon={severityIcons[alert.severity]}>
          {text(`twin.alert.ui.severity.${alert.severity}`)}
        </Badge>
        <span className="muted">
          {text("twin.alert.ui.since", { at: moment(alert.raised_at) })}
        </span>
      </p>
      <p>{text(alert.about_key)}</p>
      {alert.answers.map((said) => (
        <p key={said.at} className="alert-said">
          {text(`twin.alert.ui.said.${said.act}`, {
            who: said.is_me ? text("twin.alert.ui.you") : said.name,
          })}
          {said.note && <q lang="">{said.note}</q>}
        </p>
      ))}
      {alert.answers.length === 0 && <p className="alert-standing">{standing(alert)}</p>}
    </div>
  );
}

/** That this is no emergency service, and whom to call; the number is dialled by a press. */
function Call({ limit }: { limit: Text }) {
  const { number: told = "" } = limit.params;
  const number = String(told);
  if (!number) {
    return (
      <p className="alert-call">
        <strong>{say(limit)}</strong>
      </p>
    );
  }
  const [before, after] = say({ ...limit, params: { ...limit.params, number: HERE } }).split(HERE);
  return (
    <p className="alert-call">
      <strong>
        {before}
        <a href={`tel:${number.replace(/[^\d+*#]/g, "")}`}>{number}</a>
        {after}
      </strong>
    </p>
  );
}

function Course({ chart }: { chart: AlertChart }) {
  const text = useText();
  const last = chart.series.at(-1);
  const name = text(chart.label_key);
  return (
    <section className="alert-course" aria-label={name}>
      <h3>
        {name}
        {last && (
          <span className="number">
            {number(last.value, chart.digits)} {unitOf(chart.unit)}
          </span>
        )}
      </h3>
      <Sparkline
        series={chart.series}
        low={chart.low ?? undefined}
        high={chart.high ?? undefined}
        label={text("twin.ui.course", { name, n: chart.series.length })}
      />
      {chart.low !== null && chart.high !== null && (
        <p className="muted small">
          {text("twin.alert.ui.usual", {
            low: number(chart.low, chart.digits),
            high: number(chart.high, chart.digits),
            unit: unitOf(chart.unit),
            days: chart.days,
          })}
        </p>
      )}
    </section>
  );
}

function Answers({ alert, onDone }: { alert: Alert; onDone: () => void }) {
  const text = useText();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);

  async function send(what: string, path: string, body: object): Promise<void> {
    setBusy(what);
    setError(null);
    try {
      await api.post(`/api/twin/alerts/${alert.id}/${path}`, body);
      if (path === "answer") setNote(""); // one that is put off keeps what was begun
      toast(text(`twin.alert.ui.done.${what}`), "good");
      onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy("");
    }
  }

  return (
    <div className="alert-answers">
      <TextArea
        label={text("twin.alert.ui.note")}
        rows={2}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <ErrorNote error={error} />
      <div className="row">
        <Button
          kind="primary"
          icon={Eye}
          busy={busy === "looking"}
          onClick={() => send("looking", "answer", { act: "looking", note })}
        >
          {text("twin.alert.ui.looking")}
        </Button>
        <Button
          icon={ThumbsUp}
          busy={busy === "no_problem"}
          onClick={() => send("no_problem", "answer", { act: "no_problem", note })}
        >
          {text("twin.alert.ui.no_problem")}
        </Button>
        <Button
          kind="plain"
          icon={AlarmClock}
          busy={busy === "snooze"}
          onClick={() => send("snooze", "snooze", { minutes: LATER_MIN })}
        >
          {text("twin.alert.ui.later", { n: LATER_MIN })}
        </Button>
      </div>
    </div>
  );
}

function Limits({ sheet }: { sheet: AlertSheet }) {
  return (
    <div className="alert-limits">
      {sheet.limits.slice(1).map((limit) => (
        <p key={limit.key} className="muted small">
          {say(limit)}
        </p>
      ))}
      {sheet.sources.map((source) => (
        <SourceLine key={source.url} source={source} />
      ))}
    </div>
  );
}
