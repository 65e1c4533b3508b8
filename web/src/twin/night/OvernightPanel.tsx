import { MoonStar, RotateCcw, Search, UserRound } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useText } from "../../kit/text";
import { Button, Card, Empty, ErrorNote, Waiting } from "../../kit/ui";
import type { Changed, Night, Overnight } from "../../wire/twin";
import { useScoreWords } from "../scores/words";
import { Change, Changes, hasChanged } from "./Changes";
import { useNightWords } from "./words";
import "../twin.css";
import "./night.css";

const PUT_AWAY_MS = 5 * 60_000; // no line tells this list of a consent that ended

/** Whose numbers changed most overnight, of all whom this clinician may see; asked for by a press. */
export function OvernightPanel() {
  const text = useText();
  const words = useNightWords();
  const scores = useScoreWords();
  const [turn, setTurn] = useState(0);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (turn === 0) return;
    const timer = setTimeout(() => {
      setTurn(0);
      setOver(true);
    }, PUT_AWAY_MS);
    return () => clearTimeout(timer);
  }, [turn]);
  if (!words.value || !scores.value) return <Waiting label={text("twin.ui.waiting")} />;
  const look = () => {
    setOver(false);
    setTurn(turn + 1);
  };
  return (
    <>
      <Card className="night" title={text("twin.ui.overnight")} icon={MoonStar}>
        <p>{text("twin.ui.night.list.about")}</p>
        <p className="muted small">{text("twin.ui.night.list.log")}</p>
        {isOver && <p role="status">{text("twin.ui.night.list.over")}</p>}
        <Button kind={turn ? "plain" : "primary"} icon={turn ? RotateCcw : Search} onClick={look}>
          {text(turn ? "twin.ui.night.again" : "twin.ui.night.list.look")}
        </Button>
      </Card>
      {turn > 0 && <Found key={turn} />}
    </>
  );
}

function Found() {
  const text = useText();
  const asked = useAsked((signal) => api.get<Overnight>("/api/twin/overnight", signal), []);
  if (asked.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (!asked.value) return <ErrorNote error={asked.error} onRetry={asked.again} />;
  const { found, looked_at, outdated, is_whole } = asked.value;
  const told = looked_at - outdated;
  return (
    <>
      {found.length === 0 && (told > 0 || outdated === 0) && <Nothing count={told} />}
      {outdated > 0 && <p role="note">{text("twin.ui.night.list.outdated", { n: outdated })}</p>}
      {found.map((one) => (
        <Line key={one.patient} one={one} />
      ))}
      {!is_whole && <p className="muted">{text("twin.ui.night.list.cut", { n: looked_at })}</p>}
      {looked_at > 0 && <p className="muted small">{text("twin.ui.night.list.held")}</p>}
    </>
  );
}

function Nothing({ count }: { count: number }) {
  const text = useText();
  const key = count === 0 ? "twin.ui.night.list.nobody" : "twin.ui.night.list.empty";
  return (
    <Card>
      <Empty icon={MoonStar} title={text(`${key}.title`)} text={text(key, { n: count })} />
    </Card>
  );
}

function Line({ one }: { one: Changed }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const id = one.patient.replace("Patient/", "");
  const name = one.name || text("twin.ui.night.list.unnamed", { id });
  return (
    <Card className="night" title={name} icon={UserRound}>
      {!isOpen && <Change one={one.most} hasMovers={false} />}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          {one.more > 0 ? text("twin.ui.night.all", { n: one.more }) : text("twin.ui.night.why")}
        </summary>
        {isOpen && <All id={id} />}
      </details>
    </Card>
  );
}

function All({ id }: { id: string }) {
  const text = useText();
  const path = `/api/twin/${encodeURIComponent(id)}/nightly`;
  const asked = useAsked((signal) => api.get<Night>(path, signal), [path]);
  if (asked.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (!asked.value) return <ErrorNote error={asked.error} onRetry={asked.again} />;
  return <Changes of={asked.value.found.filter(hasChanged)} />;
}
