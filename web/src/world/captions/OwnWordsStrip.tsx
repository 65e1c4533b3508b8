import { Captions, CaptionsOff } from "lucide-react";
import type { Banner } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { IconButton } from "../../kit/ui";
import { company, useCompany } from "../world";
import { ownWords } from "./here";
import "../talk/talk.css";

/** Stays while our words are shown to others: by the microphone, or by who writes them down. */
function OwnWordsStrip() {
  const text = useText();
  const state = useStore(ownWords.state);
  const letting = useStore(company.captions.letting);
  const names = useCompany()
    .filter(({ slot }) => letting.includes(slot))
    .map(({ name }) => name);
  const isOn = state === "waiting" || state === "listening";
  return (
    <>
      {isOn && (
        <section className="talk-strip" aria-label={text("world.captions")}>
          <span className="talk-state">
            <Captions aria-hidden />
            <span role="status">
              {text(
                state === "listening" ? "world.captions.own.shown" : "world.captions.own.waiting",
              )}
            </span>
          </span>
          <IconButton
            icon={CaptionsOff}
            label={text("world.captions.own.stop")}
            onClick={() => ownWords.turnOff()}
          />
        </section>
      )}
      {names.length > 0 && (
        <section className="talk-strip" aria-label={text("world.captions.let")}>
          <span className="talk-state">
            <Captions aria-hidden />
            <span role="status">{text("world.captions.let.by", { names: names.join(", ") })}</span>
          </span>
          <IconButton
            icon={CaptionsOff}
            label={text("world.captions.let.end")}
            onClick={() => {
              for (const slot of letting) company.captions.let(slot, false);
            }}
          />
        </section>
      )}
    </>
  );
}

export const ownWordsStrip: Banner = {
  id: "own-words",
  places: ["*"],
  Component: OwnWordsStrip,
};
