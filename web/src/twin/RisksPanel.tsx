import { ChartNoAxesColumn } from "lucide-react";
import { useState } from "react";
import { useSession } from "../kit/session";
import { useText } from "../kit/text";
import { ErrorNote, Waiting } from "../kit/ui";
import type { Subject } from "../records/subject";
import type { Card as Told } from "../wire/twin";
import { Closed } from "./Closed";
import { Given } from "./estimates/Given";
import { MyCalibration } from "./estimates/MyCalibration";
import { SinceLastNight } from "./night/SinceLastNight";
import { Predictions } from "./Predictions";
import { RiskCard } from "./RiskCard";
import { Scores } from "./scores/Scores";
import { useOpened, useTwin } from "./use";
import "./twin.css";

/** What one sees at the bedside and no device measures; it goes into NEWS2. */
export interface Bedside {
  readonly acvpu?: string;
  readonly oxygen?: "true" | "false";
  /** Which scale oxygen is judged on; for a clinician to decide. */
  readonly spo2_scale?: "1" | "2";
}

/** Scores and risks, each with everything one must know to use it. */
export function RisksPanel() {
  const who = useOpened();
  if (!who) return <Closed icon={ChartNoAxesColumn} />;
  return <Cards key={`${who.patient} ${who.visit}`} who={who} />;
}

function Cards({ who }: { who: Subject }) {
  const text = useText();
  const isClinician = useSession()?.roles.includes("clinician") ?? false;
  const [bedside, setBedside] = useState<Bedside>({});
  const cards = useTwin<readonly Told[]>(who, "cards", { ...bedside });
  const [kept, setKept] = useState<readonly Told[]>([]);
  if (cards.value && cards.value !== kept) setKept(cards.value);
  // While NEWS2 is asked again with what was just told, the other cards need not blink.
  const isAgain = cards.isWaiting && Object.keys(bedside).length > 0;
  const shown = cards.value ?? (isAgain ? kept : []);
  return (
    <>
      <p className="panel-lead">{text("twin.ui.risks.lead")}</p>
      {cards.isWaiting && !isAgain && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={cards.error} onRetry={cards.again} />
      {isClinician && !cards.error && <SinceLastNight who={who} />}
      {shown.map((card) => (
        <RiskCard key={card.id} card={card} bedside={bedside} onBedside={setBedside} />
      ))}
      {isClinician && !cards.error && <Predictions who={who} />}
      {isClinician && !cards.error && <Scores who={who} />}
      {!cards.error && <Given who={who} isMine={isClinician} />}
      {isClinician && <MyCalibration />}
    </>
  );
}
