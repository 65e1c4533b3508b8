import { useStore } from "../kit/store";
import { language, moment, number, useText } from "../kit/text";
import { ImagesButton } from "../records/imaging/ImagingPanel";
import type { Entry } from "../wire/twin";
import { iconOfKind } from "./icons";
import { EntryButton } from "./Source";
import { digitsOf, unitOf } from "./units";

const FEW = 4;
const MOST = 6; // entries one can open from one line

/** One thing that happened; more of it on a tap. */
export function EntryLine({ entry }: { entry: Entry }) {
  const text = useText();
  const Icon = iconOfKind(entry.kind);
  const more = entry.values.length > FEW || entry.note !== "" || entry.references.length > 0;
  const title = entry.text || text(entry.kind_key);
  return (
    <li className="entry" data-kind={entry.kind}>
      <span className="entry-icon">
        <Icon aria-hidden />
      </span>
      <div className="entry-body">
        <p className="entry-when">
          <time dateTime={entry.at}>{moment(entry.at, "date")}</time>
          {entry.until && ` – ${moment(entry.until, "date")}`}
          <span> · {text(entry.kind_key)}</span>
        </p>
        <p className="entry-text" lang={entry.text ? "" : undefined}>
          {title}
        </p>
        {entry.author && (
          <p className="muted small">{text("twin.ui.entry.by", { name: entry.author })}</p>
        )}
        <Values values={entry.values.slice(0, FEW)} />
        {studiesIn(entry).map((study) => (
          <ImagesButton key={study} study={study} />
        ))}
        {more && (
          <details>
            <summary>
              {text(`twin.ui.timeline.more${entry.has_more ? ".least" : ""}`, { n: entry.count })}
            </summary>
            <Values values={entry.values.slice(FEW)} />
            {entry.note && (
              <p className="entry-note" lang="">
                {entry.note}
              </p>
            )}
            <div className="row">
              {entry.references.slice(0, MOST).map((reference) => (
                <EntryButton key={reference} reference={reference} />
              ))}
            </div>
          </details>
        )}
      </div>
    </li>
  );
}

/** Imaging studies that an entry stands for. */
function studiesIn(entry: Entry): string[] {
  const prefix = "ImagingStudy/";
  return entry.references
    .filter((reference) => reference.startsWith(prefix))
    .slice(0, MOST)
    .map((reference) => reference.slice(prefix.length));
}

/** A number is never parted from its unit. */
function amount(value: number, unit: string): string {
  return `${number(value, digitsOf(value))}\u00a0${unitOf(unit)}`;
}

/** In the words of the record; to whoever does not read in English, in ours where there are any. */
function Values({ values }: { values: Entry["values"] }) {
  const text = useText();
  const hasOwn = useStore(language) !== "en";
  if (values.length === 0) return null;
  return (
    <dl className="values">
      {values.map(({ text: named, label_key, value, unit }) => (
        <div key={named}>
          {hasOwn && label_key ? <dt>{text(label_key)}</dt> : <dt lang="">{named}</dt>}
          <dd lang="">
            {typeof value === "number" ? amount(value, unit) : `${value} ${unitOf(unit)}`}
          </dd>
        </div>
      ))}
    </dl>
  );
}
