import { DoorClosed, DoorOpen, MessagesSquare } from "lucide-react";
import { useState } from "react";
import { goTo, type Panel, type PanelProps } from "../kit/place";
import { useSession } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Button, Card, Empty, ErrorNote } from "../kit/ui";
import { ClinicianVisit } from "./ClinicianVisit";
import { PatientVisit } from "./PatientVisit";
import { enterRoom, walkInError } from "./presence";
import { change, useVisit } from "./visit";

function VisitPanel({ place }: PanelProps) {
  const text = useText();
  const me = useSession();
  const isClinician = me?.roles.includes("clinician") ?? false;
  const error = useStore(walkInError);
  const { visit } = useVisit();
  const here = visit?.room === place ? visit : null;
  if (error && !here) {
    return (
      <Card title={text("clinic.visit")} icon={MessagesSquare}>
        <ErrorNote error={error} onRetry={() => enterRoom(place)} />
        <Button icon={DoorOpen} onClick={() => goTo("clinic")}>
          {text("clinic.back")}
        </Button>
      </Card>
    );
  }
  if (here) {
    return (
      <>
        {here.my_part === "patient" ? (
          <PatientVisit visit={here} />
        ) : (
          <ClinicianVisit visit={here} />
        )}
        <EndVisit visit={here.id} />
      </>
    );
  }
  return isClinician ? <WaitingForPatient /> : <NoVisit onAgain={() => enterRoom(place)} />;
}

function WaitingForPatient() {
  const text = useText();
  return (
    <Card>
      <Empty icon={DoorOpen} title={text("clinic.ready")} text={text("clinic.ready.hint")} />
    </Card>
  );
}

function NoVisit({ onAgain }: { onAgain: () => void }) {
  const text = useText();
  return (
    <Card>
      <Empty
        icon={DoorClosed}
        title={text("clinic.over")}
        text={text("clinic.over.hint")}
        action={
          <div className="row">
            <Button onClick={onAgain}>{text("clinic.over.again")}</Button>
            <Button kind="primary" icon={DoorOpen} onClick={() => goTo("clinic")}>
              {text("clinic.back")}
            </Button>
          </div>
        }
      />
    </Card>
  );
}

function EndVisit({ visit }: { visit: string }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function close(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await change(visit, "close");
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <div className="stack-tight">
      <ErrorNote error={error} />
      <Button icon={DoorClosed} busy={isBusy} wide onClick={close}>
        {text("clinic.close")}
      </Button>
    </div>
  );
}

export const visitPanel: Panel = {
  id: "visit",
  titleKey: "clinic.visit",
  icon: MessagesSquare,
  places: ["consulting-room-*"],
  roles: ["patient", "clinician"],
  group: "visit",
  order: 10,
  isUrgent: true,
  Component: VisitPanel,
};
