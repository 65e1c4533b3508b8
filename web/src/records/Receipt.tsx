import {
  CircleCheck,
  CircleDashed,
  CircleX,
  Download,
  type LucideIcon,
  ShieldCheck,
  ShieldX,
} from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { save } from "../kit/save";
import { useSession } from "../kit/session";
import { moment, useText } from "../kit/text";
import { Badge, Button, Card, ErrorNote, Sheet, Waiting } from "../kit/ui";
import { type Check, type CheckState, type Verdict, verifyReceipt } from "../ledger/verify";
import { type AccessEntry, categoriesOf, isAbout, reasons, sentence, things } from "./access";
import { Codes } from "./Codes";
import { categoryIcons } from "./categories";
import { useWhose } from "./helpers/whose";

interface ReceiptProps {
  entry: AccessEntry;
  patient: string;
  onClose: () => void;
}

interface Receipted {
  readonly index: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** One access and its proof: in words, checked here and now, and to take along. */
export function Receipt({ entry, patient, onClose }: ReceiptProps) {
  const text = useText();
  const path = `/api/records/patients/${patient}/accesses/${entry.id}/receipt`;
  const receipt = useAsked((stop) => api.get<Receipted>(path, stop), [path]);
  return (
    <Sheet
      open
      title={text("records.receipt")}
      onClose={onClose}
      actions={
        receipt.value && (
          <Button
            kind="primary"
            icon={Download}
            onClick={() => save(fileOf(receipt.value), `asklepion-receipt-${entry.id}.json`)}
          >
            {text("records.receipt.download")}
          </Button>
        )
      }
    >
      <Told entry={entry} patient={patient} />
      {receipt.isWaiting && <Waiting label={text("records.receipt.waiting")} />}
      <ErrorNote error={receipt.error} onRetry={receipt.again} />
      {receipt.value && <Proof receipt={receipt.value} entry={entry} />}
      {receipt.value && <Codes path={`${path}/codes`} />}
    </Sheet>
  );
}

/** The receipt as a file, exactly as the house wrote it. */
function fileOf(receipt: unknown): Blob {
  return new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" });
}

function Told({ entry, patient }: { entry: AccessEntry; patient: string }) {
  const text = useText();
  const me = useSession();
  const whose = useWhose(patient);
  const lines: [string, string][] = [
    [text("records.when"), moment(entry.at)],
    [text("records.what"), things(entry)],
    [text("records.why"), reasons(entry)],
    [text("records.because"), entry.detail?.reason ?? ""],
    [text("records.program"), entry.detail?.client ?? ""],
  ];
  const query = entry.detail?.query;
  return (
    <div className="stack-tight">
      <p className="receipt-did">{sentence(entry, me?.account ?? "", whose)}</p>
      <dl className="facts">
        {lines
          .filter(([, words]) => words)
          .map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </div>
          ))}
      </dl>
      {query && (
        <details>
          <summary>{text("records.asked")}</summary>
          <code className="access-query">{query}</code>
        </details>
      )}
      <ul className="row">
        {categoriesOf(entry).map((category) => (
          <li key={category}>
            <Badge icon={categoryIcons[category]}>{text(`records.category.${category}`)}</Badge>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The key under which the house publishes its signed states; null where it cannot be had. */
async function publishedKey(): Promise<string | null> {
  try {
    return (await api.get<{ key: string }>("/api/ledger/key")).key;
  } catch {
    return null;
  }
}

function useVerdict(receipt: Receipted): Verdict | null {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  useEffect(() => {
    let isStopped = false;
    setVerdict(null);
    publishedKey()
      .then((key) => verifyReceipt(receipt, key))
      .then((found) => !isStopped && setVerdict(found));
    return () => {
      isStopped = true;
    };
  }, [receipt]);
  return verdict;
}

function Proof({ receipt, entry }: { receipt: Receipted; entry: AccessEntry }) {
  const text = useText();
  const verdict = useVerdict(receipt);
  if (!verdict) return <Waiting label={text("records.proof.waiting")} />;
  const { checks, size, since, seen } = verdict;
  const names = seen.map(({ name }) => name).join(", ");
  const about = isAbout(receipt.event, entry) ? "passed" : "failed";
  const isGood = verdict.isGood && about === "passed";
  return (
    <Card
      tone={isGood ? "accent" : "danger"}
      icon={isGood ? ShieldCheck : ShieldX}
      title={text(isGood ? "records.proof.good" : "records.proof.bad")}
    >
      <ul className="stack-tight">
        {[{ name: "about", state: about } as const, ...checks].map((check) => (
          <CheckLine
            key={check.name}
            check={check}
            params={{ index: receipt.index + 1, size: size ?? 0, since: since ?? 0, names }}
          />
        ))}
      </ul>
      <p className="muted small">{text("records.proof.where")}</p>
      <p className="muted small">
        {text("records.proof.offline")}{" "}
        <a href="/verify.html" download="asklepion-verify.html">
          {text("records.proof.page")}
        </a>{" "}
        {text("records.proof.or")} <code>asklepion verify receipt.json</code>
      </p>
    </Card>
  );
}

const stateIcons: Record<CheckState, LucideIcon> = {
  passed: CircleCheck,
  failed: CircleX,
  "not made": CircleDashed,
};

interface CheckLineProps {
  check: Check | { readonly name: "about"; readonly state: "passed" | "failed" };
  params: { readonly names: string } & Readonly<Record<string, string | number>>;
}

function CheckLine({ check, params }: CheckLineProps) {
  const text = useText();
  const Icon = stateIcons[check.state];
  const isUnwitnessed = check.name === "witnesses" && params.names === "";
  const state = isUnwitnessed && check.state === "not made" ? "none" : check.state;
  const key = `records.check.${check.name}.${state.replace(" ", "-")}`;
  return (
    <li className="check" data-state={check.state}>
      <Icon aria-hidden />
      <span>{text(key, params)}</span>
    </li>
  );
}
