import {
  CircleAlert,
  CircleCheck,
  Clock,
  FileCheck,
  FileQuestion,
  Fingerprint,
  House,
  type LucideIcon,
  Undo2,
} from "lucide-react";
import { useState } from "react";
import { PasskeyRefused } from "../../kit/passkey";
import { moment, useText } from "../../kit/text";
import { Button, ErrorNote } from "../../kit/ui";
import { kindIcons, kindOf } from "../choices/model";
import { type NameOf, sentence } from "../choices/say";
import type { Subject } from "../subject";
import { howOf, lastOf, mayProve, type Signature, type SignedOne } from "./model";
import { proveConsent } from "./use";

interface SignedCardProps {
  one: SignedOne;
  who: Subject;
  nameOf: NameOf;
  now: number;
  /** Whoever is signed in has a passkey that signs. */
  canSign: boolean;
  onShow: (one: SignedOne) => void;
}

/** One thing that was said: in a sentence, signed by whom, and where it stands. */
export function SignedCard({ one, who, nameOf, now, canSign, onShow }: SignedCardProps) {
  const text = useText();
  const kind = one.choice ? kindOf(one.choice) : null;
  const Icon = kind ? kindIcons[kind] : FileQuestion;
  return (
    <li className="said" data-kind={kind ?? "unread"} data-over={one.is_over || undefined}>
      <span className="said-icon">
        <Icon aria-hidden />
      </span>
      <div className="said-words">
        <p className="said-says">{wordsOf(one, nameOf, now, text("records.signed.unread"))}</p>
        <SignedFacts one={one} />
        {canSign && <Prove one={one} who={who} />}
        <Button icon={FileCheck} onClick={() => onShow(one)}>
          {text("records.signed.show")}
        </Button>
      </div>
    </li>
  );
}

export function wordsOf(
  { choice }: SignedOne,
  nameOf: NameOf,
  now: number,
  unread: string,
): string {
  return choice ? sentence(choice, nameOf, now) : unread;
}

/** By whom and when it was signed, how it ended, and whether the public record has it. */
export function SignedFacts({ one }: { one: SignedOne }) {
  const text = useText();
  const { begun, ended } = one;
  return (
    <ul className="signed-facts">
      <Fact icon={begun.has_proof ? Fingerprint : House}>
        {text(`records.signed.by.${howOf(begun)}`, { name: begun.by, when: moment(begun.at) })}
      </Fact>
      {ended && (
        <Fact icon={Undo2}>
          {text(endKey(ended), { when: moment(ended.at) })}{" "}
          {text(`records.signed.too.${howOf(ended)}`, { name: ended.by })}
        </Fact>
      )}
      {!ended && one.is_over && (
        <Fact icon={Clock}>{text("records.signed.ran-out", { when: moment(one.until) })}</Fact>
      )}
      <Public one={one} />
    </ul>
  );
}

function endKey({ why }: Signature): string {
  const known = ["changed", "merged", "unmerged"].includes(why ?? "") ? why : "revoked";
  return `records.signed.end.${known}`;
}

const publicIcons: Record<Signature["state"], LucideIcon> = {
  recorded: CircleCheck,
  waiting: Clock,
  unsigned: Clock,
  refused: CircleAlert,
};

function Public({ one: { begun, ended } }: { one: SignedOne }) {
  const text = useText();
  const state = begun.state === "recorded" && ended ? ended.state : begun.state;
  const isEnd = begun.state === "recorded" && ended !== null;
  const why = begun.state === "refused" && begun.why === "its time was over" ? "late" : state;
  return (
    <Fact icon={publicIcons[state]} state={state}>
      {text(`records.signed.public.${isEnd ? "end." : ""}${isEnd ? state : why}`)}
    </Fact>
  );
}

interface FactProps {
  icon: LucideIcon;
  state?: Signature["state"];
  children: React.ReactNode;
}

function Fact({ icon: Icon, state, children }: FactProps) {
  return (
    <li data-state={state}>
      <Icon aria-hidden />
      <span className="number">{children}</span>
    </li>
  );
}

/** Sign with one's passkey what the house has signed so far. */
function Prove({ one, who }: { one: SignedOne; who: Subject }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isPast = one.is_over && !one.ended; // nothing hangs on it any more
  if (!mayProve(one) || isPast) return null;

  async function prove(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await proveConsent(who, one.consent, lastOf(one).id);
    } catch (failure) {
      if (!(failure instanceof PasskeyRefused)) setError(failure);
    }
    setBusy(false);
  }

  return (
    <>
      <ErrorNote error={error} />
      <Button icon={Fingerprint} busy={isBusy} onClick={prove}>
        {text("records.signed.prove")}
      </Button>
    </>
  );
}
