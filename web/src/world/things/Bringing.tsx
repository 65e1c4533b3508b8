import { Box as Cube, Presentation } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { ApiError } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, ErrorNote } from "../../kit/ui";
import { MOST_NAME } from "../../wire/world";
import { company } from "../world";
import { putSpot } from "./carry";
import { bringFile } from "./files";
import type { ItemState } from "./loose";

const PICTURES = "image/png,image/jpeg,image/webp";
const MODELS = ".glb,model/gltf-binary";
const MOST_PAGES = 100;

/** Bring pictures or a model from one's own machine, for everybody here to see. */
export function Bringing({ place }: { place: string }) {
  const text = useText();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  async function bring(files: readonly File[], make: (ids: string[]) => ItemState): Promise<void> {
    const own = company.pose;
    if (files.length === 0 || !own) return;
    setBusy(true);
    setError(null);
    try {
      const ids: string[] = [];
      for (const file of files.slice(0, MOST_PAGES)) ids.push(await bringFile(place, file));
      const state = make(ids);
      company.loose.make(state, putSpot(state.kind, own, company.carry.ground));
    } catch (reason) {
      setError(reason instanceof ApiError ? reason : new ApiError(0, String(reason)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <div className="row">
        <Chooser
          label={text("world.make.slides")}
          icon={Presentation}
          accept={PICTURES}
          isMany
          isBusy={isBusy}
          onFiles={(files) =>
            bring(files, (pages) => ({ kind: "slides", name: nameFrom(files), pages, page: 0 }))
          }
        />
        <Chooser
          label={text("world.make.model")}
          icon={Cube}
          accept={MODELS}
          isBusy={isBusy}
          onFiles={(files) =>
            bring(files.slice(0, 1), ([file = ""]) => ({
              kind: "model",
              name: nameFrom(files),
              file,
              size: 0.8,
            }))
          }
        />
      </div>
      <p className="muted small">{text("world.make.files")}</p>
      <ErrorNote error={error} />
    </>
  );
}

interface ChooserProps {
  readonly label: string;
  readonly icon: typeof Cube;
  readonly accept: string;
  readonly isMany?: boolean;
  readonly isBusy: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

function Chooser({ label, icon, accept, isMany = false, isBusy, onFiles }: ChooserProps) {
  const input = useRef<HTMLInputElement>(null);
  function chosen(event: ChangeEvent<HTMLInputElement>): void {
    onFiles([...(event.target.files ?? [])]);
    event.target.value = "";
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={isMany}
        onChange={chosen}
        aria-label={label}
      />
      <Button icon={icon} busy={isBusy} onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  );
}

/** What a thing is called after its first file, without the ending. */
function nameFrom(files: readonly File[]): string {
  return (files[0]?.name ?? "").replace(/\.\w+$/, "").slice(0, MOST_NAME);
}
