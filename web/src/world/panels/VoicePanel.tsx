import { Ear, Mic, MicOff, Phone, PhoneOff, ServerOff, Volume2 } from "lucide-react";
import type { Panel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Avatar, Badge, Button, Card, Empty } from "../../kit/ui";
import type { Somebody } from "../company";
import { AsideCard } from "../talk/AsideCard";
import { HoldToTalk } from "../talk/HoldToTalk";
import { Level } from "../talk/Level";
import type { Refusal } from "../talk/refusals";
import { StageCard } from "../talk/StageCard";
import { TalkOptions } from "../talk/TalkOptions";
import { Volume } from "../talk/Volume";
import { voiceStateOf } from "../talk/words";
import type { VoiceState } from "../voice";
import { company, useCompany, useStay, useVoice } from "../world";
import "./panels.css";

/** Talk with the people here: the microphone, and who speaks. */
function VoicePanel() {
  const text = useText();
  const voice = useVoice();
  const others = useCompany().filter(({ isMe }) => !isMe);
  const isOn = voice.state === "on";
  const { refusals } = company;
  return (
    <Card title={text("world.voice")} icon={Volume2}>
      <p role="status">{text(`world.voice.state.${voiceStateOf(voice)}`)}</p>
      {isOn && !voice.isListening && <OwnLevel />}
      <div className="row">{isOn ? <Talking voice={voice} /> : <Join voice={voice} />}</div>
      {isOn && <Refused refusal={refusals.speaking} said="world.voice.refused.own" />}
      {isOn && <Refused refusal={refusals.hearing} said="world.voice.refused.others" />}
      <Hint />
      {others.length === 0 ? (
        <Empty icon={Volume2} title={text("world.voice.alone")} />
      ) : (
        <ul className="here" aria-label={text("world.people")}>
          {others.map((somebody) => (
            <Voiced key={somebody.slot} somebody={somebody} voice={voice} />
          ))}
        </ul>
      )}
      <StageCard />
      {others.length > 0 && <AsideCard />}
      <details className="talk-more">
        <summary>{text("world.talk.options")}</summary>
        <TalkOptions />
      </details>
    </Card>
  );
}

/** What the SFU refuses, and when it is asked again; nothing while it does not. */
function Refused({ refusal, said }: { refusal: Refusal; said: string }) {
  const text = useText();
  const seconds = useStore(refusal.again_s);
  if (seconds === 0) return null;
  return (
    <p className="voice-refused" role="status">
      <ServerOff aria-hidden />
      {text(said, { seconds })}
    </p>
  );
}

/** Which way voices go here, and who may listen or learn an address. */
function Hint() {
  const text = useText();
  const isSfu = useStore(company.isSfu);
  const isRelayOnly = useStore(company.peers.isRelayOnly);
  const mayRelay = useStore(company.peers.mayRelay);
  let hint = "world.voice.hint";
  if (isSfu) hint = "world.voice.hint.sfu";
  else if (isRelayOnly) hint = "world.voice.hint.relayed";
  else if (mayRelay) hint = "world.voice.hint.relay";
  return <p className="muted small">{text(hint)}</p>;
}

function OwnLevel() {
  const text = useText();
  const { me } = useStay();
  return (
    <p className="row-apart small">
      {text("world.talk.level.mine")}
      <Level slot={me} label={text("world.talk.level.mine")} />
    </p>
  );
}

function Join({ voice: { state, trouble } }: { voice: VoiceState }) {
  const text = useText();
  return (
    <>
      <Button
        kind="primary"
        icon={Phone}
        busy={state === "asking"}
        onClick={() => void company.voice.join()}
      >
        {text(trouble ? "kit.retry" : "world.voice.join")}
      </Button>
      <Button icon={Ear} disabled={state === "asking"} onClick={() => company.voice.listen()}>
        {text("world.voice.listen")}
      </Button>
    </>
  );
}

function Talking({ voice: { isMuted, isPush, isListening } }: { voice: VoiceState }) {
  const text = useText();
  return (
    <>
      {isListening && (
        <Button icon={Mic} onClick={() => void company.voice.join()}>
          {text("world.voice.open")}
        </Button>
      )}
      {!isListening && isPush && <HoldToTalk />}
      {!isListening && (
        <Button
          icon={isMuted ? MicOff : Mic}
          aria-pressed={isMuted}
          aria-keyshortcuts="M"
          onClick={() => company.voice.mute(!isMuted)}
        >
          {text(isMuted ? "world.voice.unmute" : "world.voice.mute")}
        </Button>
      )}
      <Button kind="danger" icon={PhoneOff} onClick={() => company.voice.leave()}>
        {text("world.voice.leave")}
      </Button>
    </>
  );
}

function Voiced({ somebody, voice }: { somebody: Somebody; voice: VoiceState }) {
  const text = useText();
  const { slot, name, isSpeaking } = somebody;
  const isConnected = voice.connected.includes(slot);
  const mine = useCompany().find(({ isMe }) => isMe)?.aside ?? 0;
  const isOutside = somebody.aside !== mine;
  return (
    <li className="talk-one">
      <span className="row-apart">
        <span className="row">
          <Avatar name={name} size={34} />
          {name}
        </span>
        {isSpeaking ? (
          <Badge tone="good" icon={Volume2}>
            {text("world.voice.speaks")}
          </Badge>
        ) : (
          <Badge tone={isConnected ? "accent" : "plain"}>
            {text(isOutside ? "world.aside.outside" : `world.voice.${wayTo(slot, voice)}`)}
          </Badge>
        )}
      </span>
      {isConnected && (
        <span className="row-apart">
          <Volume somebody={somebody} />
          <Level slot={slot} label={text("world.talk.level", { name })} />
        </span>
      )}
    </li>
  );
}

function wayTo(slot: number, { connected, calling, stuck }: VoiceState): string {
  if (connected.includes(slot)) return "connected";
  if (stuck.includes(slot)) return "stuck";
  return calling.includes(slot) ? "calling" : "apart";
}

const shared = {
  titleKey: "world.voice",
  icon: Mic,
  roles: [],
  Component: VoicePanel,
};

/** In a consulting room talking comes before the rest; elsewhere it waits to be called. */
export const voicePanels: readonly Panel[] = [
  { ...shared, id: "voice", places: ["consulting-room-*"], group: "visit", order: 20 },
  {
    ...shared,
    id: "voice-outside",
    places: ["plaza", "home", "clinic", "place-*"],
    group: "here",
    order: 30,
  },
];
