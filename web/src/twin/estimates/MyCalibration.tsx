import { useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { number, useText } from "../../kit/text";
import { Card, ErrorNote, Waiting } from "../../kit/ui";
import type { Calibration, Forecaster } from "../../wire/twin";
import "../scores/scores.css";
import "./estimates.css";

/** How the clinician's own estimates fared; for no other eyes, and asked for when it is opened. */
export function MyCalibration() {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <Card className="scores calibration" title={text("twin.ui.calibration")}>
      <p>{text("twin.ui.calibration.lead")}</p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{text("twin.ui.calibration.open")}</summary>
        {isOpen && <Told />}
      </details>
    </Card>
  );
}

function Told() {
  const text = useText();
  const asked = useAsked(
    (signal) => api.get<Calibration>("/api/twin/calibration", signal),
    ["calibration"],
  );
  if (asked.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  const { value } = asked;
  if (!value) return <ErrorNote error={asked.error} onRetry={asked.again} />;
  const { scored, waiting, declined, least, forecasters } = value;
  return (
    <>
      <p className="muted">{text("twin.ui.calibration.count", { scored, waiting, declined })}</p>
      {forecasters.length === 0 && <p>{text("twin.ui.calibration.few", { n: least })}</p>}
      {forecasters.map((one) => (
        <Fared key={one.who} one={one} />
      ))}
    </>
  );
}

/** Told against happened: who is right stands on the diagonal. */
function Fared({ one }: { one: Forecaster }) {
  const text = useText();
  const words = one.groups.map(({ told, happened, count }) =>
    text("twin.ui.calibration.group", {
      told: number(told, 0),
      happened: number(happened, 0),
      n: count,
    }),
  );
  return (
    <figure className="fared">
      <figcaption>
        <strong>{text(`twin.ui.calibration.who.${one.who}`)}</strong>
        <span>{text("twin.ui.calibration.brier", { n: number(one.brier, 3) })}</span>
      </figcaption>
      <svg viewBox="-4 -4 108 108" role="img" aria-label={words.join("; ")}>
        <path className="fared-axes" d="M0 0V100H100" />
        <path className="fared-right" d="M0 100L100 0" />
        {one.groups.map(({ low, told, happened, interval, count }) => (
          <g key={low}>
            <path
              className="fared-chance"
              d={`M${told} ${100 - interval.low}V${100 - interval.high}`}
            />
            <circle cx={told} cy={100 - happened} r={Math.min(2.4 + count / 8, 6)} />
          </g>
        ))}
      </svg>
      <ul className="muted small">
        {words.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </figure>
  );
}
