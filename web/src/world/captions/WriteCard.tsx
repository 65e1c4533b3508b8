import { Keyboard, SendHorizontal } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, Field, Select } from "../../kit/ui";
import { MAX_CAPTION_CHARS } from "../../wire/world";
import { company, useCompany } from "../world";
import { captionMemory } from "./here";
import { Spoken, useSpoken } from "./OwnCard";

const OWN = -1;

/** Write captions line by line: what one says oneself, or what somebody says who lets one. */
export function WriteCard() {
  const text = useText();
  const spoken = useSpoken();
  const may = useStore(company.captions.writing);
  const speakers = useCompany().filter(({ slot }) => may.includes(slot));
  const [of, setOf] = useState(OWN);
  const speaker = speakers.find(({ slot }) => slot === of);
  const { words, setWords, trouble, write } = useWriting(spoken, speaker?.slot ?? null);
  const label = speaker
    ? text("world.captions.write.what", { name: speaker.name })
    : text("world.captions.write.own");
  return (
    <Card title={text("world.captions.write")} icon={Keyboard}>
      <form className="captions-form" onSubmit={write}>
        {speakers.length > 0 && (
          <Select
            label={text("world.captions.write.whose")}
            value={speaker ? of : OWN}
            onChange={({ target }) => setOf(Number(target.value))}
          >
            <option value={OWN}>{text("world.captions.write.mine")}</option>
            {speakers.map(({ slot, name }) => (
              <option key={slot} value={slot}>
                {name}
              </option>
            ))}
          </Select>
        )}
        <Field
          label={label}
          hint={text(speaker ? "world.captions.write.named" : "world.captions.write.hint")}
          value={words}
          lang={spoken}
          dir="auto"
          maxLength={MAX_CAPTION_CHARS}
          autoComplete="off"
          enterKeyHint="send"
          error={trouble ? text(trouble) : undefined}
          onChange={({ target }) => setWords(target.value)}
        />
        <Button kind="primary" type="submit" icon={SendHorizontal} disabled={!words.trim()}>
          {text("world.captions.write.send")}
        </Button>
        <Spoken value={spoken} onChange={(lang) => captionMemory.set({ lang })} />
      </form>
    </Card>
  );
}

/** The line that is being written; it comes back where the house would not take it. */
function useWriting(lang: string, of: number | null) {
  const [words, setBare] = useState("");
  const [unsent, setUnsent] = useState(false);
  const meant = useRef(0); // for which aside the line was begun
  const under = useRef({ piece: 0, words: "" }); // on its way
  const refused = useStore(company.captions.trouble);
  useEffect(() => {
    if (!refused || refused.piece !== under.current.piece) return;
    const { words: lost } = under.current;
    meant.current = company.aside; // sent again, it is for these
    setBare((now) => now || lost);
  }, [refused]);

  function setWords(next: string): void {
    if (!words) meant.current = company.aside;
    setBare(next);
  }

  function write(event: FormEvent): void {
    event.preventDefault();
    if (!words.trim()) return;
    const piece = company.captions.begin();
    const writing = { lang, isTyped: true, of, aside: meant.current };
    const isSent = company.captions.finish(piece, words, writing);
    setUnsent(!isSent);
    if (!isSent) return;
    under.current = { piece, words };
    setBare("");
  }

  const isOurs = refused && refused.piece === under.current.piece;
  const trouble = unsent
    ? "world.chat.unsent"
    : isOurs
      ? `world.captions.refused.${refused.code}`
      : "";
  return { words, setWords, trouble, write };
}
