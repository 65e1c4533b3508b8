import {
  Ban,
  DoorOpen,
  Ellipsis,
  Flag,
  Footprints,
  LockKeyhole,
  MicOff,
  ShieldX,
  UserPlus,
} from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, ErrorNote, MenuItem, toast } from "../../kit/ui";
import type { Somebody } from "../company";
import { isNear, Outcome, useAsking } from "../talk/AsideCard";
import { Volume } from "../talk/Volume";
import { following, useStanding, walker } from "../world";
import { asking } from "./asking";
import { useDoing } from "./doing";
import type { Deed } from "./model";
import "./order.css";

type Shown = "" | "report" | "block" | Deed;

const ActDialog = lazy(() => import("./ActDialog").then((m) => ({ default: m.ActDialog })));
const BlockDialog = lazy(() => import("./dialogs").then((m) => ({ default: m.BlockDialog })));
const ReportDialog = lazy(() => import("./dialogs").then((m) => ({ default: m.ReportDialog })));

/** What one can do about one person: walk after, louder, friend, block, report; and as a host. */
export function PersonMenu({ somebody }: { somebody: Somebody }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const [shown, setShown] = useState<Shown>("");
  const id = useId();
  const { name, who } = somebody;
  const label = text("world.person.menu", { name });
  function show(next: Shown): void {
    setOpen(false);
    setShown(next);
  }
  return (
    <>
      <Button
        kind="plain"
        icon={Ellipsis}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {text("world.person.more")}
      </Button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: a small list of actions, not a fieldset
        <div className="person-menu" id={id} role="group" aria-label={label}>
          <Nearness somebody={somebody} close={() => setOpen(false)} />
          <MenuItem
            icon={ShieldX}
            hint={text("world.person.block.hint")}
            onClick={() => show("block")}
          >
            {text("world.person.block")}
          </MenuItem>
          <MenuItem icon={Flag} onClick={() => show("report")}>
            {text("world.person.report")}
          </MenuItem>
          <HostItems isSilent={somebody.isSilent} choose={show} />
        </div>
      )}
      <Suspense fallback={null}>
        {shown === "block" && <BlockDialog who={who} name={name} onClose={() => show("")} />}
        {shown === "report" && <ReportDialog who={who} name={name} onClose={() => show("")} />}
        {(shown === "kick" || shown === "ban" || shown === "mute") && (
          <ActDialog deed={shown} who={who} name={name} onClose={() => show("")} />
        )}
      </Suspense>
    </>
  );
}

function Nearness({ somebody, close }: { somebody: Somebody; close: () => void }) {
  const text = useText();
  const { error, carryOut } = useDoing();
  const { who, name } = somebody;
  const { isAsked, ask: askAside } = useAsking();
  const isFollowed = useStore(following.whom) === who;
  const walks = useStore(walker);
  function follow(): void {
    if (isFollowed) {
      following.stop();
      close();
      return;
    }
    carryOut(asking.follow(who), () => {
      following.begin(who);
      toast(text("world.person.following", { name }));
      close();
    });
  }
  return (
    <>
      {walks && (
        <MenuItem icon={Footprints} onClick={follow}>
          {text(isFollowed ? "world.person.follow.stop" : "world.person.follow")}
        </MenuItem>
      )}
      <MenuItem
        icon={UserPlus}
        onClick={() =>
          carryOut(asking.ask(who), () => {
            toast(text("world.friend.sent", { name }), "good");
            close();
          })
        }
      >
        {text("world.person.friend")}
      </MenuItem>
      {isNear(somebody) && (
        <MenuItem icon={LockKeyhole} onClick={() => askAside([somebody.slot])}>
          {text("world.aside.ask")}
        </MenuItem>
      )}
      {isAsked && <Outcome />}
      <Volume somebody={somebody} />
      <ErrorNote error={error} />
    </>
  );
}

function HostItems({ isSilent, choose }: { isSilent: boolean; choose: (deed: Deed) => void }) {
  const text = useText();
  const { rights } = useStanding();
  if (!rights.includes("moderate")) return null;
  return (
    <>
      <p className="person-part muted small">{text("world.order.as-host")}</p>
      <MenuItem icon={MicOff} disabled={isSilent} onClick={() => choose("mute")}>
        {text("world.order.mute")}
      </MenuItem>
      <MenuItem icon={DoorOpen} onClick={() => choose("kick")}>
        {text("world.order.kick")}
      </MenuItem>
      <MenuItem icon={Ban} onClick={() => choose("ban")}>
        {text("world.order.ban")}
      </MenuItem>
    </>
  );
}
