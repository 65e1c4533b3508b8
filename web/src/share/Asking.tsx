import { LockKeyholeOpen, ShieldCheck } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { moment, useText } from "../kit/text";
import { Button, Card, Field } from "../kit/ui";
import { Failure } from "./Failure";
import { type Link, openLink, ShareError, type Why } from "./shlink";

/** These can be tried again; of the others nothing more is to be had. */
const AGAIN: readonly Why[] = ["passcode", "often", "offline"];

interface AskingProps {
  link: Link;
  onOpen: (files: readonly unknown[]) => void;
}

/** Who opens the link, and with which passcode: the patient reads the name. */
export function Asking({ link, onOpen }: AskingProps) {
  const text = useText();
  const [name, setName] = useState("");
  const [passcode, setPasscode] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ShareError | null>(null);

  async function open(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onOpen(await openLink(link, name.trim(), passcode));
    } catch (failure) {
      setError(failure instanceof ShareError ? failure : new ShareError("altered"));
      setPasscode("");
      setBusy(false);
    }
  }

  const why = error?.why;
  const isOver =
    why !== undefined && (!AGAIN.includes(why) || (why === "passcode" && !error?.left));
  if (isOver) return <Failure why={why === "passcode" ? "locked" : why} />;
  return (
    <Card className="share-card" title={text("share.title")} icon={ShieldCheck}>
      {link.label && <p className="share-label">{link.label}</p>}
      <p className="muted">{text("share.lead")}</p>
      {link.exp !== undefined && (
        <p className="muted small">
          {text("share.until", { when: moment(new Date(link.exp * 1000).toISOString()) })}
        </p>
      )}
      <form className="stack" onSubmit={open}>
        <Field
          label={text("share.name")}
          hint={text("share.name.hint")}
          autoComplete="name"
          maxLength={120}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {link.needsPasscode && (
          <Field
            label={text("share.passcode")}
            hint={text("share.passcode.hint")}
            error={
              why === "passcode" ? text("share.passcode.wrong", { n: error?.left ?? 0 }) : undefined
            }
            autoComplete="off"
            maxLength={64}
            required
            value={passcode}
            onChange={(event) => setPasscode(event.target.value)}
          />
        )}
        {why && why !== "passcode" && (
          <p className="field-error" role="alert">
            {text(`share.why.${why}`)} {text(`share.next.${why}`)}
          </p>
        )}
        <Button
          kind="primary"
          type="submit"
          icon={LockKeyholeOpen}
          wide
          busy={isBusy}
          disabled={name.trim() === ""}
        >
          {text("share.open")}
        </Button>
      </form>
    </Card>
  );
}
