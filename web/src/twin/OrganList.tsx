import { type KeyboardEvent, useRef } from "react";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import type { Organ } from "../wire/twin";
import { chosen, hovered, turns } from "./chosen";
import { stateIcons } from "./icons";
import { KnownBar } from "./Known";

const GRAVITY = { attention: 0, watch: 1, calm: 2, unknown: 3 } as const;
const TURNS: Readonly<Record<string, number>> = {
  ArrowLeft: -Math.PI / 12,
  ArrowRight: Math.PI / 12,
};
const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Those with something to say come first; otherwise in the house's order, from head to foot. */
export function inOrder(organs: readonly Organ[]): readonly Organ[] {
  const told = organs.filter(({ findings }) => findings.length > 0);
  const quiet = organs.filter(({ findings }) => findings.length === 0);
  return [...told.sort((a, b) => GRAVITY[a.state] - GRAVITY[b.state]), ...quiet];
}

/**
 * The body as a list, for keyboard and ear: up and down step through the organs, left and right
 * turn the body, Enter opens an organ, Escape shows the whole.
 */
export function OrganList({ organs }: { organs: readonly Organ[] }) {
  const text = useText();
  const open = useStore(chosen);
  const under = useStore(hovered);
  const list = useRef<HTMLUListElement>(null);
  const shown = inOrder(organs);

  function onKey(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const next = STEPS[event.key]?.(at, buttons.length);
    const turn = TURNS[event.key];
    if (next !== undefined) buttons[next]?.focus();
    else if (turn !== undefined) turns.set({ by: turn });
    else if (event.key === "Escape") chosen.set(null);
    else return;
    event.preventDefault();
  }

  return (
    <ul className="organs" ref={list} aria-label={text("twin.ui.body.organs")} onKeyDown={onKey}>
      {shown.map(({ id, name_key, state, findings, completeness }, i) => {
        const Icon = stateIcons[state];
        const words = text(findings.length ? `twin.ui.state.${state}` : "twin.ui.state.nothing");
        return (
          <li key={id}>
            <button
              type="button"
              className="organ"
              data-state={findings.length ? state : "nothing"}
              data-under={under === id}
              aria-pressed={open === id}
              tabIndex={(open ? open === id : i === 0) ? 0 : -1}
              onClick={() => chosen.set(open === id ? null : id)}
              onPointerEnter={() => hovered.set(id)}
              onPointerLeave={() => hovered.set(null)}
              onFocus={() => hovered.set(id)}
              onBlur={() => hovered.set(null)}
            >
              <Icon aria-hidden />
              <span>{text(name_key)}</span>
              <span className="organ-words">{words}</span>
              <KnownBar known={completeness} />
              {findings.length > 0 && <span className="organ-count">{findings.length}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
