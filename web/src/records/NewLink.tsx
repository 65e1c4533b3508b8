import {
  ArrowLeft,
  ArrowRight,
  FileHeart,
  FileStack,
  FileText,
  KeyRound,
  type LucideIcon,
  QrCode,
  Share2,
} from "lucide-react";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { api } from "../kit/api";
import { language, useText } from "../kit/text";
import { Button, Card, ErrorNote, Field, Select, Switch } from "../kit/ui";
import {
  bodyOf,
  type Given,
  type Kind,
  kinds,
  newPasscode,
  type Span,
  spans,
  type Wish,
} from "./links";
import { StepPicture } from "./StepPicture";
import { headersOf, type Subject } from "./subject";

const icons: Record<Kind, LucideIcon> = { summary: FileHeart, pdf: FileText, record: FileStack };
const STEPS = ["what", "how", "whom"] as const;
const OPENS = [1, 3, 10, 1000];

interface NewLinkProps {
  path: string;
  who: Subject;
  onGiven: (given: Given, passcode: string) => void;
  onCancel: () => void;
}

/** A link in three steps: what is in it, how safe it is, for whom. */
export function NewLink({ path, who, onGiven, onCancel }: NewLinkProps) {
  const text = useText();
  const [at, setAt] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [wish, setWish] = useState<Wish>(() => ({
    kinds: ["summary", "pdf"],
    span: "week",
    opens_most: 3,
    passcode: newPasscode(),
    label: "",
  }));
  const title = useRef<HTMLHeadingElement>(null);
  const step = STEPS[at] ?? "what";
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step is read from its top
  useEffect(() => title.current?.focus(), [at]);

  async function next(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (at < STEPS.length - 1) return setAt(at + 1);
    setBusy(true);
    setError(null);
    try {
      const body = bodyOf(wish, language.get(), Date.now());
      onGiven(await api.post<Given>(path, body, headersOf(who)), wish.passcode);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  const change = (part: Partial<Wish>) => setWish({ ...wish, ...part });
  const isLast = at === STEPS.length - 1;
  return (
    <Card title={text("records.links.new")} icon={Share2}>
      <form className="stack" onSubmit={next}>
        <div className="step-head">
          <StepPicture step={step} />
          <div>
            <p className="muted small">{text("records.links.step", { n: at + 1 })}</p>
            <h3 ref={title} tabIndex={-1}>
              {text(`records.links.${step}`)}
            </h3>
          </div>
        </div>
        {step === "what" && <What wish={wish} onChange={change} />}
        {step === "how" && <How wish={wish} onChange={change} />}
        {step === "whom" && <Whom wish={wish} onChange={change} />}
        <ErrorNote error={error} />
        <div className="row-apart">
          <Button icon={ArrowLeft} onClick={() => (at > 0 ? setAt(at - 1) : onCancel())}>
            {text("records.links.back")}
          </Button>
          <Button
            kind="primary"
            type="submit"
            icon={isLast ? QrCode : ArrowRight}
            busy={isBusy}
            disabled={wish.kinds.length === 0}
          >
            {text(isLast ? "records.links.make" : "records.links.next")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

interface StepProps {
  wish: Wish;
  onChange: (part: Partial<Wish>) => void;
}

function What({ wish, onChange }: StepProps) {
  const text = useText();
  return (
    <div className="stack-tight">
      {kinds.map((kind) => {
        const Icon = icons[kind];
        const isOn = wish.kinds.includes(kind);
        return (
          <Switch
            key={kind}
            icon={<Icon aria-hidden />}
            label={text(`records.links.kind.${kind}`)}
            hint={text(`records.links.kind.${kind}.hint`)}
            checked={isOn}
            onChange={() =>
              onChange({ kinds: kinds.filter((it) => wish.kinds.includes(it) !== (it === kind)) })
            }
          />
        );
      })}
      <p className="muted small">{text("records.links.as-it-is")}</p>
    </div>
  );
}

function How({ wish, onChange }: StepProps) {
  const text = useText();
  return (
    <div className="stack">
      <Select
        label={text("records.links.until")}
        value={wish.span}
        onChange={(event) => onChange({ span: event.target.value as Span })}
      >
        {Object.keys(spans).map((span) => (
          <option key={span} value={span}>
            {text(`records.links.span.${span}`)}
          </option>
        ))}
      </Select>
      <Select
        label={text("records.links.opens")}
        value={wish.opens_most}
        onChange={(event) => onChange({ opens_most: Number(event.target.value) })}
      >
        {OPENS.map((n) => (
          <option key={n} value={n}>
            {text("records.links.opens.n", { n })}
          </option>
        ))}
      </Select>
      <Switch
        icon={<KeyRound aria-hidden />}
        label={text("records.links.passcode")}
        hint={text("records.links.passcode.hint")}
        checked={wish.passcode !== ""}
        onChange={(isOn) => onChange({ passcode: isOn ? newPasscode() : "" })}
      />
    </div>
  );
}

function Whom({ wish, onChange }: StepProps) {
  const text = useText();
  return (
    <div className="stack">
      <Field
        label={text("records.links.label")}
        hint={text("records.links.label.hint")}
        maxLength={80}
        value={wish.label}
        onChange={(event) => onChange({ label: event.target.value })}
      />
      <p className="muted small">{text("records.links.trust")}</p>
    </div>
  );
}
