import {
  Check,
  Eye,
  HandHelping,
  IdCard,
  PencilLine,
  Scale,
  UserRound,
  UserRoundPlus,
} from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, ErrorNote, Field, Select, Sheet, Switch } from "../../kit/ui";
import { type Choice, NOTHING_SAID } from "../choices/model";
import { titleOf, unnamed } from "../choices/names";
import { Options } from "../choices/Options";
import { sentence } from "../choices/say";
import { Ends } from "../choices/steps";
import { say } from "../choices/use";
import { type Act, headersOf, type Subject } from "../subject";
import { RELATIONS, type Relative, relativeOf } from "./relatives";

const NEW = "new";
const OTHER = "other";
const NUMBER = /^Patient\/[A-Za-z0-9.-]{1,64}$/;

interface NewHelperProps {
  who: Subject;
  relatives: readonly Relative[];
  onClose: () => void;
}

interface Helper {
  /** A relative's reference; "new" or "other" until it is said who that is. */
  readonly actor: string;
  readonly name: string;
  readonly relation: string;
  readonly number: string;
  readonly acts: readonly Act[];
  readonly until: string | null;
}

const NOBODY: Helper = {
  actor: "",
  name: "",
  relation: "FAMMEMB",
  number: "",
  acts: ["access"],
  until: null,
};

/** Let somebody look, write or decide: who, what, until when. */
export function NewHelper({ who, relatives, onClose }: NewHelperProps) {
  const text = useText();
  const form = useId();
  const [helper, setHelper] = useState<Helper>({ ...NOBODY, actor: relatives.length ? "" : NEW });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const set = (more: Partial<Helper>): void => setHelper({ ...helper, ...more });

  async function keep(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const actor = await actorOf(who, helper);
      set({ actor }); // said a second time, nobody is made anew
      await say(who, choiceOf({ ...helper, actor }));
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Sheet
      open
      title={text("records.helpers.new")}
      onClose={onClose}
      actions={
        <Button
          kind="primary"
          icon={Check}
          type="submit"
          form={form}
          busy={isBusy}
          disabled={!isWhole(helper)}
        >
          {text("records.build.keep")}
        </Button>
      }
    >
      <form id={form} className="stack" onSubmit={keep}>
        <Who helper={helper} relatives={relatives} onChange={set} />
        <May acts={helper.acts} onChange={(acts) => set({ acts })} />
        <Ends until={helper.until} onChange={(until) => set({ until })} />
        {isWhole(helper) && (
          <blockquote className="final" data-kind="help">
            <HandHelping aria-hidden />
            <p>{sentence(choiceOf(helper), () => nameIn(helper, relatives))}</p>
          </blockquote>
        )}
        <ErrorNote error={error} />
      </form>
    </Sheet>
  );
}

function isWhole({ actor, name, number }: Helper): boolean {
  if (actor === NEW) return name.trim() !== "";
  return actor === OTHER ? NUMBER.test(number.trim()) : actor !== "";
}

function choiceOf({ actor, number, acts, until }: Helper): Choice {
  const actors = [actor === OTHER ? number.trim() : actor === NEW ? "RelatedPerson/new" : actor];
  return { ...NOTHING_SAID, actors, acts, until };
}

function nameIn({ actor, name, number }: Helper, relatives: readonly Relative[]): string {
  if (actor === NEW) return name.trim();
  const known = relatives.find(({ id }) => actor === `RelatedPerson/${id}`);
  return (known && titleOf(known)) || unnamed(actor === OTHER ? number.trim() : actor);
}

async function actorOf(who: Subject, { actor, name, relation, number }: Helper): Promise<string> {
  if (actor === OTHER) return number.trim();
  if (actor !== NEW) return actor;
  const body = relativeOf(who.patient, name.trim(), relation);
  const made = await api.post<{ id: string }>("/fhir/R4/RelatedPerson", body, headersOf(who));
  return `RelatedPerson/${made.id}`;
}

interface WhoProps {
  helper: Helper;
  relatives: readonly Relative[];
  onChange: (more: Partial<Helper>) => void;
}

function Who({ helper, relatives, onChange }: WhoProps) {
  const text = useText();
  const { actor, name, relation, number } = helper;
  const known = relatives.map((one) => ({
    id: `RelatedPerson/${one.id}`,
    icon: UserRound,
    title: titleOf(one) || unnamed(`RelatedPerson/${one.id}`),
  }));
  return (
    <>
      <h3 className="question">{text("records.helpers.who")}</h3>
      <Options
        label={text("records.helpers.who")}
        options={[
          ...known,
          {
            id: NEW,
            icon: UserRoundPlus,
            title: text("records.helpers.who.new"),
            hint: text("records.helpers.who.new.hint"),
          },
          {
            id: OTHER,
            icon: IdCard,
            title: text("records.helpers.who.other"),
            hint: text("records.helpers.who.other.hint"),
          },
        ]}
        chosen={[actor]}
        onChoose={(id) => onChange({ actor: id })}
      />
      {actor === NEW && (
        <>
          <Field
            label={text("records.helpers.name")}
            required
            maxLength={200}
            autoComplete="off"
            value={name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
          <Select
            label={text("records.helpers.relation")}
            value={relation}
            onChange={(event) => onChange({ relation: event.target.value })}
          >
            {RELATIONS.map((code) => (
              <option key={code} value={code}>
                {text(`records.relation.${code}`)}
              </option>
            ))}
          </Select>
        </>
      )}
      {actor === OTHER && (
        <Field
          label={text("records.helpers.their-number")}
          hint={text("records.helpers.their-number.hint")}
          placeholder="Patient/…"
          autoComplete="off"
          value={number}
          onChange={(event) => onChange({ number: event.target.value })}
        />
      )}
    </>
  );
}

interface MayProps {
  acts: readonly Act[];
  onChange: (acts: readonly Act[]) => void;
}

const ACTS = [
  { act: "access", icon: Eye },
  { act: "correct", icon: PencilLine },
  { act: "decide", icon: Scale },
] as const;

/** What they may do; to look belongs to everything else. */
function May({ acts, onChange }: MayProps) {
  const text = useText();
  return (
    <>
      <h3 className="question">{text("records.helpers.may")}</h3>
      <div className="stack-tight">
        {ACTS.map(({ act, icon: Icon }) => (
          <Switch
            key={act}
            icon={<Icon aria-hidden />}
            label={text(`records.helpers.may.${act}`)}
            hint={text(`records.helpers.may.${act}.hint`)}
            checked={acts.includes(act)}
            disabled={act === "access"}
            onChange={(isOn) => onChange(isOn ? [...acts, act] : acts.filter((one) => one !== act))}
          />
        ))}
      </div>
    </>
  );
}
