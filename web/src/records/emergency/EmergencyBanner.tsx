import { LogOut, Siren, UserRoundSearch } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useNow } from "../../kit/clock";
import { type Banner, goTo, type PanelProps, showPanel } from "../../kit/place";
import { useSession } from "../../kit/session";
import { useText } from "../../kit/text";
import { Button, toast } from "../../kit/ui";
import { type Named, titleOf, unnamed } from "../choices/names";
import { broken, canShow, useBroken, useEmergencySubject } from "./broken";
import "./emergency.css";
import { type Breaking, endEarly, minutesLeft } from "./model";

/** Says everywhere that one looks without being allowed, for how long, and how to end it. */
function EmergencyBanner({ place }: PanelProps) {
  const isClinician = useSession()?.roles.includes("clinician") ?? false;
  const held = useBroken(isClinician);
  useEmergencySubject(place, held);
  return held && <Open held={held} place={place} />;
}

function Open({ held, place }: { held: Breaking; place: string }) {
  const text = useText();
  const now = useNow();
  const [isBusy, setBusy] = useState(false);
  const headers = { "X-Purpose-Of-Use": "BTG" };
  const name = useAsked(
    async (stop) => titleOf(await api.get<Named>(`/fhir/R4/${held.patient}`, stop, headers)),
    [held.id],
  );

  async function end(): Promise<void> {
    setBusy(true);
    try {
      await endEarly(held);
      broken.set(null);
      toast(text("records.emergency.ended"), "good");
    } catch {
      toast(text("records.emergency.end.failed"), "danger");
    } finally {
      setBusy(false);
    }
  }

  function show(): void {
    if (!canShow(place)) goTo("home");
    setTimeout(() => showPanel("risks")); // the place's panels come with it
  }

  return (
    <section className="emergency-banner" aria-label={text("records.emergency.banner")}>
      <Siren aria-hidden />
      <p>
        {text("records.emergency.banner.of", { name: name.value || unnamed(held.patient) })}{" "}
        <span className="number nowrap" role="timer">
          {text("records.emergency.ends", { n: minutesLeft(held, now) })}
        </span>
      </p>
      <Button icon={UserRoundSearch} onClick={show}>
        {text("records.emergency.show")}
      </Button>
      <Button kind="danger" icon={LogOut} busy={isBusy} onClick={end}>
        {text("records.emergency.end")}
      </Button>
    </section>
  );
}

export const emergencyBanner: Banner = {
  id: "emergency",
  places: ["*"],
  Component: EmergencyBanner,
};
