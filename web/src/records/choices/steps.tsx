import {
  Baby,
  Banknote,
  Brain,
  CalendarClock,
  CalendarDays,
  CalendarRange,
  Dna,
  Droplets,
  Infinity as Endless,
  FileText,
  FolderHeart,
  Heart,
  House,
  LayoutGrid,
  type LucideIcon,
  Microscope,
  NotebookPen,
  Pill,
  Settings2,
  ShieldAlert,
  ShieldHalf,
  Stethoscope,
  Sunset,
  UserRoundCheck,
  UsersRound,
  Wine,
} from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { number, useText } from "../../kit/text";
import { Button, ErrorNote, Field, Switch, Waiting } from "../../kit/ui";
import { CATEGORIES, categoryIcons, categoryOf } from "../categories";
import { headersOf, type Subject } from "../subject";
import {
  type Draft,
  ENDS,
  type End,
  endOf,
  type Mode,
  toggled,
  withEveryone,
  withMode,
} from "./draft";
import { FactPicker } from "./FactPicker";
import { type Choice, type Kind, kindIcons, LABELS, type Label, PURPOSES } from "./model";
import { Options } from "./Options";
import { PeoplePicker } from "./PeoplePicker";
import { labelName, upper } from "./say";

export interface StepProps {
  who: Subject;
  draft: Draft;
  onChange: (draft: Draft) => void;
}

const KINDS: readonly Kind[] = ["share", "hide", "research", "help"];
const MODES: Record<Mode, LucideIcon> = {
  all: FolderHeart,
  kinds: LayoutGrid,
  delicate: ShieldAlert,
  author: NotebookPen,
  fact: FileText,
};
const labelIcons: Record<Label, LucideIcon> = {
  PSY: Brain,
  ETH: Wine,
  HIV: ShieldHalf,
  STD: Heart,
  SEX: Baby,
  SDV: House,
  GDIS: Dna,
  ETHUD: Wine,
  OPIOIDUD: Pill,
  BH: Brain,
  SICKLE: Droplets,
};
const purposeIcons: Record<(typeof PURPOSES)[number], LucideIcon> = {
  TREAT: Stethoscope,
  HPAYMT: Banknote,
  HOPERAT: Settings2,
  HRESCH: Microscope,
};
const endIcons: Record<End, LucideIcon> = {
  today: Sunset,
  week: CalendarRange,
  year: CalendarDays,
  open: Endless,
};

/** What a choice opens comes into sight with it. */
function Opened({ children }: { children: ReactNode }) {
  const part = useRef<HTMLDivElement>(null);
  useEffect(() => {
    part.current?.scrollIntoView?.({ block: "start", behavior: "smooth" });
  }, []);
  return (
    <div className="stack" ref={part}>
      {children}
    </div>
  );
}

interface KindStepProps {
  onKind: (kind: Kind) => void;
  chosen: Kind | null;
}

export function KindStep({ onKind, chosen }: KindStepProps) {
  const text = useText();
  return (
    <Options
      label={text("records.build.kind")}
      options={KINDS.map((id) => ({
        id,
        icon: kindIcons[id],
        title: text(`records.build.kind.${id}`),
        hint: text(`records.build.kind.${id}.hint`),
      }))}
      chosen={chosen ? [chosen] : []}
      onChoose={(id) => onKind(id as Kind)}
    />
  );
}

export function WhoStep({ draft, onChange }: StepProps) {
  const text = useText();
  const { isEveryone, choice } = draft;
  const isHide = draft.kind === "hide";
  const begin = isHide ? "records.build.from" : "records.build.who";
  const set = (more: Partial<Choice>) => onChange({ ...draft, choice: { ...choice, ...more } });
  return (
    <>
      <Options
        label={text(isHide ? "records.build.from" : "records.build.who")}
        options={(["all", "some"] as const).map((id) => ({
          id,
          icon: id === "all" ? UsersRound : UserRoundCheck,
          title: text(`${begin}.${id}`),
          hint: text(`${begin}.${id}.hint`),
        }))}
        chosen={isEveryone === null ? [] : [isEveryone ? "all" : "some"]}
        onChoose={(id) => onChange(withEveryone(draft, id === "all"))}
      />
      {isEveryone === false && (
        <PeoplePicker
          label={text(isHide ? "records.build.from.whom" : "records.build.who.whom")}
          chosen={choice.actors}
          onChange={(actors) => set({ actors })}
        />
      )}
      {isHide && isEveryone && (
        <PeoplePicker
          label={text("records.build.but")}
          chosen={choice.but}
          onChange={(but) => set({ but })}
        />
      )}
      {isHide && isEveryone !== null && (
        <Switch
          icon={<ShieldAlert aria-hidden />}
          label={text("records.build.emergency")}
          hint={text("records.build.emergency.hint")}
          checked={choice.but_emergency}
          onChange={(but_emergency) => set({ but_emergency })}
        />
      )}
    </>
  );
}

export function WhatStep({ who, draft, onChange }: StepProps) {
  const text = useText();
  const { mode, choice } = draft;
  const set = (more: Partial<Choice>) => onChange({ ...draft, choice: { ...choice, ...more } });
  return (
    <>
      <Options
        label={text("records.build.what")}
        options={(Object.keys(MODES) as Mode[]).map((id) => ({
          id,
          icon: MODES[id],
          title: text(`records.build.what.${id}`),
          hint: text(`records.build.what.${id}.hint`),
        }))}
        chosen={mode ? [mode] : []}
        onChoose={(id) => onChange(withMode(draft, id as Mode))}
      />
      {mode && mode !== "all" && (
        <Opened key={mode}>
          <Inside who={who} mode={mode} choice={choice} onChange={set} />
        </Opened>
      )}
      {mode && mode !== "fact" && <MadeWhen choice={choice} onChange={set} />}
    </>
  );
}

interface InsideProps {
  who: Subject;
  mode: Mode;
  choice: Choice;
  onChange: (more: Partial<Choice>) => void;
}

/** What one chooses from, by the way one chose. */
function Inside({ who, mode, choice, onChange }: InsideProps) {
  const text = useText();
  switch (mode) {
    case "all":
      return null;
    case "kinds":
      return (
        <Options
          isDense
          label={text("records.build.what.kinds")}
          options={CATEGORIES.map((id) => ({
            id,
            icon: categoryIcons[id],
            title: text(`records.category.${id}`),
          }))}
          chosen={choice.categories.map(categoryOf)}
          onChoose={(id) =>
            onChange({ categories: toggled(choice.categories, id.replaceAll("_", "-")) })
          }
        />
      );
    case "delicate":
      return (
        <Delicate who={who} chosen={choice.labels} onChange={(labels) => onChange({ labels })} />
      );
    case "author":
      return (
        <PeoplePicker
          isOfPeople
          label={text("records.build.what.author.who")}
          chosen={choice.authors}
          onChange={(authors) => onChange({ authors })}
        />
      );
    case "fact":
      return (
        <FactPicker who={who} chosen={choice.things} onChange={(things) => onChange({ things })} />
      );
    default:
      mode satisfies never;
      return null;
  }
}

interface DelicateProps {
  who: Subject;
  chosen: readonly string[];
  onChange: (labels: readonly string[]) => void;
}

/** What one may not want everybody to know, with how much of it there is. */
function Delicate({ who, chosen, onChange }: DelicateProps) {
  const text = useText();
  const [isAll, setAll] = useState(false);
  const path = `/api/records/patients/${who.patient}/sensitive`;
  const counts = useAsked(
    (stop) => api.get<Record<string, number>>(path, stop, headersOf(who)),
    [path],
  );
  if (counts.isWaiting) return <Waiting label={text("records.build.delicate.waiting")} />;
  if (counts.error) return <ErrorNote error={counts.error} onRetry={counts.again} />;
  const has = (label: Label): boolean => (counts.value?.[label] ?? 0) > 0;
  const shown = LABELS.filter((label) => isAll || has(label) || chosen.includes(label));
  return (
    <div className="stack-tight">
      <p className="muted small">
        {text(shown.some(has) ? "records.build.delicate.about" : "records.build.delicate.none")}
      </p>
      <Options
        label={text("records.build.what.delicate")}
        options={shown.map((id) => ({
          id,
          icon: labelIcons[id],
          title: upper(labelName(id)),
          count: has(id) ? number(counts.value?.[id] ?? 0) : undefined,
        }))}
        chosen={chosen}
        onChoose={(id) => onChange(toggled(chosen, id))}
      />
      {!isAll && (
        <Button kind="plain" onClick={() => setAll(true)}>
          {text("records.build.delicate.all")}
        </Button>
      )}
    </div>
  );
}

interface MadeWhenProps {
  choice: Choice;
  onChange: (more: Partial<Choice>) => void;
}

/** Only what is about some time; folded, since most people do not need it. */
function MadeWhen({ choice, onChange }: MadeWhenProps) {
  const text = useText();
  const { made_from, made_until } = choice;
  const isWrong = made_from !== "" && made_until !== "" && made_from > made_until;
  return (
    <details className="made-when" open={made_from !== "" || made_until !== "" || undefined}>
      <summary>
        <CalendarClock aria-hidden />
        {text("records.build.made")}
      </summary>
      <div className="made-days">
        <Field
          type="date"
          label={text("records.build.made.from")}
          value={made_from}
          onChange={(event) => onChange({ made_from: event.target.value })}
        />
        <Field
          type="date"
          label={text("records.build.made.until")}
          error={isWrong ? text("records.build.made.wrong") : undefined}
          value={made_until}
          onChange={(event) => onChange({ made_until: event.target.value })}
        />
      </div>
    </details>
  );
}

export function TermsStep({ draft, onChange }: StepProps) {
  const text = useText();
  const { choice } = draft;
  const set = (more: Partial<Choice>) => onChange({ ...draft, choice: { ...choice, ...more } });
  return (
    <>
      {draft.kind === "share" && (
        <>
          <h4>{text("records.build.why")}</h4>
          <Options
            label={text("records.build.why")}
            options={PURPOSES.map((id) => ({
              id,
              icon: purposeIcons[id],
              title: text(`records.build.why.${id}`),
              hint: text(`records.build.why.${id}.hint`),
            }))}
            chosen={choice.purposes}
            onChoose={(id) => set({ purposes: toggled(choice.purposes, id) })}
          />
        </>
      )}
      <Ends until={choice.until} onChange={(until) => set({ until })} />
    </>
  );
}

interface EndsProps {
  until: string | null;
  onChange: (until: string | null) => void;
}

/** Until when: with one press, or a moment of one's own. */
export function Ends({ until, onChange }: EndsProps) {
  const text = useText();
  const [end, setEnd] = useState<End | "">(until === null ? "open" : "");
  return (
    <>
      <h4>{text("records.build.until")}</h4>
      <Options
        isDense
        label={text("records.build.until")}
        options={ENDS.map((id) => ({
          id,
          icon: endIcons[id],
          title: text(`records.build.until.${id}`),
        }))}
        chosen={end ? [end] : []}
        onChoose={(id) => {
          setEnd(id as End);
          onChange(endOf(id as End, Date.now()));
        }}
      />
      <Field
        type="datetime-local"
        label={text("records.build.until.other")}
        value={until ? localOf(until) : ""}
        onChange={(event) => {
          const at = new Date(event.target.value);
          if (Number.isNaN(at.getTime())) return;
          setEnd("");
          onChange(at.toISOString());
        }}
      />
    </>
  );
}

/** A moment as a field of the browser holds it: in one's own time zone, without a zone. */
function localOf(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
