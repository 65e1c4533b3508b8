import { CircleHelp, EyeOff } from "lucide-react";
import { useId, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { usePlace } from "../kit/place";
import { useSession } from "../kit/session";
import { t, useText } from "../kit/text";
import { Button, ErrorNote, Waiting } from "../kit/ui";
import { useNames } from "./choices/names";
import { whenOf } from "./choices/say";
import { hideFact } from "./choices/start";
import { headersOf, mayDecide, useSubject } from "./subject";
import "./records.css";

/** One ground on which something is shown. */
interface Because {
  readonly patient: string;
  readonly kind: "herself" | "consent" | "representative" | "emergency" | "author" | "nobody";
  readonly consent: string;
  readonly until: string | null;
}

interface Explained {
  readonly because: readonly Because[];
  readonly others: readonly (Because & { readonly actor: string })[];
}

const EVERYBODY = "*";

function untilOf({ until }: Because): string {
  return until ? t("records.why.until", { when: whenOf(until, Date.now()) }) : "";
}

/** Why one entry is shown here, and, to whom it belongs, to whom else; it opens with a press. */
export function Why({ reference }: { reference: string }) {
  const text = useText();
  const id = useId();
  const who = useSubject();
  const { place } = usePlace(); // elsewhere there is no panel to say it in
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="why">
      <div className="row">
        <Button
          kind="plain"
          icon={CircleHelp}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          {text("records.why.ask")}
        </Button>
        {mayDecide(who) && place === "home" && (
          <Button kind="plain" icon={EyeOff} onClick={() => hideFact(reference)}>
            {text("records.why.hide")}
          </Button>
        )}
      </div>
      {isOpen && (
        <div id={id} className="why-told">
          <Told reference={reference} />
        </div>
      )}
    </div>
  );
}

function Told({ reference }: { reference: string }) {
  const text = useText();
  const who = useSubject();
  const path = `/api/records/why?${new URLSearchParams({ reference })}`;
  const told = useAsked(
    (stop) => api.get<Explained>(path, stop, headersOf(who)),
    [path, who?.patient ?? "", who?.purpose ?? ""],
  );
  const me = useSession()?.person;
  const { because = [] } = told.value ?? {};
  const others = (told.value?.others ?? []).filter(({ actor }) => actor !== me);
  const nameOf = useNames(others.map(({ actor }) => actor).filter((one) => one !== EVERYBODY));
  const name = (actor: string): string =>
    actor === EVERYBODY ? text("records.say.everybody") : nameOf(actor);
  if (told.isWaiting) return <Waiting label={text("records.why.waiting")} />;
  if (told.error) return <ErrorNote error={told.error} onRetry={told.again} />;
  return (
    <>
      <ul>
        {because.map((one) => (
          <li key={`${one.patient} ${one.consent}`}>
            {text(`records.why.${one.kind}`, { until: untilOf(one) })}
          </li>
        ))}
      </ul>
      {mayDecide(who) && (
        <>
          <h3>{text("records.why.others")}</h3>
          {others.length === 0 && <p className="muted">{text("records.why.others.none")}</p>}
          <ul>
            {others.map((one) => (
              <li key={`${one.actor} ${one.consent}`}>
                {text(`records.why.other.${one.kind}`, {
                  who: name(one.actor),
                  until: untilOf(one),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
