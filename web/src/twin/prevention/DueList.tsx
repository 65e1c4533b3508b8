import { CalendarClock, CircleCheck, CircleHelp, ExternalLink } from "lucide-react";
import { useStore } from "../../kit/store";
import { language, moment, useText } from "../../kit/text";
import { Badge, Card } from "../../kit/ui";
import type { Due } from "../../wire/twin";
import { say } from "../say";

const ICONS = { due: CalendarClock, done: CircleCheck, cannot_tell: CircleHelp } as const;
const TONES = { due: "warn", done: "good", cannot_tell: "plain" } as const;

/** Check-ups and vaccines: what is due stands open, what is done behind a fold; the nearest advice first. */
export function DueList({ due }: { due: readonly Due[] }) {
  const text = useText();
  const near = useStore(language) === "zh-CN" ? "NHC" : "USPSTF";
  const sorted = [...due].sort((a, b) => Number(b.by === near) - Number(a.by === near));
  const open = sorted.filter(({ state }) => state !== "done");
  const done = sorted.filter(({ state }) => state === "done");
  return (
    <Card title={text("twin.ui.prevention.due")}>
      {due.length === 0 && <p className="muted">{text("twin.ui.prevention.due.none")}</p>}
      <ul className="due-list">
        {open.map((one) => (
          <Line key={one.key} due={one} />
        ))}
      </ul>
      {done.length > 0 && (
        <details className="due-done">
          <summary>{text("twin.ui.prevention.done", { n: done.length })}</summary>
          <ul className="due-list">
            {done.map((one) => (
              <Line key={one.key} due={one} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

function Line({ due }: { due: Due }) {
  const text = useText();
  const Icon = ICONS[due.state];
  return (
    <li data-state={due.state}>
      <Icon aria-hidden />
      <div>
        <p className="due-title">
          <strong>{text(due.title_key)}</strong>
          <Badge tone={TONES[due.state]}>{text(`twin.ui.prevention.state.${due.state}`)}</Badge>
        </p>
        <p>{say(due.say)}</p>
        {due.state === "done" && due.next_at && (
          <p>{text("twin.ui.prevention.next", { at: moment(due.next_at, "date") })}</p>
        )}
        <p className="muted small">
          <a href={due.source.url} target="_blank" rel="noreferrer">
            {text("twin.ui.prevention.by", {
              by: text(`twin.ui.prevention.by.${due.by}`),
              at: moment(due.since, "date"),
            })}
            <ExternalLink aria-hidden />
          </a>
        </p>
      </div>
    </li>
  );
}
