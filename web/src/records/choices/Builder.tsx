import { ArrowLeft, ArrowRight, Check, CircleCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { showPanel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, ErrorNote, Sheet } from "../../kit/ui";
import type { Subject } from "../subject";
import {
  type Draft,
  firstStep,
  fromChoice,
  isAnswered,
  NEW_DRAFT,
  ofKind,
  type Step,
  stepsOf,
} from "./draft";
import { type Choice, kindIcons, kindOf, namedIn } from "./model";
import { useNames } from "./names";
import { Preview, type Sight } from "./Preview";
import { sentence } from "./say";
import { building } from "./start";
import { KindStep, TermsStep, WhatStep, WhoStep } from "./steps";
import { say } from "./use";

/** Say something about the record, one question at a time. */
export function Builder({ who }: { who: Subject }) {
  const begun = useStore(building);
  useEffect(() => () => building.set(null), []);
  if (!begun) return null;
  return <Building who={who} choice={begun.choice} onClose={() => building.set(null)} />;
}

interface BuildingProps {
  who: Subject;
  choice: Choice | null;
  onClose: () => void;
}

function Building({ who, choice, onClose }: BuildingProps) {
  const text = useText();
  const [draft, setDraft] = useState<Draft>(() =>
    choice ? fromChoice(choice, Date.now()) : NEW_DRAFT,
  );
  const [step, setStep] = useState<Step>(() => firstStep(draft));
  const [isSaid, setSaid] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [memory] = useState(() => new Map<string, Sight>());
  const steps = stepsOf(draft);
  const at = steps.indexOf(step);
  const go = (by: number): void => setStep(steps[at + by] ?? step);

  async function keep(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await say(who, draft.choice);
      setSaid(true);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Sheet
      open
      title={text("records.build")}
      onClose={onClose}
      actions={
        step !== "kind" && (
          <Actions
            step={step}
            canGoOn={isAnswered(step, draft)}
            isSaid={isSaid}
            isBusy={isBusy}
            onBack={() => go(-1)}
            onNext={() => go(1)}
            onKeep={keep}
            onClose={onClose}
          />
        )
      }
    >
      {!isSaid && steps.length > 1 && <Dots at={at} of={steps.length} />}
      <Question words={text(questionOf(isSaid ? "said" : step, draft))} />
      {step === "kind" && (
        <KindStep
          chosen={draft.kind}
          onKind={(kind) => {
            if (kind === "help") {
              onClose();
              showPanel("helpers");
              return;
            }
            const next = ofKind(kind);
            setDraft(next);
            setStep(stepsOf(next)[1] ?? "kind");
          }}
        />
      )}
      {step === "who" && <WhoStep who={who} draft={draft} onChange={setDraft} />}
      {step === "what" && <WhatStep who={who} draft={draft} onChange={setDraft} />}
      {step === "terms" && <TermsStep who={who} draft={draft} onChange={setDraft} />}
      {step === "check" && (
        <CheckStep who={who} choice={draft.choice} isSaid={isSaid} memory={memory} />
      )}
      <ErrorNote error={error} />
    </Sheet>
  );
}

function questionOf(step: Step | "said", { kind }: Draft): string {
  return step === "who" && kind === "hide" ? "records.build.from" : `records.build.${step}`;
}

/** The question of this step; it takes the focus, so that it is read aloud. */
function Question({ words }: { words: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question is read aloud
  useEffect(() => {
    title.current?.focus();
  }, [words]);
  return (
    <h3 className="question" ref={title} tabIndex={-1}>
      {words}
    </h3>
  );
}

function Dots({ at, of }: { at: number; of: number }) {
  const text = useText();
  return (
    <p className="dots">
      <span aria-hidden>
        {Array.from({ length: of }, (_, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: dots are nothing but their place
          <i key={n} data-done={n <= at} />
        ))}
      </span>
      <span className="muted small">{text("records.build.step", { n: at + 1, of })}</span>
    </p>
  );
}

interface ActionsProps {
  step: Step;
  canGoOn: boolean;
  isSaid: boolean;
  isBusy: boolean;
  onBack: () => void;
  onNext: () => void;
  onKeep: () => void;
  onClose: () => void;
}

function Actions(props: ActionsProps) {
  const { step, canGoOn, isSaid, isBusy, onBack, onNext, onKeep, onClose } = props;
  const text = useText();
  if (isSaid) {
    return (
      <Button kind="primary" icon={Check} onClick={onClose}>
        {text("records.build.done")}
      </Button>
    );
  }
  return (
    <>
      <Button icon={ArrowLeft} onClick={onBack}>
        {text("records.build.back")}
      </Button>
      {step === "check" ? (
        <Button kind="primary" icon={Check} busy={isBusy} onClick={onKeep}>
          {text("records.build.keep")}
        </Button>
      ) : (
        <Button kind="primary" icon={ArrowRight} disabled={!canGoOn} onClick={onNext}>
          {text("records.build.next")}
        </Button>
      )}
    </>
  );
}

interface CheckStepProps {
  who: Subject;
  choice: Choice;
  isSaid: boolean;
  memory: Map<string, Sight>;
}

/** The sentence that counts, and what somebody sees: before it is said, and after. */
function CheckStep({ who, choice, isSaid, memory }: CheckStepProps) {
  const text = useText();
  const nameOf = useNames(namedIn(choice));
  const Icon = isSaid ? CircleCheck : kindIcons[kindOf(choice)];
  const isHide = choice.effect === "deny";
  const actors = isHide ? choice.actors : [...choice.actors, ...choice.but];
  return (
    <>
      <blockquote className="final" data-kind={kindOf(choice)}>
        <Icon aria-hidden />
        <p>{sentence(choice, nameOf)}</p>
      </blockquote>
      {!isSaid && <p className="muted small">{text("records.build.check.about")}</p>}
      <h4>{text(isSaid ? "records.preview.now" : "records.preview.today")}</h4>
      <Preview
        who={who}
        actors={actors}
        purpose={isHide ? "TREAT" : choice.purposes[0]}
        memory={memory}
        isSaid={isSaid}
      />
    </>
  );
}
