import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { ErrorNote, Waiting } from "../../kit/ui";
import { company, useStanding } from "../world";
import { HistoryCard } from "./HistoryCard";
import { captionMemory } from "./here";
import { LetCard } from "./LetCard";
import { OwnCard } from "./OwnCard";
import { ReadCard } from "./ReadCard";
import { WriteCard } from "./WriteCard";
import { useCaptionWords } from "./words";
import "./panel.css";

/** Read what is said, have one's own words read, and write down what others say. */
export function CaptionPanel() {
  const text = useText();
  const words = useCaptionWords();
  const mayWrite = useStore(company.captions.writing);
  const lines = useStore(company.captions.lines);
  const { isReading } = useStore(captionMemory.store);
  const hasHistory = isReading || lines.length > 0;
  const { rights, is_silent, phrases_only } = useStanding();
  if (words.error) return <ErrorNote error={words.error} onRetry={words.again} />;
  if (!words.value) return <Waiting label={text("world.captions")} />;
  const isHeard = rights.includes("speak") && !is_silent && !phrases_only;
  const write = isHeard && <WriteCard key="write" />;
  const isWriter = mayWrite.length > 0; // for others: then that comes first
  return [
    <ReadCard key="read" />,
    isWriter && write,
    hasHistory && <HistoryCard key="history" />,
    isHeard && <OwnCard key="own" />,
    !isWriter && write,
    isHeard && <LetCard key="let" />,
  ];
}
