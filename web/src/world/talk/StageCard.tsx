import { Hand, Mic, MicOff, Presentation } from "lucide-react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Switch } from "../../kit/ui";
import type { Somebody } from "../company";
import { maySpeak } from "../earshot";
import { company, useCompany, useStanding } from "../world";
import "./talk.css";

/** On stage: who has the word, whose hand is up, and what a host does about it. */
export function StageCard() {
  const text = useText();
  const isStage = useStore(company.isStage);
  const people = useCompany();
  const isHost = useStanding().rights.includes("moderate");
  const me = people.find(({ isMe }) => isMe);
  if (!me || !(isStage || isHost)) return null;
  return (
    <section className="talk-aside" aria-label={text("world.stage")}>
      <h3 className="row">
        <Presentation aria-hidden />
        {text("world.stage")}
      </h3>
      {isHost && (
        <Switch
          label={text("world.stage.on")}
          hint={text("world.stage.hint")}
          checked={isStage}
          onChange={(is) => company.setStage(is)}
        />
      )}
      {isStage && <Own me={me} />}
      {isStage && <Words people={people} isHost={isHost} />}
    </section>
  );
}

function Own({ me }: { me: Somebody }) {
  const text = useText();
  if (maySpeak(me)) return <p role="status">{text("world.stage.mine")}</p>;
  return (
    <>
      <p role="status">{text(me.isHandUp ? "world.stage.waiting" : "world.stage.none")}</p>
      <Button
        icon={Hand}
        aria-pressed={me.isHandUp}
        onClick={() => company.raiseHand(!me.isHandUp)}
      >
        {text(me.isHandUp ? "world.hand.lower" : "world.stage.ask")}
      </Button>
    </>
  );
}

function Words({ people, isHost }: { people: readonly Somebody[]; isHost: boolean }) {
  const text = useText();
  const speakers = people.filter(maySpeak);
  const waiting = people
    .filter((one) => one.hand > 0 && !maySpeak(one))
    .sort((a, b) => a.hand - b.hand);
  return (
    <>
      <ul className="here" aria-label={text("world.stage.speakers")}>
        {speakers.map((one) => (
          <li key={one.slot} className="row-apart">
            {one.name}
            {isHost && one.hasWord ? (
              <Button kind="plain" icon={MicOff} onClick={() => company.giveWord(one.slot, false)}>
                {text("world.stage.take")}
              </Button>
            ) : (
              <Badge tone="accent">{text("world.stage.word")}</Badge>
            )}
          </li>
        ))}
      </ul>
      {waiting.length > 0 && (
        <ol className="here" aria-label={text("world.stage.queue")}>
          {waiting.map((one) => (
            <li key={one.slot} className="row-apart">
              <span className="row">
                <Hand aria-hidden />
                {one.name}
              </span>
              {isHost && (
                <Button icon={Mic} onClick={() => company.giveWord(one.slot, true)}>
                  {text("world.stage.give")}
                </Button>
              )}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
