import { LockKeyhole, LogOut, MessageCircleQuestionMark } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../kit/clock";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Switch, toast } from "../../kit/ui";
import type { Somebody } from "../company";
import { distance } from "../panels/things";
import { company, useCompany } from "../world";
import { NEAR_M } from "./asides";

/** Speak privately with people who stand near: ask, see who is in it, and leave. */
export function AsideCard() {
  const text = useText();
  useNow(); // they walk
  const people = useCompany();
  const mine = people.find(({ isMe }) => isMe)?.aside ?? 0;
  const inside = people.filter(({ isMe, aside }) => mine > 0 && !isMe && aside === mine);
  return (
    <section className="talk-aside" aria-label={text("world.aside")}>
      <h3 className="row">
        <LockKeyhole aria-hidden />
        {text("world.aside")}
      </h3>
      {mine > 0 && (
        <>
          <p role="status">
            {text("world.aside.inside", { names: inside.map(({ name }) => name).join(", ") })}
          </p>
          <Button icon={LogOut} onClick={() => company.asides.leave()}>
            {text("world.aside.leave")}
          </Button>
        </>
      )}
      <Asking key={mine} near={people.filter(isNear)} />
      <p className="muted small">{text("world.aside.hint")}</p>
    </section>
  );
}

/** Whether somebody could be asked now. */
export function isNear({ isMe, isAway, aside, glide }: Somebody): boolean {
  const there = glide.at(performance.now())?.position;
  const own = company.pose?.position;
  if (isMe || isAway || aside > 0 || !there || !own) return false;
  return distance(own, there) <= NEAR_M;
}

function Asking({ near }: { near: readonly Somebody[] }) {
  const text = useText();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { isAsked, ask: askThem } = useAsking();
  const whom = near.filter(({ who }) => chosen.includes(who));
  function ask(): void {
    askThem(whom.map(({ slot }) => slot));
    setChosen([]);
  }
  if (near.length === 0) return <p className="muted">{text("world.aside.nobody")}</p>;
  return (
    <>
      {near.map(({ who, name }) => (
        <Switch
          key={who}
          label={name}
          checked={chosen.includes(who)}
          onChange={(is) => setChosen(is ? [...chosen, who] : chosen.filter((one) => one !== who))}
        />
      ))}
      <Button icon={MessageCircleQuestionMark} disabled={whom.length === 0} onClick={ask}>
        {text("world.aside.ask")}
      </Button>
      {isAsked && <Outcome />}
    </>
  );
}

/** Ask somebody to speak privately; once one has, `Outcome` says what came of it. */
export function useAsking(): { isAsked: boolean; ask: (slots: readonly number[]) => void } {
  const text = useText();
  const [isAsked, setAsked] = useState(false);
  function ask(slots: readonly number[]): void {
    company.complaint.set(null);
    const isSent = company.asides.ask(slots);
    setAsked(isSent);
    if (!isSent) toast(text("world.talk.unsent"), "danger");
  }
  return { isAsked, ask };
}

/** That they were asked, or why not. */
export function Outcome() {
  const text = useText();
  const complaint = useStore(company.complaint);
  return (
    <p role="status" className="small">
      {complaint ? text(`world.refused.${complaint.code}`) : text("world.aside.asked")}
    </p>
  );
}
