import { Split } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { type Asked, useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { number, useText } from "../../kit/text";
import { Card, ErrorNote, Waiting } from "../../kit/ui";
import { headersOf, type Subject } from "../../records/subject";
import type { Associated, Effect, Future, Futures, Offer, Text } from "../../wire/twin";
import { Closed } from "../Closed";
import { opened, pathOf } from "../opened";
import { Lacking } from "../prevention/Lacking";
import { SourceLine } from "../Source";
import { say } from "../say";
import { quantity } from "../units";
import { useOpened } from "../use";
import { Crowds, CrowdsLegend } from "./Crowds";
import { type Chosen, isChosen, NOTHING, toggle } from "./chosen";
import { EffectCards } from "./EffectCard";
import { useForesightWords } from "./words";
import "../twin.css";
import "./futures.css";

const SIDES = ["a", "b"] as const;
type Side = (typeof SIDES)[number];

/** Two sets of choices side by side, each tier under its own name. */
export function FuturesPanel() {
  const who = useOpened();
  const words = useForesightWords();
  const text = useText();
  if (!who) return <Closed icon={Split} />;
  if (words.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (words.error) return <ErrorNote error={words.error} onRetry={words.again} />;
  return <Comparing key={`${who.patient} ${who.visit}`} who={who} />;
}

function useFutures(who: Subject, chosen: Readonly<Record<Side, Chosen>>): Asked<Futures> {
  const epoch = useStore(opened.epoch);
  const revision = useStore(opened.revision);
  return useAsked(
    () => api.post<Futures>(pathOf(who, "futures"), chosen, headersOf(who)),
    [who.patient, who.purpose, who.visit, chosen, epoch, revision],
  );
}

function Comparing({ who }: { who: Subject }) {
  const text = useText();
  const [chosen, setChosen] = useState<Readonly<Record<Side, Chosen>>>({ a: NOTHING, b: NOTHING });
  const asked = useFutures(who, chosen);
  const [kept, setKept] = useState<{ of: number; told: Futures } | null>(null);
  const epoch = useStore(opened.epoch);
  if (asked.value && asked.value !== kept?.told) setKept({ of: epoch, told: asked.value });
  // While a new choice is computed, the last answer stays; never one of another record.
  const told = asked.value ?? (asked.isWaiting && kept?.of === epoch ? kept.told : undefined);
  return (
    <>
      <p className="panel-lead">{text("twin.ui.futures.lead")}</p>
      {!told && asked.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={asked.error} onRetry={asked.again} />
      {told?.state === "asked_first" && (
        <Card>
          <p>{text("twin.ui.prevention.ask")}</p>
        </Card>
      )}
      {told?.a && told.b && (
        <>
          <Choosing
            offers={told.offers}
            chosen={chosen}
            onChoose={(side, offer) =>
              setChosen({ ...chosen, [side]: toggle(chosen[side], offer) })
            }
          />
          {told.missing.length > 0 && (
            <Lacking title={text("twin.ui.futures.tier.a")} missing={told.missing} />
          )}
          <Association a={told.a} b={told.b} horizon={told.horizon} />
          <Trials a={told.a} b={told.b} />
          <Card className="futures-foot">
            <ul className="limits">
              {told.limits.map((limit) => (
                <li key={limit.key}>{say(limit)}</li>
              ))}
            </ul>
            <SourceLine source={told.source} />
            <p className="muted small">{text("twin.ui.futures.simulation")}</p>
          </Card>
        </>
      )}
    </>
  );
}

interface ChoosingProps {
  readonly offers: readonly Offer[];
  readonly chosen: Readonly<Record<Side, Chosen>>;
  readonly onChoose: (side: Side, offer: Offer) => void;
}

/** Everything that can be chosen, with a box for each future. */
function Choosing({ offers, ...rest }: ChoosingProps) {
  const text = useText();
  const habits = offers.filter((one) => one.tier === "association" && one.is_for_her);
  const trials = offers.filter((one) => one.tier === "trial" && one.is_for_her);
  const others = offers.filter((one) => one.tier === "trial" && !one.is_for_her);
  return (
    <Card className="choosing">
      <div className="offer offer-head" aria-hidden>
        <span />
        {SIDES.map((side) => (
          <strong key={side} data-side={side}>
            {text(`twin.ui.futures.head.${side}`)}
          </strong>
        ))}
      </div>
      {habits.length > 0 && (
        <Group title={text("twin.ui.futures.habits")} offers={habits} {...rest} />
      )}
      <Group title={text("twin.ui.futures.medicine")} offers={trials} {...rest} />
      {others.length > 0 && (
        <details className="others">
          <summary>{text("twin.ui.futures.not_for")}</summary>
          <Group title="" offers={others} {...rest} />
        </details>
      )}
    </Card>
  );
}

function Group({ title, offers, chosen, onChoose }: ChoosingProps & { title: string }) {
  const text = useText();
  return (
    <fieldset className="offers">
      {title && <legend>{title}</legend>}
      {offers.map((offer) => (
        <div key={offer.key} className="offer">
          <span>{nameOf(offer, text)}</span>
          {SIDES.map((side) => (
            <label key={side} data-side={side}>
              <input
                type="checkbox"
                checked={isChosen(chosen[side], offer)}
                aria-label={text("twin.ui.futures.picked", {
                  name: nameOf(offer, text),
                  side: text(`twin.ui.futures.head.${side}`),
                })}
                onChange={() => onChoose(side, offer)}
              />
            </label>
          ))}
        </div>
      ))}
    </fieldset>
  );
}

function nameOf(
  { key, label_key, tier, to, unit }: Offer,
  text: ReturnType<typeof useText>,
): string {
  if (tier === "trial") return text(label_key);
  if (key === "smoking") return text("twin.ui.prevention.to.no");
  const goal = typeof to === "number" ? quantity(to, unit, Math.abs(to) < 50 ? 1 : 0) : "";
  return text("twin.ui.prevention.to", { name: text(label_key), to: goal });
}

interface Both {
  readonly a: Future;
  readonly b: Future;
}

const SHOWN = ["total_cvd", "ascvd", "heart_failure"];

function isShown({ outcome }: Associated): boolean {
  return SHOWN.includes(outcome);
}

/** What people with such values have on average: A beside B. */
function Association({ a, b, horizon }: Both & { horizon: Text }) {
  const text = useText();
  if (a.association.length === 0) return null;
  const futures = { a, b };
  return (
    <Card className="tier tier-a" title={text("twin.ui.futures.tier.a")}>
      <p className="muted small">{text("twin.ui.futures.tier.a.about")}</p>
      <p className="risk-horizon">{say(horizon)}</p>
      <CrowdsLegend isAssociation />
      {a.association.filter(isShown).map(({ outcome, label_key }, n) => (
        <section key={outcome}>
          <h3>{text(label_key)}</h3>
          <div className="two-futures">
            {SIDES.map((side) => {
              const told = futures[side].association.find((one) => one.outcome === outcome);
              return told && <Average key={side} side={side} told={told} isDrawn={n === 0} />;
            })}
          </div>
        </section>
      ))}
    </Card>
  );
}

interface AverageProps {
  readonly side: Side;
  readonly told: Associated;
  readonly isDrawn: boolean;
}

function Average({ side, told, isDrawn }: AverageProps) {
  const text = useText();
  const { amount, less } = told;
  const digits = 1;
  return (
    <div className="side" data-side={side}>
      <strong className="side-name">{text(`twin.ui.futures.${side}`)}</strong>
      {isDrawn && (
        <Crowds
          without={amount.value + (less?.value ?? 0)}
          then={amount.value}
          isNarrow
          isAssociation
        />
      )}
      <p className="side-number">
        <strong>{number(amount.value, digits)}</strong> %{" "}
        <span className="muted small">
          {text("twin.ui.futures.between", {
            low: number(amount.interval.low, digits),
            high: number(amount.interval.high, digits),
          })}
        </span>
      </p>
    </div>
  );
}

/** What trials found of the treatments chosen: A beside B, and then each with its harms. */
function Trials({ a, b }: Both) {
  const text = useText();
  const futures = { a, b };
  const all = [...a.trials, ...b.trials];
  const each = [...new Map(all.map((one) => [`${one.treatment} ${one.outcome}`, one])).values()];
  return (
    <Card className="tier tier-b" title={text("twin.ui.futures.tier.b")}>
      <p className="muted small">{text("twin.ui.futures.tier.b.about")}</p>
      <div className="two-futures">
        {SIDES.map((side) => (
          <div key={side} className="side" data-side={side}>
            <strong className="side-name">{text(`twin.ui.futures.${side}`)}</strong>
            {futures[side].trials.length === 0 && <p>{text("twin.ui.futures.none")}</p>}
            {futures[side].trials.map((effect, n, { [n - 1]: before }) => (
              <Brief
                key={`${effect.treatment} ${effect.outcome}`}
                effect={effect}
                isFirst={effect.treatment !== before?.treatment}
              />
            ))}
          </div>
        ))}
      </div>
      {each.some(({ state }) => state === "computed") && <CrowdsLegend />}
      <EffectCards effects={each} />
    </Card>
  );
}

/** One effect in a few words; the people are drawn for a treatment's first outcome alone. */
function Brief({ effect, isFirst }: { effect: Effect; isFirst: boolean }) {
  const text = useText();
  const { baseline, then } = effect;
  return (
    <div className="brief">
      {isFirst && <p className="brief-title">{text(effect.title_key)}</p>}
      <p className="muted small">
        {text(effect.outcome_key)} · {say(effect.horizon)}
      </p>
      {baseline && then ? (
        <>
          {isFirst && <Crowds without={baseline.value} then={then.value} isNarrow />}
          <p className="side-number">
            <strong>{number(then.value, 1)}</strong> %{" "}
            <span className="muted small">
              {text("twin.ui.futures.between", {
                low: number(then.interval.low, 1),
                high: number(then.interval.high, 1),
              })}
            </span>
          </p>
        </>
      ) : (
        <p className="muted">{text("twin.ui.futures.not_for")}</p>
      )}
    </div>
  );
}
