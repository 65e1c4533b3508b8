import { BellRing, Check } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useSession } from "../../kit/session";
import { useStore } from "../../kit/store";
import { number, useText } from "../../kit/text";
import {
  Button,
  Card,
  Empty,
  ErrorNote,
  Field,
  Select,
  Switch,
  toast,
  Waiting,
} from "../../kit/ui";
import type { AlertFigures, AlertWish } from "../../wire/twin";
import { AlertLine } from "./AlertLine";
import { all, told } from "./line";
import { askToNotify, canNotify, permission } from "./notify";
import "./alerts.css";

const AlertDialog = lazy(() => import("./AlertDialog").then((m) => ({ default: m.AlertDialog })));
const PeoplePicker = lazy(() =>
  import("../../records/choices/PeoplePicker").then((m) => ({ default: m.PeoplePicker })),
);
const WAITS_MIN = [5, 10, 15, 30, 60, 120];
const NIGHT = { quiet_from: "22:00", quiet_until: "07:00" };

/** My alerts, and how I want to be watched over and told. */
export function AlertsPanel() {
  const text = useText();
  const alerts = all(useStore(told));
  const [openId, setOpenId] = useState("");
  return (
    <>
      <Card title={text("twin.alert.ui.title")} icon={BellRing}>
        {alerts.length === 0 && (
          <Empty
            icon={BellRing}
            title={text("twin.alert.ui.none")}
            text={text("twin.alert.ui.none.hint")}
          />
        )}
        <ul>
          {alerts.map((alert) => (
            <AlertLine key={alert.id} alert={alert} onOpen={() => setOpenId(alert.id)} />
          ))}
        </ul>
        <Figures />
      </Card>
      <Wishes />
      {openId && (
        <Suspense fallback={null}>
          <AlertDialog id={openId} onClose={() => setOpenId("")} />
        </Suspense>
      )}
    </>
  );
}

/** Whether she may be watched over herself: a relative who speaks for somebody is not. */
function useIsPatient(): boolean {
  return useSession()?.person?.startsWith("Patient/") ?? false;
}

/** How often it rang, and how often for nothing. */
function Figures() {
  const text = useText();
  const isCounted = useIsPatient();
  const figures = useAsked(
    (stop) =>
      isCounted
        ? api.get<AlertFigures>("/api/twin/alerts/figures", stop)
        : Promise.resolve(undefined),
    [isCounted],
  );
  const { value } = figures;
  if (!value?.patient_days) return null;
  return (
    <p className="muted small">
      {text("twin.alert.ui.figures", {
        days: value.patient_days,
        n: value.raised,
        none: value.no_problem,
        rate: number(value.per_patient_day ?? 0, 2),
      })}
    </p>
  );
}

function Wishes() {
  const text = useText();
  const isPatient = useIsPatient();
  const asked = useAsked((stop) => api.get<AlertWish>("/api/twin/alerts/wish", stop), []);
  const [error, setError] = useState<unknown>(null);
  const [mayTell, setMayTell] = useState(permission);
  const wish = asked.value;

  async function keep(change: Partial<AlertWish>): Promise<void> {
    if (!wish) return;
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    setError(null);
    try {
      await api.put("/api/twin/alerts/wish", { ...wish, zone, ...change });
      toast(text("twin.alert.ui.kept"), "good");
      asked.again();
    } catch (failure) {
      setError(failure);
    }
  }

  return (
    <Card title={text("twin.alert.ui.wishes")}>
      <ErrorNote error={asked.error ?? error} onRetry={asked.again} />
      {wish && isPatient && (
        <>
          <Switch
            checked={wish.is_on}
            onChange={(is_on) => keep({ is_on })}
            label={text("twin.alert.ui.watch")}
            hint={text("twin.alert.ui.watch.hint")}
          />
          <First wish={wish} onKeep={keep} />
          <Select
            label={text("twin.alert.ui.escalate")}
            value={wish.escalate_min}
            onChange={(event) => keep({ escalate_min: Number(event.target.value) })}
          >
            {[...new Set([...WAITS_MIN, wish.escalate_min])].map((minutes) => (
              <option key={minutes} value={minutes}>
                {text("twin.alert.ui.minutes", { n: minutes })}
              </option>
            ))}
          </Select>
        </>
      )}
      {wish && (
        <Switch
          checked={wish.quiet_from !== ""}
          onChange={(isOn) => keep(isOn ? NIGHT : { quiet_from: "", quiet_until: "" })}
          label={text("twin.alert.ui.quiet")}
          hint={text("twin.alert.ui.quiet.hint")}
        />
      )}
      {wish?.quiet_from && <QuietTime wish={wish} onKeep={keep} />}
      {canNotify() && (
        <>
          {mayTell === "default" && (
            <Button icon={BellRing} onClick={async () => setMayTell(await askToNotify())}>
              {text("twin.alert.ui.notify")}
            </Button>
          )}
          <p className="muted small" role="status">
            {text(`twin.alert.ui.notify.${mayTell}`)}
          </p>
        </>
      )}
    </Card>
  );
}

interface PartProps {
  readonly wish: AlertWish;
  readonly onKeep: (change: Partial<AlertWish>) => void;
}

/** Who is told before everybody else who may see it. */
function First({ wish, onKeep }: PartProps) {
  const text = useText();
  return (
    <fieldset className="alert-first">
      <legend>{text("twin.alert.ui.first")}</legend>
      <p className="muted small">
        {text(wish.first.length > 0 ? "twin.alert.ui.first.some" : "twin.alert.ui.first.all")}
      </p>
      <Suspense fallback={<Waiting label={text("twin.ui.waiting")} />}>
        <PeoplePicker
          label={text("twin.alert.ui.first.add")}
          chosen={wish.first}
          isOfPeople
          onChange={(first) => onKeep({ first: [...first] })}
        />
      </Suspense>
    </fieldset>
  );
}

function QuietTime({ wish, onKeep }: PartProps) {
  const text = useText();
  const [from, setFrom] = useState(wish.quiet_from);
  const [until, setUntil] = useState(wish.quiet_until);
  const isNew = from !== wish.quiet_from || until !== wish.quiet_until;
  return (
    <div className="row">
      <Field
        label={text("twin.alert.ui.quiet.from")}
        type="time"
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <Field
        label={text("twin.alert.ui.quiet.until")}
        type="time"
        value={until}
        onChange={(event) => setUntil(event.target.value)}
      />
      {isNew && from && until && (
        <Button
          kind="primary"
          icon={Check}
          onClick={() => onKeep({ quiet_from: from, quiet_until: until })}
        >
          {text("twin.alert.ui.keep")}
        </Button>
      )}
    </div>
  );
}
