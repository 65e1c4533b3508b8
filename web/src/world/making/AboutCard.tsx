import { KeyRound, MapPinHouse } from "lucide-react";
import { useState } from "react";
import { type Role, useSession } from "../../kit/session";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Card, ErrorNote, Field, Select, Switch, TextArea } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { desk, type Opened } from "./desk";
import { setAbout } from "./ops";
import type { About } from "./parts";

const VISITORS: readonly Role[] = ["patient", "clinician", "trainee", "educator"];
const MAKERS: readonly Role[] = ["clinician", "educator"];
const ACCESS = ["all", "guarded", "owner"] as const;
const SIGNS = ["count", "names", "nothing"] as const;

interface AboutProps {
  readonly opened: Opened;
  readonly about: About;
  readonly isOperator: boolean;
  readonly set: (fields: Partial<About>, gesture?: string) => void;
}

/** What a place is called, who may enter, what its sign tells, and who may edit it. */
export function AboutCard({ opened }: { opened: Opened }) {
  const { model } = opened;
  const { about } = useStore(model.doc);
  const isOperator = useSession()?.roles.includes("operator") ?? false;
  const set = (fields: Partial<About>, gesture = ""): void =>
    model.apply(setAbout(fields), gesture);
  const props = { opened, about, isOperator, set };
  return (
    <>
      <WordsCard {...props} />
      <WhoCard {...props} />
    </>
  );
}

function WordsCard({ opened, about, isOperator, set }: AboutProps) {
  const text = useText();
  const mayName = isOperator || [about, opened.saved.about].some(({ sign }) => sign === "names");
  return (
    <Card title={text("world.making.tab.place")} icon={MapPinHouse}>
      <Field
        label={text("world.making.name")}
        value={about.name_key}
        maxLength={60}
        onChange={({ target }) => set({ name_key: target.value }, "name")}
      />
      <TextArea
        label={text("world.making.about")}
        value={about.about_key}
        maxLength={140}
        rows={2}
        onChange={({ target }) => set({ about_key: target.value }, "about")}
      />
      <Capacity value={about.capacity} onValue={(capacity) => set({ capacity })} />
      <Select
        label={text("world.making.sign")}
        value={about.sign}
        onChange={({ target }) => set({ sign: target.value as About["sign"] })}
      >
        {SIGNS.filter((sign) => sign !== "names" || mayName).map((sign) => (
          <option key={sign} value={sign}>
            {text(`world.making.sign.${sign}`)}
          </option>
        ))}
      </Select>
    </Card>
  );
}

function WhoCard({ opened, about, isOperator, set }: AboutProps) {
  const text = useText();
  const isKept = about.is_child_safe && !isOperator;
  const saved = opened.saved.about;
  const isAsSaved = saved.is_child_safe && isSameEntrance(about, saved);
  return (
    <Card title={text("world.making.who")} icon={KeyRound}>
      {isKept ? <KeptEntrance about={about} /> : <Entrance about={about} set={set} />}
      {(isOperator || about.is_child_safe || isAsSaved) && (
        <Switch
          label={text("world.making.children")}
          hint={text("world.making.children.hint")}
          checked={about.is_child_safe}
          onChange={(is_child_safe) => set({ is_child_safe })}
        />
      )}
      <Switch
        label={text("world.making.avatars")}
        hint={text("world.making.avatars.hint")}
        checked={about.allows_own_avatars !== false}
        onChange={(allows_own_avatars) => set({ allows_own_avatars })}
      />
      {(isOperator || opened.isMine) && <Editors opened={opened} />}
    </Card>
  );
}

function Entrance({ about, set }: Pick<AboutProps, "about" | "set">) {
  const text = useText();
  const isGuarded = about.access === "guarded";
  return (
    <>
      <Select
        label={text("world.making.access")}
        hint={text(`world.making.access.${about.access}.hint`)}
        value={about.access}
        onChange={({ target }) => {
          const access = target.value as About["access"];
          set({ access, visitors: access === "guarded" ? VISITORS.slice(1) : [] });
        }}
      >
        {ACCESS.map((access) => (
          <option key={access} value={access}>
            {text(`world.making.access.${access}`)}
          </option>
        ))}
      </Select>
      {isGuarded &&
        VISITORS.map((role) => (
          <Switch
            key={role}
            label={text(`world.making.role.${role}`)}
            checked={about.visitors.includes(role)}
            onChange={(is) => set({ visitors: toggled(about.visitors, role, is) })}
          />
        ))}
      {isGuarded && about.visitors.length === 0 && (
        <p className="small" role="alert">
          {text("world.making.flaw.nobody-enters")}
        </p>
      )}
    </>
  );
}

/** Who may enter, where only operators say so. */
function KeptEntrance({ about }: Pick<AboutProps, "about">) {
  const text = useText();
  const roles = VISITORS.filter((role) => about.visitors.includes(role));
  const access = text(`world.making.access.${about.access}`);
  return (
    <>
      <h3>{text("world.making.access")}</h3>
      <p>
        {about.access === "guarded"
          ? roles.map((role) => text(`world.making.role.${role}`)).join(", ")
          : access}
      </p>
      <p className="muted small">{text("world.making.children.kept")}</p>
    </>
  );
}

function isSameEntrance(one: About, other: About): boolean {
  const visitors = ({ visitors }: About) => [...visitors].sort().join();
  return one.access === other.access && visitors(one) === visitors(other);
}

function toggled<T>(list: readonly T[], one: T, is: boolean): T[] {
  const rest = list.filter((other) => other !== one);
  return is ? [...rest, one] : rest;
}

function Capacity({ value, onValue }: { value: number; onValue: (value: number) => void }) {
  const text = useText();
  const [typed, setTyped] = useState(String(value));
  function take(): void {
    const number = Math.round(Number(typed));
    const fits = Number.isFinite(number) && number >= 1 && number <= 64;
    if (fits) onValue(number);
    setTyped(String(fits ? number : value));
  }
  return (
    <Field
      label={text("world.making.capacity")}
      value={typed}
      inputMode="numeric"
      onChange={({ target }) => setTyped(target.value)}
      onBlur={take}
    />
  );
}

/** Who may edit it as well: kept at once, since it is no part of the draft. */
function Editors({ opened }: { opened: Opened }) {
  const text = useText();
  const { error, isBusy, carryOut } = useDoing();
  return (
    <>
      <h3>{text("world.making.editors")}</h3>
      {MAKERS.map((role) => (
        <Switch
          key={role}
          label={text(`world.making.role.${role}`)}
          disabled={isBusy}
          checked={opened.editors.includes(role)}
          onChange={(is) => carryOut(desk.letEdit(toggled(opened.editors, role, is)))}
        />
      ))}
      <ErrorNote error={error} />
    </>
  );
}
