import { Eye, Undo2 } from "lucide-react";
import { useState } from "react";
import { countdown, useNow } from "../kit/clock";
import type { Banner, PanelProps } from "../kit/place";
import { useText } from "../kit/text";
import { Button, toast } from "../kit/ui";
import { proveNewestIfWanted } from "../records/signed/use";
import { stands, useSubjectOfVisit } from "./access";
import "./clinic.css";
import { usePresence } from "./presence";
import { change, useVisit, useVisitLine, type Visit } from "./visit";

/** Wherever she goes, the patient sees who may look at her record, and ends it with one press. */
function AccessBanner({ place }: PanelProps) {
  useVisitLine();
  usePresence(place);
  useSubjectOfVisit(place);
  const { visit } = useVisit();
  // In his own room the clinician's panel says the same.
  const isTold = visit?.my_part === "clinician" && visit.room === place;
  return visit && !isTold ? <Standing visit={visit} /> : null;
}

function Standing({ visit }: { visit: Visit }) {
  const text = useText();
  const now = useNow();
  const [isBusy, setBusy] = useState(false);
  if (!stands(visit, now)) return null;
  const isMine = visit.my_part === "patient";
  const name = isMine ? (visit.clinician_name ?? "") : visit.patient_name;

  async function takeBack(): Promise<void> {
    setBusy(true);
    try {
      await change(visit.id, "revoke");
      toast(text("clinic.revoked"), "good");
    } catch {
      return toast(text("clinic.revoke.failed"), "danger");
    } finally {
      setBusy(false);
    }
    await proveNewestIfWanted(visit.patient.replace("Patient/", ""));
  }

  return (
    <section className="access-banner" aria-label={text("clinic.banner")}>
      <Eye aria-hidden />
      <p>
        {text(isMine ? "clinic.banner.mine" : "clinic.banner.theirs", { name })}{" "}
        <span className="number nowrap" role="timer">
          {text("clinic.left", { time: countdown(visit.until, now) })}
        </span>
      </p>
      {isMine && (
        <Button kind="danger" icon={Undo2} busy={isBusy} onClick={takeBack}>
          {text("clinic.revoke")}
        </Button>
      )}
    </section>
  );
}

export const accessBanner: Banner = { id: "access", places: ["*"], Component: AccessBanner };
