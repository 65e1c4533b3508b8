import { CircleCheck, CircleX, FileUp, Hourglass, type LucideIcon } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { useStore } from "../../kit/store";
import { hasText, number, useText } from "../../kit/text";
import { Badge, Button, Dialog, ErrorNote, Progress } from "../../kit/ui";
import { Said } from "../../records/Said";
import "../../records/records.css";
import { type Bringing, bring, bringings, type FileStep, stop, tidy } from "./files";

const ACCEPTED = ".zip,.xml,.json,.ndjson,.jsonl,application/zip,application/json,text/xml";
/** Where each app hides its export. */
const APPS = [
  "apple",
  "connect",
  "fitbit",
  "garmin",
  "google",
  "nightscout",
  "openmhealth",
  "fhir",
] as const;

/** Bring the file of an app or a tracker: drop it, or choose it. */
export function FilesDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const all = useStore(bringings);
  const isThrough = all.some(({ state }) => ["done", "failed", "stopped"].includes(state));
  return (
    <Dialog
      open
      title={text("devices.files")}
      onClose={onClose}
      actions={
        <>
          {isThrough && <Button onClick={tidy}>{text("devices.files.tidy")}</Button>}
          <Button kind="primary" onClick={onClose}>
            {text("devices.files.close")}
          </Button>
        </>
      }
    >
      <DropZone />
      <details>
        <summary>{text("devices.files.where")}</summary>
        <dl className="file-apps">
          {APPS.map((app) => (
            <div key={app}>
              <dt>{text(`devices.files.app.${app}`)}</dt>
              <dd className="muted small">{text(`devices.files.where.${app}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
      <p className="muted small">{text("devices.files.hint")}</p>
      <ul className="stack" aria-live="polite">
        {all.toReversed().map((bringing) => (
          <BringingLine key={bringing.id} bringing={bringing} />
        ))}
      </ul>
    </Dialog>
  );
}

function DropZone() {
  const text = useText();
  const id = useId();
  const [isOver, setOver] = useState(false);

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    void bring([...event.dataTransfer.files]);
  }

  return (
    <label
      className="drop"
      htmlFor={id}
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <FileUp aria-hidden />
      <strong>{text("devices.files.drop")}</strong>
      <span className="muted small">{text("devices.files.kinds")}</span>
      <input
        id={id}
        className="unseen"
        type="file"
        multiple
        accept={ACCEPTED}
        onChange={(event) => {
          void bring([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </label>
  );
}

const stateIcons: Record<Bringing["state"], LucideIcon> = {
  waiting: Hourglass,
  sending: Hourglass,
  reading: Hourglass,
  done: CircleCheck,
  stopped: CircleX,
  failed: CircleX,
};

function share({ state, step }: Bringing): number | undefined {
  if (state === "done") return 1;
  return step?.bytes_total ? step.bytes_done / step.bytes_total : undefined;
}

function BringingLine({ bringing }: { bringing: Bringing }) {
  const text = useText();
  const { id, name, state, step, error } = bringing;
  const Icon = stateIcons[state];
  const isUnderWay = state === "waiting" || state === "sending" || state === "reading";
  return (
    <li className="bringing">
      <div className="bringing-head">
        <Icon aria-hidden />
        <strong lang="">{name}</strong>
        <span className="muted small">{text(`devices.files.state.${state}`)}</span>
        {isUnderWay && (
          <Button kind="plain" onClick={() => stop(id)}>
            {text("devices.files.stop")}
          </Button>
        )}
      </div>
      {isUnderWay && (
        <Progress label={text("devices.files.progress", { name })} value={share(bringing)} />
      )}
      {step && <Counts step={step} />}
      {step && !isUnderWay && <Result step={step} />}
      <ErrorNote error={error} />
    </li>
  );
}

function Counts({ step }: { step: FileStep }) {
  const text = useText();
  const refused = step.refused.reduce((sum, [, , n]) => sum + n, 0);
  const deleted = step.deleted ?? 0;
  return (
    <p className="row" aria-live="off">
      <Badge tone="good">{text("devices.files.new", { n: step.new })}</Badge>
      {step.changed > 0 && <Badge>{text("devices.files.changed", { n: step.changed })}</Badge>}
      {step.unchanged > 0 && <Badge>{text("devices.files.same", { n: step.unchanged })}</Badge>}
      {deleted > 0 && <Badge>{text("devices.files.deleted", { n: deleted })}</Badge>}
      {refused > 0 && <Badge tone="warn">{text("devices.files.refused", { n: refused })}</Badge>}
    </p>
  );
}

/** A kind of reading in the reader's words, or as the file called it. */
function useName(): (what: string) => string {
  const text = useText();
  return (what) =>
    hasText(`devices.kind.${what}`) ? text(`devices.kind.${what}` as "devices.kind.weight") : what;
}

function Result({ step }: { step: FileStep }) {
  const text = useText();
  const name = useName();
  const kinds = Object.entries(step.by_kind);
  const unknown = Object.entries(step.unknown);
  return (
    <>
      {kinds.length > 0 && (
        <ul className="row">
          {kinds.map(([kind, n]) => (
            <li key={kind}>
              <Badge>
                {name(kind)} · {number(n)}
              </Badge>
            </li>
          ))}
        </ul>
      )}
      {step.refused.length > 0 && (
        <section aria-label={text("devices.files.refusals")}>
          <h3>{text("devices.files.refusals")}</h3>
          <ul className="small">
            {step.refused.map(([what, why, n]) => (
              <li key={`${what} ${why}`}>
                {name(what)} ({number(n)}): <Why why={why} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {unknown.length > 0 && (
        <details>
          <summary>{text("devices.files.unknown", { n: unknown.length })}</summary>
          <ul className="small muted">
            {unknown.map(([what, n]) => (
              <li key={what} lang="">
                {what} ({number(n)})
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Why({ why }: { why: string }) {
  const text = useText();
  const key = `devices.files.why.${why}`;
  return hasText(key) ? text(key as "devices.files.why.clock") : <Said reason={why} />;
}
