import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { Store, useStore } from "../store";
import { useText } from "../text";
import { IconButton } from "./Button";

export type ToastTone = "plain" | "good" | "danger";
interface Note {
  readonly id: number;
  readonly words: string;
  readonly tone: ToastTone;
}

const SHOWN_MS = 6000;
const icons = { plain: Info, good: CircleCheck, danger: CircleAlert };
const notes = new Store<readonly Note[]>([]);
let count = 0;

function drop(id: number): void {
  notes.update((all) => all.filter((note) => note.id !== id));
}

/** Say something in passing, at the edge of the window, without taking the focus. */
export function toast(words: string, tone: ToastTone = "plain"): void {
  count += 1;
  const note = { id: count, words, tone };
  notes.update((all) => [...all.slice(-2), note]);
  setTimeout(() => drop(note.id), SHOWN_MS);
}

export function Toasts() {
  const text = useText();
  const shown = useStore(notes);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, words, tone }) => {
        const Icon = icons[tone];
        return (
          <div key={id} className={`toast toast-${tone}`}>
            <Icon aria-hidden />
            <p>{words}</p>
            <IconButton icon={X} label={text("kit.close")} onClick={() => drop(id)} />
          </div>
        );
      })}
    </div>
  );
}
