import type { LucideIcon } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly icon?: LucideIcon | undefined;
}

export interface TabsProps {
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  label: string;
  /** Id of the element whose content the tabs choose. */
  controls?: string;
}

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** One row to choose from; arrow keys move, as everywhere. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export function Tabs({ tabs, value, onChange, label, controls }: TabsProps) {
  const row = useRef<HTMLDivElement>(null);

  function onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const at = tabs.findIndex((tab) => tab.id === value);
    const next = step && tabs[step(at, tabs.length)];
    if (!next) return;
    event.preventDefault();
    onChange(next.id);
    row.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  }

  return (
    <div className="tabs" role="tablist" aria-label={label} ref={row} onKeyDown={onKey}>
      {tabs.map(({ id, label: words, icon: Icon }) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          aria-selected={id === value}
          aria-controls={controls}
          tabIndex={id === value ? 0 : -1}
          onClick={() => onChange(id)}
        >
          {Icon && <Icon aria-hidden />}
          <span>{words}</span>
        </button>
      ))}
    </div>
  );
}
