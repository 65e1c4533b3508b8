import { BookOpenCheck, ChevronDown, ChevronRight, ChevronUp, ScrollText } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Panel } from "../kit/place";
import { useSession } from "../kit/session";
import { moment, useText } from "../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Switch, Waiting } from "../kit/ui";
import {
  type AccessEntry,
  actionIcons,
  byDay,
  type Run,
  reasons,
  runsOf,
  sentence,
  things,
} from "./access";
import { useAccesses } from "./accesses";
import { Receipt } from "./Receipt";
import "./records.css";
import { useSubject } from "./subject";

/** Fewer than these in a run are shown one by one. */
const FEW = 3;

function AccessPanel() {
  const subject = useSubject();
  if (subject?.purpose !== "PATRQT") return null;
  return <Accesses key={subject.patient} patient={subject.patient} />;
}

function Accesses({ patient }: { patient: string }) {
  const text = useText();
  const [withDevices, setWithDevices] = useState(false);
  const { entries, isWaiting, hasMore, error, more, again } = useAccesses(patient, withDevices);
  const [shown, setShown] = useState<AccessEntry | null>(null);
  return (
    <Card
      title={text("records.accesses")}
      icon={BookOpenCheck}
      actions={
        <Button kind="plain" onClick={again}>
          {text("records.again")}
        </Button>
      }
    >
      <p className="muted">{text("records.accesses.about")}</p>
      <Switch
        label={text("records.accesses.devices")}
        checked={withDevices}
        onChange={setWithDevices}
      />
      {!isWaiting && !error && entries.length === 0 && (
        <Empty
          icon={ScrollText}
          title={text("records.accesses.empty")}
          text={text("records.accesses.empty.hint")}
        />
      )}
      {byDay(entries).map(([day, lines]) => (
        <section key={day} className="stack-tight">
          <h3 className="day">{moment(day, "date")}</h3>
          <ul>
            {runsOf(lines).map((run) => (
              <RunLines key={run[0].id} run={run} onShow={setShown} />
            ))}
          </ul>
        </section>
      ))}
      {isWaiting && <Waiting label={text("records.accesses.waiting")} />}
      <ErrorNote error={error} onRetry={again} />
      {hasMore && !isWaiting && (
        <Button wide onClick={more}>
          {text("records.more")}
        </Button>
      )}
      {shown && <Receipt entry={shown} patient={patient} onClose={() => setShown(null)} />}
    </Card>
  );
}

interface RunLinesProps {
  run: Run;
  onShow: (entry: AccessEntry) => void;
}

/** One line for what was done once; for more, one that opens to each. */
function RunLines({ run, onShow }: RunLinesProps) {
  const text = useText();
  const [isOpen, setOpen] = useState(run.length < FEW);
  const lines = run.map((entry) => (
    <Line key={entry.id} entry={entry} onShow={() => onShow(entry)} />
  ));
  if (run.length < FEW) return lines;
  const [newest] = run;
  const oldest = run.at(-1) ?? newest;
  return (
    <>
      <li>
        <button
          type="button"
          className="access"
          data-outcome={newest.outcome}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Told entry={newest}>
            <span className="small">{text("records.times", { n: run.length })}</span>
            <span className="muted small">
              {[`${moment(oldest.at, "time")} – ${moment(newest.at, "time")}`, reasons(newest)]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </Told>
          {isOpen ? <ChevronUp aria-hidden /> : <ChevronDown aria-hidden />}
        </button>
      </li>
      {isOpen && lines}
    </>
  );
}

function Told({ entry, children }: { entry: AccessEntry; children: ReactNode }) {
  const me = useSession();
  const Icon = actionIcons[entry.action] ?? ScrollText;
  return (
    <>
      <span className="access-icon">
        <Icon aria-hidden />
      </span>
      <span className="access-words">
        <span className="access-did">{sentence(entry, me?.account ?? "")}</span>
        {children}
      </span>
    </>
  );
}

function Line({ entry, onShow }: { entry: AccessEntry; onShow: () => void }) {
  const text = useText();
  const what = things(entry);
  return (
    <li>
      <button type="button" className="access" data-outcome={entry.outcome} onClick={onShow}>
        <Told entry={entry}>
          {what && <span className="small">{what}</span>}
          <span className="muted small">
            {[moment(entry.at, "time"), reasons(entry)].filter(Boolean).join(" · ")}
          </span>
          {entry.outcome === "deny" && <Badge tone="warn">{text("records.denied")}</Badge>}
        </Told>
        <ChevronRight aria-hidden />
      </button>
    </li>
  );
}

export const accessPanel: Panel = {
  id: "accesses",
  titleKey: "records.accesses.short",
  icon: BookOpenCheck,
  places: ["home"],
  roles: ["patient"],
  order: 60,
  Component: AccessPanel,
};
