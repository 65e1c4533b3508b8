import type { LucideIcon } from "lucide-react";
import { type ReactNode, useEffect, useId } from "react";
import { useStore } from "../../kit/store";
import { focused, focusThing } from "../world";

interface EntryProps {
  id: string;
  icon: LucideIcon;
  name: string;
  /** What it is: a person, a door, a seat. */
  role: string;
  /** How far and which way. */
  where: string;
  actions?: ReactNode;
  children?: ReactNode;
}

/** One line of what is here. While it has the focus, the scene lights up what it stands for. */
export function Entry({ id, icon: Icon, name, role, where, actions, children }: EntryProps) {
  const about = useId();
  const isFocused = useStore(focused) === id;
  useEffect(() => {
    return () => {
      if (focused.get() === id) focusThing("");
    };
  }, [id]);
  return (
    <li
      className="here-one"
      data-thing={id}
      data-focused={isFocused || undefined}
      onFocus={() => focusThing(id)}
      onBlur={() => focusThing("")}
    >
      <button
        type="button"
        className="here-name"
        aria-describedby={about}
        aria-pressed={isFocused}
        onClick={(event) => event.currentTarget.focus()}
      >
        <Icon aria-hidden />
        <span>{name}</span>
      </button>
      <div className="here-about" id={about}>
        <p className="muted small">
          {role}
          {where && ` · ${where}`}
        </p>
        {children}
      </div>
      {actions && <div className="here-actions">{actions}</div>}
    </li>
  );
}
