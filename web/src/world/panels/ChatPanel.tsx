import { LockKeyhole, MessageCircle, SendHorizontal } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Panel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Avatar, Button, Card, Empty, Field } from "../../kit/ui";
import { MAX_CHAT_CHARS } from "../../wire/world";
import type { Happening } from "../happenings";
import { Phrases } from "../order/Phrases";
import { company, useCompany, useHappenings, useStanding } from "../world";
import "./panels.css";

/** What is said in this place, and a line to say something. */
function ChatPanel() {
  const text = useText();
  const happenings = useHappenings();
  const end = useRef<HTMLLIElement>(null);
  const newest = happenings.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line is brought into view
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [newest]);

  return (
    <Card title={text("world.chat")} icon={MessageCircle}>
      <p className="muted small">{text("world.chat.hint")}</p>
      {happenings.length === 0 && <Empty icon={MessageCircle} title={text("world.chat.empty")} />}
      <ul className="chat" aria-label={text("world.chat.history")}>
        {happenings.map((line) => (
          <Line key={line.id} line={line} />
        ))}
        <li ref={end} aria-hidden />
      </ul>
      <SayForm />
    </Card>
  );
}

function Line({ line }: { line: Happening }) {
  const text = useText();
  const { kind, name, isMine, isPrivate, at } = line;
  const words = kind === "uttered" ? text(`world.phrase.${line.text}`) : line.text;
  const time = <time dateTime={at}>{moment(at, "time")}</time>;
  if (kind !== "said" && kind !== "uttered") {
    return (
      <li className="chat-note muted small">
        {text(`world.heard.${kind}`, { name })} {time}
      </li>
    );
  }
  return (
    <li className="chat-line" data-mine={isMine || undefined}>
      <Avatar name={name} size={34} />
      <div>
        <p className="chat-who small">
          <strong>{isMine ? text("world.chat.me") : name}</strong> {time}{" "}
          {isPrivate && (
            <>
              <LockKeyhole className="talk-private" aria-hidden /> {text("world.aside.said")}
            </>
          )}
        </p>
        <p className="chat-words" lang="">
          {words}
        </p>
      </div>
    </li>
  );
}

function SayForm() {
  const text = useText();
  const [words, setWords] = useState("");
  const [isUnsent, setUnsent] = useState(false);
  const complaint = useStore(company.complaint);
  const { is_silent, phrases_only, slow_s } = useStanding();
  const isPrivate = useCompany().some(({ isMe, aside }) => isMe && aside > 0);

  function say(event: FormEvent): void {
    event.preventDefault();
    if (!words.trim()) return;
    const isSent = company.say(words);
    setUnsent(!isSent);
    if (isSent) setWords("");
  }

  const trouble = isUnsent ? "world.chat.unsent" : complaint && `world.refused.${complaint.code}`;
  if (phrases_only || is_silent) {
    return (
      <div className="chat-form">
        <p role="status">
          {text(is_silent ? "world.refused.silenced" : "world.refused.phrases-only")}
        </p>
        {!is_silent && <Phrases />}
      </div>
    );
  }
  return (
    <form className="chat-form" onSubmit={say}>
      {slow_s > 0 && <p className="muted small">{text("world.chat.slow", { n: slow_s })}</p>}
      <Field
        label={text(isPrivate ? "world.aside.say" : "world.chat.say")}
        value={words}
        maxLength={MAX_CHAT_CHARS}
        autoComplete="off"
        enterKeyHint="send"
        error={trouble ? text(trouble) : undefined}
        onChange={(event) => setWords(event.target.value)}
      />
      <Button kind="primary" type="submit" icon={SendHorizontal} disabled={!words.trim()}>
        {text("world.chat.send")}
      </Button>
      <details className="phrases-more">
        <summary>{text("world.phrases")}</summary>
        <Phrases />
      </details>
    </form>
  );
}

export const chatPanel: Panel = {
  id: "chat",
  titleKey: "world.chat",
  icon: MessageCircle,
  places: ["*"],
  roles: [],
  group: "here",
  order: 20,
  Component: ChatPanel,
};
