import { LockKeyhole, LogOut } from "lucide-react";
import type { Banner } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, IconButton } from "../../kit/ui";
import { company, useCompany } from "../world";
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
        <Card
          key={one.aside}
          tone="accent"
          icon={LockKeyhole}
          title={text("world.aside.asks", { name: one.name })}
          className="line-banner"
        >
          <p role="status">{text("world.aside.hint")}</p>
          <div className="row">
            <Button kind="primary" onClick={() => company.asides.accept(one)}>
              {text("world.aside.yes")}
            </Button>
            <Button kind="plain" onClick={() => company.asides.decline(one)}>
              {text("world.aside.no")}
            </Button>
          </div>
        </Card>
      ))}
    </>
  );
}

export const asideBanner: Banner = { id: "aside", places: ["*"], Component: AsideBanner };
