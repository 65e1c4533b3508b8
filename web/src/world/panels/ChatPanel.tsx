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
  const [trouble, setTrouble] = useState("");
  const meant = useRef(0); // for which aside the words were begun
  const under = useRef(""); // words on their way
  const complaint = useStore(company.complaint);
  const heard = useHappenings().findLast(({ isMine, kind }) => isMine && kind === "said");
  const { is_silent, phrases_only, slow_s } = useStanding();
  const mine = useCompany().find(({ isMe }) => isMe)?.aside ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each line that was heard
  useEffect(() => {
    under.current = "";
  }, [heard?.id]);
  useEffect(() => {
    if (!complaint || !under.current) return;
    const lost = under.current;
    under.current = "";
    if (complaint.code === "other-ears") meant.current = company.aside; // sent again, it is for these
    setWords((now) => now || lost);
  }, [complaint]);

  function write(next: string): void {
    if (!words) meant.current = company.aside;
    setWords(next);
  }

  function say(event: FormEvent): void {
    event.preventDefault();
    if (!words.trim()) return;
    if (meant.current !== company.aside) {
      meant.current = company.aside; // now they see for whom it is
      setTrouble("world.refused.other-ears");
      return;
    }
    const isSent = company.say(words, meant.current);
    setTrouble(isSent ? "" : "world.chat.unsent");
    if (!isSent) return;
    under.current = words;
    setWords("");
  }

  const why = trouble || (complaint && `world.refused.${complaint.code}`);
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
        label={text(mine > 0 ? "world.aside.say" : "world.chat.say")}
        value={words}
        maxLength={MAX_CHAT_CHARS}
        autoComplete="off"
        enterKeyHint="send"
        error={why ? text(why) : undefined}
        onChange={(event) => write(event.target.value)}
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
