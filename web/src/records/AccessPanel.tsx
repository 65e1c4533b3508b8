import { BookOpenCheck, Download, ScrollText, SearchX, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { moment, useText } from "../kit/text";
import { Button, Card, Empty, ErrorNote, Field, Waiting } from "../kit/ui";
import { AccessDays } from "./AccessDays";
import { GroupLine } from "./AccessGroup";
import { type AccessEntry, type AccessGroup, KINDS, type Kind } from "./access";
import { EVERYTHING, useGroups, type Wish } from "./groups";
import { NotYours } from "./helpers/NotYours";
import { useWhose } from "./helpers/whose";
import { Receipt } from "./Receipt";
import "./choices/choices.css";
import "./records.css";
import { Emergencies } from "./emergency/Emergencies";
import type { Breaking } from "./emergency/model";
import { isHome, mayDecide, useSubject } from "./subject";

/** A pause in typing after which the list is read [ms]. */
const PAUSE_MS = 300;

export function AccessPanel() {
  const subject = useSubject();
  if (!isHome(subject)) return null;
  if (!mayDecide(subject)) return <NotYours />;
  return <Accesses key={subject.patient} patient={subject.patient} />;
}

/** What she was looked at in emergencies, and below it every line. */
function Accesses({ patient }: { patient: string }) {
  const [wish, setWish] = useState<Wish>(EVERYTHING);
  const list = useRef<HTMLDivElement>(null);

  function look({ actor, at, until }: Breaking): void {
    setWish({ ...EVERYTHING, actor, span: { since: at, until } });
    list.current?.scrollIntoView?.({ block: "start" });
  }

  return (
    <>
      <Emergencies patient={patient} onLooked={look} />
      <div ref={list}>
        <Lines patient={patient} wish={wish} onWish={setWish} />
      </div>
    </>
  );
}

interface LinesProps extends FilterProps {
  patient: string;
}

function Lines({ patient, wish, onWish: setWish }: LinesProps) {
  const text = useText();
  const [turn, setTurn] = useState(0);
  const list = useGroups(patient, wish);
  const [shown, setShown] = useState<AccessEntry | null>(null);
  const whose = useWhose(patient);
  const again = () => {
    setTurn(turn + 1);
    list.again();
  };
  return (
    <Card
      title={whose ? text("records.accesses.of", whose) : text("records.accesses")}
      icon={BookOpenCheck}
      actions={
        <Button kind="plain" onClick={again}>
          {text("records.again")}
        </Button>
      }
    >
      <p className="muted">{text("records.accesses.about")}</p>
      {wish.span && (
        <button type="button" className="chosen" onClick={() => setWish(EVERYTHING)}>
          <span>{text("records.accesses.only", { when: moment(wish.span.since) })}</span>
          <X aria-hidden />
          <span className="unseen">{text("records.accesses.all")}</span>
        </button>
      )}
      <AccessDays patient={patient} wish={wish} onWish={setWish} turn={turn} />
      <Filter wish={wish} onWish={setWish} />
      {!list.isWaiting && !list.error && list.groups.length === 0 && (
        <Nothing wish={wish} hasMore={list.next !== null} onWish={setWish} />
      )}
      {byDay(list.groups).map(([day, groups]) => (
        <section key={day} className="stack-tight">
          <h3 className="day">{moment(`${day}T12:00:00`, "date")}</h3>
          <ul>
            {groups.map((group) => (
              <GroupLine key={group.key} group={group} patient={patient} onShow={setShown} />
            ))}
          </ul>
        </section>
      ))}
      {list.isWaiting && <Waiting label={text("records.accesses.waiting")} />}
      <ErrorNote error={list.error} onRetry={again} />
      {list.next !== null && !list.isWaiting && (
        <Button wide onClick={list.more}>
          {text("records.more")}
        </Button>
      )}
      <TakeAlong patient={patient} />
      {shown && <Receipt entry={shown} patient={patient} onClose={() => setShown(null)} />}
    </Card>
  );
}

/** Days apart, in their order. */
function byDay(groups: readonly AccessGroup[]): [string, AccessGroup[]][] {
  const days = new Map<string, AccessGroup[]>();
  for (const group of groups) days.set(group.day, [...(days.get(group.day) ?? []), group]);
  return [...days];
}

interface FilterProps {
  wish: Wish;
  onWish: (wish: Wish) => void;
}

/** Words to look for, and which kinds of lines are shown. */
function Filter({ wish, onWish }: FilterProps) {
  const text = useText();
  const [typed, setTyped] = useState(wish.text);
  useEffect(() => {
    if (typed.trim() === wish.text) return;
    const pause = setTimeout(() => onWish({ ...wish, text: typed.trim() }), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [typed, wish, onWish]);
  useEffect(() => {
    if (wish === EVERYTHING) setTyped("");
  }, [wish]);
  const turned = (kind: Kind): Kind[] =>
    KINDS.filter((it) => (it === kind) !== wish.kinds.includes(it));
  return (
    <div className="stack-tight">
      <div className="access-find">
        <Field
          label={text("records.accesses.search")}
          type="search"
          value={typed}
          placeholder={text("records.accesses.search.hint")}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Field
          label={text("records.accesses.day")}
          type="date"
          value={wish.day}
          onChange={(event) => onWish({ ...wish, day: event.target.value })}
        />
      </div>
      <ul className="row">
        {KINDS.map((kind) => (
          <li key={kind}>
            <button
              type="button"
              className="access-chip"
              aria-pressed={wish.kinds.includes(kind)}
              disabled={turned(kind).length === 0}
              onClick={() => onWish({ ...wish, kinds: turned(kind) })}
            >
              {text(`records.kind.${kind}`)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface NothingProps extends FilterProps {
  hasMore: boolean;
}

function Nothing({ wish, hasMore, onWish }: NothingProps) {
  const text = useText();
  const isAny = wish.text === "" && wish.actor === "" && wish.day === "" && !hasMore;
  if (isAny)
    return (
      <Empty
        icon={ScrollText}
        title={text("records.accesses.empty")}
        text={text("records.accesses.empty.hint")}
      />
    );
  return (
    <Empty
      icon={SearchX}
      title={text("records.accesses.none")}
      text={text(hasMore ? "records.accesses.none.earlier" : "records.accesses.none.hint")}
      action={<Button onClick={() => onWish(EVERYTHING)}>{text("records.accesses.all")}</Button>}
    />
  );
}

/** The whole list as a file, with the proof of every line. */
function TakeAlong({ patient }: { patient: string }) {
  const text = useText();
  const path = useMemo(() => `/api/records/patients/${patient}/accesses/export`, [patient]);
  return (
    <div className="stack-tight access-take">
      <a className="button button-quiet wide" href={path} download>
        <Download aria-hidden />
        <span>{text("records.accesses.take")}</span>
      </a>
      <p className="muted small">
        {text("records.accesses.take.hint")} <code>asklepion verify access-log.zip</code>
      </p>
    </div>
  );
}
