import { LockKeyhole, LogOut } from "lucide-react";
import { useEffect, useState } from "react";
import type { Banner } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, IconButton } from "../../kit/ui";
import { company, useCompany } from "../world";
import type { Asked } from "./asides";
import "./talk.css";

/** Stays while one speaks privately: with whom, and the way out; and who asks one to. */
function AsideBanner() {
  const text = useText();
  const asked = useStore(company.asides.asked);
  const people = useCompany();
  const mine = people.find(({ isMe }) => isMe)?.aside ?? 0;
  const inside = people.filter(({ isMe, aside }) => !isMe && mine > 0 && aside === mine);
  return (
    <>
      {mine > 0 && (
        <section className="talk-strip" aria-label={text("world.aside")} data-heard="true">
          <span className="talk-state">
            <LockKeyhole aria-hidden />
            <span role="status">
              {text("world.aside.inside", { names: inside.map(({ name }) => name).join(", ") })}
            </span>
          </span>
          <IconButton
            icon={LogOut}
            label={text("world.aside.leave")}
            onClick={() => company.asides.leave()}
          />
        </section>
      )}
      {asked.map((one) => (
        <Question key={one.aside} asked={one} />
      ))}
    </>
  );
}

function Question({ asked }: { asked: Asked }) {
  const text = useText();
  const complaint = useStore(company.complaint);
  const [isWaiting, setWaiting] = useState(false);
  const [why, setWhy] = useState("");
  useEffect(() => {
    if (!complaint || !isWaiting) return;
    setWaiting(false);
    setWhy(`world.refused.${complaint.code}`);
  }, [complaint, isWaiting]);
  function accept(): void {
    company.complaint.set(null);
    const isSent = company.asides.accept(asked);
    setWaiting(isSent);
    setWhy(isSent ? "" : "world.talk.unsent");
  }
  return (
    <Card
      tone="accent"
      icon={LockKeyhole}
      title={text("world.aside.asks", { name: asked.name })}
      className="line-banner"
    >
      <p role="status">{text("world.aside.hint")}</p>
      {why && <p role="alert">{text(why)}</p>}
      <div className="row">
        <Button kind="primary" busy={isWaiting} onClick={accept}>
          {text("world.aside.yes")}
        </Button>
        <Button kind="plain" onClick={() => company.asides.decline(asked)}>
          {text("world.aside.no")}
        </Button>
      </div>
    </Card>
  );
}

export const asideBanner: Banner = { id: "aside", places: ["*"], Component: AsideBanner };
