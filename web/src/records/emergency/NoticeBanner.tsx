import { BookOpenCheck, Check, Siren, Square } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../kit/clock";
import { type Banner, goTo, type PanelProps, showPanel } from "../../kit/place";
import { type Me, useSession } from "../../kit/session";
import { moment, useText } from "../../kit/text";
import { Button, toast } from "../../kit/ui";
import { choose, ownPatient, useReadRepresented, useRepresented } from "../helpers/represented";
import "./emergency.css";
import { type Breaking, endEarly, goesOn, isJudged } from "./model";
import { emergenciesChanged, markRead, useTold, useUnread } from "./told";

/** Tells a patient in every place that somebody looked in an emergency, until she has read it. */
function NoticeBanner({ place }: PanelProps) {
  const me = useSession();
  return me?.roles.includes("patient") ? <Listening me={me} place={place} /> : null;
}

function Listening({ me, place }: { me: Me; place: string }) {
  useReadRepresented(me);
  useTold(me);
  const unread = useUnread();
  const [newest] = unread;
  return newest ? <Notice me={me} newest={newest} unread={unread} place={place} /> : null;
}

interface NoticeProps {
  me: Me;
  newest: Breaking;
  unread: readonly Breaking[];
  place: string;
}

function Notice({ me, newest, unread, place }: NoticeProps) {
  const text = useText();
  const now = useNow();
  const { people } = useRepresented();
  const [isBusy, setBusy] = useState(false);
  const patient = newest.patient.replace("Patient/", "");
  const helped = people.find((one) => one.patient === patient && patient !== ownPatient(me));
  const whose = helped ? ".of" : "";
  const isOpen = goesOn(newest, now);
  const params = {
    who: newest.actor_name || text("records.nobody"),
    name: helped?.name ?? "",
    when: moment(newest.at),
  };

  async function end(): Promise<void> {
    setBusy(true);
    try {
      await endEarly(newest);
      toast(text("records.notice.ended"), "good");
    } catch {
      toast(text("records.emergency.end.failed"), "danger");
    } finally {
      setBusy(false);
      emergenciesChanged.update((n) => n + 1);
    }
  }

  function show(): void {
    markRead(me.account, unread);
    choose(helped ? patient : "");
    if (place !== "home") goTo("home");
    setTimeout(() => showPanel("accesses")); // the place's panels come with it
  }

  return (
    <section className="emergency-banner notice" aria-label={text("records.notice")}>
      <Siren aria-hidden />
      <div className="notice-words" role="alert">
        <p>
          {isJudged(newest)
            ? text(`records.notice.judged.${newest.state}${whose}`, params)
            : text(`records.notice.told${whose}`, params)}
        </p>
        <blockquote className="reason" lang="">
          {isJudged(newest) ? newest.remark : newest.reason}
        </blockquote>
        {unread.length > 1 && (
          <p className="small">{text("records.notice.more", { n: unread.length - 1 })}</p>
        )}
      </div>
      <div className="row">
        {isOpen && (
          <Button kind="danger" icon={Square} busy={isBusy} onClick={end}>
            {text("records.notice.end")}
          </Button>
        )}
        <Button icon={BookOpenCheck} onClick={show}>
          {text("records.notice.show")}
        </Button>
        <Button kind="plain" icon={Check} onClick={() => markRead(me.account, unread)}>
          {text("records.notice.read")}
        </Button>
      </div>
    </section>
  );
}

export const noticeBanner: Banner = { id: "notice", places: ["*"], Component: NoticeBanner };
