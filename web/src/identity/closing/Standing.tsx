import { DoorClosed, DoorOpen, Ellipsis, KeyRound, Undo2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { session } from "../../kit/session";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Badge, Button, MenuItem, Popover, toast } from "../../kit/ui";
import { useDoing } from "../keys/doing";
import { proveAgain } from "../keys/proving";
import { Trouble } from "../keys/Trouble";
import type { Account } from "../model";
import { CloseDialog } from "./CloseDialog";
import { ReturnDialog } from "./ReturnDialog";

interface StandingProps {
  account: Account;
  onChange: () => void;
}

/** Whether an account closes, or somebody is invited to it anew, and how that is called off. */
export function Standing({ account, onChange }: StandingProps) {
  const text = useText();
  const doing = useDoing();
  const path = `/api/identity/accounts/${account.id}`;
  const { name, closing } = account;

  const keep = () =>
    doing.run(async () => {
      await proveAgain();
      await api.delete(`${path}/closing`);
      toast(text("identity.closing.kept", { name }), "good");
      onChange();
    });
  const stop = () =>
    doing.run(async () => {
      await api.delete(`${path}/return`);
      toast(text("identity.return.stopped"), "good");
      onChange();
    });

  if (!closing && !account.return) return null;
  return (
    <>
      {closing && (
        <span className="row">
          <Badge tone={closing.state === "closed" ? "plain" : "warn"} icon={DoorClosed}>
            {text(`identity.closing.state.${closing.state}`, { when: moment(closing.ends_at) })}
          </Badge>
          {closing.state !== "closed" && (
            <Button kind="plain" icon={Undo2} busy={doing.isBusy} onClick={keep}>
              {text("identity.closing.keep")}
            </Button>
          )}
        </span>
      )}
      {account.return && (
        <span className="row">
          <Badge tone="warn" icon={DoorOpen}>
            {text("identity.return.state", { when: moment(account.return.ready_at) })}
          </Badge>
          <Button kind="plain" icon={Undo2} busy={doing.isBusy} onClick={stop}>
            {text("identity.return.stop")}
          </Button>
        </span>
      )}
      <WhyLine told={closing ?? account.return} />
      <Trouble of={doing} />
    </>
  );
}

function WhyLine({ told }: { told: { by: string; reason: string } | null | undefined }) {
  const text = useText();
  if (!told?.reason) return null;
  const by = told.by || text("identity.closing.console");
  return (
    <span className="muted small" lang="">
      {text("identity.closing.why", { by, reason: told.reason })}
    </span>
  );
}

/** What else an operator may do with an account. */
export function PersonMenu({ account, onChange }: StandingProps) {
  const text = useText();
  const [open, setOpen] = useState<"" | "close" | "return">("");
  const me = useStore(session).me?.account;
  const state = account.closing?.state;
  const isPatient = account.person?.startsWith("Patient/") ?? false;
  if (state && (state !== "closing" || isPatient)) return null;

  function choose(what: "close" | "return", close: () => void): void {
    close();
    setOpen(what);
  }

  const canReturn = !state && !account.return && !account.is_awaited && account.id !== me;
  return (
    <>
      <Popover
        label={text("identity.people.more", { name: account.name })}
        className="icon-button"
        align="right"
        button={<Ellipsis aria-hidden />}
      >
        {(close) => (
          <>
            {canReturn && (
              <MenuItem
                icon={KeyRound}
                hint={text("identity.return.hint")}
                onClick={() => choose("return", close)}
              >
                {text("identity.return")}
              </MenuItem>
            )}
            <MenuItem
              icon={DoorClosed}
              hint={text(state ? "identity.closing.now.hint" : "identity.closing.hint")}
              onClick={() => choose("close", close)}
            >
              {text("identity.closing")}
            </MenuItem>
          </>
        )}
      </Popover>
      {open === "close" && (
        <CloseDialog
          account={account}
          onClose={() => setOpen("")}
          onDone={() => {
            setOpen("");
            onChange();
          }}
        />
      )}
      {open === "return" && (
        <ReturnDialog account={account} onClose={() => setOpen("")} onDone={onChange} />
      )}
    </>
  );
}
