import { CircleCheck, CircleX, Clock, Eye, KeyRound, Link2Off } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { moment, useText } from "../kit/text";
import { Badge, type BadgeProps, Button, ErrorNote, toast } from "../kit/ui";
import type { Link } from "./links";
import { headersOf, type Subject } from "./subject";

const tones: Record<Link["state"], NonNullable<BadgeProps["tone"]>> = {
  open: "good",
  expired: "plain",
  revoked: "plain",
  used: "plain",
  locked: "warn",
};

interface LinkLineProps {
  link: Link;
  path: string;
  who: Subject;
  onEnded: () => void;
}

/** One link: what became of it, who opened it; it ends with one press. */
export function LinkLine({ link, path, who, onEnded }: LinkLineProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function end(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.delete(`${path}/${link.id}`, headersOf(who));
      toast(text("records.links.ended"), "good");
      onEnded();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  return (
    <li className="allowed">
      <div className="row-apart">
        <h3>{link.label || text("records.links.unnamed")}</h3>
        <Badge tone={tones[link.state]}>{text(`records.links.state.${link.state}`)}</Badge>
      </div>
      <ul className="row">
        {link.kinds.map((kind) => (
          <li key={kind}>
            <Badge tone="accent">{text(`records.links.kind.${kind}`)}</Badge>
          </li>
        ))}
        {link.has_passcode && (
          <li>
            <Badge icon={KeyRound}>{text("records.links.passcode")}</Badge>
          </li>
        )}
      </ul>
      <p className="allowed-until">
        <Clock aria-hidden />
        <span className="number">{text("records.links.until", { when: moment(link.until) })}</span>
      </p>
      <p className="allowed-until">
        <Eye aria-hidden />
        <span className="number">
          {text("records.links.opened", { n: link.opens, most: link.opens_most })}
        </span>
      </p>
      {link.openings.length > 0 && <Openings link={link} />}
      <ErrorNote error={error} />
      {link.state === "open" && (
        <Button kind="danger" icon={Link2Off} wide busy={isBusy} onClick={end}>
          {text("records.links.end")}
        </Button>
      )}
    </li>
  );
}

function Openings({ link }: { link: Link }) {
  const text = useText();
  return (
    <details className="openings">
      <summary>{text("records.links.who")}</summary>
      <ul className="stack-tight">
        {link.openings.map(({ at, recipient, is_opened }) => (
          <li key={at + recipient} className="opening" data-opened={is_opened}>
            {is_opened ? <CircleCheck aria-hidden /> : <CircleX aria-hidden />}
            <span>
              <span lang="">{recipient}</span>
              <span className="muted small">
                {` · ${moment(at)}`}
                {!is_opened && ` · ${text("records.links.tried")}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <p className="muted small">{text("records.links.said")}</p>
    </details>
  );
}
