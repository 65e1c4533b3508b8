import { Copy } from "lucide-react";
import { useState } from "react";
import { useAsked } from "../../kit/asked";
import { pictureOf } from "../../kit/picture";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Select, Switch, toast, Waiting } from "../../kit/ui";
import { usePlaceName } from "../places";
import { asking } from "./asking";
import { useDoing } from "./doing";
import { REASONS, type Reason } from "./model";

interface AboutSomebody {
  who: string;
  name: string;
  onClose: () => void;
}

/** Block somebody: what happens then, in words, before it does. */
export function BlockDialog({ who, name, onClose }: AboutSomebody) {
  const text = useText();
  const { error, isBusy, carryOut } = useDoing();
  return (
    <Dialog
      open
      title={text("world.block.title", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("world.cancel")}</Button>
          <Button kind="danger" busy={isBusy} onClick={() => carryOut(asking.block(who), onClose)}>
            {text("world.person.block")}
          </Button>
        </>
      }
    >
      <p>{text("world.block.what")}</p>
      <p className="muted">{text("world.block.untold")}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}

/** Report somebody; afterwards the number under which it is looked into. */
export function ReportDialog({ who, name, onClose }: AboutSomebody) {
  const text = useText();
  const [why, setWhy] = useState<Reason>("harassment");
  const [blocks, setBlocks] = useState(true);
  const [number, setNumber] = useState("");
  const { error, isBusy, carryOut } = useDoing();

  async function report(): Promise<void> {
    setNumber((await asking.report(who, why)).number);
    if (blocks) await asking.block(who);
  }

  if (number) return <Reported number={number} error={error} onClose={onClose} />;
  return (
    <Dialog
      open
      title={text("world.report.title", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("world.cancel")}</Button>
          <Button kind="danger" busy={isBusy} onClick={() => carryOut(report())}>
            {text("world.report.send")}
          </Button>
        </>
      }
    >
      <Select
        label={text("world.report.why")}
        value={why}
        onChange={({ target }) => setWhy(target.value as Reason)}
      >
        {REASONS.map((reason) => (
          <option key={reason} value={reason}>
            {text(`world.report.why.${reason}`)}
          </option>
        ))}
      </Select>
      <Switch checked={blocks} onChange={setBlocks} label={text("world.report.block")} />
      <p className="muted">{text("world.report.what")}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}

interface ReportedProps {
  number: string;
  error: unknown;
  onClose: () => void;
}

function Reported({ number, error, onClose }: ReportedProps) {
  const text = useText();
  return (
    <Dialog
      open
      title={text("world.report.sent")}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {text("kit.close")}
        </Button>
      }
    >
      <p>{text("world.report.number")}</p>
      <p className="report-number">{number}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}

/** A link to a place, to be sent or held before a camera; it lets in whom the place lets in. */
export function InvitationDialog({ place, onClose }: { place: string; onClose: () => void }) {
  const text = useText();
  const nameOf = usePlaceName();
  const asked = useAsked((stop) => asking.invitation(place, stop), [place]);

  async function copy(url: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(url);
      toast(text("world.invite.copied"), "good");
    } catch {
      toast(text("world.invite.uncopied"), "danger");
    }
  }

  const link = asked.value;
  return (
    <Dialog
      open
      title={text("world.invite.title", { place: nameOf(place) })}
      onClose={onClose}
      actions={
        <>
          {link && (
            <Button icon={Copy} onClick={() => void copy(link.url)}>
              {text("world.invite.copy")}
            </Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {text("kit.close")}
          </Button>
        </>
      }
    >
      {asked.isWaiting && <Waiting label={text("world.invite.waiting")} />}
      <ErrorNote error={asked.error} onRetry={asked.again} />
      {link && (
        <>
          <p className="muted">{text("world.invite.hint")}</p>
          <img className="invite-code" src={pictureOf(link.svg)} alt={text("world.invite.code")} />
          <p className="invite-link">{link.url}</p>
        </>
      )}
    </Dialog>
  );
}
