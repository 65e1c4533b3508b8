import { Blocks, Eye, Hammer, MapPinHouse, Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, ErrorNote, Tabs, Waiting } from "../../kit/ui";
import { AboutCard } from "./AboutCard";
import { ChooseCard } from "./ChooseCard";
import { desk, type Opened } from "./desk";
import { PartCard } from "./PartCard";
import { PartsCard } from "./PartsCard";
import { PublishCard } from "./PublishCard";
import { SaveCard } from "./SaveCard";
import { useMakingWords } from "./words";
import "../panels/panels.css";
import "./making.css";

/** Places of one's own: choose one, then build it; the same as in the picture, in words. */
export function MakingPanel({ place }: PanelProps) {
  const text = useText();
  const words = useMakingWords();
  const opened = useStore(desk.opened);
  if (!words.value) {
    return (
      <Card title={text("world.making")} icon={Blocks}>
        <ErrorNote error={words.error} onRetry={words.again} />
        {words.isWaiting && <Waiting label={text("world.making.opening")} />}
      </Card>
    );
  }
  return opened ? <Editor key={opened.id} opened={opened} /> : <ChooseCard here={place} />;
}

const TABS = [
  ["build", Hammer],
  ["place", MapPinHouse],
  ["publish", Upload],
] as const;

function Editor({ opened }: { opened: Opened }) {
  const text = useText();
  const [tab, setTab] = useState("build");
  const isLooking = useStore(desk.isLooking);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (desk.isChanged) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    top.current?.scrollIntoView?.({ block: "start" }); // some browsers answer with a promise
  }, []);
  if (isLooking) {
    return (
      <Card title={text("world.making.looking")} icon={Eye} tone="accent">
        <p className="muted">{text("world.making.look.hint")}</p>
        <Button kind="primary" icon={Hammer} onClick={() => desk.isLooking.set(false)}>
          {text("world.making.look.end")}
        </Button>
      </Card>
    );
  }
  const tabs = TABS.map(([id, icon]) => ({ id, icon, label: text(`world.making.tab.${id}`) }));
  return (
    <>
      <div ref={top} />
      <SaveCard opened={opened} />
      <Tabs
        tabs={tabs}
        value={tab}
        onChange={setTab}
        label={text("world.making")}
        controls="making-tab"
      />
      <div id="making-tab" className="making-tab">
        {tab === "build" && (
          <>
            <PartCard opened={opened} />
            <PartsCard opened={opened} />
          </>
        )}
        {tab === "place" && <AboutCard opened={opened} />}
        {tab === "publish" && <PublishCard opened={opened} />}
      </div>
    </>
  );
}
