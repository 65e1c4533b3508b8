import { Check } from "lucide-react";
import { useState } from "react";
import { useText } from "../../kit/text";
import { Button, Dialog, TextArea } from "../../kit/ui";
import { type Item, MOST_NOTE, type NoteItem } from "../../wire/world";
import { company } from "../world";
import { Complaint } from "./BoardDialog";
import { InkRow } from "./InkRow";
import { PAPERS, paperOf } from "./inks";
import { openThing } from "./opened";
import "./things.css";

/** A sticky note, to be read and written anew. */
export function NoteDialog({ item }: { item: Item & { readonly state: NoteItem } }) {
  const text = useText();
  const [words, setWords] = useState(item.state.text);
  const [ink, setInk] = useState(item.state.ink);
  function keep(): void {
    const { state } = item;
    if (words !== state.text || ink !== state.ink) {
      company.loose.change(item.id, { do: "write", text: words, ink });
    }
    openThing("");
  }
  return (
    <Dialog
      open
      title={text("world.item.note")}
      onClose={() => openThing("")}
      actions={
        <Button kind="primary" icon={Check} onClick={keep}>
          {text("world.note.keep")}
        </Button>
      }
    >
      <div className="note-paper" style={{ background: paperOf(ink) }}>
        <TextArea
          label={text("world.note.text")}
          value={words}
          maxLength={MOST_NOTE}
          rows={6}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      <InkRow label={text("world.note.paper")} ink={ink} colors={PAPERS} onInk={setInk} />
      <Complaint />
    </Dialog>
  );
}
