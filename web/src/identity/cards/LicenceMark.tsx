import { BadgeCheck, CircleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Dialog, ErrorNote, Waiting } from "../../kit/ui";
import { VerdictView } from "./VerdictView";
import { check, newNonce, type Verdict } from "./verify/check";
import "./cards.css";

const AGAIN_MS = 15_000;

interface Shown {
  readonly presentation: string;
  readonly audience: string;
}

/** Beside a clinician's name: the licence stands. A click proves it, in this browser. */
export function LicenceMark({ account, name }: { account: string; name: string }) {
  const text = useText();
  const [stands, setStands] = useState<boolean | null>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    let isGone = false;
    const look = () =>
      api
        .get<string[]>(`/api/identity/marks?account=${encodeURIComponent(account)}`)
        .then((found) => !isGone && setStands(found.includes(account)))
        .catch(() => undefined); // the mark stays as it was; the next look is near
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [account]);
  if (stands === null) return null;
  const Icon = stands ? BadgeCheck : CircleAlert;
  return (
    <>
      <button
        type="button"
        className="licence-mark"
        data-stands={stands}
        onClick={() => setOpen(true)}
      >
        <Icon aria-hidden />
        <span>{text(stands ? "identity.mark.stands" : "identity.mark.not")}</span>
      </button>
      {isOpen && <Proof account={account} name={name} onClose={() => setOpen(false)} />}
    </>
  );
}

interface ProofProps {
  account: string;
  name: string;
  onClose: () => void;
}

function Proof({ account, name, onClose }: ProofProps) {
  const text = useText();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    async function prove(): Promise<void> {
      const nonce = newNonce();
      const path = `/api/identity/marks/${encodeURIComponent(account)}`;
      const { presentation, audience } = await api.post<Shown>(path, { nonce });
      const found = await check(presentation, { audience, nonce });
      if (!isGone) setVerdict(found);
    }
    prove().catch((failure: unknown) => !isGone && setError(failure));
    return () => {
      isGone = true;
    };
  }, [account]);
  return (
    <Dialog open title={text("identity.mark.title", { name })} onClose={onClose}>
      {!verdict && !error && <Waiting label={text("identity.verify.waiting")} />}
      <ErrorNote error={error} />
      {verdict && <VerdictView verdict={verdict} />}
      {verdict?.by === "browser" && <p className="muted small">{text("identity.mark.about")}</p>}
    </Dialog>
  );
}
