import { Combine, Eye, UsersRound } from "lucide-react";
import { useId, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { moment, useText } from "../kit/text";
import { Button, Dialog, ErrorNote, Select, Switch, toast, Waiting } from "../kit/ui";
import {
  type Level,
  levelOf,
  likelySurvivor,
  type PersonShown,
  REASONS,
  type Reason,
  ROWS,
  type Row,
  type Two,
  valuesOf,
} from "./duplicates";

interface TwoPeopleProps {
  id: string;
  onClose: () => void;
  /** They were merged, or are two. */
  onDecided: () => void;
}

/** Two people side by side, what differs marked; one stays, or both do. */
export function TwoPeople({ id, onClose, onDecided }: TwoPeopleProps) {
  const text = useText();
  const path = `/api/records/duplicates/${id}`;
  const two = useAsked((stop) => api.get<Two>(path, stop), [path]);
  return (
    <Dialog open title={text("records.duplicates.two")} onClose={onClose}>
      {two.isWaiting && <Waiting label={text("records.duplicates.waiting")} />}
      <ErrorNote error={two.error} onRetry={two.again} />
      {two.value && <Decision two={two.value} path={path} onDecided={onDecided} />}
    </Dialog>
  );
}

interface DecisionProps {
  two: Two;
  path: string;
  onDecided: () => void;
}

function Decision({ two, path, onDecided }: DecisionProps) {
  const text = useText();
  const [survivor, setSurvivor] = useState(likelySurvivor(two.people).id);
  const [reason, setReason] = useState<Reason | "">("");
  const [isConfirmed, setConfirmed] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [one, other] = two.people;
  const haveBoth = one.has_account && other.has_account;
  const merged = survivor === one.id ? other.id : one.id;

  async function decide(work: () => Promise<unknown>, words: string): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await work();
      toast(text(words), "good");
      onDecided();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  const wish = { survivor, merged, reason, confirm_accounts: isConfirmed };
  return (
    <div className="two">
      <p className="two-seen small">
        <Eye aria-hidden />
        {text("records.duplicates.seen")}
      </p>
      <Compared two={two} survivor={survivor} onSurvivor={setSurvivor} />
      <Select
        label={text("records.duplicates.reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value as Reason | "")}
      >
        <option value="">{text("records.duplicates.reason.none")}</option>
        {REASONS.map((each) => (
          <option key={each} value={each}>
            {text(`records.duplicates.reason.${each}`)}
          </option>
        ))}
      </Select>
      {haveBoth && (
        <Switch
          checked={isConfirmed}
          onChange={setConfirmed}
          label={text("records.duplicates.accounts")}
          hint={text("records.duplicates.accounts.hint")}
        />
      )}
      <p className="muted small">{text("records.duplicates.effect")}</p>
      <ErrorNote error={error} />
      <div className="row">
        <Button
          kind="primary"
          icon={Combine}
          busy={isBusy}
          disabled={!reason || (haveBoth && !isConfirmed)}
          onClick={() =>
            decide(() => api.post("/api/records/merges", wish), "records.duplicates.merged.done")
          }
        >
          {text("records.duplicates.merge")}
        </Button>
        <Button
          icon={UsersRound}
          disabled={isBusy}
          onClick={() => decide(() => api.delete(path), "records.duplicates.dismissed")}
        >
          {text("records.duplicates.dismiss")}
        </Button>
      </div>
    </div>
  );
}

interface ComparedProps {
  two: Two;
  survivor: string;
  onSurvivor: (id: string) => void;
}

function Compared({ two, survivor, onSurvivor }: ComparedProps) {
  const text = useText();
  const name = useId();
  return (
    <table className="compared">
      <caption className="unseen">{text("records.duplicates.two")}</caption>
      <thead>
        <tr>
          <td />
          {two.people.map((person) => (
            <th key={person.id} scope="col">
              <label className="compared-choice">
                <input
                  type="radio"
                  name={name}
                  checked={survivor === person.id}
                  onChange={() => onSurvivor(person.id)}
                />
                {text("records.duplicates.stays")}
              </label>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ROWS.map(({ row, levels }) => (
          <ComparedRow key={row} two={two} row={row} level={levelOf(two, levels)} />
        ))}
        <tr>
          <th scope="row">{text("records.duplicates.row.record")}</th>
          {two.people.map((person) => (
            <td key={person.id}>
              <p>{text("records.duplicates.entries", { n: person.entries })}</p>
              {person.has_account && <p>{text("records.duplicates.account")}</p>}
              <code className="small">{person.id}</code>
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

function ComparedRow({ two, row, level }: { two: Two; row: Row; level: Level }) {
  const text = useText();
  return (
    <tr data-level={level}>
      <th scope="row">
        {text(`records.duplicates.row.${row}`)}
        {(level === "close" || level === "differs") && (
          <span className="compared-level small">{text(`records.duplicates.level.${level}`)}</span>
        )}
      </th>
      {two.people.map((person) => (
        <td key={person.id}>
          <Values person={person} row={row} />
        </td>
      ))}
    </tr>
  );
}

const GENDERS = ["female", "male", "other"];

function Values({ person, row }: { person: PersonShown; row: Row }) {
  const text = useText();
  const values = valuesOf(person, row);
  if (values.length === 0)
    return <span className="muted">{text("records.duplicates.nothing")}</span>;
  return (
    <>
      {values.map((value) => (
        <p key={value}>
          {row === "birth" && /^\d{4}-\d\d-\d\d$/.test(value)
            ? moment(`${value}T12:00:00`, "date")
            : row === "gender" && GENDERS.includes(value)
              ? text(`records.duplicates.gender.${value}`)
              : value}
        </p>
      ))}
    </>
  );
}
