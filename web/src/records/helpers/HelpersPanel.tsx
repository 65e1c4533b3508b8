import { IdCard, UserRoundPlus, Users } from "lucide-react";
import { useState } from "react";
import { useAsked } from "../../kit/asked";
import { useNow } from "../../kit/clock";
import { hasText, useText } from "../../kit/text";
import { Avatar, Badge, Button, Card, Empty, ErrorNote, Waiting } from "../../kit/ui";
import { ChoiceCard } from "../choices/ChoiceCard";
import { kindOf, namedIn } from "../choices/model";
import { search, titleOf, useNames } from "../choices/names";
import { useChoices } from "../choices/use";
import "../choices/choices.css";
import { headersOf, isHome, mayDecide, type Subject, useSubject } from "../subject";
import { NewHelper } from "./NewHelper";
import { NotYours } from "./NotYours";
import { codesOf, isGuardian, type Relative } from "./relatives";

export function HelpersPanel() {
  const subject = useSubject();
  if (!isHome(subject)) return null;
  if (!mayDecide(subject)) return <NotYours />;
  return <Helpers key={subject.patient} who={subject} />;
}

/** Who may look, write or decide in her place, and until when. */
function Helpers({ who }: { who: Subject }) {
  const text = useText();
  const now = useNow(15_000);
  const [isAdding, setAdding] = useState(false);
  const choices = useChoices(who);
  const relatives = useAsked(
    (stop) =>
      search<Relative>(`RelatedPerson?patient=${who.patient}&_count=100`, stop, headersOf(who)),
    [who.patient],
  );
  const helping = choices.value?.filter(
    ({ choice, stands }) => stands && choice && kindOf(choice) === "help",
  );
  const nameOf = useNames(helping?.flatMap(({ choice }) => (choice ? namedIn(choice) : [])) ?? []);
  return (
    <>
      <Card title={text("records.helpers")} icon={Users}>
        <p className="muted">{text("records.helpers.about")}</p>
        <Button kind="primary" icon={UserRoundPlus} wide onClick={() => setAdding(true)}>
          {text("records.helpers.new")}
        </Button>
        {choices.isWaiting && <Waiting label={text("records.choices.waiting")} />}
        <ErrorNote error={choices.error} onRetry={choices.again} />
        {helping?.length === 0 && (
          <Empty
            icon={Users}
            title={text("records.helpers.empty")}
            text={text("records.helpers.empty.hint")}
          />
        )}
        <ul className="choices">
          {helping?.map((one) => (
            <ChoiceCard
              key={one.consent}
              said={one}
              who={who}
              nameOf={nameOf}
              now={now}
              onEnded={choices.again}
            />
          ))}
        </ul>
      </Card>
      <ErrorNote error={relatives.error} onRetry={relatives.again} />
      <Near relatives={relatives.value ?? []} />
      <Card title={text("records.helpers.number")} icon={IdCard}>
        <p className="muted">{text("records.helpers.number.about")}</p>
        <code className="number-here">{`Patient/${who.patient}`}</code>
      </Card>
      {isAdding && (
        <NewHelper
          who={who}
          relatives={relatives.value ?? []}
          onClose={() => {
            setAdding(false);
            relatives.again();
          }}
        />
      )}
    </>
  );
}

/** Everybody near to her whom her record names, with what they need to come in. */
function Near({ relatives }: { relatives: readonly Relative[] }) {
  const text = useText();
  if (relatives.length === 0) return null;
  return (
    <Card title={text("records.helpers.near")} icon={IdCard}>
      <p className="muted">{text("records.helpers.near.about")}</p>
      <ul className="near">
        {relatives.map((one) => {
          const name = titleOf(one) || text("records.unnamed.RelatedPerson", { id: one.id });
          const [code = ""] = codesOf(one);
          const key = `records.relation.${code}`;
          return (
            <li key={one.id}>
              <Avatar name={name} />
              <span className="near-words">
                <strong>{name}</strong>
                <span className="muted small">
                  {text(hasText(key) ? key : "records.relation.other")}
                </span>
                <code>{`RelatedPerson/${one.id}`}</code>
              </span>
              {isGuardian(one) && <Badge tone="accent">{text("records.helpers.guardian")}</Badge>}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
