import { Copy, Download, History, LockKeyhole } from "lucide-react";
import { type UIEvent, useEffect, useRef } from "react";
import { save } from "../../kit/save";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Button, Card, Empty, toast } from "../../kit/ui";
import { company } from "../world";
import { asText, asWebVtt } from "./files";
import type { Line } from "./lines";

const END_PX = 40;

/** What was said in this stay; the reader may keep it. */
export function HistoryCard() {
  const text = useText();
  const lines = useStore(company.captions.lines);
  const list = useRef<HTMLUListElement>(null);
  const isAtEnd = useRef(true); // who reads what was said before is left there
  const newest = lines.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line is brought into view
  useEffect(() => {
    // Within the list alone: whoever types beside it keeps their field where it is.
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [newest]);
  const look = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < END_PX;
  };
  return (
    <Card title={text("world.captions.history")} icon={History}>
      {lines.length === 0 ? (
        <Empty icon={History} title={text("world.captions.history.empty")} />
      ) : (
        <>
          <ul
            className="captions-history"
            aria-label={text("world.captions.history")}
            ref={list}
            onScroll={look}
          >
            {lines.map((line) => (
              <Said key={line.id} line={line} />
            ))}
          </ul>
          <Keep lines={lines} />
        </>
      )}
    </Card>
  );
}

function Said({ line }: { line: Line }) {
  const text = useText();
  const { name, by, at, lang } = line;
  return (
    <li>
      <p className="small">
        <strong>{name}</strong> <time dateTime={at}>{moment(at, "time")}</time>{" "}
        {line.isPrivate && (
          <>
            <LockKeyhole className="talk-private" aria-hidden /> {text("world.aside.said")}{" "}
          </>
        )}
        <span className="muted">
          {by
            ? text("world.captions.typed-by", { name: by })
            : !line.isTyped && text("world.captions.by-machine")}
        </span>
      </p>
      <p lang={lang} dir="auto">
        {line.text}
      </p>
    </li>
  );
}

function Keep({ lines }: { lines: readonly Line[] }) {
  const text = useText();
  const words = () => asText(lines, (at) => moment(at, "time"));
  const name = `captions-${lines[0]?.at.slice(0, 10) ?? ""}`;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(words());
      toast(text("world.captions.copied"), "good");
    } catch {
      toast(text("world.captions.uncopied"), "danger");
    }
  }

  return (
    <>
      <div className="row">
        <Button icon={Copy} onClick={() => void copy()}>
          {text("world.captions.copy")}
        </Button>
        <Button icon={Download} onClick={() => save(file(words(), "text/plain"), `${name}.txt`)}>
          {text("world.captions.save")}
        </Button>
        <Button
          kind="plain"
          icon={Download}
          onClick={() => save(file(asWebVtt(lines), "text/vtt"), `${name}.vtt`)}
        >
          {text("world.captions.save-vtt")}
        </Button>
      </div>
      <p className="muted small">{text("world.captions.keep.hint")}</p>
    </>
  );
}

function file(words: string, type: string): Blob {
  return new Blob([words], { type: `${type};charset=utf-8` });
}
