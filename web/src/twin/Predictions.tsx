import { useText } from "../kit/text";
import { ErrorNote, Waiting } from "../kit/ui";
import type { Subject } from "../records/subject";
import type { Card } from "../wire/twin";
import { RiskCard } from "./RiskCard";
import { useTwin } from "./use";

/** What models learned from other people's data say of this record, or what they would need. */
export function Predictions({ who }: { who: Subject }) {
  const text = useText();
  const cards = useTwin<readonly Card[]>(who, "predictions", {});
  return (
    <section aria-label={text("twin.ui.risks.learned")}>
      <h2 className="risk-group">{text("twin.ui.risks.learned")}</h2>
      {cards.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={cards.error} onRetry={cards.again} />
      {(cards.value ?? []).map((card) => (
        <RiskCard key={card.id} card={card} />
      ))}
    </section>
  );
}
