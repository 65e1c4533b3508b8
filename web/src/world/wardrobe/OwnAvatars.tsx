import { CircleAlert, Upload } from "lucide-react";
import { type ChangeEvent, type DragEvent, useRef, useState } from "react";
import { ApiError, api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useText } from "../../kit/text";
import { Button, ErrorNote, Progress, toast, Waiting } from "../../kit/ui";
import { AvatarRow } from "./AvatarRow";
import { AVATARS, bringAvatar, flawOf, type OwnAvatar } from "./bringing";

interface OwnAvatarsProps {
  /** The one that the mirror shows. */
  readonly shown: string;
  readonly onShow: (id: string) => void;
}

/** Avatars of one's own: brought, looked at, worn, taken off and deleted. */
export function OwnAvatars({ shown, onShow }: OwnAvatarsProps) {
  const text = useText();
  const mine = useAsked((signal) => api.get<readonly OwnAvatar[]>(AVATARS, signal), []);
  const [error, setError] = useState<unknown>(null);
  const [share, setShare] = useState<number | null>(null);
  const [flaw, setFlaw] = useState<string | null>(null);
  const [unsure, setUnsure] = useState<File | null>(null);

  async function bring(file: File, isPermitted = false): Promise<void> {
    setError(null);
    setUnsure(null);
    const found = await flawOf(file);
    setFlaw(found);
    if (found) return;
    setShare(0);
    try {
      const brought = await bringAvatar(file, isPermitted, setShare);
      toast(text("world.avatar.brought", { name: brought.name }));
      onShow(brought.id);
      mine.again();
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 403) setUnsure(file);
      setError(problem);
    } finally {
      setShare(null);
    }
  }

  async function change(work: Promise<unknown>, id: string, said: string): Promise<void> {
    setError(null);
    try {
      await work;
      toast(text(said));
      onShow(id);
      mine.again();
    } catch (problem) {
      setError(problem);
    }
  }

  return (
    <div className="own-avatars">
      <Dropping isBusy={share !== null} onFile={(file) => void bring(file)} />
      {share !== null && <Progress label={text("world.avatar.bringing")} value={share} />}
      {flaw && (
        <div className="error-note" role="alert">
          <CircleAlert aria-hidden />
          <div>
            <p>{text(`world.avatar.${flaw}`)}</p>
            <p className="muted">{text(`world.avatar.${flaw}.hint`)}</p>
          </div>
        </div>
      )}
      <ErrorNote error={error} />
      {unsure && (
        <Button onClick={() => void bring(unsure, true)}>{text("world.avatar.permitted")}</Button>
      )}
      <ErrorNote error={mine.error} onRetry={mine.again} />
      {!mine.error && !mine.value && <Waiting label={text("world.wardrobe.opening")} />}
      <ul className="avatar-list" aria-label={text("world.avatar.mine")}>
        {mine.value?.map((avatar) => (
          <AvatarRow
            key={avatar.id}
            avatar={avatar}
            isShown={shown === avatar.id}
            onShow={() => onShow(avatar.id)}
            onWear={() =>
              change(api.put(`${AVATARS}/${avatar.id}/worn`, {}), avatar.id, "world.avatar.worn")
            }
            onTakeOff={() => change(api.delete(`${AVATARS}/worn`), "", "world.avatar.taken-off")}
            onDelete={() =>
              change(api.delete(`${AVATARS}/${avatar.id}`), "", "world.avatar.deleted")
            }
            onUndo={() =>
              change(
                api.post(`${AVATARS}/${avatar.id}/restore`),
                avatar.id,
                "world.avatar.restored",
              )
            }
          />
        ))}
      </ul>
    </div>
  );
}

/** Where a file is dropped, or chosen. */
function Dropping({ isBusy, onFile }: { isBusy: boolean; onFile: (file: File) => void }) {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);

  function take(files: FileList | null): void {
    const file = files?.[0];
    if (file && !isBusy) onFile(file);
  }

  function chosen(event: ChangeEvent<HTMLInputElement>): void {
    take(event.target.files);
    event.target.value = "";
  }

  function drag(event: DragEvent): void {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer.files);
  }

  return (
    <fieldset
      className={isOver ? "avatar-drop over" : "avatar-drop"}
      onDragOver={drag}
      onDragLeave={drag}
      onDrop={drag}
    >
      <legend className="unseen">{text("world.avatar.bring")}</legend>
      <p>{text("world.avatar.intro")}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept=".vrm,model/gltf-binary"
        onChange={chosen}
        aria-label={text("world.avatar.bring")}
      />
      <Button icon={Upload} busy={isBusy} onClick={() => input.current?.click()}>
        {text("world.avatar.bring")}
      </Button>
      <p className="muted small">{text("world.avatar.limits")}</p>
    </fieldset>
  );
}
