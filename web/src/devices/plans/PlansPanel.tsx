import { CalendarClock, CalendarPlus, CircleAlert, Clock, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useNow } from "../../kit/clock";
import { number, useText } from "../../kit/text";
import {
  Badge,
  Button,
  Card,
  Empty,
  EndDialog,
  ErrorNote,
  IconButton,
  toast,
  Waiting,
} from "../../kit/ui";
import { headersOf, type Subject, useSubject } from "../../records/subject";
import { kindIcons } from "../model";
import { NewPlan } from "./NewPlan";
import { daysOf, type Plan, pathOf, soon, tellPlansChanged, timesOf, usePlans } from "./plans";
import "../devices.css";

/** What is to be measured at home, what is due now, and how it was kept. */
export function PlansPanel() {
  const text = useText();
  const who = useSubject();
  const plans = usePlans(who);
  const [isAdding, setAdding] = useState(false);
  if (!who) {
    return (
      <Card title={text("devices.plans.title")} icon={CalendarClock}>
        <p className="muted">{text("devices.plans.closed")}</p>
      </Card>
    );
  }
  return (
    <Card
      title={text("devices.plans.title")}
      icon={CalendarClock}
      actions={
        <Button kind="plain" icon={CalendarPlus} onClick={() => setAdding(true)}>
          {text("devices.plans.add")}
        </Button>
      }
    >
      {plans.isWaiting && <Waiting label={text("devices.waiting")} />}
      <ErrorNote error={plans.error} onRetry={plans.again} />
      {plans.value?.length === 0 && (
        <Empty
          icon={CalendarClock}
          title={text("devices.plans.none")}
          text={text("devices.plans.none.hint")}
        />
      )}
      <ul>
        {plans.value?.map((plan) => (
          <PlanLine key={plan.id} plan={plan} who={who} />
        ))}
      </ul>
      {isAdding && <NewPlan who={who} onClose={() => setAdding(false)} />}
    </Card>
  );
}

/** A plan in words: "every day at 8:00 AM". */
export function usePlanWords(): (plan: Plan) => string {
  const text = useText();
  return (plan) =>
    text("devices.plans.words", {
      days: plan.days.length ? daysOf(plan.days) : text("devices.plans.daily"),
      times: timesOf(plan.times),
    });
}

function PlanLine({ plan, who }: { plan: Plan; who: Subject }) {
  const text = useText();
  const now = useNow();
  const words = usePlanWords();
  const [isEnding, setEnding] = useState(false);
  const Icon = kindIcons[plan.kind];
  const name = text(`devices.kind.${plan.kind}`);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();

  async function end(): Promise<void> {
    const path = pathOf(who).replace(/(\?|$)/, `/${plan.id}$1`);
    await api.delete(path, headersOf(who));
    toast(text("devices.plans.ended"), "good");
    tellPlansChanged();
  }

  return (
    <li className="device">
      <div className="row-apart">
        <h3 className="row">
          <Icon aria-hidden /> {name}
        </h3>
        <IconButton
          icon={Trash2}
          label={text("devices.plans.end", { name })}
          onClick={() => setEnding(true)}
        />
      </div>
      <p>
        {words(plan)}
        {plan.zone !== timeZone && <span className="muted small"> ({plan.zone})</span>}
      </p>
      <p className="row">
        <PlanState plan={plan} now={now} />
        {plan.share !== null && (
          <span className="muted small">
            {text("devices.plans.kept", {
              done: plan.done,
              all: plan.done + plan.missed,
              percent: number(100 * plan.share, 0),
              days: plan.over_days,
            })}
          </span>
        )}
      </p>
      {plan.author_name && (
        <p className="muted small">{text("devices.plans.by", { who: plan.author_name })}</p>
      )}
      {isEnding && (
        <EndDialog
          title={text("devices.plans.end", { name })}
          hint={text("devices.plans.end.hint")}
          action={text("devices.plans.end.yes")}
          onEnd={end}
          onClose={() => setEnding(false)}
        />
      )}
    </li>
  );
}

/** Where a plan stands now: due, silent, or when it is next. */
export function PlanState({ plan, now }: { plan: Plan; now: number }) {
  const text = useText();
  const { due_at: due, next_at: next, silent_since: silent } = plan;
  return (
    <>
      {due && (
        <Badge tone="warn" icon={Clock}>
          {text(Date.parse(due) < now ? "devices.plans.overdue" : "devices.plans.due", {
            at: soon(due, now),
          })}
        </Badge>
      )}
      {silent && (
        <Badge tone="danger" icon={CircleAlert}>
          {text("devices.plans.silent", { at: soon(silent, now) })}
        </Badge>
      )}
      {!due && next && (
        <Badge tone="plain" icon={Clock}>
          {text("devices.plans.next", { at: soon(next, now) })}
        </Badge>
      )}
    </>
  );
}
