import { Check, FileUp, Undo2 } from "lucide-react";
import { useState } from "react";
import { useStore } from "../../kit/store";
import { hasText, language, number, useText } from "../../kit/text";
import { Badge, Button, Dialog, EndDialog, ErrorNote } from "../../kit/ui";
import { DropZone, FileLine, shareOf } from "../../records/FileParts";
import { Said } from "../../records/Said";
import {
  type Bringing,
  bring,
  bringings,
  type FileStep,
  isThrough,
  keep,
  leave,
  stop,
  takeBack,
  tidy,
} from "./files";

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

/** Bring the file of an app or a tracker: look at what is in it, keep that, take it back. */
export function FilesDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const all = useStore(bringings);
  const hasThrough = all.some(({ state }) => isThrough(state));
  const isAsking = all.some(({ state }) => state === "found");
  return (
    <Dialog
      open
      title={text("devices.files")}
      onClose={onClose}
      actions={
        <>
          {hasThrough && <Button onClick={tidy}>{text("devices.files.tidy")}</Button>}
          <Button kind={isAsking ? "quiet" : "primary"} onClick={onClose}>
            {text("devices.files.close")}
          </Button>
        </>
      }
    >
      {all.length > 0 && (
        <ul className="stack" aria-live="polite">
          {all.toReversed().map((bringing) => (
            <BringingLine key={bringing.id} bringing={bringing} />
          ))}
        </ul>
      )}
      <DropZone
        icon={FileUp}
        title={text("devices.files.drop")}
        hint={text("devices.files.kinds")}
        accept={ACCEPTED}
        onChosen={(files) => void bring(files)}
        onDropped={({ files }) => void bring([...files])}
      />
      <details className="file-where">
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
    </Dialog>
  );
}

function BringingLine({ bringing }: { bringing: Bringing }) {
  const text = useText();
  const { id, file, state, step, undone, error } = bringing;
  const { name } = file;
  const isUnderWay = ["waiting", "sending", "reading"].includes(state);
  return (
    <FileLine
      name={name}
      state={state}
      says={text(`devices.files.state.${state}`)}
      progress={text("devices.files.progress", { name })}
      share={state === "undoing" ? undefined : shareOf(step)}
      action={
        isUnderWay && (
          <Button kind="plain" onClick={() => stop(id)}>
            {text("devices.files.stop")}
          </Button>
        )
      }
    >
      {state === "found" && step && <Found bringing={bringing} step={step} />}
      {state === "done" && step && <Kept bringing={bringing} step={step} />}
      {state === "stopped" && step && <Counts step={step} />}
      {state === "undone" && <p>{text("devices.files.undone", { n: undone })}</p>}
      <ErrorNote error={error} />
    </FileLine>
  );
}

interface ToldProps {
  bringing: Bringing;
  step: FileStep;
}

/** What a file would bring, before any of it is kept. */
function Found({ bringing, step }: ToldProps) {
  const text = useText();
  const n = Object.values(step.by_kind).reduce((sum, each) => sum + each, 0);
  const isFhir = n === 0 && (step.unknown.FHIR ?? 0) > 0;
  const span = { first: dayOf(step.first), last: dayOf(step.last) };
  return (
    <>
      {n > 0 && (
        <p>
          {text("devices.files.found", { n })}{" "}
          <span className="muted small">{text("devices.files.found.span", span)}</span>
        </p>
      )}
      {n === 0 && <p>{text(isFhir ? "devices.files.found.fhir" : "devices.files.found.none")}</p>}
      <Kinds step={step} />
      <p className="row">
        {(n > 0 || isFhir) && (
          <Button kind="primary" icon={Check} onClick={() => void keep(bringing)}>
            {isFhir ? text("devices.files.keep.fhir") : text("devices.files.keep", { n })}
          </Button>
        )}
        <Button onClick={() => leave(bringing.id)}>{text("devices.files.leave")}</Button>
      </p>
      {!isFhir && <LeftOut step={step} />}
    </>
  );
}

/** The day a moment is of, where it was taken. */
function dayOf(moment: string | null | undefined): string {
  const format = new Intl.DateTimeFormat(language.get(), { dateStyle: "medium", timeZone: "UTC" });
  return moment ? format.format(new Date(moment.slice(0, 10))) : "";
}

/** What a file brought; it can be taken back. */
function Kept({ bringing, step }: ToldProps) {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  const { name } = bringing.file;
  return (
    <>
      <Counts step={step} />
      <Kinds step={step} />
      {step.batch && step.new > 0 && (
        <p>
          <Button icon={Undo2} onClick={() => setAsking(true)}>
            {text("devices.files.undo")}
          </Button>
        </p>
      )}
      <LeftOut step={step} />
      {isAsking && (
        <EndDialog
          title={text("devices.files.undo.title", { name })}
          hint={text("devices.files.undo.hint")}
          action={text("devices.files.undo.yes")}
          icon={Undo2}
          onEnd={() => takeBack(bringing)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
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

function Kinds({ step }: { step: FileStep }) {
  const name = useName();
  const kinds = Object.entries(step.by_kind);
  if (kinds.length === 0) return null;
  return (
    <ul className="row">
      {kinds.map(([kind, n]) => (
        <li key={kind}>
          <Badge>
            {name(kind)} · {number(n)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

/** What was refused, and what nobody here understands. */
function LeftOut({ step }: { step: FileStep }) {
  const text = useText();
  const name = useName();
  const unknown = Object.entries(step.unknown);
  return (
    <>
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
