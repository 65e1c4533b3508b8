import { PenLine } from "lucide-react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Card, Switch } from "../../kit/ui";
import { company, useCompany } from "../world";

/** Who may write down what one says; nobody does without one's yes. */
export function LetCard() {
  const text = useText();
  const letting = useStore(company.captions.letting);
  const trouble = useStore(company.captions.trouble);
  const others = useCompany().filter(({ isMe }) => !isMe);
  return (
    <Card title={text("world.captions.let")} icon={PenLine}>
      <p className="muted small">{text("world.captions.let.hint")}</p>
      {others.length === 0 && <p className="muted small">{text("world.captions.let.alone")}</p>}
      {others.map(({ slot, name }) => (
        <Switch
          key={slot}
          label={name}
          checked={letting.includes(slot)}
          onChange={(next) => company.captions.let(slot, next)}
        />
      ))}
      {trouble?.piece === -1 && (
        <p role="alert" className="field-error">
          {text(`world.captions.refused.${trouble.code}`)}
        </p>
      )}
    </Card>
  );
}
