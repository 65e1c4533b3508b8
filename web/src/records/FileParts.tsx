import { CircleCheck, CircleX, FileClock, Hourglass, type LucideIcon } from "lucide-react";
import { type DragEvent, type ReactNode, useId, useState } from "react";
import { Progress } from "../kit/ui";
import "./records.css";

/** Where a file on its way in stands; each list has its own words for it. */
export type FileState =
  | "waiting"
  | "gathering"
  | "sending"
  | "reading"
  | "found"
  | "undoing"
  | "done"
  | "undone"
  | "stopped"
  | "failed";

const icons: Record<FileState, LucideIcon> = {
  waiting: Hourglass,
  gathering: Hourglass,
  sending: Hourglass,
  reading: Hourglass,
  found: FileClock,
  undoing: Hourglass,
  done: CircleCheck,
  undone: CircleX,
  stopped: CircleX,
  failed: CircleX,
};
const moving: readonly FileState[] = ["gathering", "sending", "reading", "undoing"];

export interface FileLineProps {
  name: string;
  state: FileState;
  /** The state in words. */
  says: string;
  /** What the bar is called; it shows while something moves. */
  progress: string;
  /** How far it has come, 0 … 1; left out where nobody knows. */
  share?: number | undefined;
  /** Beside the name. */
  action?: ReactNode;
  children: ReactNode;
}

/** One file on its way in: its name, where it stands, and what is told of it. */
export function FileLine(props: FileLineProps) {
  const { name, state, says, progress, share, action, children } = props;
  const Icon = icons[state];
  return (
    <li className="bringing" data-state={state}>
      <div className="bringing-head">
        <Icon aria-hidden />
        <strong lang="">{name}</strong>
        <span className="muted small" role="status">
          {says}
        </span>
        {action}
      </div>
      {moving.includes(state) && <Progress label={progress} value={share} />}
      {children}
    </li>
  );
}

/** How far an account of bytes has come. */
export function shareOf(
  step: { readonly bytes_done: number; readonly bytes_total: number } | null,
): number | undefined {
  return step?.bytes_total ? step.bytes_done / step.bytes_total : undefined;
}

export interface DropZoneProps {
  icon: LucideIcon;
  title: string;
  /** Which kinds of files. */
  hint: string;
  accept: string;
  onChosen: (files: readonly File[]) => void;
  onDropped: (dropped: DataTransfer) => void;
}

/** Where files are dropped, or chosen. */
export function DropZone({ icon: Icon, title, hint, accept, onChosen, onDropped }: DropZoneProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    onDropped(event.dataTransfer);
  }

  return (
    <label
      className="drop"
      htmlFor={id}
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon aria-hidden />
      <strong>{title}</strong>
      <span className="muted small">{hint}</span>
      <input
        id={id}
        className="unseen"
        type="file"
        multiple
        accept={accept}
        onChange={(event) => {
          onChosen([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </label>
  );
}
