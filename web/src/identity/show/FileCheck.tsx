import { useState } from "react";
import { useText } from "../../kit/text";
import { Button, ErrorNote, Waiting } from "../../kit/ui";
import { FileDrop } from "../cards/FileDrop";
import { VerdictView } from "../cards/VerdictView";
import { checkDocument, type Verdict } from "../cards/verify/check";

/** Anybody checks the file of a badge, in this browser as far as it can. */
export function FileCheck() {
  const text = useText();
  const [given, setGiven] = useState("");
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function look(file: string): Promise<void> {
    setGiven(file);
    setBusy(true);
    setError(null);
    setVerdict(null);
    try {
      setVerdict(await checkDocument(file));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  return (
    <div className="stack">
      <p className="muted">{text("identity.verify.file.about")}</p>
      <FileDrop onText={look} />
      {isBusy && <Waiting label={text("identity.verify.waiting")} />}
      <ErrorNote error={error} onRetry={() => look(given)} />
      {verdict && <VerdictView verdict={verdict} />}
      {verdict && (
        <Button kind="plain" onClick={() => look(given)}>
          {text("identity.verify.again")}
        </Button>
      )}
    </div>
  );
}
