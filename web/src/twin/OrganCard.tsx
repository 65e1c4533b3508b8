import { X } from "lucide-react";
import { moment, useText } from "../kit/text";
import { Badge, IconButton } from "../kit/ui";
import type { Finding, Organ } from "../wire/twin";
import { chosen } from "./chosen";
import { stateIcons, stateTones } from "./icons";
import { KnownLines } from "./Known";
import { EntryButton, SourceLine } from "./Source";
import { say } from "./say";
import { quantity } from "./units";

/** What is known of one organ, gravest first. */
export function OrganCard({ organ }: { organ: Organ }) {
  const text = useText();
  return (
    <section className="organ-card" aria-label={text(organ.name_key)} data-state={organ.state}>
      <header>
        <h3>{text(organ.name_key)}</h3>
        {organ.findings.length > 0 && (
          <Badge tone={stateTones[organ.state]} icon={stateIcons[organ.state]}>
            {text(`twin.ui.state.${organ.state}`)}
          </Badge>
        )}
        <IconButton icon={X} label={text("kit.close")} onClick={() => chosen.set(null)} />
      </header>
      {organ.findings.length === 0 && <p className="muted">{text("twin.ui.organ.nothing")}</p>}
      <KnownLines known={organ.completeness} />
      <ul className="findings">
        {organ.findings.map((finding) => (
          <FindingLine key={`${finding.reference} ${finding.label_key}`} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function FindingLine({ finding }: { finding: Finding }) {
  const text = useText();
  const { label_key, text: words, value, unit, at, reference, state, rule, source } = finding;
  const Icon = stateIcons[state];
  return (
    <li data-state={state}>
      <Icon aria-label={text(`twin.ui.state.${state}`)} />
      <div>
        <p className="finding-name">
          {label_key ? <span>{text(label_key)}</span> : <span lang="">{words}</span>}
          {value !== null && <strong>{quantity(value, unit)}</strong>}
        </p>
        <p className="muted small">
          {at && <time dateTime={at}>{moment(at, "date")}</time>}
          {at && " · "}
          {say(rule)}
        </p>
        <div className="finding-from">
          <EntryButton reference={reference} />
          {source && <SourceLine source={source} />}
        </div>
      </div>
    </li>
  );
}
