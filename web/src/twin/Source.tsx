import { BookOpen, FileSearch } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Dialog, ErrorNote, Waiting } from "../kit/ui";
import { headersOf } from "../records/subject";
import { Why } from "../records/Why";
import type { Source } from "../wire/twin";
import { opened } from "./opened";

/** Where a rule or an equation was published. */
export function SourceLine({ source }: { source: Source }) {
  return (
    <p className="source small">
      <BookOpen aria-hidden />
      <a href={source.url} target="_blank" rel="noreferrer" lang="en">
        {source.citation}
      </a>
    </p>
  );
}

/** A button to the entry of the record that a value came from; it opens inside, so it closes with it. */
export function EntryButton({ reference }: { reference: string }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="entry-link" onClick={() => setOpen(true)}>
        <FileSearch aria-hidden />
        <span>{text("twin.ui.entry")}</span>
      </button>
      {isOpen && <EntryDialog reference={reference} onClose={() => setOpen(false)} />}
    </>
  );
}

interface Resource {
  readonly resourceType: string;
  readonly code?: {
    readonly text?: string;
    readonly coding?: readonly { readonly display?: string }[];
  };
}

function EntryDialog({ reference, onClose }: { reference: string; onClose: () => void }) {
  const text = useText();
  const epoch = useStore(opened.epoch);
  const entry = useAsked(
    (signal) => api.get<Resource>(`/fhir/R4/${reference}`, signal, headersOf(opened.who.get())),
    [reference, epoch],
  );
  const { code } = entry.value ?? {};
  const name = code?.text ?? code?.coding?.[0]?.display ?? reference;
  return (
    <Dialog open as="sheet" title={entry.value ? name : text("twin.ui.entry")} onClose={onClose}>
      {entry.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={entry.error} onRetry={entry.again} />
      {entry.value && (
        <>
          <p className="muted">{text("twin.ui.entry.about")}</p>
          <Why reference={reference} />
          <Fields value={entry.value} />
        </>
      )}
    </Dialog>
  );
}

/** What stands in the entry, field by field, as the record has it. */
function Fields({ value }: { value: object }) {
  return (
    <dl className="fields" lang="en">
      {Object.entries(value).map(([name, field]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {typeof field === "object" && field !== null ? <Fields value={field} /> : String(field)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
