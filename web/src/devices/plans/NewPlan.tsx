import { Check, Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Field, IconButton, Select, toast } from "../../kit/ui";
import { headersOf, type Subject } from "../../records/subject";
import type { Kind } from "../model";
import { daysOf, PLANNED, pathOf, tellPlansChanged } from "./plans";

const FORM = "new-plan";
const DAYS = [0, 1, 2, 3, 4, 5, 6];
const MOST_TIMES = 6;
const NEXT = ["08:00", "20:00", "13:00", "18:00", "11:00", "22:00"];

/** Plan a measurement: what, at which times, on which days, until when. */
export function NewPlan({ who, onClose }: { who: Subject; onClose: () => void }) {
  const text = useText();
  const [kind, setKind] = useState<Kind>("blood-pressure");
  const [times, setTimes] = useState<readonly string[]>(["08:00"]);
  const [days, setDays] = useState<readonly number[]>([]);
  const [until, setUntil] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    const whole = [...new Set(times.filter(Boolean))];
    try {
      const body = { kind, times: whole, days, until: until || null, zone };
      await api.post(pathOf(who), body, headersOf(who));
      toast(text("devices.plans.made"), "good");
      tellPlansChanged();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  function change(n: number, time: string): void {
    setTimes(times.map((old, i) => (i === n ? time : old)));
  }

  return (
    <Dialog
      open
      title={text("devices.plans.add")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("devices.cancel")}</Button>
          <Button kind="primary" icon={Check} type="submit" form={FORM} busy={isBusy}>
            {text("devices.plans.save")}
          </Button>
        </>
      }
    >
      <form id={FORM} className="by-hand" onSubmit={save}>
        <Select
          label={text("devices.plans.what")}
          value={kind}
          onChange={(event) => setKind(event.target.value as Kind)}
        >
          {PLANNED.map((each) => (
            <option key={each} value={each}>
              {text(`devices.kind.${each}`)}
            </option>
          ))}
        </Select>
        {times.map((time, n) => (
          <div className="row" key={NEXT[n]}>
            <Field
              label={
                times.length > 1
                  ? text("devices.plans.time", { n: n + 1 })
                  : text("devices.plans.time.only")
              }
              type="time"
              value={time}
              required
              onChange={(event) => change(n, event.target.value)}
            />
            {times.length > 1 && (
              <IconButton
                icon={X}
                label={text("devices.plans.time.remove", { n: n + 1 })}
                onClick={() => setTimes(times.filter((_, i) => i !== n))}
              />
            )}
          </div>
        ))}
        {times.length < MOST_TIMES && (
          <Button
            kind="plain"
            icon={Plus}
            onClick={() => setTimes([...times, NEXT[times.length] ?? "08:00"])}
          >
            {text("devices.plans.time.add")}
          </Button>
        )}
        <fieldset className="kinds">
          <legend>{text("devices.plans.days")}</legend>
          <div className="row">
            {DAYS.map((day) => (
              <label key={day} className="plan-day">
                <input
                  type="checkbox"
                  checked={days.includes(day)}
                  onChange={() =>
                    setDays(
                      days.includes(day)
                        ? days.filter((other) => other !== day)
                        : [...days, day].sort(),
                    )
                  }
                />
                {daysOf([day])}
              </label>
            ))}
          </div>
          <p className="muted small">{text("devices.plans.days.hint")}</p>
        </fieldset>
        <Field
          label={text("devices.plans.until")}
          hint={text("devices.plans.until.hint")}
          type="date"
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}
