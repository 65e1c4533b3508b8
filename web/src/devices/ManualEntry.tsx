import { Check } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api } from "../kit/api";
import { useText } from "../kit/text";
import { Button, Dialog, ErrorNote, Field, Select, toast } from "../kit/ui";
import { BY_HAND, type ByHand, type Entry, entriesOf, numberOf, type Reading } from "./by-hand";
import type { Kind } from "./model";

const FORM = "by-hand";

interface ManualEntryProps {
  /** What is asked for; anything else can be chosen. */
  readonly first?: ByHand;
  readonly onClose: () => void;
}

/** Write down what one read off a device. */
export function ManualEntry({ first = "blood-pressure", onClose }: ManualEntryProps) {
  const text = useText();
  const [kind, setKind] = useState<ByHand>(first);
  const [unit, setUnit] = useState(0);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [at, setAt] = useState(localNow);
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const entries = entriesOf(kind, unit);
  const wrong = entries.filter((entry) => isWrong(entry, typed[entry.key] ?? ""));

  function faultOf(entry: Entry): string | undefined {
    if (!isTried || !wrong.includes(entry)) return undefined;
    return text("devices.hand.limits", { low: entry.low, high: entry.high, unit: entry.sign });
  }

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (wrong.length > 0) return;
    setBusy(true);
    setError(null);
    try {
      const readings = readingsOf(kind, entries, typed);
      await api.post("/api/devices/readings", { at: new Date(at).toISOString(), readings });
      toast(text("devices.hand.kept"), "good");
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      title={text("devices.hand")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("devices.cancel")}</Button>
          <Button
            kind="primary"
            icon={Check}
            type="submit"
            form={FORM}
            busy={isBusy}
            disabled={!at}
          >
            {text("devices.hand.save")}
          </Button>
        </>
      }
    >
      <form id={FORM} className="by-hand" onSubmit={save} noValidate>
        <Select
          label={text("devices.hand.what")}
          value={kind}
          onChange={(event) => {
            setKind(event.target.value as ByHand);
            setTyped({});
            setUnit(0);
            setTried(false);
          }}
        >
          {Object.keys(BY_HAND).map((each) => (
            <option key={each} value={each}>
              {text(`devices.kind.${each as Kind}`)}
            </option>
          ))}
        </Select>
        {BY_HAND[kind].length > 1 && (
          <Select
            label={text("devices.hand.unit")}
            value={unit}
            onChange={(event) => setUnit(Number(event.target.value))}
          >
            {BY_HAND[kind].map(([entry], n) => (
              <option key={entry?.sign} value={n}>
                {entry?.sign}
              </option>
            ))}
          </Select>
        )}
        {entries.map((entry) => (
          <Field
            key={entry.key}
            label={text("devices.hand.field", {
              what: text(`devices.hand.${entry.name}`),
              unit: entry.sign,
            })}
            hint={entry.isOptional ? text("devices.hand.optional") : undefined}
            error={faultOf(entry)}
            inputMode="decimal"
            autoComplete="off"
            value={typed[entry.key] ?? ""}
            onChange={(event) => setTyped({ ...typed, [entry.key]: event.target.value })}
          />
        ))}
        <Field
          label={text("devices.hand.when")}
          type="datetime-local"
          value={at}
          max={localNow()}
          required
          onChange={(event) => setAt(event.target.value)}
        />
        <p className="muted small">{text("devices.hand.hint")}</p>
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}

function isWrong(entry: Entry, typed: string): boolean {
  if (entry.isOptional && !typed.trim()) return false;
  const value = numberOf(typed);
  return value === null || value < entry.low || value > entry.high;
}

function readingsOf(
  kind: ByHand,
  entries: readonly Entry[],
  typed: Readonly<Record<string, string>>,
): readonly Reading[] {
  const values = new Map<Kind, Record<string, number>>();
  for (const entry of entries) {
    const value = numberOf(typed[entry.key] ?? "");
    if (value === null) continue;
    const of = entry.kind ?? kind;
    values.set(of, { ...values.get(of), [entry.key]: entry.round(value) });
  }
  return [...values].map(([kind, values]) => ({ kind, values }));
}

/** Now, as an input for a moment has it: in our own zone, to the minute. */
function localNow(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
