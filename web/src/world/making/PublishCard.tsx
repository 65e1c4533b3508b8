import { DoorOpen, Download, History, TriangleAlert, Undo2, Upload } from "lucide-react";
import { useState } from "react";
import { useAsked } from "../../kit/asked";
import { goTo } from "../../kit/place";
import { save } from "../../kit/save";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Field, toast, Waiting } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { asking, type ShownVersion } from "./asking";
import { desk, type Opened } from "./desk";
import { find } from "./ops";
import { type Doc, pathOf } from "./parts";
import { nameOf } from "./words";

/** Show the draft to visitors, bring an older version back, carry it away as a file. */
export function PublishCard({ opened }: { opened: Opened }) {
  const text = useText();
  const { id, model, flaws, shown } = opened;
  const doc = useStore(model.doc);
  const [note, setNote] = useState("");
  const { error, isBusy, carryOut } = useDoing();
  function publish(): void {
    carryOut(desk.publish(note), () => {
      setNote("");
      toast(text("world.making.published"), "good");
    });
  }
  function carry(): void {
    const pack = async (): Promise<void> => {
      if (desk.isChanged) await desk.save();
      save(await asking.pack(id), `${doc.about.name_key || id}.zip`);
    };
    carryOut(pack());
  }
  return (
    <>
      <Card title={text("world.making.tab.publish")} icon={Upload}>
        <p className="muted small">
          {text(shown ? "world.making.publish.again" : "world.making.publish.first")}
        </p>
        {flaws.length > 0 && <Flaws opened={opened} doc={doc} />}
        <Field
          label={text("world.making.note")}
          value={note}
          maxLength={200}
          onChange={({ target }) => setNote(target.value)}
        />
        <div className="row">
          <Button kind="primary" icon={Upload} busy={isBusy} onClick={publish}>
            {text("world.making.publish")}
          </Button>
          {shown > 0 && (
            <Button
              icon={DoorOpen}
              onClick={() => {
                desk.close();
                goTo(id);
              }}
            >
              {text("world.making.go")}
            </Button>
          )}
          <Button icon={Download} busy={isBusy} onClick={carry}>
            {text("world.making.export")}
          </Button>
        </div>
        {flaws.length === 0 && <ErrorNote error={error} />}
      </Card>
      <Versions opened={opened} />
    </>
  );
}

function Flaws({ opened, doc }: { opened: Opened; doc: Doc }) {
  const text = useText();
  const wordOf = (path: string) => (path === "visitors" ? text("world.making.access") : path);
  return (
    <ul className="making-flaws">
      {opened.flaws.map(({ path, code }) => {
        const entry = doc.entries.find(({ key }) => `${path}.`.startsWith(`${pathOf(doc, key)}.`));
        const part = entry && find(doc, entry.key)?.part;
        return (
          <li key={`${path} ${code}`}>
            <TriangleAlert aria-hidden />
            <span>
              <strong>{part ? nameOf(part) : wordOf(path)}</strong>{" "}
              {text(`world.making.flaw.${code}`)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Versions({ opened }: { opened: Opened }) {
  const text = useText();
  const { id, shown, revision } = opened;
  const asked = useAsked((stop) => asking.versions(id, stop), [id, shown, revision]);
  return (
    <Card title={text("world.making.versions")} icon={History}>
      {asked.isWaiting && <Waiting label={text("world.making.opening")} />}
      <ErrorNote error={asked.error} onRetry={asked.again} />
      {asked.value?.length === 0 && (
        <Empty icon={History} title={text("world.making.versions.none")} />
      )}
      <ul className="here">
        {asked.value?.map((version) => (
          <Version key={version.number} version={version} />
        ))}
      </ul>
    </Card>
  );
}

function Version({ version }: { version: ShownVersion }) {
  const text = useText();
  const { error, isBusy, carryOut } = useDoing();
  const { number, maker, made_at, note, is_current, changes } = version;
  const counts = [
    ...Object.entries(changes.came).map(([part, n]) => counted("came", part, n)),
    ...Object.entries(changes.went).map(([part, n]) => counted("went", part, n)),
  ];
  function counted(way: string, part: string, n: number): string {
    return text(`world.making.${way}`, { n, part: text(`world.making.part.${part}`) });
  }
  return (
    <li className="here-one">
      <p className="row-apart">
        <strong>{text("world.making.version", { n: number })}</strong>
        {is_current && <Badge tone="good">{text("world.making.shown")}</Badge>}
      </p>
      {note && <p>{note}</p>}
      <p className="muted small">{[maker, moment(made_at)].filter(Boolean).join(" · ")}</p>
      {counts.length > 0 && <p className="muted small">{counts.join(", ")}</p>}
      <Button
        kind="plain"
        icon={Undo2}
        busy={isBusy}
        aria-label={text("world.making.back.named", { n: number })}
        onClick={() =>
          carryOut(desk.bringBack(number), () => toast(text("world.making.back.done")))
        }
      >
        {text("world.making.back")}
      </Button>
      <ErrorNote error={error} />
    </li>
  );
}
