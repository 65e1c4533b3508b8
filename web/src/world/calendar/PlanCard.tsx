import { CalendarPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useText } from "../../kit/text";
import { Button, Card, ErrorNote, Field, Select, toast } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { AUDIENCES, type Audience, asking, localOf, momentOf } from "./asking";

const MINUTES = [15, 30, 45, 60, 90, 120, 180, 240] as const;
const AHEAD_MS = 24 * 3600_000;
const LONGEST_TITLE = 120;

/** Plan something in this place. */
export function PlanCard({ place }: { place: string }) {
  const text = useText();
  const [title, setTitle] = useState("");
  const [starts, setStarts] = useState(() => localOf(new Date(Date.now() + AHEAD_MS)));
  const [minutes, setMinutes] = useState<number>(60);
  const [audience, setAudience] = useState<Audience>("all");
  const [capacity, setCapacity] = useState("");
  const { error, isBusy, carryOut } = useDoing();
  const starts_at = momentOf(starts);

  function plan(event: FormEvent): void {
    event.preventDefault();
    const wish = { place, title, starts_at, minutes, audience, capacity: Number(capacity) || 0 };
    carryOut(asking.plan(wish), () => {
      setTitle("");
      toast(text("world.events.planned"), "good");
    });
  }

  return (
    <Card title={text("world.events.plan")} icon={CalendarPlus}>
      <form className="stack" onSubmit={plan}>
        <Field
          label={text("world.events.title")}
          value={title}
          maxLength={LONGEST_TITLE}
          required
          onChange={({ target }) => setTitle(target.value)}
        />
        <Field
          label={text("world.events.starts")}
          hint={text("world.events.zone", {
            zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          })}
          type="datetime-local"
          value={starts}
          min={localOf(new Date())}
          required
          onChange={({ target }) => setStarts(target.value)}
        />
        <Select
          label={text("world.events.length")}
          value={minutes}
          onChange={({ target }) => setMinutes(Number(target.value))}
        >
          {MINUTES.map((n) => (
            <option key={n} value={n}>
              {text("world.events.minutes", { n })}
            </option>
          ))}
        </Select>
        <Select
          label={text("world.events.for")}
          value={audience}
          onChange={({ target }) => setAudience(target.value as Audience)}
        >
          {AUDIENCES.map((one) => (
            <option key={one} value={one}>
              {text(`world.events.for.${one}`)}
            </option>
          ))}
        </Select>
        <Field
          label={text("world.events.capacity")}
          hint={text("world.events.capacity.hint")}
          type="number"
          min={1}
          value={capacity}
          onChange={({ target }) => setCapacity(target.value)}
        />
        <Button kind="primary" type="submit" busy={isBusy} disabled={!title.trim() || !starts_at}>
          {text("world.events.plan")}
        </Button>
      </form>
      <ErrorNote error={error} />
    </Card>
  );
}
