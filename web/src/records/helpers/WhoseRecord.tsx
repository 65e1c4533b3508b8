import { UsersRound } from "lucide-react";
import type { Banner } from "../../kit/place";
import { useSession } from "../../kit/session";
import { useText } from "../../kit/text";
import { unnamed } from "../choices/names";
import "../records.css";
import { choose, homeSubject, ownPatient, type Represented, useRepresented } from "./represented";

/** Whose record is meant at home: one's own, or that of somebody whom one helps. */
function WhoseRecord() {
  const text = useText();
  const me = useSession();
  const held = useRepresented();
  if (!me || held.people.length === 0) return null;
  const own = ownPatient(me);
  const open = homeSubject(me, held)?.patient ?? "";
  const helped = held.people.find(({ patient }) => patient === open);
  return (
    <section className="whose" aria-label={text("records.whose")}>
      <UsersRound aria-hidden />
      <span className="whose-asked">{text("records.whose")}</span>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons that belong together */}
      <div role="group" aria-label={text("records.whose")} className="whose-names">
        {own && (
          <button type="button" aria-pressed={open === own} onClick={() => choose("")}>
            {text("records.whose.mine")}
          </button>
        )}
        {held.people.map((one) => (
          <button
            key={one.patient}
            type="button"
            aria-pressed={open === one.patient}
            onClick={() => choose(one.patient)}
          >
            {nameOf(one)}
          </button>
        ))}
      </div>
      {helped && <span className="small whose-may">{mayOf(helped, text)}</span>}
    </section>
  );
}

function nameOf({ name, patient }: Represented): string {
  return name || unnamed(`Patient/${patient}`);
}

function mayOf({ acts }: Represented, text: ReturnType<typeof useText>): string {
  if (acts.includes("decide")) return text("records.whose.decide");
  return text(acts.includes("correct") ? "records.whose.correct" : "records.whose.access");
}

export const whoseRecordBanner: Banner = {
  id: "whose-record",
  places: ["home"],
  Component: WhoseRecord,
};
