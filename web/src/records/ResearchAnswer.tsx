import { Download, EyeOff, TableProperties, UsersRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { save } from "../kit/save";
import { number, useText } from "../kit/text";
import { Badge, Button, Empty } from "../kit/ui";
import { type Bar, barsOf, type Cell, csvOf, type Finding, shown } from "./research";

const ROWS_SHOWN = 200;

/** What a question found: on whom it rests, a picture where one helps, and the table. */
export function ResearchAnswer({ found }: { found: Finding }) {
  const text = useText();
  const answer = useRef<HTMLElement>(null);
  useEffect(() => {
    void answer.current?.scrollIntoView({ block: "start", behavior: "smooth" });
  }, []);
  const { patients, resources, rows, held_back: heldBack, smallest } = found;
  if (patients === 0) {
    return (
      <Empty
        icon={UsersRound}
        title={text("records.research.nobody")}
        text={text("records.research.nobody.hint")}
      />
    );
  }
  const picture = barsOf(found);
  return (
    <section
      ref={answer}
      className="stack"
      aria-label={text("records.research.answer")}
      aria-live="polite"
    >
      <p className="row">
        <Badge tone="accent" icon={UsersRound}>
          {text("records.research.people", { n: patients })}
        </Badge>
        <Badge>{text("records.research.entries", { n: resources })}</Badge>
        {heldBack > 0 && (
          <Badge tone="warn" icon={EyeOff}>
            {text("records.research.held-back", { n: heldBack, least: smallest })}
          </Badge>
        )}
      </p>
      {rows.length === 0 ? (
        <Empty
          icon={TableProperties}
          title={text("records.research.empty")}
          {...(heldBack > 0 ? { text: text("records.research.empty.held-back") } : {})}
        />
      ) : (
        <>
          {picture && <Bars bars={picture.bars} measure={picture.measure} />}
          <Table found={found} />
          <Button
            icon={Download}
            wide
            onClick={() => save(fileOf(csvOf(found)), "asklepion-research.csv")}
          >
            {text("records.research.download")}
          </Button>
        </>
      )}
    </section>
  );
}

function Bars({ bars, measure }: { bars: readonly Bar[]; measure: string }) {
  const most = Math.max(...bars.map(({ value }) => value), 1e-9);
  return (
    <figure className="research-bars">
      <figcaption className="muted small">{measure}</figcaption>
      {bars.map(({ label, value }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two rows may say the same, and never move
        <div key={at} className="research-bar">
          <span className="research-bar-label">{label}</span>
          <span className="research-bar-track" aria-hidden>
            <span style={{ width: `${(100 * value) / most}%` }} />
          </span>
          <span className="research-bar-value">{number(value)}</span>
        </div>
      ))}
    </figure>
  );
}

function Table({ found: { columns, rows, is_cut: isCut } }: { found: Finding }) {
  const text = useText();
  const part = rows.slice(0, ROWS_SHOWN);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="research-found" tabIndex={0} aria-label={text("records.research.table")}>
        <table>
          <thead>
            <tr>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {part.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two rows may say the same, and never move
              <tr key={at}>
                {row.map((cell, n) => (
                  <td key={columns[n]?.name} data-number={typeof cell === "number"}>
                    {inCell(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {(isCut || rows.length > part.length) && (
        <p className="muted small">{text("records.research.cut", { n: part.length })}</p>
      )}
    </>
  );
}

function inCell(cell: Cell): string {
  return typeof cell === "number" ? number(cell) : shown(cell);
}

/** With the mark by which spreadsheets know UTF-8. */
function fileOf(csv: string): Blob {
  return new Blob(["\uFEFF", csv], { type: "text/csv" });
}
