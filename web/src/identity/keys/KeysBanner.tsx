import { Check, KeyRound, ShieldAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { type Banner, goTo, showPanel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Button, toast } from "../../kit/ui";
import "./keys.css";
import { ClosingWarning, ReturnWarning } from "../closing/Warnings";
import { keysChanged, type Notice, noteChange, type Progress, type Told } from "./model";

const ASK_MS = 60_000;
const OF_MOMENTS = ["recovery-waiting", "closing-begun", "closing-own", "return-asked"];
const OF_NAMES = [
  "closing-other",
  "closing-other-own",
  "closing-other-stopped",
  "guardian-accepted",
  "guardian-left",
  "guardian-removed",
  "person-again",
  "recovery-agreed",
  "return-other",
  "ward-asks",
];

/** Tells what became of my keys, wherever I am, and lets me object when somebody wants to replace them. */
function KeysBanner() {
  const turn = useStore(keysChanged);
  const told = useAsked((stop) => api.get<Told>("/api/identity/notices", stop), []);
  const { again } = told;
  useEffect(() => {
    if (turn) again();
    const timer = setInterval(again, ASK_MS);
    return () => clearInterval(timer);
  }, [again, turn]);
  const running = told.value?.running[0];
  const unseen = told.value?.notices.filter(({ is_seen }) => !is_seen) ?? [];
  const { closing, return: back } = told.value ?? {};
  if (running || closing || back) {
    return (
      <>
        {running && <Running progress={running} onDone={told.again} />}
        {back && <ReturnWarning told={back} onDone={told.again} />}
        {closing && <ClosingWarning told={closing} onDone={told.again} />}
      </>
    );
  }
  return unseen[0] ? <Unseen newest={unseen[0]} count={unseen.length} onDone={told.again} /> : null;
}

/** A notice in words. */
export function wordsOf(notice: Notice, text: ReturnType<typeof useText>): string {
  const isMoment = OF_MOMENTS.includes(notice.kind);
  const about = isMoment ? moment(notice.about) : notice.about;
  const isNameless = OF_NAMES.includes(notice.kind) && !about;
  return text(`identity.notice.${notice.kind}`, {
    about: isNameless ? text("identity.notice.somebody") : about,
  });
}

interface UnseenProps {
  newest: Notice;
  count: number;
  onDone: () => void;
}

function Unseen({ newest, count, onDone }: UnseenProps) {
  const text = useText();

  async function see(): Promise<void> {
    await api.post("/api/identity/notices/seen", { id: newest.id }).catch(() => undefined);
    onDone();
  }

  function show(): void {
    goTo("home");
    setTimeout(() => showPanel("keys")); // the place's panels come with it
    see();
  }

  return (
    <section className="key-banner" aria-label={text("identity.notice")}>
      <KeyRound aria-hidden />
      <p role="status">
        {wordsOf(newest, text)} <span className="muted small">{moment(newest.at)}</span>
        {count > 1 && (
          <span className="muted small"> · {text("identity.notice.more", { n: count - 1 })}</span>
        )}
      </p>
      <Button kind="plain" onClick={show}>
        {text("identity.keys")}
      </Button>
      <Button kind="plain" icon={Check} onClick={see}>
        {text("identity.notice.seen")}
      </Button>
    </section>
  );
}

function Running({ progress, onDone }: { progress: Progress; onDone: () => void }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);

  async function object(): Promise<void> {
    setBusy(true);
    try {
      await api.delete(`/api/identity/recovery/${progress.id}`);
      toast(text("identity.running.stopped"), "good");
      noteChange();
    } catch {
      toast(text("identity.running.failed"), "danger");
    } finally {
      setBusy(false);
      onDone();
    }
  }

  return (
    <section className="key-banner key-banner-warn" aria-label={text("identity.notice")}>
      <ShieldAlert aria-hidden />
      <p role="alert">
        {progress.ready_at
          ? text("identity.running.waiting", { when: moment(progress.ready_at) })
          : text("identity.running.open", { n: progress.agreed, needed: progress.needed })}
      </p>
      <Button kind="danger" icon={ShieldAlert} busy={isBusy} onClick={object}>
        {text("identity.running.stop")}
      </Button>
    </section>
  );
}

export const keysBanner: Banner = { id: "keys", places: ["*"], Component: KeysBanner };
