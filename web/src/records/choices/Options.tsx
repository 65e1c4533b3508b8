import { Check, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export interface Option {
  readonly id: string;
  readonly icon: LucideIcon;
  readonly title: string;
  readonly hint?: string | undefined;
  /** A number beside it: how much there is of it. */
  readonly count?: ReactNode;
}

interface OptionsProps {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChoose: (id: string) => void;
  /** Small pictures side by side, for many. */
  isDense?: boolean;
}

/** Big pictures to choose from with one press each. */
export function Options({ label, options, chosen, onChoose, isDense = false }: OptionsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons that belong together, not fields of a form
    <div role="group" aria-label={label} className="options" data-dense={isDense || undefined}>
      {options.map(({ id, icon: Icon, title, hint, count }) => (
        <button
          key={id}
          type="button"
          className="option"
          aria-pressed={chosen.includes(id)}
          onClick={() => onChoose(id)}
        >
          <span className="option-icon">
            <Icon aria-hidden />
          </span>
          <span className="option-words">
            <strong>{title}</strong>
            {hint && <span className="muted small">{hint}</span>}
          </span>
          {count !== undefined && <span className="option-count number">{count}</span>}
          <Check aria-hidden className="option-check" />
        </button>
      ))}
    </div>
  );
}
