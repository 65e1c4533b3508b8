import { Images, ScanLine } from "lucide-react";
import { useState } from "react";
import { useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Button, Card, Empty, ErrorNote, Waiting } from "../../kit/ui";
import { consentsChanged, type Subject, useSubject } from "../subject";
import { type Listed, listStudies, thumbnailOf } from "./studies";
import { Viewer } from "./Viewer";
import "./imaging.css";

/** Every imaging study of whose record stands open. */
export function ImagingPanel() {
  const who = useSubject();
  if (!who) return null;
  return <Studies key={`${who.patient} ${who.visit}`} who={who} />;
}

function Studies({ who }: { who: Subject }) {
  const text = useText();
  const turn = useStore(consentsChanged);
  const studies = useAsked(
    (signal) => listStudies(who, signal),
    [who.patient, who.visit, who.purpose, turn],
  );
  const [open, setOpen] = useState("");
  return (
    <Card
      title={text("records.imaging")}
      icon={ScanLine}
      actions={
        <Button kind="plain" onClick={studies.again}>
          {text("records.again")}
        </Button>
      }
    >
      {studies.isWaiting && <Waiting label={text("records.imaging.waiting")} />}
      <ErrorNote error={studies.error} onRetry={studies.again} />
      {studies.value?.length === 0 && (
        <Empty
          icon={Images}
          title={text("records.imaging.none")}
          text={text(
            who.purpose === "PATRQT" ? "records.imaging.none.hint" : "records.imaging.none.visit",
          )}
        />
      )}
      <ul className="imaging-list">
        {studies.value?.map((study) => (
          <li key={study.id}>
            <StudyButton who={who} study={study} onOpen={() => setOpen(study.id)} />
          </li>
        ))}
      </ul>
      {open && <Viewer study={open} onClose={() => setOpen("")} />}
    </Card>
  );
}

interface StudyButtonProps {
  readonly who: Subject;
  readonly study: Listed;
  readonly onOpen: () => void;
}

function StudyButton({ who, study, onOpen }: StudyButtonProps) {
  const text = useText();
  const name = study.text || study.modalities.join(", ") || text("records.imaging.study");
  return (
    <button type="button" className="imaging-study" onClick={onOpen}>
      {study.image ? (
        <img src={thumbnailOf(who, study.id, study.image)} alt="" loading="lazy" />
      ) : (
        <span className="imaging-blank">
          <ScanLine aria-hidden />
        </span>
      )}
      <span>
        <strong lang="">{name}</strong>
        <small>
          {[study.started && moment(study.started, "date"), study.modalities.join(", ")]
            .filter(Boolean)
            .join(" · ")}
        </small>
        <small>{text("records.imaging.pictures", { n: study.count })}</small>
      </span>
    </button>
  );
}

/** A button that opens one study from wherever it is named. */
export function ImagesButton({ study }: { study: string }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={Images} onClick={() => setOpen(true)}>
        {text("records.imaging.open")}
      </Button>
      {isOpen && <Viewer study={study} onClose={() => setOpen(false)} />}
    </>
  );
}
