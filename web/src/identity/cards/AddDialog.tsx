import { ArrowRight, Check, Plus } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Field, TextArea, toast } from "../../kit/ui";
import { FileDrop } from "./FileDrop";
import { type Credential, headline, nameOfClaim } from "./model";

interface AddDialogProps {
  onClose: () => void;
  onDone: () => void;
}

/** Add a credential from an offer, or answer somebody who asks: both come as a text or a picture. */
export function AddDialog({ onClose, onDone }: AddDialogProps) {
  const text = useText();
  const [words, setWords] = useState("");
  const [pin, setPin] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isRequest = words.trim().startsWith("openid4vp:");

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (isRequest) {
        setAsked(await api.post<Asked>("/api/identity/credentials/consider", { request: words }));
      } else {
        await api.post("/api/identity/credentials/receive", { offer: words, pin });
        toast(text("identity.cards.added"), "good");
        onDone();
      }
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  async function take(document: string): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.post("/api/identity/credentials/files", { document });
      toast(text("identity.cards.added"), "good");
      onDone();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  if (asked) return <AnswerDialog asked={asked} onClose={onClose} onDone={onDone} />;
  return (
    <Dialog open title={text("identity.cards.add.title")} onClose={onClose}>
      <form className="stack" onSubmit={go}>
        <FileDrop onText={take} />
        <p className="muted">{text("identity.cards.add.about")}</p>
        <TextArea
          label={text("identity.cards.add.text")}
          rows={4}
          spellCheck={false}
          maxLength={16_000}
          required
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        {!isRequest && (
          <Field
            label={text("identity.cards.add.pin")}
            hint={text("identity.cards.add.pin.hint")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={20}
            value={pin}
            onChange={(event) => setPin(event.target.value)}
          />
        )}
        <ErrorNote error={error} />
        <Button
          kind="primary"
          type="submit"
          wide
          icon={isRequest ? ArrowRight : Plus}
          busy={isBusy}
        >
          {text(isRequest ? "identity.cards.add.read" : "identity.cards.add")}
        </Button>
      </form>
    </Dialog>
  );
}

interface Choice {
  readonly wanted: string;
  readonly card: Credential;
  readonly claims: readonly string[];
}

interface Asked {
  readonly ticket: string;
  readonly who: string;
  readonly is_here: boolean;
  readonly is_enough: boolean;
  readonly choices: readonly Choice[];
}

/** Who asks for what, and what one would show; nothing goes before one says yes. */
function AnswerDialog({ asked, onClose, onDone }: AddDialogProps & { asked: Asked }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const first = new Map(asked.choices.map((each) => [each.wanted, each] as const).reverse());
  const who = asked.is_here ? text("identity.cards.issuer.here") : asked.who;

  async function show(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const chosen = Object.fromEntries([...first].map(([wanted, each]) => [wanted, each.card.id]));
      await api.post("/api/identity/credentials/answer", { ticket: asked.ticket, chosen });
      toast(text("identity.cards.answer.done", { who }), "good");
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      title={text("identity.cards.answer.title", { who })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cards.answer.no")}</Button>
          <Button
            kind="primary"
            icon={Check}
            busy={isBusy}
            disabled={!asked.is_enough}
            onClick={show}
          >
            {text("identity.cards.answer.yes")}
          </Button>
        </>
      }
    >
      <div className="stack">
        {!asked.is_enough && <p>{text("identity.cards.answer.nothing")}</p>}
        {[...first.values()].map(({ wanted, card, claims }) => (
          <section key={wanted} className="stack-tight">
            <h3>
              {card.kind ? text(`identity.cards.kind.${card.kind}`) : card.vct} ·{" "}
              {headline(card.kind, card.claims)}
            </h3>
            <p>{text("identity.cards.show.shows", { what: claims.map(nameOfClaim).join(", ") })}</p>
          </section>
        ))}
        <p className="muted small">{text("identity.cards.show.always")}</p>
        <ErrorNote error={error} />
      </div>
    </Dialog>
  );
}
