import { LockKeyhole } from "lucide-react";
import { useEffect } from "react";
import type { Banner, PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { company } from "../world";
import { attendCaptions, captionMemory } from "./here";
import { type Turn, turnsOf } from "./lines";
import { useRoom } from "./room";
import "./captions.css";

const MOST = 3; // people at once
const ROOM = { small: 170, medium: 140, large: 110, huge: 80 } as const; // letters of each
const ROOM_TIGHT = 60;
const TIGHT_PX = 180; // less is left above an open panel on a phone: the last words of one alone
const LEAST_PX = 60; // and here nothing can be read
const TINTS = 6;
const READ_OUT = 3;

/** What is said, as words at the bottom of the view; and for screen readers once it is finished. */
function CaptionBand({ place }: PanelProps) {
  const { isReading, size, isBold } = useStore(captionMemory.store);
  // Our own words we always see, as others do.
  const lines = useStore(company.captions.shown).filter(({ isMine }) => isReading || isMine);
  const room = useRoom(place, lines.length > 0);
  useEffect(attendCaptions, []);
  const height = room?.maxHeight ?? 0;
  const isTight = height < TIGHT_PX;
  const turns = turnsOf(lines, isTight ? ROOM_TIGHT : ROOM[size]).slice(isTight ? -1 : -MOST);
  return (
    <>
      {isReading && <ReadOut />}
      {room && turns.length > 0 && height >= LEAST_PX && (
        <div
          className="captions"
          data-size={size}
          data-bold={isBold}
          data-tight={isTight}
          style={room}
          aria-hidden
        >
          {turns.map((turn) => (
            <Spoken key={turn.id} turn={turn} />
          ))}
        </div>
      )}
    </>
  );
}

function Spoken({ turn }: { turn: Turn }) {
  const text = useText();
  const { slot, name, by, isPrivate, parts } = turn;
  return (
    <p className="captions-turn">
      <strong data-tint={slot % TINTS}>
        {isPrivate && <LockKeyhole aria-hidden />}
        {by ? text("world.captions.by", { name, by }) : name}
      </strong>{" "}
      {parts.map(({ id, lang, text: words }) => (
        <span key={id} lang={lang} dir="auto">
          {words}{" "}
        </span>
      ))}
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
