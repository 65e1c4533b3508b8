import { useText } from "../../kit/text";

const PEOPLE = 100;

interface CrowdsProps {
  readonly without: number;
  readonly then: number;
  /** Ten in a row instead of twenty. */
  readonly isNarrow?: boolean;
  /** An association spares nobody: those between the two numbers have it less often. */
  readonly isAssociation?: boolean;
}

/** A hundred people: who has it all the same, who is spared, and who would not have had it. */
export function Crowds({ without, then, isNarrow = false, isAssociation = false }: CrowdsProps) {
  const text = useText();
  const sick = Math.round(then);
  const spared = Math.max(0, Math.round(without) - sick);
  const well = PEOPLE - sick - spared;
  const toneOf = (n: number): string => {
    if (n < sick) return "sick";
    return n < sick + spared ? "spared" : "well";
  };
  const row = isNarrow ? 10 : 20;
  return (
    <svg
      className="crowds"
      viewBox={`0 0 ${row * 10} ${(PEOPLE / row) * 12}`}
      role="img"
      aria-label={text(isAssociation ? "twin.ui.futures.crowd.less" : "twin.ui.futures.crowd", {
        sick,
        spared,
        well,
      })}
    >
      {Array.from({ length: PEOPLE }, (_, n) => (
        <g
          // biome-ignore lint/suspicious/noArrayIndexKey: a hundred people who never change places
          key={n}
          className={`crowds-${toneOf(n)}`}
          transform={`translate(${5 + (n % row) * 10} ${2 + Math.floor(n / row) * 12})`}
        >
          <circle cx="0" cy="2" r="1.7" />
          <path d="M-2.6 9.4V6.6a2.6 2.4 0 0 1 5.2 0v2.8z" />
        </g>
      ))}
    </svg>
  );
}

/** What the three tones mean, once. */
export function CrowdsLegend({ isAssociation = false }: Pick<CrowdsProps, "isAssociation">) {
  const text = useText();
  const word = (tone: string): string =>
    text(isAssociation ? `twin.ui.futures.legend.less.${tone}` : `twin.ui.futures.legend.${tone}`);
  return (
    <ul className="crowds-legend small">
      {(["sick", "spared", "well"] as const).map((tone) => (
        <li key={tone}>
          <i className={`crowds-${tone}`} aria-hidden />
          {word(tone)}
        </li>
      ))}
    </ul>
  );
}
