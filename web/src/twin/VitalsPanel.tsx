import { Activity, ChevronDown, HeartPulse, HousePlug } from "lucide-react";
import { useState } from "react";
import { useNow } from "../kit/clock";
import { ago, moment, number, useText } from "../kit/text";
import { Badge, Card, Empty, ErrorNote, Waiting } from "../kit/ui";
import type { Vital } from "../wire/twin";
import { Closed } from "./Closed";
import { stateIcons, stateTones, vitalIcons } from "./icons";
import { SourceLine } from "./Source";
import { Sparkline } from "./Sparkline";
import { say } from "./say";
import { unitOf } from "./units";
import { useOpened, useVitals, useWaves } from "./use";
import { WaveCard } from "./waves/WaveCard";
import "./twin.css";

const LIVE_MS = 20_000;
const GRAVITY = { unknown: 0, calm: 1, watch: 2, attention: 3 } as const;

/** The vital signs as they come from home, each with its course. */
export function VitalsPanel() {
  const text = useText();
  const who = useOpened();
  const vitals = useVitals();
  const waves = useWaves();
  if (!who) return <Closed icon={HeartPulse} />;
  return (
    <Card title={text("twin.ui.vitals")} icon={HeartPulse}>
      {vitals.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={vitals.error} onRetry={vitals.again} />
      {vitals.value?.length === 0 && waves.length === 0 && (
        <Empty
          icon={HousePlug}
          title={text("twin.ui.vitals.none")}
          text={text("twin.ui.vitals.none.hint")}
        />
      )}
      {waves.length > 0 && (
        <ul className="waves">
          {waves.map((strip) => (
            <WaveCard key={strip.last?.code} strip={strip} />
          ))}
        </ul>
      )}
      <ul className="tiles">
        {tilesOf(vitals.value ?? []).map((tile) => (
          <Tile key={tile.key} tile={tile} />
        ))}
      </ul>
    </Card>
  );
}

/** One tile: a vital sign, or the two of a blood pressure together. */
export interface TileOf {
  readonly key: string;
  readonly labelKey: string;
  readonly upper: Vital;
  readonly lower: Vital | undefined;
}

/** Put the two numbers of a blood pressure together where they were measured together. */
export function tilesOf(vitals: readonly Vital[]): TileOf[] {
  const lower = vitals.find(({ key }) => key === "dbp");
  return vitals.flatMap((vital) => {
    const isUpper = vital.key === "sbp" && lower?.latest.at === vital.latest.at;
    if (isUpper) return { key: "bp", labelKey: "twin.ui.vital.bp", upper: vital, lower };
    const upper = vitals.find(({ key }) => key === "sbp");
    if (vital === lower && upper?.latest.at === vital.latest.at) return [];
    return { key: vital.key, labelKey: vital.label_key, upper: vital, lower: undefined };
  });
}

function graver(a: Vital, b: Vital | undefined): Vital {
  return b && GRAVITY[b.state] > GRAVITY[a.state] ? b : a;
}

function edge(value: string | number | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function Tile({ tile }: { tile: TileOf }) {
  const text = useText();
  const now = useNow();
  const [isOpen, setOpen] = useState(false);
  const { upper, lower } = tile;
  const Icon = vitalIcons[tile.key] ?? Activity;
  const told = graver(upper, lower);
  const isLive = now - Date.parse(upper.latest.at) < LIVE_MS;
  const isMarked = told.state === "watch" || told.state === "attention";
  const value = [upper, lower]
    .flatMap((vital) => (vital ? number(vital.latest.value, vital.digits) : []))
    .join("/");
  return (
    <li className="tile" data-state={told.state} data-open={isOpen}>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="tile-head">
          <Icon aria-hidden />
          <span>{text(tile.labelKey)}</span>
          <ChevronDown aria-hidden className="tile-more" />
        </span>
        <span className="tile-value">
          <strong>{value}</strong> <span>{unitOf(upper.unit)}</span>
        </span>
        <span className="tile-age">
          {isLive && <i className="live-dot" aria-hidden />}
          {isLive ? text("twin.ui.live") : ago(upper.latest.at, now)}
          {isMarked && (
            <Badge tone={stateTones[told.state]} icon={stateIcons[told.state]}>
              {text(`twin.ui.state.${told.state}`)}
            </Badge>
          )}
        </span>
      </button>
      <Sparkline
        series={upper.series}
        also={lower?.series}
        low={lower ? undefined : edge(upper.rule.params.low)}
        high={lower ? undefined : edge(upper.rule.params.high)}
        label={text("twin.ui.course", { name: text(tile.labelKey), n: upper.series.length })}
      />
      {isOpen && (
        <div className="tile-details">
          {[upper, lower].map((vital) => vital && <Rule key={vital.key} vital={vital} />)}
          <p className="muted small">{moment(upper.latest.at)}</p>
        </div>
      )}
    </li>
  );
}

function Rule({ vital }: { vital: Vital }) {
  const text = useText();
  return (
    <div>
      <p className="small">
        <strong>{text(vital.label_key)}</strong> {say(vital.rule)}
      </p>
      {vital.source && <SourceLine source={vital.source} />}
    </div>
  );
}
