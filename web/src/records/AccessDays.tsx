import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useSession } from "../kit/session";
import { moment, t, useText } from "../kit/text";
import { nameOf } from "./access";
import { type Wish, zone } from "./groups";

const DAYS = 30;
const MOST_PEOPLE = 6;

interface Tally {
  readonly days: readonly {
    readonly day: string;
    readonly actor: string;
    readonly count: number;
  }[];
  readonly actors: readonly {
    readonly actor: string;
    readonly name: string;
    readonly via: string;
  }[];
}

interface AccessDaysProps {
  patient: string;
  wish: Wish;
  onWish: (wish: Wish) => void;
  /** Read again when this changes. */
  turn: number;
}

/** How often who looked on each of the last days; a person can be picked. */
export function AccessDays({ patient, wish, onWish, turn }: AccessDaysProps) {
  const text = useText();
  const path = `/api/records/patients/${patient}/accesses/days?days=${DAYS}&zone=${zone()}`;
  const { value } = useAsked((stop) => api.get<Tally>(path, stop), [path, turn]);
  if (!value || value.days.length === 0) return null;
  const { bars, people } = countedIn(value, wish);
  return (
    <div className="access-days">
      <Bars bars={bars} day={wish.day} />
      <p className="access-span muted small" aria-hidden>
        <span>{moment(`${bars[0]?.day}T12:00:00`, "date")}</span>
        <span>{text("records.accesses.today")}</span>
      </p>
      <People people={people} wish={wish} onWish={onWish} />
    </div>
  );
}

interface Bar {
  readonly day: string;
  readonly count: number;
}

interface Person {
  readonly actor: string;
  readonly name: string;
  readonly count: number;
}

/** What is drawn: each day, and those who looked most; home devices only where they are wanted. */
export function countedIn(tally: Tally, wish: Wish): { bars: Bar[]; people: Person[] } {
  const devices = new Set(tally.actors.filter((it) => it.via === "device").map((it) => it.actor));
  const isDrawn = (actor: string) => wish.kinds.includes("device") || !devices.has(actor);
  const byDay = new Map<string, number>();
  const byActor = new Map<string, number>();
  for (const { day, actor, count } of tally.days.filter((it) => isDrawn(it.actor))) {
    if (wish.actor === "" || wish.actor === actor) byDay.set(day, (byDay.get(day) ?? 0) + count);
    byActor.set(actor, (byActor.get(actor) ?? 0) + count);
  }
  const bars = lastDays(DAYS).map((day) => ({ day, count: byDay.get(day) ?? 0 }));
  const people = tally.actors
    .map(({ actor, name }) => ({ actor, name, count: byActor.get(actor) ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PEOPLE);
  return { bars, people };
}

function lastDays(count: number): string[] {
  const today = new Date();
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() - count + 1 + at);
    const [month, date] = [day.getMonth() + 1, day.getDate()].map((it) => `${it}`.padStart(2, "0"));
    return `${day.getFullYear()}-${month}-${date}`;
  });
}

/** A picture only: a day is picked in the field below, where a thumb and the keyboard reach it. */
function Bars({ bars, day }: { bars: readonly Bar[]; day: string }) {
  const text = useText();
  const most = Math.max(1, ...bars.map((it) => it.count));
  const total = bars.reduce((sum, it) => sum + it.count, 0);
  return (
    <div
      className="access-bars"
      role="img"
      aria-label={text("records.accesses.days", { n: DAYS, total })}
    >
      {bars.map((bar) => (
        <span key={bar.day} className="access-bar" data-picked={bar.day === day} title={said(bar)}>
          <span style={{ height: `${heightOf(bar.count, most)}%` }} />
        </span>
      ))}
    </div>
  );
}

function said({ day, count }: Bar): string {
  return t("records.accesses.on-day", { day: moment(`${day}T12:00:00`, "date"), n: count });
}

/** By the square root, so that a busy day does not flatten all the others [%]. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(6, 100 * Math.sqrt(count / most));
}

interface PeopleProps {
  people: readonly Person[];
  wish: Wish;
  onWish: (wish: Wish) => void;
}

function People({ people, wish, onWish }: PeopleProps) {
  const text = useText();
  const me = useSession();
  return (
    <ul className="row">
      {people.map(({ actor, name, count }) => (
        <li key={actor}>
          <button
            type="button"
            className="access-chip"
            aria-pressed={wish.actor === actor}
            onClick={() => onWish({ ...wish, actor: wish.actor === actor ? "" : actor })}
          >
            {actor === me?.account ? text("records.you") : nameOf({ actor, actor_name: name })}
            <span className="access-count">{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
