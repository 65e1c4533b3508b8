import { type FormEvent, useState } from "react";
import { api } from "../../kit/api";
import { number, useText } from "../../kit/text";
import { Button, ErrorNote } from "../../kit/ui";
import { headersOf } from "../../records/subject";
import type { Card } from "../../wire/twin";
import { opened, pathOf } from "../opened";
import "./estimates.css";

const MIDDLE = 50;

/** A clinician says what she thinks, or that she would rather not; only then comes the number. */
export function AskFirst({ card }: { card: Card }) {
  const text = useText();
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(undefined);
  const [isBusy, setBusy] = useState(false);

  async function give(told: number | null): Promise<void> {
    const who = opened.who.get();
    if (!who) return;
    setBusy(true);
    setError(undefined);
    try {
      await api.post(pathOf(who, "estimates"), { card: card.id, share: told }, headersOf(who));
      opened.refresh();
    } catch (error) {
      setError(error);
      setBusy(false);
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (share !== null) void give(share);
  }

  function choose(words: string): void {
    const told = Number(words);
    if (words === "" || Number.isNaN(told)) setShare(null);
    else setShare(Math.min(100, Math.max(0, told)));
  }

  return (
    <form className="ask-first" onSubmit={submit}>
      <p className="ask-first-question">{text("twin.ui.estimate.ask")}</p>
      <p className="muted">{text("twin.ui.estimate.why")}</p>
      <div className="ask-first-answer">
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={share ?? MIDDLE}
          data-untouched={share === null}
          aria-label={text("twin.ui.estimate.slider")}
          aria-valuetext={
            share === null ? "–" : text("twin.ui.estimate.of", { n: number(share, 0) })
          }
          onChange={(event) => choose(event.target.value)}
        />
        <label className="ask-first-number">
          <input
            className="input"
            type="number"
            inputMode="decimal"
            min={0}
            max={100}
            step="any"
            value={share ?? ""}
            aria-label={text("twin.ui.estimate.slider")}
            onChange={(event) => choose(event.target.value)}
          />
          <span aria-hidden>%</span>
        </label>
      </div>
      <ErrorNote error={error} />
      <div className="ask-first-buttons">
        <Button type="submit" kind="primary" busy={isBusy} disabled={share === null}>
          {text("twin.ui.estimate.give")}
        </Button>
        <Button kind="plain" disabled={isBusy} onClick={() => void give(null)}>
          {text("twin.ui.estimate.decline")}
        </Button>
      </div>
      <p className="muted small">{text("twin.ui.estimate.kept")}</p>
    </form>
  );
}
