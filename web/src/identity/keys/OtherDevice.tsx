import { CircleX, Smartphone } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { ApiError, api } from "../../kit/api";
import { pictureOf } from "../../kit/picture";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, toast, Waiting } from "../../kit/ui";
import { useDoing } from "./doing";
import { noteChange, type OneTimeLink } from "./model";
import { isOnlyHere, OnlyHere } from "./NoPasskeys";
import { Trouble } from "./Trouble";

const ASK_MS = 1500;

interface Pairing {
  readonly state: "new" | "opened" | "confirmed";
  readonly choices: readonly string[];
}

/** Add another device: it opens a link, and shows a number that is chosen here. */
export function OtherDevice({ onClose }: { onClose: () => void }) {
  const text = useText();
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const [pairing, setPairing] = useState<Pairing | null>(null);
  const [error, setError] = useState<unknown>(null);
  const wasConfirmed = useRef(false);
  const isAsked = useRef(false);

  useEffect(() => {
    if (isAsked.current) return; // a second link would end the first
    isAsked.current = true;
    api.post<OneTimeLink>("/api/identity/devices").then(setLink, setError);
  }, []);

  useEffect(() => {
    if (!link || error) return;
    const timer = setInterval(async () => {
      try {
        const next = await api.get<Pairing>(`/api/identity/devices/${link.id}`);
        wasConfirmed.current ||= next.state === "confirmed";
        setPairing(next);
      } catch (failure) {
        clearInterval(timer);
        if (wasConfirmed.current && failure instanceof ApiError && failure.status === 404) {
          toast(text("identity.other.done"), "good");
          noteChange();
          onClose();
        } else setError(failure);
      }
    }, ASK_MS);
    return () => clearInterval(timer);
  }, [link, error, onClose, text]);

  function close(): void {
    if (link && !error) api.delete(`/api/identity/devices/${link.id}`).catch(() => undefined);
    onClose();
  }

  return (
    <Dialog open title={text("identity.keys.add.other")} onClose={close}>
      {!link && !error && <Waiting label={text("identity.other.making")} />}
      <ErrorNote error={error} />
      {link && !error && (!pairing || pairing.state === "new") && <Shown link={link} />}
      {link && !error && pairing?.state === "opened" && (
        <Choose
          link={link}
          choices={pairing.choices}
          onChosen={() => {
            wasConfirmed.current = true; // the other device may be done before we ask again
          }}
          onWrong={setError}
        />
      )}
      {pairing?.state === "confirmed" && !error && (
        <Waiting label={text("identity.other.making-there")} />
      )}
    </Dialog>
  );
}

function Shown({ link }: { link: OneTimeLink }) {
  const text = useText();
  return (
    <div className="key-centre">
      {isOnlyHere(link.url) ? (
        <OnlyHere />
      ) : (
        <>
          <p>{text("identity.other.scan")}</p>
          <img className="key-qr" src={pictureOf(link.qr)} alt={text("identity.other.picture")} />
        </>
      )}
      <details className="key-link">
        <summary>{text("identity.other.link")}</summary>
        <code>{link.url}</code>
      </details>
      <p className="muted small">{text("identity.other.once")}</p>
      <Waiting label={text("identity.other.waiting")} />
    </div>
  );
}

interface ChooseProps {
  link: OneTimeLink;
  choices: readonly string[];
  onChosen: () => void;
  onWrong: (error: unknown) => void;
}

function Choose({ link, choices, onChosen, onWrong }: ChooseProps) {
  const text = useText();
  const doing = useDoing();
  const choose = (number: string) =>
    doing.run(async () => {
      try {
        await api.post(`/api/identity/devices/${link.id}/confirm`, { number });
        onChosen();
      } catch (failure) {
        onWrong(failure);
      }
    });
  return (
    <div className="key-centre">
      <Smartphone aria-hidden className="key-large" />
      <h3>{text("identity.other.which")}</h3>
      <p className="muted">{text("identity.other.which.hint")}</p>
      <div className="key-numbers">
        {choices.map((number) => (
          <Button key={number} disabled={doing.isBusy} onClick={() => choose(number)}>
            <span className="key-number">{number}</span>
          </Button>
        ))}
      </div>
      <Button kind="plain" icon={CircleX} onClick={() => choose("none")}>
        {text("identity.other.none")}
      </Button>
      <Trouble of={doing} />
    </div>
  );
}
