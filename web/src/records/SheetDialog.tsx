import { Check, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useAsked } from "../kit/asked";
import { useText } from "../kit/text";
import { Badge, Button, Dialog, ErrorNote, Select, Waiting } from "../kit/ui";
import { useReason } from "./reason";
import { Said } from "./Said";
import {
  type Column,
  type Kept,
  keep,
  type Mapping,
  type Measure,
  measures,
  nameOf,
  type Preview,
  preview,
  undo,
} from "./sheets";

const ROLES = ["date", "time", "pressure", "name", "code", "value", "unit", "note"] as const;
const ORDERS = ["ymd", "dmy", "mdy"] as const;
const SHOWN = 5;
const NOT_TAKEN = /^The table cannot be taken: it (.+)\.$/; // as the house says it

interface SheetDialogProps {
  patient: string;
  file: File;
  onClose: () => void;
}

/** A table of hers: what its columns seem to mean, what would come of it, and taking it back. */
export function SheetDialog({ patient, file, onClose }: SheetDialogProps) {
  const text = useText();
  const [chosen, setChosen] = useState<Mapping | null>(null);
  const [kept, setKept] = useState<Kept | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const known = useAsked((stop) => measures(stop), []);
  const shown = useAsked((stop) => preview(patient, file, chosen, stop), [patient, file, chosen]);
  const [last, setLast] = useState<Preview | null>(null);
  useEffect(() => {
    if (shown.value) setLast(shown.value);
  }, [shown.value]);
  const isReady = last !== null && known.value !== undefined && known.value !== null;

  async function take(): Promise<void> {
    if (!last) return;
    setBusy(true);
    setError(null);
    try {
      setKept(await keep(patient, file, last.mapping));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  if (kept) return <KeptDialog patient={patient} kept={kept} onClose={onClose} />;
  return (
    <Dialog
      open
      title={text("records.sheet", { name: file.name })}
      onClose={onClose}
      actions={
        <>
          <Button kind="plain" onClick={onClose}>
            {text("records.cancel")}
          </Button>
          <Button
            kind="primary"
            icon={Check}
            busy={isBusy}
            disabled={!last?.understood || shown.isWaiting}
            onClick={() => void take()}
          >
            {text("records.sheet.keep", { n: last?.understood ?? 0 })}
          </Button>
        </>
      }
    >
      {!isReady && !shown.error && <Waiting label={text("records.sheet.waiting")} />}
      <NotTaken error={shown.error ?? known.error ?? error} />
      {isReady && (
        <>
          <p className="muted">{text("records.sheet.about")}</p>
          <Columns preview={last} measures={known.value ?? []} onChange={setChosen} />
          <Outcome preview={last} />
        </>
      )}
    </Dialog>
  );
}

/** Why the whole table is not taken, in the reader's words where there are any. */
function NotTaken({ error }: { error: unknown }) {
  const reason = NOT_TAKEN.exec(error instanceof Error ? error.message : "")?.[1];
  const { words, isOriginal } = useReason(reason ?? "");
  if (isOriginal) return <ErrorNote error={error} />;
  return (
    <p className="field-error" role="alert">
      {words}
    </p>
  );
}

interface ColumnsProps {
  preview: Preview;
  measures: readonly Measure[];
  onChange: (mapping: Mapping) => void;
}

function Columns({ preview: { header, samples, mapping }, measures, onChange }: ColumnsProps) {
  const text = useText();
  const hasDate = mapping.columns.some(({ role }) => role === "date");

  function set(place: number, column: Column): void {
    const columns = mapping.columns.map((each, n) => (n === place ? column : each));
    onChange({ ...mapping, columns });
  }

  return (
    <>
      <ul className="columns">
        {header.map((name, place) => (
          <ColumnLine
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
            key={place}
            name={name || text("records.sheet.unnamed", { n: place + 1 })}
            samples={samples.map((row) => row[place] ?? "").filter(Boolean)}
            column={mapping.columns[place] ?? { role: "", unit: "" }}
            measures={measures}
            onChange={(column) => set(place, column)}
          />
        ))}
      </ul>
      {hasDate && (
        <Select
          label={text("records.sheet.order")}
          value={mapping.order}
          error={mapping.order ? undefined : text("records.sheet.order.unclear")}
          onChange={({ target }) => onChange({ ...mapping, order: target.value })}
        >
          {!mapping.order && <option value="">{text("records.sheet.order.choose")}</option>}
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {text(`records.sheet.order.${order}`)}
            </option>
          ))}
        </Select>
      )}
      {!hasDate && <p className="field-error">{text("records.sheet.no-date")}</p>}
    </>
  );
}

interface ColumnLineProps {
  name: string;
  samples: readonly string[];
  column: Column;
  measures: readonly Measure[];
  onChange: (column: Column) => void;
}

function ColumnLine({ name, samples, column, measures, onChange }: ColumnLineProps) {
  const text = useText();
  const measure = measures.find(({ key }) => key === column.role);
  const units = measure?.units ?? [];
  const unit = column.unit || units[0] || "";
  const isOdd = measure !== undefined && !units.includes(unit);
  return (
    <li className="column" data-left-out={!column.role}>
      <div className="column-words">
        <strong>{name}</strong>
        <span className="muted small">{samples.slice(0, 3).join(" · ")}</span>
      </div>
      <div className="column-choice">
        <select
          className="input"
          aria-label={text("records.sheet.means", { name })}
          value={column.role}
          onChange={({ target }) => onChange({ role: target.value, unit: "" })}
        >
          <option value="">{text("records.sheet.role.none")}</option>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {text(`records.sheet.role.${role}`)}
            </option>
          ))}
          {measures.map((each) => (
            <option key={each.key} value={each.key}>
              {nameOf(each)}
            </option>
          ))}
        </select>
        {(units.length > 1 || isOdd) && (
          <select
            className="input"
            aria-label={text("records.sheet.in-unit", { name })}
            aria-invalid={isOdd || undefined}
            value={unit}
            onChange={({ target }) => onChange({ role: column.role, unit: target.value })}
          >
            {isOdd && <option value={unit}>{text("records.sheet.odd-unit", { unit })}</option>}
            {units.map((each) => (
              <option key={each} value={each}>
                {each.replace(/[[\]{}]/g, "").replace("10*", "10^")}
              </option>
            ))}
          </select>
        )}
      </div>
    </li>
  );
}

function Outcome({ preview: it }: { preview: Preview }) {
  const text = useText();
  const days = [it.first, it.last].map((moment) => moment.slice(0, 10));
  return (
    <section className="stack-tight" aria-live="polite">
      <p className="row">
        <Badge tone={it.understood ? "good" : "plain"}>
          {text("records.sheet.understood", { n: it.understood })}
        </Badge>
        <Badge>{text("records.sheet.rows", { n: it.rows })}</Badge>
        {it.problem_count > 0 && (
          <Badge tone="warn">{text("records.sheet.problems", { n: it.problem_count })}</Badge>
        )}
      </p>
      {it.understood > 0 && <p className="muted small">{days.join(" – ")}</p>}
      {it.problem_count > 0 && (
        <details>
          <summary>{text("records.sheet.left-out")}</summary>
          <ul className="small stack-tight">
            {it.problems.slice(0, SHOWN * 4).map(({ row, reason }) => (
              <Problem key={row} row={row} reason={reason} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Problem({ row, reason }: { row: number; reason: string }) {
  const text = useText();
  return (
    <li>
      {text("records.sheet.row", { n: row })}{" "}
      <span className="muted">
        <Said reason={reason} />
      </span>
    </li>
  );
}

interface KeptDialogProps {
  patient: string;
  kept: Kept;
  onClose: () => void;
}

/** What was kept; one press takes it back. */
function KeptDialog({ patient, kept, onClose }: KeptDialogProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [undone, setUndone] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { step } = kept;

  async function takeBack(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      setUndone(await undo(patient, kept.batch));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  return (
    <Dialog
      open
      title={text(undone === null ? "records.sheet.kept" : "records.sheet.undone")}
      onClose={onClose}
      actions={
        <>
          {undone === null && step.new > 0 && (
            <Button icon={Undo2} busy={isBusy} onClick={() => void takeBack()}>
              {text("records.sheet.undo")}
            </Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {text("records.sheet.done")}
          </Button>
        </>
      }
    >
      {undone === null ? (
        <p className="row" role="status">
          <Badge tone="good">{text("records.import.new", { n: step.new })}</Badge>
          {step.unchanged > 0 && (
            <Badge>{text("records.import.unchanged", { n: step.unchanged })}</Badge>
          )}
          {step.refused > 0 && (
            <Badge tone="warn">{text("records.import.refused", { n: step.refused })}</Badge>
          )}
        </p>
      ) : (
        <p role="status">{text("records.sheet.undone.n", { n: undone })}</p>
      )}
      <ErrorNote error={error} />
    </Dialog>
  );
}
