import { FileJson, FolderInput, FolderOpen } from "lucide-react";
import { type ChangeEvent, useEffect, useRef, useState } from "react";
import { useStore } from "../kit/store";
import { hasText, number, useText } from "../kit/text";
import { Badge, Button, Card, Empty, ErrorNote } from "../kit/ui";
import { DropZone, FileLine, shareOf } from "./FileParts";
import { chosenIn, droppedIn, walk } from "./folder";
import {
  type Bringing,
  bring,
  bringFolder,
  bringings,
  type Grounds,
  groundsOf,
  type ImportStep,
  type Refusal,
  tidy,
} from "./import";
import { Said } from "./Said";
import "./records.css";
import { SheetDialog } from "./SheetDialog";
import { isTable } from "./sheets";
import { useSubject } from "./subject";

const KINDS =
  ".json,.ndjson,.jsonl,.zip,.xml,.hl7,.dcm,application/json,application/zip,text/xml,application/dicom";
const TABLES = ",.csv,.tsv,text/csv";

/** Bring FHIR records in: drop files, or choose them. */
export function ImportPanel() {
  const text = useText();
  const all = useStore(bringings);
  const subject = useSubject();
  const own = subject?.purpose === "PATRQT" ? subject.patient : null;
  const [table, setTable] = useState<File | null>(null);
  const hasDone = all.some(({ state }) => state === "done" || state === "failed");
  return (
    <Card
      title={text("records.import")}
      icon={FolderInput}
      actions={
        hasDone && (
          <Button kind="plain" onClick={tidy}>
            {text("records.import.tidy")}
          </Button>
        )
      }
    >
      <ImportZone onTable={own ? setTable : null} />
      {own && table && (
        <SheetDialog
          key={`${table.name} ${table.size} ${table.lastModified}`}
          patient={own}
          file={table}
          onClose={() => setTable(null)}
        />
      )}
      <FolderButton />
      {all.length === 0 && (
        <Empty
          icon={FileJson}
          title={text("records.import.empty")}
          text={text("records.import.empty.hint")}
        />
      )}
      <ul className="stack">
        {all.toReversed().map((bringing) => (
          <BringingLine key={bringing.id} bringing={bringing} />
        ))}
      </ul>
    </Card>
  );
}

interface ImportZoneProps {
  /** Tables are looked at first; null where nobody's record is hers. */
  onTable: ((table: File) => void) | null;
}

function ImportZone({ onTable }: ImportZoneProps) {
  const text = useText();

  function take(files: readonly File[]): void {
    const table = onTable ? files.find(isTable) : undefined;
    if (table) onTable?.(table);
    void bring(files.filter((file) => file !== table));
  }

  return (
    <DropZone
      icon={FolderInput}
      title={text("records.import.drop")}
      hint={text(onTable ? "records.import.kinds.tables" : "records.import.kinds")}
      accept={onTable ? KINDS + TABLES : KINDS}
      onChosen={take}
      onDropped={(dropped) => {
        const { folders, files } = droppedIn(dropped);
        for (const folder of folders) void bringFolder(folder.name, () => walk(folder));
        take(files);
      }}
    />
  );
}

/** Some phones have no folders to choose: there it is absent. */
function FolderButton() {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.webkitdirectory = true; // React knows no such property
  }, []);
  if (!("webkitdirectory" in HTMLInputElement.prototype)) return null;

  function onChange({ target }: ChangeEvent<HTMLInputElement>): void {
    const files = [...(target.files ?? [])]; // before it is emptied
    target.value = "";
    const name = files[0]?.webkitRelativePath.split("/")[0] ?? "";
    void bringFolder(name, async () => chosenIn(files));
  }

  return (
    <>
      <Button icon={FolderOpen} wide onClick={() => input.current?.click()}>
        {text("records.import.folder")}
      </Button>
      <input
        ref={input}
        className="unseen"
        type="file"
        tabIndex={-1}
        aria-hidden
        onChange={onChange}
      />
    </>
  );
}

function BringingLine({ bringing }: { bringing: Bringing }) {
  const text = useText();
  const { name, state, step, refusals, notes, unread, error } = bringing;
  return (
    <FileLine
      name={name}
      state={state}
      says={text(`records.import.state.${state}`)}
      progress={text("records.import.progress", { name })}
      share={shareOf(step)}
    >
      {step && <Counts step={step} unread={unread} />}
      {state === "done" && step && <ByType step={step} />}
      <ErrorNote error={error} />
      {refusals.length > 0 && (
        <Refusals refusals={refusals} total={(step?.refused ?? 0) + unread} />
      )}
      {notes.length > 0 && <Notes notes={notes} total={step?.noted ?? notes.length} />}
    </FileLine>
  );
}

function Counts({ step, unread }: { step: ImportStep; unread: number }) {
  const text = useText();
  const refused = step.refused + unread;
  return (
    <p className="row" aria-live="off">
      <Badge tone="good">{text("records.import.accepted", { n: step.accepted })}</Badge>
      {step.new > 0 && <Badge>{text("records.import.new", { n: step.new })}</Badge>}
      {step.changed > 0 && <Badge>{text("records.import.changed", { n: step.changed })}</Badge>}
      {step.unchanged > 0 && (
        <Badge>{text("records.import.unchanged", { n: step.unchanged })}</Badge>
      )}
      <Badge tone={refused ? "warn" : "plain"}>
        {text("records.import.refused", { n: refused })}
      </Badge>
    </p>
  );
}

function ByType({ step }: { step: ImportStep }) {
  const text = useText();
  const types = Object.entries(step.by_type).sort(([, a], [, b]) => b - a);
  if (types.length === 0) return null;
  return (
    <details>
      <summary>{text("records.import.what")}</summary>
      <ul className="types">
        {types.map(([type, n]) => (
          <li key={type}>
            {hasText(`records.type.${type}`)
              ? text(`records.type.${type}`, { n })
              : `${type} ${number(n)}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface NotesProps {
  notes: readonly Refusal[];
  total: number;
}

/** What was not understood of a document: it is kept, as it came. */
function Notes({ notes, total }: NotesProps) {
  const text = useText();
  return (
    <details>
      <summary>{text("records.import.notes", { n: total })}</summary>
      <p className="muted small">{text("records.import.notes.about")}</p>
      <ul className="small">
        {notes.map(({ file, reference, reason }) => (
          <li key={`${file} ${reference} ${reason}`} className="muted">
            {[file, reference].filter(Boolean).join(" · ")}: <Said reason={reason} />
          </li>
        ))}
      </ul>
    </details>
  );
}

interface RefusalsProps {
  refusals: readonly Refusal[];
  total: number;
}

function Refusals({ refusals, total }: RefusalsProps) {
  const text = useText();
  return (
    <section className="refusals" aria-label={text("records.import.refusals", { n: total })}>
      <h3>{text("records.import.refusals", { n: total })}</h3>
      {groundsOf(refusals).map((grounds) => (
        <GroundsLine key={grounds.reason} grounds={grounds} />
      ))}
      {total > refusals.length && (
        <p className="muted small">{text("records.import.rest", { n: total - refusals.length })}</p>
      )}
    </section>
  );
}

function GroundsLine({ grounds: { reason, refusals } }: { grounds: Grounds }) {
  const text = useText();
  return (
    <div className="grounds">
      <p>
        <Said reason={reason} />
      </p>
      <details open={refusals.length <= 3}>
        <summary>{text("records.import.entries", { n: refusals.length })}</summary>
        <ul className="small">
          {refusals.map(({ file, entry, reference }) => (
            <li key={`${file} ${entry} ${reference}`} className="muted">
              {[entry ? text("records.import.where", { file, n: entry }) : file, reference]
                .filter(Boolean)
                .join(" · ")}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
