import { CircleCheck, Clock, UserPlus, X } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Dialog, Field, IconButton, Select } from "../../kit/ui";
import { useDoing } from "./doing";
import { type Guarding, noteChange } from "./model";
import { proveAgain } from "./proving";
import { Trouble } from "./Trouble";

const FEWEST = 2;
const MOST = 5;

interface GuardiansDialogProps {
  guarding: Guarding;
  onClose: () => void;
}

/** Choose the people who may let me back in, and how many of them it takes. */
export function GuardiansDialog({ guarding, onClose }: GuardiansDialogProps) {
  const text = useText();
  const doing = useDoing();
  const [email, setEmail] = useState("");
  const { guardians, needed, delay_h } = guarding;
  const accepted = guardians.filter(({ accepted_at }) => accepted_at);

  const change = (work: () => Promise<unknown>) =>
    doing.run(async () => {
      await proveAgain();
      await work();
      noteChange();
    });

  function ask(event: SubmitEvent): void {
    event.preventDefault();
    change(async () => {
      await api.post("/api/identity/guardians", { email: email.trim() });
      setEmail("");
    });
  }

  return (
    <Dialog open title={text("identity.guardians")} onClose={onClose}>
      <p>{text("identity.guardians.about", { needed, hours: delay_h })}</p>
      <ul className="key-list">
        {guardians.map((each) => (
          <li key={each.email} className="key-line">
            <span className="key-icon" data-tone={each.accepted_at ? "good" : "warn"}>
              {each.accepted_at ? <CircleCheck aria-hidden /> : <Clock aria-hidden />}
            </span>
            <span className="key-words">
              <strong lang="">{each.name || each.email}</strong>
              <span className="muted small">
                {each.accepted_at ? each.email : text("identity.guardians.asked")}
              </span>
            </span>
            <IconButton
              icon={X}
              label={text("identity.guardians.drop", { name: each.name || each.email })}
              disabled={doing.isBusy}
              onClick={() =>
                change(() => api.post("/api/identity/guardians/removal", { email: each.email }))
              }
            />
          </li>
        ))}
      </ul>
      {guardians.length < MOST && (
        <form className="key-ask" onSubmit={ask}>
          <Field
            label={text("identity.guardians.email")}
            hint={text("identity.guardians.email.hint")}
            type="email"
            required
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <Button type="submit" kind="primary" icon={UserPlus} busy={doing.isBusy}>
            {text("identity.guardians.ask")}
          </Button>
        </form>
      )}
      {accepted.length > FEWEST && (
        <Select
          label={text("identity.guardians.needed")}
          value={needed}
          disabled={doing.isBusy}
          onChange={(event) => {
            const wish = Number(event.target.value);
            change(() => api.put("/api/identity/guardians/needed", { needed: wish }));
          }}
        >
          {accepted.slice(FEWEST - 1).map(({ email: key }, at) => (
            <option key={key} value={at + FEWEST}>
              {text("identity.guardians.of", { n: at + FEWEST, all: accepted.length })}
            </option>
          ))}
        </Select>
      )}
      <Trouble of={doing} />
    </Dialog>
  );
}
