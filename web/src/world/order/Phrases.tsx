import { useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import { Phrase } from "../../wire/world";
import { company } from "../world";
import "./order.css";

/** What can be said with one press; each hears it in their own language. */
export function Phrases() {
  const text = useText();
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons side by side, not a fieldset
    <div className="phrases" role="group" aria-label={text("world.phrases")}>
      {Object.values(Phrase).map((phrase) => (
        <Button key={phrase} onClick={() => company.utter(phrase)}>
          {text(`world.phrase.${phrase}`)}
        </Button>
      ))}
    </div>
  );
}
