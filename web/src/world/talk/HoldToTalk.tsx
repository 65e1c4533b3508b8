import { Mic } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useEffect, useRef } from "react";
import { useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import { company, useVoice } from "../world";
import "./talk.css";

/** Held by finger, mouse or key one is heard; whoever cannot hold presses once more to end it. */
export function HoldToTalk() {
  const text = useText();
  const { isHeld, isMuted } = useVoice();
  const isOurs = useRef(false);
  const hold = (is: boolean) => {
    isOurs.current = is;
    company.voice.hold(is);
  };
  useEffect(
    () => () => {
      if (isOurs.current) company.voice.hold(false); // nobody hears a button that is gone let go
    },
    [],
  );
  const press = (is: boolean) => (event: KeyboardEvent) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault(); // or a click follows
    if (!event.repeat) hold(is);
  };
  const touch = (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    hold(true);
  };
  // A click without a pointer is a screen reader's, which cannot hold.
  const click = ({ detail }: MouseEvent) => detail === 0 && hold(!isHeld);
  return (
    <Button
      kind="primary"
      className="talk-hold"
      icon={Mic}
      disabled={isMuted}
      aria-pressed={isHeld}
      aria-keyshortcuts="V"
      onPointerDown={touch}
      onPointerUp={() => hold(false)}
      onPointerCancel={() => hold(false)}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={press(true)}
      onKeyUp={press(false)}
      onBlur={() => hold(false)}
      onClick={click}
    >
      {text(isHeld ? "world.talk.held" : "world.talk.hold")}
    </Button>
  );
}
