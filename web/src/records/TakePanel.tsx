import { CircleCheck, Luggage, X } from "lucide-react";
import { useState } from "react";
import { useStore } from "../kit/store";
import { number, useText } from "../kit/text";
import { Button, Card, ErrorNote, Progress, Switch } from "../kit/ui";
import "./records.css";
import { NotYours } from "./helpers/NotYours";
import { isHome, mayDecide, type Subject, useSubject } from "./subject";
import { leave, take, taking } from "./take";

const MIB = 1024 * 1024;

export function TakePanel() {
  const subject = useSubject();
  if (!isHome(subject)) return null;
  if (!mayDecide(subject)) return <NotYours />;
  return <Take key={subject.patient} who={subject} />;
}

/** Her whole record in one press. */
function Take({ who }: { who: Subject }) {
  const text = useText();
  const [withHistory, setHistory] = useState(false);
  const now = useStore(taking);
  const isUnderWay = now.state === "gathering" || now.state === "coming";
  const size = number(now.bytes / MIB, 1);
  return (
    <Card title={text("records.take")} icon={Luggage}>
      <p className="muted">{text("records.take.about")}</p>
      <Switch
        label={text("records.take.history")}
        hint={text("records.take.history.hint")}
        checked={withHistory}
        disabled={isUnderWay}
        onChange={setHistory}
      />
      {isUnderWay && (
        <>
          <Progress label={text("records.take.progress")} />
          <p className="muted small number" role="status">
            {now.things === null
              ? text("records.take.gathering")
              : text("records.take.coming", { n: now.things, size })}
          </p>
          <Button icon={X} wide onClick={leave}>
            {text("records.cancel")}
          </Button>
        </>
      )}
      {now.state === "done" && (
        <p className="taken" role="status">
          <CircleCheck aria-hidden />
          {text("records.take.done", { n: now.things ?? 0, size })}
        </p>
      )}
      <ErrorNote error={now.error} />
      {!isUnderWay && (
        <Button kind="primary" icon={Luggage} wide onClick={() => void take(who, withHistory)}>
          {text(now.state === "done" ? "records.take.again" : "records.take.button")}
        </Button>
      )}
      <p className="muted small">{text("records.take.care")}</p>
    </Card>
  );
}
