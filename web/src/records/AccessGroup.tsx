import { ChevronDown, ChevronRight, ChevronUp } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useSession } from "../kit/session";
import { moment, useText } from "../kit/text";
import { Badge, Button, ErrorNote, Waiting } from "../kit/ui";
import {
  type AccessEntry,
  type AccessGroup,
  groupSentence,
  iconOf,
  reasons,
  sentence,
  things,
} from "./access";
import { readLines } from "./groups";
import { useWhose } from "./helpers/whose";

interface GroupLineProps {
  group: AccessGroup;
  patient: string;
  onShow: (entry: AccessEntry) => void;
}

/** One line for what was done, once or many times; many open to each, which has its own receipt. */
export function GroupLine({ group, patient, onShow }: GroupLineProps) {
  const { newest, count } = group;
  const [isOpen, setOpen] = useState(false);
  if (count === 1) return <Line entry={newest} patient={patient} onShow={() => onShow(newest)} />;
  return (
    <li>
      <button
        type="button"
        className="access"
        data-outcome={newest.outcome}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Folded group={group} patient={patient} />
        {isOpen ? <ChevronUp aria-hidden /> : <ChevronDown aria-hidden />}
      </button>
      {isOpen && <Lines group={group} patient={patient} onShow={onShow} />}
    </li>
  );
}

function Folded({ group, patient }: { group: AccessGroup; patient: string }) {
  const text = useText();
  const me = useSession();
  const whose = useWhose(patient);
  const { newest, count, first_at, last_at } = group;
  const did = groupSentence(group, me?.account ?? "", whose);
  const isSaid = did !== sentence(newest, me?.account ?? "", whose);
  const first = moment(first_at, "time");
  const last = moment(last_at, "time");
  return (
    <Told entry={newest} did={did}>
      {!isSaid && <span className="small">{text("records.times", { n: count })}</span>}
      <span className="muted small">
        {[first === last ? first : `${first} – ${last}`, reasons(newest)]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </Told>
  );
}

/** Each line of a group, read when it is opened. */
function Lines({ group, patient, onShow }: GroupLineProps) {
  const text = useText();
  const [entries, setEntries] = useState<readonly AccessEntry[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [state, setState] = useState<"waiting" | "read">("waiting");
  const [error, setError] = useState<unknown>(null);

  async function read(before: number | null): Promise<void> {
    setState("waiting");
    setError(null);
    try {
      const found = await readLines(patient, group, before);
      setEntries((old) => [...old, ...found.entries]);
      setNext(found.next);
    } catch (failure) {
      setError(failure);
    } finally {
      setState("read");
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: read once, when it is opened
  useEffect(() => {
    void read(null);
  }, []);
  return (
    <>
      <ul className="access-lines">
        {entries.map((entry) => (
          <Line key={entry.id} entry={entry} patient={patient} onShow={() => onShow(entry)} />
        ))}
      </ul>
      {state === "waiting" && <Waiting label={text("records.accesses.waiting")} />}
      <ErrorNote error={error} onRetry={() => void read(next)} />
      {next !== null && state === "read" && (
        <Button kind="plain" onClick={() => void read(next)}>
          {text("records.more")}
        </Button>
      )}
    </>
  );
}

interface ToldProps {
  entry: AccessEntry;
  did: string;
  children: ReactNode;
}

function Told({ entry, did, children }: ToldProps) {
  const text = useText();
  const Icon = iconOf(entry);
  return (
    <>
      <span className="access-icon">
        <Icon aria-hidden />
      </span>
      <span className="access-words">
        <span className="access-did">{did}</span>
        {children}
        {entry.outcome === "deny" && <Badge tone="warn">{text("records.denied")}</Badge>}
      </span>
    </>
  );
}

interface LineProps {
  entry: AccessEntry;
  patient: string;
  onShow: () => void;
}

function Line({ entry, patient, onShow }: LineProps) {
  const me = useSession();
  const whose = useWhose(patient);
  useText();
  const what = things(entry);
  return (
    <li>
      <button type="button" className="access" data-outcome={entry.outcome} onClick={onShow}>
        <Told entry={entry} did={sentence(entry, me?.account ?? "", whose)}>
          {what && <span className="small">{what}</span>}
          <span className="muted small">
            {[moment(entry.at, "time"), reasons(entry)].filter(Boolean).join(" · ")}
          </span>
        </Told>
        <ChevronRight aria-hidden />
      </button>
    </li>
  );
}
