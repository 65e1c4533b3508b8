import {
  CircleCheck,
  CircleDashed,
  CircleX,
  type LucideIcon,
  ShieldCheck,
  ShieldQuestion,
  ShieldX,
} from "lucide-react";
import { useEffect, useState } from "react";
import { hasText, moment, type t, useText } from "../kit/text";
import { Card, Waiting } from "../kit/ui";
import { type Check, type CheckState, type Known, type Verdict, verifyReceipt } from "./verify";

interface SeenProps {
  receipt: unknown;
  known: Known;
}

interface Receipt {
  readonly index?: number;
  readonly verifier?: string;
  readonly witnesses?: readonly string[];
  readonly event?: Readonly<Record<string, unknown>>;
}

/** What the checks of a receipt saw, each in plain words, and what the receipt says. */
export function Seen({ receipt, known }: SeenProps) {
  const text = useText();
  const verdict = useVerdict(receipt, known);
  if (!verdict) return <Waiting label={text("ledger.verify.waiting")} />;
  const told = receipt as Receipt;
  const isReadable = verdict.size !== null;
  const isSigned = verdict.checks.some((c) => c.name === "signature" && c.state === "passed");
  const isGood = verdict.isGood && isSigned;
  return (
    <>
      <Card {...headOf(verdict.isGood, isSigned, text)}>
        <ul className="verify-checks">
          {verdict.checks.map((check) => (
            <Line key={check.name} check={check} verdict={verdict} index={told.index ?? 0} />
          ))}
        </ul>
      </Card>
      {isReadable && <Told event={told.event ?? {}} isGood={isGood} />}
      {isReadable && (
        <Card title={text("ledger.verify.signed-by")}>
          <p className="muted">{text("ledger.verify.compare")}</p>
          {[told.verifier ?? "", ...(told.witnesses ?? [])].map((each) => (
            <code key={each} className="verify-key">
              {each}
            </code>
          ))}
        </Card>
      )}
    </>
  );
}

/** Good, bad, or not told: an old browser cannot check a signature. */
function headOf(isGood: boolean, isSigned: boolean, text: typeof t) {
  if (!isGood) return { tone: "danger", icon: ShieldX, title: text("ledger.verify.bad") } as const;
  return isSigned
    ? ({ tone: "accent", icon: ShieldCheck, title: text("ledger.verify.good") } as const)
    : ({ tone: "warn", icon: ShieldQuestion, title: text("ledger.verify.part") } as const);
}

function useVerdict(
  receipt: unknown,
  { key, witnesses = [], passkeys = [] }: Known,
): Verdict | null {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const asked = witnesses.join("\n");
  const hers = passkeys.join("\n");
  useEffect(() => {
    let isStopped = false;
    const split = (text: string) => (text ? text.split("\n") : []);
    const known = { key, witnesses: split(asked), passkeys: split(hers) };
    verifyReceipt(receipt, known).then((found) => !isStopped && setVerdict(found));
    return () => {
      isStopped = true;
    };
  }, [receipt, key, asked, hers]);
  return verdict;
}

const icons: Record<CheckState, LucideIcon> = {
  passed: CircleCheck,
  failed: CircleX,
  "not made": CircleDashed,
};

function Line({ check, verdict, index }: { check: Check; verdict: Verdict; index: number }) {
  const text = useText();
  const Icon = icons[check.state];
  const state = check.state.replace(" ", "-");
  const isUnwitnessed = check.name === "witnesses" && verdict.seen.length === 0;
  const isUnsigned = check.name === "passkey" && verdict.passkey === null;
  const isNone = (isUnwitnessed || isUnsigned) && state === "not-made";
  const key = `ledger.check.${check.name}.${isNone ? "none" : state}`;
  const [first] = verdict.seen;
  const params = {
    index: index + 1,
    size: verdict.size ?? 0,
    since: verdict.since ?? 0,
    names: verdict.seen.map(({ name }) => name).join(", "),
    origin: verdict.passkey?.origin ?? "",
    mark: verdict.passkey?.mark ?? "",
    when: first ? moment(new Date(first.at_s * 1000).toISOString()) : "",
  };
  return (
    <li className="verify-check" data-state={check.state}>
      <Icon aria-hidden />
      <span>{text(key, params)}</span>
    </li>
  );
}

/** What the receipt says happened; nothing of it is more than the checks make it. */
function Told({ event, isGood }: { event: Readonly<Record<string, unknown>>; isGood: boolean }) {
  const text = useText();
  const known = (name: string, value: unknown) => {
    const key = `ledger.event.${name}.${String(value)}`;
    return hasText(key) ? text(key) : String(value ?? "");
  };
  const what = typeof event.what === "object" && event.what ? Object.entries(event.what) : [];
  const facts: [string, string][] = [
    ["when", typeof event.at === "string" ? moment(event.at) : ""],
    ["who", String(event.actor_name ?? "")],
    ["did", known("action", event.action)],
    ["outcome", known("outcome", event.outcome)],
    ["what", what.map(([kind, count]) => `${kind} × ${String(count)}`).join(", ")],
    ["patient", String(event.patient ?? "")],
  ];
  return (
    <Card title={text(isGood ? "ledger.verify.says" : "ledger.verify.claims")}>
      <dl className="verify-facts">
        {facts
          .filter(([, words]) => words !== "" && words !== "undefined")
          .map(([name, words]) => (
            <div key={name}>
              <dt>{text(`ledger.event.${name}`)}</dt>
              <dd>{words}</dd>
            </div>
          ))}
      </dl>
      <details>
        <summary>{text("ledger.verify.everything")}</summary>
        <pre className="verify-raw">{JSON.stringify(event, null, 2)}</pre>
      </details>
    </Card>
  );
}
