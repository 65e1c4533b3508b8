import { Ear, Mic, MicOff, PhoneOff } from "lucide-react";
import type { Banner } from "../../kit/place";
import { useText } from "../../kit/text";
import { IconButton } from "../../kit/ui";
import { company, useStay, useVoice } from "../world";
import { HoldToTalk } from "./HoldToTalk";
import { Level } from "./Level";
import { voiceStateOf } from "./words";
import "./talk.css";

/** Stays while the voice is on: whether one is heard, how loud, and the ways to end it. */
function TalkBanner() {
  const text = useText();
  const voice = useVoice();
  const { me } = useStay();
  if (voice.state !== "on") return null;
  const { isMuted, isPush, isListening } = voice;
  const isHeard = company.voice.isSending;
  const Icon = isListening ? Ear : isHeard ? Mic : MicOff;
  return (
    <section className="talk-strip" aria-label={text("world.voice")} data-heard={isHeard}>
      <span className="talk-state">
        <Icon aria-hidden />
        <span role="status">{text(`world.voice.state.${voiceStateOf(voice)}`)}</span>
      </span>
      {!isListening && <Level slot={me} label={text("world.talk.level.mine")} />}
      {!isListening && isPush && <HoldToTalk />}
      {!isListening && (
        <IconButton
          icon={isMuted ? MicOff : Mic}
          label={text(isMuted ? "world.voice.unmute" : "world.voice.mute")}
          aria-keyshortcuts="M"
          onClick={() => company.voice.mute(!isMuted)}
        />
      )}
      <IconButton
        icon={PhoneOff}
        label={text("world.voice.leave")}
        onClick={() => company.voice.leave()}
      />
    </section>
  );
}

export const talkBanner: Banner = { id: "talk", places: ["*"], Component: TalkBanner };
