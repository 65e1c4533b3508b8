import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useText } from "../kit/text";
import { Button, Card, Field, LanguageSwitch, Mark, TextArea, ThemeSwitch } from "../kit/ui";
import { Bring } from "./Bring";
import { type Gathered, gather } from "./gathering";
import { Seen } from "./Seen";
import "./verify.css";

const NONE: Gathered = { kind: "some", pieces: [], of: 0 };

/** The page that checks a receipt: it asks nobody for anything, and can be saved and kept. */
export function VerifyPage() {
  const text = useText();
  const [gathered, setGathered] = useState<Gathered>(NONE);
  const [key, setKey] = useState("");
  const [witnesses, setWitnesses] = useState("");
  const [passkeys, setPasskeys] = useState("");
  const take = async (brought: string) => {
    const before = gathered.kind === "some" ? gathered.pieces : [];
    setGathered(await gather(brought, before));
  };
  return (
    <div className="verify">
      <header className="verify-bar">
        <span className="verify-mark">
          <Mark size={32} />
          <span>Asklepion</span>
        </span>
        <span className="verify-corner">
          <LanguageSwitch />
          <ThemeSwitch />
        </span>
      </header>
      <main className="verify-main stack">
        <div className="verify-head">
          <h1>{text("ledger.verify.title")}</h1>
          <p className="muted">{text("ledger.verify.lead")}</p>
        </div>
        {gathered.kind === "receipt" ? (
          <>
            <Seen
              receipt={gathered.receipt}
              known={{
                key: key.trim() || null,
                witnesses: lines(witnesses),
                passkeys: lines(passkeys),
              }}
            />
            <Button icon={RotateCcw} onClick={() => setGathered(NONE)}>
              {text("ledger.verify.another")}
            </Button>
          </>
        ) : (
          <Bring gathered={gathered} onText={take} />
        )}
        <Card title={text("ledger.verify.keys")}>
          <p className="muted">{text("ledger.verify.keys.hint")}</p>
          <Field
            label={text("ledger.verify.key")}
            hint={text("ledger.verify.key.hint")}
            value={key}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setKey(event.target.value)}
          />
          <TextArea
            label={text("ledger.verify.witnesses")}
            hint={text("ledger.verify.witnesses.hint")}
            rows={2}
            spellCheck={false}
            value={witnesses}
            onChange={(event) => setWitnesses(event.target.value)}
          />
          <Field
            label={text("ledger.verify.passkey")}
            hint={text("ledger.verify.passkey.hint")}
            value={passkeys}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setPasskeys(event.target.value)}
          />
        </Card>
      </main>
      <footer className="verify-foot muted small">
        <p>{text("ledger.verify.alone")}</p>
      </footer>
    </div>
  );
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
