import { FileKey2, LifeBuoy, Printer, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, Dialog, toast } from "../../kit/ui";
import { useDoing } from "./doing";
import { GuardiansDialog } from "./Guardians";
import { type Guarding, type Keys, noteChange } from "./model";
import { proveAgain } from "./proving";
import { Rehearsal } from "./Rehearsal";
import { Sheet } from "./Sheet";
import { Trouble } from "./Trouble";

interface WayBackProps {
  keys: Keys;
  guarding: Guarding;
}

/** How many guardians have accepted. */
export function standing(guarding: Guarding): number {
  return guarding.guardians.filter(({ accepted_at }) => accepted_at).length;
}

/** What helps when every device is lost: a sheet of paper, and people. */
export function WayBack({ keys, guarding }: WayBackProps) {
  const text = useText();
  const [open, setOpen] = useState<"" | "guardians" | "rehearsal">("");
  const isSafe = keys.printed_at !== null || standing(guarding) >= guarding.needed;
  const tried = guarding.rehearsed_at;
  return (
    <Card title={text("identity.back")} icon={LifeBuoy} tone={isSafe ? "plain" : "warn"}>
      <p className="muted">{text(isSafe ? "identity.back.about" : "identity.back.none")}</p>
      <PrintedPart keys={keys} />
      <div className="key-line">
        <span className="key-icon">
          <Users aria-hidden />
        </span>
        <span className="key-words">
          <strong>{text("identity.guardians")}</strong>
          <span className="muted small">
            {guarding.guardians.length === 0
              ? text("identity.guardians.none")
              : text("identity.guardians.count", {
                  n: standing(guarding),
                  all: guarding.guardians.length,
                  needed: guarding.needed,
                })}
          </span>
        </span>
        <Button kind="plain" onClick={() => setOpen("guardians")}>
          {text(guarding.guardians.length === 0 ? "identity.guardians.choose" : "identity.change")}
        </Button>
      </div>
      {isSafe && (
        <Button icon={LifeBuoy} wide onClick={() => setOpen("rehearsal")}>
          {text("identity.rehearsal")}
        </Button>
      )}
      {isSafe && (
        <p className="muted small">
          {tried
            ? text("identity.rehearsal.last", { when: moment(tried, "date") })
            : text("identity.rehearsal.never")}
        </p>
      )}
      {open === "guardians" && <GuardiansDialog guarding={guarding} onClose={() => setOpen("")} />}
      {open === "rehearsal" && (
        <Rehearsal keys={keys} guarding={guarding} onClose={() => setOpen("")} />
      )}
    </Card>
  );
}

function PrintedPart({ keys }: { keys: Keys }) {
  const text = useText();
  const doing = useDoing();
  const [isAsking, setAsking] = useState(false);
  const [code, setCode] = useState("");

  const print = () =>
    doing.run(async () => {
      await proveAgain();
      const made = await api.post<{ code: string }>("/api/identity/printed");
      setAsking(false);
      setCode(made.code);
      noteChange();
    });
  const drop = () =>
    doing.run(async () => {
      await proveAgain();
      await api.delete("/api/identity/printed");
      setAsking(false);
      toast(text("identity.printed.dropped"), "good");
      noteChange();
    });

  return (
    <div className="key-line">
      <span className="key-icon">
        <FileKey2 aria-hidden />
      </span>
      <span className="key-words">
        <strong>{text("identity.printed")}</strong>
        <span className="muted small">
          {keys.printed_at
            ? text("identity.printed.since", { when: moment(keys.printed_at, "date") })
            : text("identity.printed.none")}
        </span>
        {keys.printed_at && <Badge tone="good">{text("identity.printed.good")}</Badge>}
        <Trouble of={doing} />
      </span>
      <Button
        kind="plain"
        icon={Printer}
        busy={doing.isBusy}
        onClick={() => (keys.printed_at ? setAsking(true) : print())}
      >
        {text(keys.printed_at ? "identity.change" : "identity.printed.make")}
      </Button>
      <Dialog
        open={isAsking}
        title={text("identity.printed")}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button kind="danger" icon={Trash2} busy={doing.isBusy} onClick={drop}>
              {text("identity.printed.drop")}
            </Button>
            <Button kind="primary" icon={Printer} busy={doing.isBusy} onClick={print}>
              {text("identity.printed.new")}
            </Button>
          </>
        }
      >
        <p>{text("identity.printed.change")}</p>
        <Trouble of={doing} />
      </Dialog>
      {code && <Sheet code={code} onClose={() => setCode("")} />}
    </div>
  );
}
