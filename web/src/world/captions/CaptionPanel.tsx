import { useText } from "../../kit/text";
import { ErrorNote, Waiting } from "../../kit/ui";
import { useStanding } from "../world";
import { HistoryCard } from "./HistoryCard";
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
  const { rights, is_silent, phrases_only } = useStanding();
  if (words.error) return <ErrorNote error={words.error} onRetry={words.again} />;
  if (!words.value) return <Waiting label={text("world.captions")} />;
  const isHeard = rights.includes("speak") && !is_silent && !phrases_only;
  return (
    <>
      <ReadCard />
      <HistoryCard />
      {isHeard && (
        <>
          <OwnCard />
          <WriteCard />
          <LetCard />
        </>
      )}
    </>
  );
}
