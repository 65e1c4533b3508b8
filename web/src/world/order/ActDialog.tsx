import { useState } from "react";
import { usePlace } from "../../kit/place";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Field, Select, toast } from "../../kit/ui";
import { asking } from "./asking";
import { useDoing } from "./doing";

const LONGEST = 300;
/** Minutes; 0 is until it is lifted. */
const SPANS: Readonly<Record<"mute" | "ban", readonly number[]>> = {
  mute: [5, 10, 60],
  ban: [60, 60 * 24, 60 * 24 * 7, 0],
};

export interface ActDialogProps {
  deed: "kick" | "ban" | "mute";
  who: string;
  name: string;
  onClose: () => void;
}

/** What a host does to somebody, how long, and why: they are told all of it. */
export function ActDialog({ deed, who, name, onClose }: ActDialogProps) {
  const text = useText();
  const { place } = usePlace();
  const [reason, setReason] = useState("");
  const spans = deed === "kick" ? [] : SPANS[deed];
  const [minutes, setMinutes] = useState(spans[1] ?? 0);
  const { error, isBusy, carryOut } = useDoing();
  function act(): void {
    carryOut(asking.act(place, { deed, who, reason, minutes: minutes || null }), () => {
      toast(text(`world.order.done.${deed}`, { name }), "good");
      onClose();
    });
  }
  return (
    <Dialog
      open
      title={text(`world.order.${deed}.title`, { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("world.cancel")}</Button>
          <Button kind="danger" busy={isBusy} disabled={!reason.trim()} onClick={act}>
            {text(`world.order.${deed}`)}
          </Button>
        </>
      }
    >
      <p className="muted">{text("world.order.told")}</p>
      {spans.length > 0 && (
        <Select
          label={text("world.order.span")}
          value={minutes}
          onChange={({ target }) => setMinutes(Number(target.value))}
        >
          {spans.map((span) => (
            <option key={span} value={span}>
              {text(span ? `world.order.span.${span}` : "world.order.span.ever")}
            </option>
          ))}
        </Select>
      )}
      <Field
        label={text("world.order.reason")}
        value={reason}
        maxLength={LONGEST}
        onChange={({ target }) => setReason(target.value)}
      />
      <ErrorNote error={error} />
    </Dialog>
  );
}
