import { Eye, Redo2, Save, Undo2, X } from "lucide-react";
import { useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Card, ErrorNote, Field, IconButton, toast } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { desk, type Opened } from "./desk";

/** Undo, redo, save, look as a visitor; and what to do where somebody else saved since. */
export function SaveCard({ opened }: { opened: Opened }) {
  const text = useText();
  const { model, isRestored, isOvertaken } = opened;
  const { back, ahead } = useStore(model.steps);
  const doc = useStore(model.doc);
  const { error, isBusy, carryOut } = useDoing();
  const isChanged = desk.isChanged;
  const save = (): void => carryOut(desk.save(), () => toast(text("world.making.saved"), "good"));
  return (
    <Card className="making-head">
      <div className="making-title">
        <h2>{doc.about.name_key}</h2>
        <Badge tone={isChanged ? "warn" : "good"}>
          {text(isChanged ? "world.making.changed" : "world.making.unchanged")}
        </Badge>
        <IconButton icon={X} label={text("world.making.close")} onClick={() => desk.close()} />
      </div>
      <div className="row making-tools">
        <IconButton
          icon={Undo2}
          label={text("world.making.undo")}
          aria-keyshortcuts="Control+Z"
          disabled={back === 0}
          onClick={() => model.undo()}
        />
        <IconButton
          icon={Redo2}
          label={text("world.making.redo")}
          aria-keyshortcuts="Control+Shift+Z"
          disabled={ahead === 0}
          onClick={() => model.redo()}
        />
        <IconButton
          icon={Eye}
          label={text("world.making.look")}
          onClick={() => desk.isLooking.set(true)}
        />
        <Button kind="primary" icon={Save} busy={isBusy} disabled={!isChanged} onClick={save}>
          {text("world.making.save")}
        </Button>
      </div>
      {isRestored && !isOvertaken && <p className="small">{text("world.making.restored")}</p>}
      {isOvertaken ? <Overtaken name={doc.about.name_key} /> : <ErrorNote error={error} />}
    </Card>
  );
}

function Overtaken({ name }: { name: string }) {
  const text = useText();
  const { error, isBusy, carryOut } = useDoing();
  const [mine, setMine] = useState(text("world.making.mine.name", { name }).slice(0, 60));
  return (
    <div className="making-overtaken" role="alert">
      <p>{text("world.making.overtaken")}</p>
      <Field
        label={text("world.making.mine.label")}
        value={mine}
        maxLength={60}
        onChange={(event) => setMine(event.target.value)}
      />
      <div className="row">
        <Button
          kind="primary"
          busy={isBusy}
          disabled={!mine.trim()}
          onClick={() => carryOut(desk.saveAsCopy(mine))}
        >
          {text("world.making.mine.keep")}
        </Button>
        <Button busy={isBusy} onClick={() => carryOut(desk.readTheirs())}>
          {text("world.making.theirs")}
        </Button>
      </div>
      <ErrorNote error={error} />
    </div>
  );
}
