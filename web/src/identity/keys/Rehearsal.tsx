import { CircleCheck } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Dialog, Field } from "../../kit/ui";
import { useDoing } from "./doing";
import { type Guarding, type Keys, noteChange } from "./model";
import { Trouble } from "./Trouble";

type Step = "start" | "paper" | "people" | "done";

interface RehearsalProps {
  keys: Keys;
  guarding: Guarding;
  onClose: () => void;
}

/** Go through losing everything, without losing anything. */
export function Rehearsal({ keys, guarding, onClose }: RehearsalProps) {
  const text = useText();
  const form = useId();
  const doing = useDoing();
  const [step, setStep] = useState<Step>("start");
  const [code, setCode] = useState("");
  const known = guarding.guardians.filter(({ accepted_at }) => accepted_at);
  const hasPeople = known.length >= guarding.needed;

  function go(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      if (step === "start") return setStep(keys.printed_at ? "paper" : "people");
      if (step === "paper") {
        await api.post("/api/identity/printed/rehearsal", { code });
        return setStep(hasPeople ? "people" : "done");
      }
      if (step === "people") await api.post("/api/identity/guardians/rehearsal");
      setStep("done");
    });
  }

  function close(): void {
    noteChange();
    onClose();
  }

  return (
    <Dialog
      open
      title={text("identity.rehearsal")}
      onClose={close}
      actions={
        step === "done" ? (
          <Button kind="primary" onClick={close}>
            {text("kit.close")}
          </Button>
        ) : (
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={doing.isBusy}
            disabled={step === "paper" && !code}
          >
            {text(`identity.rehearsal.${step}.go`)}
          </Button>
        )
      }
    >
      <form className="stack" id={form} onSubmit={go}>
        {step === "done" && <CircleCheck aria-hidden className="key-large" />}
        <h3>{text(`identity.rehearsal.${step}`)}</h3>
        <p>
          {text(`identity.rehearsal.${step}.text`, {
            needed: guarding.needed,
            hours: guarding.delay_h,
          })}
        </p>
        {step === "paper" && (
          <Field
            label={text("identity.printed")}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
        {step === "people" && (
          <ul className="key-names">
            {known.map(({ email, name }) => (
              <li key={email} lang="">
                {name} <span className="muted small">{email}</span>
              </li>
            ))}
          </ul>
        )}
        <Trouble of={doing} />
      </form>
    </Dialog>
  );
}
