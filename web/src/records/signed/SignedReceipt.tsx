import {
  CircleCheck,
  CircleDashed,
  CircleX,
  Download,
  type LucideIcon,
  RotateCw,
  ShieldCheck,
  ShieldX,
} from "lucide-react";
import { useEffect, useState } from "react";
import { ApiError, api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useNow } from "../../kit/clock";
import { save } from "../../kit/save";
import { useText } from "../../kit/text";
import { Button, Card, ErrorNote, Sheet, Waiting } from "../../kit/ui";
import { type ConsentVerdict, verifyConsent } from "../../ledger/consent";
import { type CheckState, type Verdict, verifyReceipt } from "../../ledger/verify";
import { Codes } from "../Codes";
import type { NameOf } from "../choices/say";
import { headersOf, type Subject } from "../subject";
import { lastOf, type SignedOne, type Standing } from "./model";
import { SignedFacts, wordsOf } from "./SignedCard";

interface SignedReceiptProps {
  one: SignedOne;
  who: Subject;
  nameOf: NameOf;
  onClose: () => void;
}

interface Receipted {
  readonly index: number;
  readonly event: {
    readonly id?: string;
    readonly grant?: { readonly record: string };
    readonly revoke?: { readonly record: string };
  };
  readonly consent?: { readonly chain: number; readonly contract: string };
}

/** What was signed and its proof: in words, checked here and now, and to take along. */
export function SignedReceipt({ one, who, nameOf, onClose }: SignedReceiptProps) {
  const text = useText();
  const now = useNow();
  const last = lastOf(one);
  const path = `/api/records/consents/${one.consent}/receipt`;
  const which = `?signature=${last.id}`; // a Consent that changed has several
  const receipt = useAsked(
    (stop) => api.get<Receipted>(path + which, stop, headersOf(who)),
    [path, which, last.has_proof, last.state],
  );
  return (
    <Sheet
      open
      title={text("records.receipt")}
      onClose={onClose}
      actions={
        receipt.value && (
          <Button kind="primary" icon={Download} onClick={() => keep(receipt.value, last.id)}>
            {text("records.receipt.download")}
          </Button>
        )
      }
    >
      <p className="receipt-did">{wordsOf(one, nameOf, now, text("records.signed.unread"))}</p>
      <SignedFacts one={one} />
      {receipt.isWaiting && <Waiting label={text("records.receipt.waiting")} />}
      <ErrorNote error={receipt.error} onRetry={receipt.again} />
      {receipt.value && <Proof receipt={receipt.value} one={one} who={who} />}
      {receipt.value && <Codes path={`${path}/codes${which}`} />}
      {receipt.value && <ForExperts receipt={receipt.value} />}
    </Sheet>
  );
}

/** Hand the receipt over as a file, exactly as the house wrote it. */
function keep(receipt: unknown, id: string): void {
  const body = new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" });
  save(body, `asklepion-consent-${id}.json`);
}

interface Checked {
  readonly log: Verdict;
  readonly consent: ConsentVerdict | null;
  /** null where the public record cannot be asked now. */
  readonly standing: Standing | null;
}

/** Everything that can be checked: by this browser alone, and by asking the public record. */
async function check(receipt: Receipted, one: SignedOne, who: Subject): Promise<Checked> {
  const key = await orNothing(api.get<{ key: string }>("/api/ledger/key"));
  const path = `/api/records/consents/${one.consent}/standing?signature=${lastOf(one).id}`;
  const standing = await orNothing(api.get<Standing>(path, undefined, headersOf(who)));
  return {
    log: await verifyReceipt(receipt, key?.key ?? null),
    consent: await verifyConsent(receipt),
    standing,
  };
}

async function orNothing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

function Proof({ receipt, one, who }: { receipt: Receipted; one: SignedOne; who: Subject }) {
  const text = useText();
  const [turn, setTurn] = useState(0);
  const [checked, setChecked] = useState<Checked | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: checked anew when one asks for it
  useEffect(() => {
    let isStopped = false;
    setChecked(null);
    check(receipt, one, who).then((found) => !isStopped && setChecked(found));
    return () => {
      isStopped = true;
    };
  }, [receipt, turn]);
  if (!checked) return <Waiting label={text("records.proof.waiting")} />;
  const lines = linesOf(checked, receipt, one);
  const isGood = lines.every(({ state }) => state !== "failed");
  return (
    <Card
      tone={isGood ? "accent" : "danger"}
      icon={isGood ? ShieldCheck : ShieldX}
      title={text(isGood ? "records.signed.proof.good" : "records.signed.proof.bad")}
      actions={
        <Button kind="plain" icon={RotateCw} onClick={() => setTurn((n) => n + 1)}>
          {text("records.signed.check")}
        </Button>
      }
    >
      <ul className="stack-tight">
        {lines.map(({ key, state, params }) => (
          <CheckLine key={key} name={key} state={state} params={params} />
        ))}
      </ul>
      <p className="muted small">{text("records.signed.proof.where")}</p>
    </Card>
  );
}

interface Line {
  readonly key: string;
  readonly state: CheckState;
  readonly params: Readonly<Record<string, string | number>>;
}

function linesOf({ log, consent, standing }: Checked, receipt: Receipted, one: SignedOne): Line[] {
  const isThis = receipt.event.id === lastOf(one).id;
  const stateOf = (name: string): CheckState =>
    log.checks.find((each) => each.name === name)?.state ?? "not made";
  const size = log.size ?? 0;
  const params = {
    index: receipt.index + 1,
    size,
    origin: consent?.origin ?? "",
    mark: consent?.mark ?? "",
  };
  const lines: Line[] = [{ key: "about", state: isThis ? "passed" : "failed", params }];
  for (const { name, state } of consent?.checks ?? []) {
    const isNone = name === "passkey" && state === "not made" && !consent?.mark;
    lines.push({ key: isNone ? "passkey.none" : name, state, params });
  }
  if (!consent) lines.push({ key: "signed", state: "not made", params });
  for (const key of ["inclusion", "signature", "signer"]) {
    lines.push({ key: `log.${key}`, state: stateOf(key), params });
  }
  return [...lines, publicLine(standing, one, params)];
}

/** Whether the public record says the same as the house. */
function publicLine(standing: Standing | null, one: SignedOne, params: Line["params"]): Line {
  const isThere = lastOf(one).state === "recorded";
  const state = standing?.state ?? "unasked";
  if (state === "unasked" || !isThere) {
    return { key: `public.${isThere ? "unasked" : "not-yet"}`, state: "not made", params };
  }
  const expected = one.ended ? "revoked" : one.is_over ? "expired" : "granted";
  const isSame = state === expected || (state === "granted" && expected === "expired");
  return { key: `public.${state}`, state: isSame ? "passed" : "failed", params };
}

const stateIcons: Record<CheckState, LucideIcon> = {
  passed: CircleCheck,
  failed: CircleX,
  "not made": CircleDashed,
};

function CheckLine({ name, state, params }: Omit<Line, "key"> & { name: string }) {
  const text = useText();
  const Icon = stateIcons[state];
  const isPublic = name.startsWith("public.");
  const isWhole = name === "passkey.none";
  const key = name.startsWith("log.") ? `records.check.${name.slice(4)}` : `records.signed.${name}`;
  const end = isPublic || isWhole ? "" : `.${state.replace(" ", "-")}`;
  const words = isPublic ? `records.signed.says.${name.slice(7)}` : `${key}${end}`;
  return (
    <li className="check" data-state={state}>
      <Icon aria-hidden />
      <span>{text(words, params)}</span>
    </li>
  );
}

/** Where to look for whoever knows how. */
function ForExperts({ receipt: { event, consent } }: { receipt: Receipted }) {
  const text = useText();
  const record = (event.grant ?? event.revoke)?.record;
  if (!record || !consent) return null;
  const lines: [string, string | number][] = [
    [text("records.signed.experts.chain"), consent.chain],
    [text("records.signed.experts.contract"), consent.contract],
    [text("records.signed.experts.record"), record],
  ];
  return (
    <details className="signed-experts">
      <summary>{text("records.signed.experts")}</summary>
      <dl className="facts">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted small">
        {text("records.signed.experts.how")} <code>asklepion verify receipt.json --chain URL</code>
      </p>
    </details>
  );
}
