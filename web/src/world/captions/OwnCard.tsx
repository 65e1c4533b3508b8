import { Download, Mic } from "lucide-react";
import { useStore } from "../../kit/store";
import { language, useText } from "../../kit/text";
import { Button, Card, Select, Switch } from "../../kit/ui";
import { captionMemory, ownWords } from "./here";
import { nameOf, SPOKEN, spokenBy } from "./languages";

/** One's own microphone as captions; the device itself turns it into words, or nothing does. */
export function OwnCard() {
  const text = useText();
  const state = useStore(ownWords.state);
  const spoken = useSpoken();
  const isOn = ownWords.isOn;

  function speak(lang: string): void {
    captionMemory.set({ lang });
    if (isOn) void ownWords.turnOn(lang);
  }

  return (
    <Card title={text("world.captions.own")} icon={Mic}>
      {ownWords.isThere ? (
        <>
          <Switch
            label={text("world.captions.own.on")}
            hint={text("world.captions.own.hint")}
            checked={isOn}
            onChange={(next) => (next ? void ownWords.turnOn(spoken) : ownWords.turnOff())}
          />
          <Spoken value={spoken} onChange={speak} />
          <p role="status" className="small">
            {state !== "off" && text(`world.captions.state.${state}`)}
          </p>
          {state === "needs-pack" && (
            <Button kind="primary" icon={Download} onClick={() => void ownWords.fetch()}>
              {text("world.captions.fetch")}
            </Button>
          )}
        </>
      ) : (
        <p className="muted small">{text("world.captions.own.not-here")}</p>
      )}
    </Card>
  );
}

/** What one speaks, as one chose it or as one reads the house. */
export function useSpoken(): string {
  const { lang } = useStore(captionMemory.store);
  return spokenBy(lang, useStore(language));
}

/** Choose a language; each is named in itself. */
export function Spoken({ value, onChange }: { value: string; onChange: (tag: string) => void }) {
  const text = useText();
  return (
    <Select
      label={text("world.captions.language")}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      {SPOKEN.map((tag) => (
        <option key={tag} value={tag} lang={tag}>
          {nameOf(tag)}
        </option>
      ))}
    </Select>
  );
}
