import { Dices, Save, Shirt, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useSession } from "../../kit/session";
import { useText } from "../../kit/text";
import { Button, Card, ErrorNote, Switch, Tabs, toast, Waiting } from "../../kit/ui";
import type { Look } from "../../wire/world";
import { PALETTES } from "../people/look";
import { anyLook, type Choice, GROUPS, optionsOf } from "./choices";
import { LookMirror } from "./LookMirror";
import { OwnAvatars } from "./OwnAvatars";
import { useWardrobeWords } from "./words";
import "./wardrobe.css";

const PATH = "/api/world/look";
const OWN = "avatar"; // the tab of what one brought
const TABS = [...GROUPS.map(({ id }) => id), OWN];

/** How one looks to others: chosen before a mirror, kept by the house. */
export function WardrobePanel() {
  const text = useText();
  const words = useWardrobeWords();
  const kept = useAsked((signal) => api.get<Look>(PATH, signal), []);
  const error = words.error ?? kept.error;
  return (
    <Card title={text("world.wardrobe")} icon={Shirt}>
      <ErrorNote error={error} onRetry={words.error ? words.again : kept.again} />
      {!error && (!words.value || !kept.value) && (
        <Waiting label={text("world.wardrobe.opening")} />
      )}
      {words.value && kept.value && <Dressing kept={kept.value} again={kept.again} />}
    </Card>
  );
}

function Dressing({ kept, again }: { kept: Look; again: () => void }) {
  const text = useText();
  const [look, setLook] = useState(kept);
  const [group, setGroup] = useState(GROUPS[0]?.id ?? "");
  const [shown, setShown] = useState(kept.avatar);
  const [error, setError] = useState<unknown>(null);
  const isChanged = JSON.stringify(look) !== JSON.stringify(kept);
  useEffect(() => setLook(kept), [kept]);

  async function send(work: () => Promise<unknown>, said: string): Promise<void> {
    setError(null);
    try {
      await work();
      toast(text(said));
      again();
    } catch (problem) {
      setError(problem);
    }
  }

  return (
    <div className="wardrobe">
      <div className="wardrobe-mirror">
        <LookMirror look={look} avatar={group === OWN ? shown : ""} />
      </div>
      <div className="row">
        <Button
          kind="primary"
          icon={Save}
          disabled={!isChanged}
          onClick={() => send(() => api.put(PATH, look), "world.wardrobe.saved")}
        >
          {text("world.wardrobe.save")}
        </Button>
        <Button icon={Dices} onClick={() => setLook(anyLook(look))}>
          {text("world.wardrobe.any")}
        </Button>
        <Button
          kind="plain"
          icon={Undo2}
          onClick={() => send(() => api.delete(PATH), "world.wardrobe.reset-done")}
        >
          {text("world.wardrobe.reset")}
        </Button>
      </div>
      <ErrorNote error={error} />
      <p className="muted small">{text("world.wardrobe.hint")}</p>
      <Tabs
        label={text("world.wardrobe.groups")}
        tabs={TABS.map((id) => ({ id, label: text(`world.wardrobe.group.${id}`) }))}
        value={group}
        onChange={setGroup}
        controls="wardrobe-choices"
      />
      <div id="wardrobe-choices" className="wardrobe-choices">
        {GROUPS.filter(({ id }) => id === group).flatMap(({ choices }) =>
          choices.map((choice) => (
            <Chooser key={choice.field} choice={choice} look={look} onChoose={setLook} />
          )),
        )}
        {group === OWN && <OwnAvatars shown={shown} onShow={setShown} />}
      </div>
    </div>
  );
}

interface ChooserProps {
  choice: Choice;
  look: Look;
  onChoose: (look: Look) => void;
}

function Chooser({ choice, look, onChoose }: ChooserProps) {
  const text = useText();
  const me = useSession();
  const { field, kind, palette } = choice;
  const label = text(`world.wardrobe.${field}`);
  const choose = (value: string | number | boolean) => onChoose({ ...look, [field]: value });
  if (kind === "switch") {
    return <Switch label={label} checked={look[field] === true} onChange={choose} />;
  }
  const options = optionsOf(field, me?.roles.includes("clinician") ?? false);
  return (
    <fieldset className="look-choice">
      <legend>{label}</legend>
      <div className={palette ? "look-colours" : "look-words"}>
        {options.map((value) => {
          const name = palette
            ? text(`world.colour.${palette}.${value}`)
            : text(`world.wardrobe.${field}.${value}`);
          return (
            <label key={value} className="look-option" title={name}>
              <input
                type="radio"
                name={`look-${field}`}
                checked={look[field] === value}
                onChange={() => choose(value)}
              />
              {palette ? (
                <>
                  <i style={{ background: PALETTES[palette][Number(value)] }} aria-hidden />
                  <span className="unseen">{name}</span>
                </>
              ) : (
                <span>{name}</span>
              )}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
