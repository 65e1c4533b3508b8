import { Mic, MicOff, Phone, PhoneOff, Volume2 } from "lucide-react";
import type { Panel } from "../../kit/place";
import { useText } from "../../kit/text";
import { Avatar, Badge, Button, Card, Empty } from "../../kit/ui";
import type { Somebody } from "../company";
import type { VoiceState } from "../voice";
import { company, useCompany, useVoice } from "../world";
import "./panels.css";

/** Talk with the people here: the microphone, and who speaks. */
function VoicePanel() {
  const text = useText();
  const voice = useVoice();
  const others = useCompany().filter(({ isMe }) => !isMe);
  const isOn = voice.state === "on";
  return (
    <Card title={text("world.voice")} icon={Volume2}>
      <p role="status">{text(`world.voice.state.${stateOf(voice)}`)}</p>
      <p className="muted small">{text("world.voice.hint")}</p>
      <div className="row">{isOn ? <Talking voice={voice} /> : <Join voice={voice} />}</div>
      {others.length === 0 ? (
        <Empty icon={Volume2} title={text("world.voice.alone")} />
      ) : (
        <ul className="here" aria-label={text("world.people")}>
          {others.map((somebody) => (
            <Voiced key={somebody.slot} somebody={somebody} voice={voice} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function stateOf({ state, isMuted }: VoiceState): string {
  return state === "on" && isMuted ? "muted" : state;
}

function Join({ voice }: { voice: VoiceState }) {
  const text = useText();
  const isAgain = voice.state === "denied" || voice.state === "absent";
  return (
    <Button
      kind="primary"
      icon={Phone}
      busy={voice.state === "asking"}
      onClick={() => void company.voice.join()}
    >
      {text(isAgain ? "kit.retry" : "world.voice.join")}
    </Button>
  );
}

function Talking({ voice: { isMuted } }: { voice: VoiceState }) {
  const text = useText();
  return (
    <>
      <Button
        icon={isMuted ? MicOff : Mic}
        aria-pressed={isMuted}
        onClick={() => company.voice.mute(!isMuted)}
      >
        {text(isMuted ? "world.voice.unmute" : "world.voice.mute")}
      </Button>
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
  return (
    <li className="row-apart">
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
          {text(isConnected ? "world.voice.connected" : "world.voice.apart")}
        </Badge>
      )}
    </li>
  );
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
  { ...shared, id: "voice-outside", places: ["plaza", "home", "clinic"], group: "here", order: 30 },
];
