import { Bluetooth, CalendarClock, PenLine } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useNow } from "../../kit/clock";
import { type Banner, goTo, showPanel } from "../../kit/place";
import { useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import { useSubject } from "../../records/subject";
import { soon, usePlans } from "./plans";
import "../devices.css";

const ManualEntry = lazy(() => import("../ManualEntry").then((m) => ({ default: m.ManualEntry })));

/** At home: what is to be measured now. */
function DueBanner() {
  const text = useText();
  const now = useNow();
  const who = useSubject();
  const isOwn = who?.purpose === "PATRQT";
  const plans = usePlans(isOwn ? who : null);
  const [isOpen, setOpen] = useState(false);
  const due = plans.value?.find(({ due_at }) => due_at !== null);
  if (!due?.due_at) return null;
  return (
    <section className="due-banner" aria-label={text("devices.plans.now")}>
      <CalendarClock aria-hidden />
      <p>
        <strong>{text("devices.plans.now")}</strong>{" "}
        {text("devices.plans.now.what", {
          what: text(`devices.kind.${due.kind}`),
          at: soon(due.due_at, now),
        })}
      </p>
      <Button
        icon={Bluetooth}
        onClick={() => {
          goTo("home");
          showPanel("devices");
        }}
      >
        {text("devices.plans.try")}
      </Button>
      <Button icon={PenLine} onClick={() => setOpen(true)}>
        {text("devices.hand")}
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <ManualEntry
            first={due.kind}
            onClose={() => {
              setOpen(false);
              plans.again();
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

export const dueBanner: Banner = { id: "due", places: ["home"], Component: DueBanner };
