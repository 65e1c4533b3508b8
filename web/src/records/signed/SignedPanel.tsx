import { FileSignature, Fingerprint, ScrollText } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../kit/clock";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Card, Empty, ErrorNote, Switch, Waiting } from "../../kit/ui";
import { namedIn } from "../choices/model";
import { useNames } from "../choices/names";
import type { NameOf } from "../choices/say";
import { NotYours } from "../helpers/NotYours";
import { isHome, mayDecide, type Subject, useSubject } from "../subject";
import type { SignedOne } from "./model";
import { SignedCard } from "./SignedCard";
import { SignedReceipt } from "./SignedReceipt";
import { type Signing, setSignsWithPasskey, signsWithPasskey, useSigned, useSigning } from "./use";
import "./signed.css";
import "../choices/choices.css";

const FEW = 8; // of what is over, before one asks for more

/** What was signed in the name of whoever stands at home. */
export function SignedPanel() {
  const subject = useSubject();
  if (!isHome(subject)) return null;
  if (!mayDecide(subject)) return <NotYours />;
  return <SignedList key={subject.patient} who={subject} />;
}

/** What was said, signed by whom, and whether it stands on the public record. */
function SignedList({ who }: { who: Subject }) {
  const text = useText();
  const signed = useSigned(who);
  const signing = useSigning();
  const [shown, setShown] = useState<SignedOne | null>(null);
  const all = signed.value ?? [];
  const nameOf = useNames(all.flatMap(({ choice }) => (choice ? namedIn(choice) : [])));
  const present = shown && (all.find(({ begun }) => begun.id === shown.begun.id) ?? shown);
  return (
    <Card title={text("records.signed")} icon={FileSignature}>
      <p className="muted">{text("records.signed.about")}</p>
      <HowSwitch signing={signing} />
      {signed.isWaiting && <Waiting label={text("records.signed.waiting")} />}
      <ErrorNote error={signed.error} onRetry={signed.again} />
      {signed.value?.length === 0 && (
        <Empty
          icon={ScrollText}
          title={text("records.signed.empty")}
          text={text("records.signed.empty.hint")}
        />
      )}
      <Both all={all} who={who} nameOf={nameOf} canSign={signing === "here"} onShow={setShown} />
      {present && (
        <SignedReceipt one={present} who={who} nameOf={nameOf} onClose={() => setShown(null)} />
      )}
    </Card>
  );
}

/** With one's own passkey, or by the house: what each means stands below it. */
function HowSwitch({ signing }: { signing: Signing | undefined }) {
  const text = useText();
  const cannot = signing === "none" || signing === "elsewhere";
  const isOn = useStore(signsWithPasskey) && !cannot;
  const hint = cannot ? signing : isOn ? "on" : "off";
  return (
    <Switch
      checked={isOn}
      onChange={setSignsWithPasskey}
      label={text("records.signed.switch")}
      hint={text(`records.signed.switch.${hint}`)}
      icon={<Fingerprint aria-hidden />}
      disabled={cannot}
    />
  );
}

interface BothProps {
  all: readonly SignedOne[];
  who: Subject;
  nameOf: NameOf;
  canSign: boolean;
  onShow: (one: SignedOne) => void;
}

function Both({ all, who, nameOf, canSign, onShow }: BothProps) {
  const text = useText();
  const now = useNow();
  const [isMore, setMore] = useState(false);
  const standing = all.filter((one) => !one.is_over);
  const over = all.filter((one) => one.is_over);
  const list = (ones: readonly SignedOne[]) => (
    <ul className="choices">
      {ones.map((one) => (
        <SignedCard
          key={one.begun.id}
          one={one}
          who={who}
          nameOf={nameOf}
          now={now}
          canSign={canSign}
          onShow={onShow}
        />
      ))}
    </ul>
  );
  return (
    <>
      {standing.length > 0 && list(standing)}
      {over.length > 0 && (
        <details className="ended" open={standing.length === 0}>
          <summary>{text("records.signed.over", { n: over.length })}</summary>
          {list(isMore ? over : over.slice(0, FEW))}
          {!isMore && over.length > FEW && (
            <button type="button" className="signed-more" onClick={() => setMore(true)}>
              {text("records.signed.more", { n: over.length - FEW })}
            </button>
          )}
        </details>
      )}
    </>
  );
}
