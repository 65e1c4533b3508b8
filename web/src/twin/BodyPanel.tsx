import { PersonStanding, ScanSearch } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useStore } from "../kit/store";
import { number, useText } from "../kit/text";
import { Card, ErrorNote, IconButton, Waiting } from "../kit/ui";
import type { Body } from "../wire/twin";
import { Closed } from "./Closed";
import { chosen, scenes } from "./chosen";
import { stateIcons } from "./icons";
import { NotWhole } from "./NotWhole";
import { OrganCard } from "./OrganCard";
import { OrganList } from "./OrganList";
import { useBody, useOpened } from "./use";
import "./twin.css";

const BodyView = lazy(() => import("./BodyView").then((m) => ({ default: m.BodyView })));
const SHOWN = ["attention", "watch", "calm"] as const;

/** The body: drawn, as a list, and the card of the organ one has picked. */
export function BodyPanel() {
  const text = useText();
  const who = useOpened();
  const body = useBody();
  const id = useStore(chosen);
  const isDrawn = useStore(scenes) > 0;
  const [isWished, setWished] = useState(false);
  if (!who) return <Closed icon={PersonStanding} />;
  const organ = body.value?.organs.find((one) => one.id === id);
  return (
    <Card
      className="body-panel"
      title={text("twin.ui.body")}
      icon={PersonStanding}
      actions={
        isDrawn && (
          <IconButton
            icon={ScanSearch}
            label={text("twin.ui.body.here")}
            aria-pressed={isWished}
            onClick={() => setWished(!isWished)}
          />
        )
      }
    >
      {body.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={body.error} onRetry={body.again} />
      {body.value && (
        <>
          {(!isDrawn || isWished) && (
            <Suspense fallback={<div className="body-view" />}>
              <BodyView />
            </Suspense>
          )}
          <Measured body={body.value} />
          <Legend />
          {organ && <OrganCard organ={organ} />}
          <OrganList organs={body.value.organs} />
          {!body.value.is_whole && <NotWhole />}
        </>
      )}
    </Card>
  );
}

/** After which of her measures the figure is drawn. */
function Measured({ body }: { body: Body }) {
  const text = useText();
  const { height_m, bmi } = body;
  const what = [
    height_m !== null && text("twin.ui.body.height", { n: number(100 * height_m) }),
    bmi !== null && text("twin.ui.body.bmi", { n: number(bmi, 1) }),
  ].filter(Boolean);
  if (what.length === 0) return null;
  return <p className="muted small">{text("twin.ui.body.figure", { what: what.join(" · ") })}</p>;
}

function Legend() {
  const text = useText();
  return (
    <ul className="legend" aria-label={text("twin.ui.legend")}>
      {SHOWN.map((state) => {
        const Icon = stateIcons[state];
        return (
          <li key={state} data-state={state}>
            <i aria-hidden />
            <Icon aria-hidden />
            {text(`twin.ui.legend.${state}`)}
          </li>
        );
      })}
    </ul>
  );
}
