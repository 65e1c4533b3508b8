import { useText } from "../../kit/text";
import { INK_NAMES, INKS } from "./inks";

interface InkRowProps {
  readonly label: string;
  readonly ink: number;
  readonly colors?: readonly string[];
  readonly onInk: (ink: number) => void;
}

/** Colours to choose from, each with a name. */
export function InkRow({ label, ink, colors = INKS, onInk }: InkRowProps) {
  const text = useText();
  return (
    <fieldset className="ink-row">
      <legend className="unseen">{label}</legend>
      {colors.map((color, i) => (
        <button
          key={color}
          type="button"
          className="ink"
          style={{ background: color }}
          aria-pressed={i === ink}
          aria-label={text(INK_NAMES[i] ?? INK_NAMES[0])}
          onClick={() => onInk(i)}
        />
      ))}
    </fieldset>
  );
}
