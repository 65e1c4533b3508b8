import { ArrowLeft, FileKey2, type LucideIcon, Users, Wallet } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { canUsePasskeys } from "../kit/passkey";
import { type Me, welcome } from "../kit/session";
import { useText } from "../kit/text";
import { Button } from "../kit/ui";
import { ByPaper } from "./ByPaper";
import { ByPeople, isAsking } from "./ByPeople";
import { useDoing } from "./keys/doing";
import { NoPasskeys } from "./keys/NoPasskeys";
import { Trouble } from "./keys/Trouble";
import { hasWallet, signWith } from "./keys/wallet";

type Way = "" | "paper" | "people";

/** For whoever lost what opens the door: by a printed code, by people, or by whoever runs the house. */
export function CannotGetIn({ onBack }: { onBack: () => void }) {
  const text = useText();
  const [way, setWay] = useState<Way>(() => (isAsking() ? "people" : ""));
  const back = () => (way ? setWay("") : onBack());
  return (
    <>
      <h1>{text("identity.lost")}</h1>
      {way === "" && <Ways onWay={setWay} />}
      <NoPasskeys />
      {way === "paper" && canUsePasskeys() && <ByPaper />}
      {way === "people" && canUsePasskeys() && <ByPeople />}
      <Button kind="plain" icon={ArrowLeft} onClick={back}>
        {text("identity.back-to-door")}
      </Button>
    </>
  );
}

function Ways({ onWay }: { onWay: (way: Way) => void }) {
  const text = useText();
  const doing = useDoing();
  const byWallet = () =>
    doing.run(async () => {
      const signed = await signWith("/api/identity/wallets/door/message");
      welcome(await api.post<Me>("/api/identity/wallets/door", signed));
    });
  return (
    <>
      <p className="threshold-lead">{text("identity.lost.about")}</p>
      <ul className="lost-ways">
        <WayLine icon={FileKey2} way="paper" onWay={onWay} />
        <WayLine icon={Users} way="people" onWay={onWay} />
      </ul>
      <p className="muted small">{text("identity.lost.neither")}</p>
      {hasWallet() && (
        <details className="key-experts">
          <summary>{text("identity.experts")}</summary>
          <Button icon={Wallet} busy={doing.isBusy} onClick={byWallet}>
            {text("identity.wallet.enter")}
          </Button>
        </details>
      )}
      <Trouble of={doing} />
    </>
  );
}

interface WayLineProps {
  icon: LucideIcon;
  way: "paper" | "people";
  onWay: (way: Way) => void;
}

function WayLine({ icon: Icon, way, onWay }: WayLineProps) {
  const text = useText();
  return (
    <li>
      <button type="button" className="lost-way" onClick={() => onWay(way)}>
        <span className="key-icon">
          <Icon aria-hidden />
        </span>
        <span className="key-words">
          <strong>{text(`identity.lost.${way}`)}</strong>
          <span className="muted small">{text(`identity.lost.${way}.hint`)}</span>
        </span>
      </button>
    </li>
  );
}
