import { FlaskConical, Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiError } from "../kit/api";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Button, Card, ErrorNote, Select, Switch, TextArea, Waiting } from "../kit/ui";
import { ResearchAnswer } from "./ResearchAnswer";
import "./records.css";
import "./research.css";
import { askMany, type Draft, draft, type Finding, fieldOf, NoJson } from "./research";
import { starters } from "./research-starters";

const OWN = "own";

/** Ask about many people at once: tables made from records, and SQL over them. */
export function ResearchPanel() {
  const text = useText();
  const [first] = starters;
  const asked = useStore(draft) ?? first ?? { tables: "{}", sql: "", level: "counts" as const };
  const [found, setFound] = useState<Finding | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isWaiting, setWaiting] = useState(false);

  function change(to: Partial<Draft>): void {
    draft.set({ tables: asked.tables, sql: asked.sql, level: asked.level, ...to });
    setError(null);
  }

  function begin(id: string): void {
    const chosen = starters.find((starter) => starter.id === id);
    if (!chosen) return;
    setFound(null);
    change({ tables: chosen.tables, sql: chosen.sql });
  }

  async function run(event: FormEvent): Promise<void> {
    event.preventDefault();
    setWaiting(true);
    setError(null);
    setFound(null);
    try {
      setFound(await askMany(asked));
    } catch (problem) {
      setError(problem);
    } finally {
      setWaiting(false);
    }
  }

  const chosen = starters.find(({ tables, sql }) => tables === asked.tables && sql === asked.sql);
  const faults = useFaults(error);
  return (
    <Card title={text("records.research")} icon={FlaskConical}>
      <p className="muted">{text("records.research.about")}</p>
      <form className="stack" onSubmit={run}>
        <Select
          label={text("records.research.start")}
          value={chosen?.id ?? OWN}
          onChange={({ target }) => begin(target.value)}
        >
          {starters.map(({ id }) => (
            <option key={id} value={id}>
              {text(`records.research.start.${id}`)}
            </option>
          ))}
          {!chosen && <option value={OWN}>{text("records.research.start.own")}</option>}
        </Select>
        <TextArea
          label={text("records.research.sql")}
          className="input research-code"
          rows={7}
          spellCheck={false}
          value={asked.sql}
          error={faults.sql}
          onChange={({ target }) => change({ sql: target.value })}
        />
        <details open={faults.tables ? true : undefined}>
          <summary>{text("records.research.tables")}</summary>
          <TextArea
            label={text("records.research.tables.label")}
            hint={text("records.research.tables.hint", { patient: "patient" })}
            className="input research-code"
            rows={12}
            spellCheck={false}
            value={asked.tables}
            error={faults.tables}
            onChange={({ target }) => change({ tables: target.value })}
          />
        </details>
        <Switch
          label={text("records.research.rows")}
          hint={text("records.research.rows.hint")}
          checked={asked.level === "rows"}
          onChange={(isOn) => change({ level: isOn ? "rows" : "counts" })}
        />
        <Button type="submit" kind="primary" icon={Play} busy={isWaiting} wide>
          {text("records.research.ask")}
        </Button>
      </form>
      {isWaiting && <Waiting label={text("records.research.waiting")} />}
      <ErrorNote error={faults.other} />
      {found && <ResearchAnswer found={found} />}
    </Card>
  );
}

/** A fault beside the field it is about; what is about none stands alone. */
function useFaults(error: unknown): { sql?: string; tables?: string; other: unknown } {
  const text = useText();
  if (error instanceof NoJson) return { tables: text("records.research.no-json"), other: null };
  if (!(error instanceof ApiError)) return { other: error };
  const field = fieldOf(error.message);
  if (!field) return { other: error };
  return { [field]: [error.message, error.hint].filter(Boolean).join("\n"), other: null };
}
