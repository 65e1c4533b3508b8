import { Braces, FileText, Printer } from "lucide-react";
import { save } from "../kit/save";
import { moment, useText } from "../kit/text";
import { Button, Card } from "../kit/ui";
import { ageOf, day } from "./days";
import { SectionCard } from "./SectionCard";
import { bytesOf } from "./shlink";
import { isSummary, type Resource, readSummary, type Summary, typeIs } from "./summary";

/** What was behind the link: the summary to be read, the other files to be kept. */
export function Opened({ files }: { files: readonly unknown[] }) {
  const text = useText();
  const document = files.find(isSummary);
  const summary = document && readSummary(document);
  return (
    <div className="share-opened">
      {summary && <Head summary={summary} />}
      <div className="share-actions">
        {summary && (
          <Button icon={Printer} onClick={() => print()}>
            {text("share.print")}
          </Button>
        )}
        {files.map((file) => (
          <Kept key={nameOf(file)} file={file} />
        ))}
      </div>
      {summary ? (
        <div className="share-sections">
          {summary.sections.map((section) => (
            <SectionCard key={section.code || section.title} section={section} />
          ))}
        </div>
      ) : (
        <Card className="share-card" title={text("share.files")}>
          <p className="muted">{text("share.files.hint")}</p>
        </Card>
      )}
    </div>
  );
}

function Head({ summary }: { summary: Summary }) {
  const text = useText();
  const { name, born, sex, issued, by } = summary;
  const age = ageOf(born);
  const facts = [
    born && text("share.born", { when: day(born) }),
    age !== null && text("share.age", { n: age }),
    sex && text(`share.sex.${["male", "female", "other"].includes(sex) ? sex : "unknown"}`),
  ].filter(Boolean);
  return (
    <header className="share-head">
      <p className="share-kind">{text("share.summary")}</p>
      <h1>{name || text("share.unnamed")}</h1>
      {facts.length > 0 && <p className="share-facts number">{facts.join(" · ")}</p>}
      <p className="muted small">
        {text("share.issued", { when: moment(issued), by: by || "Asklepion" })}
      </p>
    </header>
  );
}

interface Attachment {
  readonly contentType?: string;
  readonly data?: string;
}

function pdfOf(file: unknown): string | null {
  if (!typeIs(file, "DocumentReference")) return null;
  const content = file.content as readonly { attachment?: Attachment }[] | undefined;
  const { contentType, data } = content?.[0]?.attachment ?? {};
  return contentType === "application/pdf" && data ? data : null;
}

function nameOf(file: unknown): string {
  if (pdfOf(file)) return "patient-summary.pdf";
  return isSummary(file) ? "patient-summary.json" : "record.json";
}

/** One file, to be kept on this machine. */
function Kept({ file }: { file: unknown }) {
  const text = useText();
  const pdf = pdfOf(file);
  const name = nameOf(file);

  function keep(): void {
    const plain = pdf?.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const body = plain
      ? new Blob([bytesOf(plain)], { type: "application/pdf" })
      : new Blob([JSON.stringify(file as Resource, null, 1)], { type: "application/fhir+json" });
    save(body, name);
  }

  const kind = pdf ? "pdf" : isSummary(file) ? "fhir" : "record";
  return (
    <Button kind="plain" icon={pdf ? FileText : Braces} onClick={keep}>
      {text(`share.keep.${kind}`)}
    </Button>
  );
}
