import { Archive, ArchiveRestore, Blocks, FileUp, PencilRuler, Plus } from "lucide-react";
import { type ChangeEvent, type FormEvent, useRef, useState } from "react";
import { useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { ago, useText } from "../../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Field, Select, toast, Waiting } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { lookForPlaces, madePlaces, placeName } from "../places";
import { asking, type ListedPlace } from "./asking";
import { desk } from "./desk";
import { HOUSE_PLACES } from "./words";

const MOST_NAME = 60;

/** The places one may edit, and ways to begin another. */
export function ChooseCard({ here }: { here: string }) {
  const text = useText();
  const asked = useAsked((stop) => asking.list(stop), []);
  const places = asked.value?.places ?? [];
  const again = (): void => {
    asked.again();
    void lookForPlaces();
  };
  return (
    <>
      <Card title={text("world.making")} icon={Blocks}>
        <p className="muted small">{text("world.making.hint")}</p>
        {asked.isWaiting && <Waiting label={text("world.making.opening")} />}
        <ErrorNote error={asked.error} onRetry={asked.again} />
        {asked.value && places.length === 0 && (
          <Empty icon={PencilRuler} title={text("world.making.none")} />
        )}
        <ul className="here" aria-label={text("world.making.mine")}>
          {places.map((place) => (
            <Line key={place.id} place={place} again={again} />
          ))}
        </ul>
      </Card>
      <Begin here={here} />
    </>
  );
}

function Line({ place, again }: { place: ListedPlace; again: () => void }) {
  const text = useText();
  const { error, isBusy, carryOut } = useDoing();
  const { id, name, about, is_archived, shown, maker, is_mine, changed_at } = place;
  function putAway(): void {
    carryOut(asking.archive(id), () => {
      toast(text("world.making.archived", { name }));
      again();
    });
  }
  return (
    <li className="here-one">
      <p className="row-apart">
        <strong>{name}</strong>
        {is_archived ? (
          <Badge>{text("world.making.put-away")}</Badge>
        ) : (
          <Badge tone={shown ? "good" : "warn"}>
            {text(shown ? "world.making.shown" : "world.making.unshown")}
          </Badge>
        )}
      </p>
      <p className="muted small">
        {[about, is_mine ? "" : maker, ago(changed_at)].filter(Boolean).join(" · ")}
      </p>
      <div className="row">
        {is_archived ? (
          <Button
            icon={ArchiveRestore}
            busy={isBusy}
            aria-label={text("world.making.take-out.named", { name })}
            onClick={() => carryOut(asking.takeOut(id), again)}
          >
            {text("world.making.take-out")}
          </Button>
        ) : (
          <>
            <Button
              icon={PencilRuler}
              busy={isBusy}
              aria-label={text("world.making.edit.named", { name })}
              onClick={() => carryOut(desk.open(id))}
            >
              {text("world.making.edit")}
            </Button>
            <Button
              kind="plain"
              icon={Archive}
              busy={isBusy}
              aria-label={text("world.making.archive.named", { name })}
              onClick={putAway}
            >
              {text("world.making.archive")}
            </Button>
          </>
        )}
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

function Begin({ here }: { here: string }) {
  const text = useText();
  const made = useStore(madePlaces);
  const { error, isBusy, carryOut } = useDoing();
  const [name, setName] = useState("");
  const [of, setOf] = useState("");
  const file = useRef<HTMLInputElement>(null);
  function begin(event: FormEvent): void {
    event.preventDefault();
    carryOut(asking.begin(name, "", of).then(({ id }) => desk.open(id)));
  }
  function bring(event: ChangeEvent<HTMLInputElement>): void {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (chosen) carryOut(asking.unpack(chosen).then(({ id }) => desk.open(id)));
  }
  return (
    <Card title={text("world.making.begin")} icon={Plus}>
      <form className="making-form" onSubmit={begin}>
        <Field
          label={text("world.making.name")}
          value={name}
          maxLength={MOST_NAME}
          required
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label={text("world.making.from")}
          value={of}
          onChange={(event) => setOf(event.target.value)}
        >
          <option value="">{text("world.making.from.empty")}</option>
          {[...HOUSE_PLACES, ...made.map(({ id }) => id)].map((id) => (
            <option key={id} value={id}>
              {text(id === here ? "world.making.from.here" : "world.making.from.place", {
                name: placeName(id),
              })}
            </option>
          ))}
        </Select>
        <div className="row">
          <Button kind="primary" icon={Plus} type="submit" busy={isBusy} disabled={!name.trim()}>
            {text("world.making.begin.do")}
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            accept=".zip,application/zip"
            aria-label={text("world.making.import")}
            onChange={bring}
          />
          <Button icon={FileUp} busy={isBusy} onClick={() => file.current?.click()}>
            {text("world.making.import")}
          </Button>
        </div>
      </form>
      <ErrorNote error={error} />
    </Card>
  );
}
