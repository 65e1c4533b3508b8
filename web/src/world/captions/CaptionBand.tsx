import { LockKeyhole } from "lucide-react";
import { useEffect } from "react";
import type { Banner, PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { company } from "../world";
import { attendCaptions, captionMemory } from "./here";
import { type Line, tail } from "./lines";
import { useRoom } from "./room";
import "./captions.css";

const MOST = 3; // lines of different people at once
const ROOM = { small: 170, medium: 140, large: 110, huge: 80 } as const; // letters of each
const TINTS = 6;
const READ_OUT = 3;

/** What is said, as words at the bottom of the view; and for screen readers once it is finished. */
function CaptionBand({ place }: PanelProps) {
  const { isReading, size, isBold } = useStore(captionMemory.store);
  const lines = useStore(company.captions.shown)
    .filter(({ isMine }) => isReading || isMine) // our own we always see as others do
    .slice(-MOST);
  const room = useRoom(place, lines.length > 0);
  useEffect(attendCaptions, []);
  return (
    <>
      {isReading && <ReadOut />}
      {lines.length > 0 && (
        <div className="captions" data-size={size} data-bold={isBold} style={room} aria-hidden>
          {lines.map((line) => (
            <Spoken
              key={line.key + line.isFinal + (line.isFinal ? line.id : "")}
              line={line}
              most={ROOM[size]}
            />
          ))}
        </div>
      )}
    </>
  );
}

function Spoken({ line, most }: { line: Line; most: number }) {
  const text = useText();
  const { slot, name, by, lang } = line;
  return (
    <p className="captions-line" data-draft={!line.isFinal}>
      <strong data-tint={slot % TINTS}>
        {line.isPrivate && <LockKeyhole aria-hidden />}
        {by ? text("world.captions.by", { name, by }) : name}
      </strong>{" "}
      <span lang={lang} dir="auto">
        {tail(line.text, most)}
      </span>
    </p>
  );
}

/** Finished lines of others, each read out once. */
function ReadOut() {
  const text = useText();
  const lines = useStore(company.captions.lines).filter(({ isMine }) => !isMine);
  return (
    <div className="unseen" role="log" aria-live="polite" aria-label={text("world.captions")}>
      {lines.slice(-READ_OUT).map(({ id, name, by, lang, text: words }) => (
        <p key={id}>
          {by ? text("world.captions.by", { name, by }) : name}: <span lang={lang}>{words}</span>
        </p>
      ))}
    </div>
  );
}

export const captionBand: Banner = { id: "captions", places: ["*"], Component: CaptionBand };
