import { PauseCircle, Plus, RotateCcw, Stamp, Undo2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useSession } from "../../kit/session";
import { moment, useText } from "../../kit/text";
import { Button, Card, Dialog, Empty, ErrorNote, toast, Waiting } from "../../kit/ui";
import { StateSign } from "./CredentialCard";
import { headline, type Issued, iconOf, type Kind } from "./model";
import { NewIssued } from "./NewIssued";
import "./cards.css";

const PATH = "/api/identity/issued";

/** What the house issued: for operators all of it, for educators their own. */
export function IssuedCards() {
  const text = useText();
  const me = useSession();
  const isOperator = me?.roles.includes("operator") ?? false;
  const isEducator = me?.roles.includes("educator") ?? false;
  const kinds: Kind[] = [
    ...(isOperator ? (["licence", "membership"] as const) : []),
    ...(isEducator ? (["badge"] as const) : []),
  ];
  const lines = useAsked((stop) => api.get<Issued[]>(PATH, stop), []);
  const [isNew, setNew] = useState(false);
  const [ending, setEnding] = useState<Issued | null>(null);

  async function change(line: Issued, state: Issued["state"]): Promise<void> {
    setEnding(null);
    try {
      await api.patch(`${PATH}/${line.id}`, { state });
      toast(text(`identity.issued.done.${state}`, { name: line.name }), "good");
    } catch {
      toast(text("identity.issued.failed"), "danger");
    }
    lines.again();
  }

  return (
    <Card
      title={text("identity.issued")}
      icon={Stamp}
      actions={
        <Button kind="plain" icon={Plus} onClick={() => setNew(true)}>
          {text("identity.issued.new")}
        </Button>
      }
    >
      <p className="muted">{text("identity.issued.about")}</p>
      {lines.isWaiting && <Waiting label={text("identity.cards.waiting")} />}
      <ErrorNote error={lines.error} onRetry={lines.again} />
      {lines.value?.length === 0 && (
        <Empty
          icon={Stamp}
          title={text("identity.issued.empty")}
          text={text("identity.issued.empty.hint")}
        />
      )}
      <ul className="people">
        {lines.value?.map((line) => (
          <Line key={line.id} line={line} onChange={change} onEnd={() => setEnding(line)} />
        ))}
      </ul>
      {isNew && (
        <NewIssued
          kinds={kinds}
          onClose={() => setNew(false)}
          onIssued={() => {
            setNew(false);
            lines.again();
          }}
        />
      )}
      {ending && (
        <Dialog
          open
          title={text("identity.issued.revoke.title")}
          onClose={() => setEnding(null)}
          actions={
            <>
              <Button onClick={() => setEnding(null)}>{text("identity.cancel")}</Button>
              <Button kind="danger" icon={Undo2} onClick={() => change(ending, "revoked")}>
                {text("identity.issued.revoke.title")}
              </Button>
            </>
          }
        >
          <p>{text("identity.issued.revoke.sure", { name: ending.name })}</p>
        </Dialog>
      )}
    </Card>
  );
}

interface LineProps {
  line: Issued;
  onChange: (line: Issued, state: Issued["state"]) => void;
  onEnd: () => void;
}

function Line({ line, onChange, onEnd }: LineProps) {
  const text = useText();
  const Icon = iconOf(line.kind);
  const isOver = Date.parse(line.until) <= Date.now();
  const state = line.state === "valid" && isOver ? "expired" : line.state;
  return (
    <li className="person">
      <span className="issued-icon">
        <Icon aria-hidden />
      </span>
      <div className="person-words">
        <strong>{line.name}</strong>
        <span className="small">
          {text(`identity.cards.kind.${line.kind}`)} · {headline(line.kind, line.claims)}
        </span>
        <span className="muted small">
          {text("identity.issued.until", { when: moment(line.until, "date") })}
          {line.copies > 0 && ` · ${text("identity.issued.copies", { n: line.copies })}`}
        </span>
        <span className="row">
          <StateSign state={state} />
          {state === "valid" && (
            <Button kind="plain" icon={PauseCircle} onClick={() => onChange(line, "suspended")}>
              {text("identity.issued.suspend")}
            </Button>
          )}
          {state === "suspended" && (
            <Button kind="plain" icon={RotateCcw} onClick={() => onChange(line, "valid")}>
              {text("identity.issued.restore")}
            </Button>
          )}
          {(state === "valid" || state === "suspended") && (
            <Button kind="plain" icon={Undo2} onClick={onEnd}>
              {text("identity.issued.revoke")}
            </Button>
          )}
        </span>
      </div>
    </li>
  );
}
