import { FlaskConical, Plus, RotateCcw } from "lucide-react";
import { useMemo, useState } from "react";
import { api } from "../../kit/api";
import { useSession } from "../../kit/session";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Card, ErrorNote, Waiting } from "../../kit/ui";
import { headersOf, type Subject } from "../../records/subject";
import type { Simulation } from "../../wire/twin";
import { Closed } from "../Closed";
import { glucoseUnit, withGlucose } from "../glucose";
import { opened, pathOf } from "../opened";
import { say } from "../say";
import { useOpened } from "../use";
import { About } from "./About";
import { Chooser } from "./Chooser";
import { type Choice, FIRST, type Told, wishOf } from "./plans";
import { Replay, timeOf } from "./Replay";
import { Wanting } from "./Wanting";
import { useSimulationWords } from "./words";
import "../twin.css";
import "./simulation.css";

/** What may follow from a loss, a drug, a meal: in a model made like the person whose record is open. */
export function SimulationPanel() {
  const who = useOpened();
  const epoch = useStore(opened.epoch);
  if (!who) return <Closed icon={FlaskConical} />;
  return <Loaded key={`${who.patient} ${who.visit} ${epoch}`} who={who} />;
}

function Loaded({ who }: { who: Subject }) {
  const text = useText();
  const words = useSimulationWords();
  if (words.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (words.error) return <ErrorNote error={words.error} onRetry={words.again} />;
  return <Simulator who={who} />;
}

const STEADY = ["weight", "height_cm", "glucose", "haemoglobin", "temperature_c"] as const;
const MEASURED = ["heart_rate", "sbp", "dbp", "spo2", "respiratory_rate", ...STEADY] as const;

/** The rest that a run began from: what is compared with it begins there too, whatever came since. */
function restOf(run: Simulation | undefined): Told {
  const inputs = (run?.inputs ?? []).flatMap(({ key, value }) =>
    typeof value === "number" && MEASURED.some((one) => one === key) ? [[key, value]] : [],
  );
  return Object.fromEntries(inputs) as Record<string, number>;
}

function Simulator({ who }: { who: Subject }) {
  const text = useText();
  const unit = useStore(glucoseUnit);
  const isClinician = useSession()?.roles.includes("clinician") ?? false;
  const [choice, setChoice] = useState<Choice>(isClinician ? FIRST : { ...FIRST, what: "stand" });
  const [told, setTold] = useState<Told>({});
  const [runs, setRuns] = useState<readonly Simulation[]>([]);
  const [count, setCount] = useState(0); // of runs that were shown: each shows itself anew
  const [wanting, setWanting] = useState<Simulation | null>(null);
  const [isWaiting, setWaiting] = useState(false);
  const [error, setError] = useState<unknown>();

  const run = async (kept: readonly Simulation[], more: Told = {}): Promise<void> => {
    const known = { ...told, ...more, ...restOf(kept[0]) };
    setWaiting(true);
    setError(undefined);
    try {
      const wish = { ...wishOf(choice), told: known };
      const found = await api.post<Simulation>(pathOf(who, "simulation"), wish, headersOf(who));
      const isTold = found.state === "computed";
      setTold({ ...told, ...more });
      setWanting(isTold ? null : found);
      // Seconds and hours are not drawn over each other.
      if (isTold) {
        setRuns([...kept.filter(({ kind }) => kind === found.kind), found]);
        setCount((before) => before + 1);
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setWaiting(false);
    }
  };

  const shown = useMemo(() => runs.map((one) => withGlucose(one, unit)), [runs, unit]);
  const newest = shown.at(-1);
  const first = shown[0]; // what is compared with it begins at the same rest
  return (
    <>
      <Card className="simulation" title={text("twin.ui.simulation")} icon={FlaskConical}>
        <p>{text("twin.ui.sim.lead")}</p>
        <Badge tone="warn">{text("twin.simulation.label")}</Badge>
        <Chooser choice={choice} isClinician={isClinician} onChange={setChoice} />
        <div className="sim-buttons">
          <Button kind="primary" busy={isWaiting} onClick={() => void run([])}>
            {text(isWaiting ? "twin.ui.sim.running" : "twin.ui.sim.run")}
          </Button>
          {newest && (
            <Button icon={Plus} disabled={isWaiting} onClick={() => void run(runs.slice(0, 1))}>
              {text("twin.ui.sim.again")}
            </Button>
          )}
        </div>
        <p className="small muted" role="status">
          {newest && !isWaiting && text("twin.ui.sim.done")}
        </p>
        <ErrorNote error={error} onRetry={() => void run(runs.slice(0, 1))} />
        {wanting && (
          <Wanting
            run={wanting}
            isWaiting={isWaiting}
            onTell={(more) => void run(runs.slice(0, 1), more)}
          />
        )}
      </Card>
      {newest && (
        <Card
          className="simulation"
          title={text("twin.simulation.label")}
          tone="accent"
          actions={
            <Button icon={RotateCcw} kind="plain" onClick={() => setRuns([])}>
              {text("twin.ui.sim.clear")}
            </Button>
          }
        >
          {newest.stopped_at !== null && (
            <p className="sim-stopped" role="status">
              {text("twin.ui.sim.stopped", { time: timeOf(newest.kind, newest.stopped_at, text) })}
            </p>
          )}
          <Replay key={count} runs={shown} />
          <p className="small muted">{say(newest.calibrated)}</p>
          {first?.pulse && <p className="small muted">{say(first.pulse)}</p>}
          <About run={newest} />
        </Card>
      )}
    </>
  );
}
