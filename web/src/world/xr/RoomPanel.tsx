import { Download, QrCode, ScanEye } from "lucide-react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { pictureOf } from "../../kit/picture";
import type { PanelProps } from "../../kit/place";
import { useText } from "../../kit/text";
import { Card, ErrorNote, Waiting } from "../../kit/ui";
import "./xr.css";

interface Code {
  readonly url: string;
  readonly svg: string;
}

/** The code that two people in one real room touch, so that both see the same at the same spot. */
export function RoomPanel({ place }: PanelProps) {
  const text = useText();
  const path = `/api/world/places/${place}/code`;
  const code = useAsked((stop) => api.get<Code>(path, stop), [path]);
  return (
    <Card title={text("world.room")} icon={QrCode}>
      <p>{text("world.room.what")}</p>
      <ol className="room-steps">
        {(["lay", "menu", "touch"] as const).map((step) => (
          <li key={step}>{text(`world.room.${step}`)}</li>
        ))}
      </ol>
      {code.isWaiting && <Waiting label={text("world.room.waiting")} />}
      <ErrorNote error={code.error} onRetry={code.again} />
      {code.value && (
        <>
          <img className="room-code" src={pictureOf(code.value.svg)} alt={text("world.room.alt")} />
          <a
            className="button button-quiet room-save"
            href={pictureOf(code.value.svg)}
            download={`asklepion-${place}.svg`}
          >
            <Download aria-hidden />
            <span>{text("world.room.save")}</span>
          </a>
        </>
      )}
      <p className="muted small">
        <ScanEye aria-hidden className="room-eye" /> {text("world.room.limits")}
      </p>
    </Card>
  );
}
