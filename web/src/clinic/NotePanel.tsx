import { NotebookPen, Save } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import type { Panel, PanelProps } from "../kit/place";
import { useSession } from "../kit/session";
import { useText } from "../kit/text";
import { Button, Card, Empty, ErrorNote, TextArea, toast } from "../kit/ui";
import { keepDraft, readDraft } from "./draft";
import { useVisit, type Visit } from "./visit";

const LONGEST_NOTE = 20_000;

/** The clinician writes what was found and agreed; it becomes part of the patient's record. */
function NotePanel({ place }: PanelProps) {
  const text = useText();
  const me = useSession();
  const { visit } = useVisit();
  if (!me || visit?.room !== place) {
    return (
      <Card>
        <Empty
          icon={NotebookPen}
          title={text("clinic.note.none")}
          text={text("clinic.note.hint")}
        />
      </Card>
    );
  }
  return <Note key={visit.id} visit={visit} account={me.account} />;
}

function Note({ visit, account }: { visit: Visit; account: string }) {
  const text = useText();
  const [words, setWords] = useState(() => readDraft(account, visit.id));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  function write(next: string): void {
    setWords(next);
    keepDraft(account, visit.id, next);
  }

  async function save(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.post(`/api/clinic/visits/${visit.id}/notes`, { text: words });
      write("");
      toast(text("clinic.note.saved"), "good");
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card title={text("clinic.note")} icon={NotebookPen}>
      <TextArea
        label={text("clinic.note.label", { name: visit.patient_name })}
        hint={text(words ? "clinic.note.draft" : "clinic.note.hint")}
        rows={10}
        maxLength={LONGEST_NOTE}
        value={words}
        onChange={(event) => write(event.target.value)}
      />
      <ErrorNote error={error} />
      <Button
        kind="primary"
        icon={Save}
        wide
        busy={isBusy}
        disabled={words.trim() === ""}
        onClick={save}
      >
        {text("clinic.note.save")}
      </Button>
    </Card>
  );
}

export const notePanel: Panel = {
  id: "note",
  titleKey: "clinic.note",
  icon: NotebookPen,
  places: ["consulting-room-*"],
  roles: ["clinician"],
  group: "visit",
  order: 30,
  Component: NotePanel,
};
