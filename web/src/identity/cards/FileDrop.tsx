import { FileUp } from "lucide-react";
import { type ChangeEvent, type DragEvent, useState } from "react";
import { useText } from "../../kit/text";

const LARGEST = 262_144; // bytes

interface FileDropProps {
  onText: (text: string) => void;
}

/** Where a credential's file is dropped, or chosen. */
export function FileDrop({ onText }: FileDropProps) {
  const text = useText();
  const [isOver, setOver] = useState(false);
  const [isLarge, setLarge] = useState(false);

  async function take(files: FileList | null): Promise<void> {
    const file = files?.[0];
    if (!file) return;
    setLarge(file.size > LARGEST);
    if (file.size <= LARGEST) onText(await file.text());
  }

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  }

  function onChange(event: ChangeEvent<HTMLInputElement>): void {
    take(event.target.files);
    event.target.value = ""; // so that the same file can be chosen again
  }

  return (
    <div className="stack-tight">
      <label
        className="paper-drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <FileUp aria-hidden />
        <span>{text("identity.cards.drop")}</span>
        <span className="muted small">{text("identity.cards.drop.kinds")}</span>
        <input
          type="file"
          className="unseen"
          accept=".json,.jsonld,.jwt,.txt,application/json,application/vc,text/plain"
          onChange={onChange}
        />
      </label>
      {isLarge && (
        <p className="field-error" role="alert">
          {text("identity.cards.drop.large")}
        </p>
      )}
    </div>
  );
}
