import { CircleCheck, CircleX, Scale } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useNow } from "../../kit/clock";
import { moment, useText } from "../../kit/text";
import {
  Badge,
  Button,
  Card,
  Empty,
  ErrorNote,
  Tabs,
  TextArea,
  toast,
  Waiting,
} from "../../kit/ui";
import { Judgement, stateOf, stateSigns } from "./Emergencies";
import "./emergency.css";
import { type Breaking, LEAST, MOST } from "./model";

const PAGE = 20;
const STATES = ["open", "justified", "unjustified"] as const;

/** Every look in an emergency is judged by somebody who was not in it. */
export function ReviewPanel() {
  const text = useText();
  const [state, setState] = useState<string>("open");
  return (
    <Card title={text("records.review")} icon={Scale}>
      <p className="muted">{text("records.review.about")}</p>
      <Tabs
        label={text("records.review")}
        tabs={STATES.map((id) => ({ id, label: text(`records.review.${id}`) }))}
        value={state}
        onChange={setState}
      />
      <Queue key={state} state={state} />
    </Card>
  );
}

function Queue({ state }: { state: string }) {
  const text = useText();
  const [older, setOlder] = useState<readonly Breaking[]>([]);
  const [error, setError] = useState<unknown>(null);
  const path = `/api/records/emergencies?state=${state}&count=${PAGE}`;
  const found = useAsked((stop) => api.get<Breaking[]>(path, stop), [path]);
  const all = [...(found.value ?? []), ...older];
  const isMore = (older.length > 0 ? older : (found.value ?? [])).length % PAGE === 0;
  const last = all.at(-1);

  async function more(before: string): Promise<void> {
    setError(null);
    try {
      const next = await api.get<Breaking[]>(`${path}&before=${before}`);
      setOlder([...older, ...next]);
    } catch (failure) {
      setError(failure);
    }
  }

  return (
    <>
      {found.isWaiting && <Waiting label={text("records.review.waiting")} />}
      <ErrorNote error={found.error ?? error} onRetry={found.again} />
      {found.value && all.length === 0 && (
        <Empty
          icon={Scale}
          title={text("records.review.empty")}
          text={text("records.review.empty.hint")}
        />
      )}
      <ul className="emergencies">
        {all.map((it) => (
          <Case key={it.id} it={it} onJudged={found.again} />
        ))}
      </ul>
      {last && isMore && (
        <Button wide onClick={() => more(last.id)}>
          {text("records.more")}
        </Button>
      )}
    </>
  );
}

function Case({ it, onJudged }: { it: Breaking; onJudged: () => void }) {
  const text = useText();
  const now = useNow(15_000);
  const state = stateOf(it, now);
  const { tone, icon } = stateSigns[state];
  const isWaiting = state === "open" || state === "over";
  return (
    <li data-state={state}>
      <div className="row-apart">
        <strong>{it.actor_name || text("records.nobody")}</strong>
        <Badge tone={tone} icon={icon}>
          {text(`records.emergencies.${state}`)}
        </Badge>
      </div>
      <p className="muted small number">
        {text("records.emergencies.span", { from: moment(it.at), until: moment(it.until) })}
      </p>
      <p className="small">
        {text("records.review.patient")} <code>{it.patient}</code>
      </p>
      <blockquote className="reason" lang="">
        {it.reason}
      </blockquote>
      {isWaiting ? <Judge it={it} onJudged={onJudged} /> : <Judgement it={it} />}
    </li>
  );
}

/** Justified or not, and why, in words that the patient reads. */
function Judge({ it, onJudged }: { it: Breaking; onJudged: () => void }) {
  const text = useText();
  const [remark, setRemark] = useState("");
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const isShort = remark.trim().length < LEAST;

  async function judge(justified: boolean): Promise<void> {
    setBusy(String(justified));
    setError(null);
    try {
      const body = { justified, remark: remark.trim() };
      await api.post(`/api/records/emergencies/${it.id}/judgement`, body);
      toast(text("records.review.done"), "good");
      onJudged();
    } catch (failure) {
      setError(failure);
      setBusy("");
    }
  }

  return (
    <div className="stack-tight">
      <TextArea
        label={text("records.review.remark")}
        hint={text("records.review.remark.hint", { n: LEAST })}
        rows={2}
        maxLength={MOST}
        value={remark}
        onChange={(event) => setRemark(event.target.value)}
      />
      <ErrorNote error={error} />
      <div className="row">
        <Button
          icon={CircleCheck}
          busy={busy === "true"}
          disabled={isShort || busy !== ""}
          onClick={() => judge(true)}
        >
          {text("records.review.yes")}
        </Button>
        <Button
          kind="danger"
          icon={CircleX}
          busy={busy === "false"}
          disabled={isShort || busy !== ""}
          onClick={() => judge(false)}
        >
          {text("records.review.no")}
        </Button>
      </div>
    </div>
  );
}
