import { Camera, CameraOff, FileUp, ScanSearch } from "lucide-react";
import { type ChangeEvent, type DragEvent, useEffect, useRef, useState } from "react";
import { useText } from "../kit/text";
import { Button, Card, TextArea } from "../kit/ui";
import { canReadPictures, hasCamera, readPicture, watch } from "./camera";
import type { Gathered } from "./gathering";

interface BringProps {
  gathered: Gathered;
  onText: (text: string) => void;
}

/** Ways to bring a receipt: a file, its text, or the camera. */
export function Bring({ gathered, onText }: BringProps) {
  const text = useText();
  const [pasted, setPasted] = useState("");
  const [isWatching, setWatching] = useState(false);
  const [isOver, setOver] = useState(false);
  const take = async (files: FileList | null) => {
    for (const file of files ?? []) {
      const isPicture = file.type.startsWith("image/");
      onText(isPicture ? (await readPicture(file).catch(() => [])).join("\n") : await file.text());
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <Card>
      <label
        className="verify-drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <FileUp aria-hidden />
        <span className="verify-drop-words">{text("ledger.verify.drop")}</span>
        <span className="muted small">
          {text(canReadPictures() ? "ledger.verify.drop.pictures" : "ledger.verify.drop.files")}
        </span>
        <input
          type="file"
          className="unseen"
          accept=".json,.txt,application/json,text/plain,image/*"
          multiple
          onChange={(event: ChangeEvent<HTMLInputElement>) => take(event.target.files)}
        />
      </label>
      {hasCamera() && (
        <Button
          icon={isWatching ? CameraOff : Camera}
          wide
          onClick={() => setWatching(!isWatching)}
        >
          {text(isWatching ? "ledger.verify.camera.stop" : "ledger.verify.camera")}
        </Button>
      )}
      {isWatching && <Watching onText={onText} onEnd={() => setWatching(false)} />}
      <TextArea
        label={text("ledger.verify.paste")}
        hint={text("ledger.verify.paste.hint")}
        rows={3}
        spellCheck={false}
        value={pasted}
        onChange={(event) => setPasted(event.target.value)}
      />
      <Button
        kind="primary"
        icon={ScanSearch}
        wide
        disabled={pasted.trim() === ""}
        onClick={() => onText(pasted)}
      >
        {text("ledger.verify.check")}
      </Button>
      {gathered.kind === "nothing" && (
        <p className="field-error" role="alert">
          {text("ledger.verify.nothing")}
        </p>
      )}
      {gathered.kind === "some" && gathered.of > 0 && (
        <p role="status">
          {text("ledger.verify.some", { n: gathered.pieces.length, of: gathered.of })}
        </p>
      )}
    </Card>
  );
}

function Watching({ onText, onEnd }: { onText: (text: string) => void; onEnd: () => void }) {
  const text = useText();
  const video = useRef<HTMLVideoElement>(null);
  const heard = useRef(onText);
  heard.current = onText;
  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    let stop: (() => void) | null = null;
    let isOver = false;
    const begin = async () => {
      if (!video.current) return;
      const ends = await watch(video.current, (found) => heard.current(found));
      if (isOver) ends();
      else stop = ends;
    };
    begin().catch(() => ended.current());
    return () => {
      isOver = true;
      stop?.();
    };
  }, []);
  return (
    <video
      ref={video}
      className="verify-video"
      muted
      playsInline
      aria-label={text("ledger.verify.camera")}
    />
  );
}
