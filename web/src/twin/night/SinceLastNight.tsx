import { MoonStar } from "lucide-react";
import { moment, useText } from "../../kit/text";
import { Card } from "../../kit/ui";
import type { Subject } from "../../records/subject";
import type { Night } from "../../wire/twin";
import { opened } from "../opened";
import { useScoreWords } from "../scores/words";
import { useTwin } from "../use";
import { Changes, hasChanged } from "./Changes";
import { useNightWords } from "./words";
import "./night.css";

const OR_NOTHING = { or_nothing: "true" };

/** For a clinician: what changed overnight of the patient whose record is open, worst first. */
export function SinceLastNight({ who }: { who: Subject }) {
  const text = useText();
  const words = useNightWords();
  const scores = useScoreWords();
  // Each look is a line in her log, and a reading that comes changes nothing of last night.
  const night = useTwin<Night | null>(who, "nightly", OR_NOTHING, opened.wished);
  if (!words.value || !scores.value || !night.value) return null;
  const { at, before_at, found, held } = night.value;
  const changed = found.filter(hasChanged);
  const recast = found.filter((one) => one.is_another_version).length;
  const calm = found.filter((one) => one.before !== null).length - changed.length;
  const lead = { at: moment(at), before: moment(before_at ?? at) };
  return (
    <Card className="night" title={text("twin.ui.night.title")} icon={MoonStar}>
      {before_at === null && <p>{text("twin.ui.night.first")}</p>}
      {before_at !== null && (
        <>
          <p className="muted small">{text("twin.ui.night.lead", lead)}</p>
          {changed.length === 0 && (calm > 0 || recast === 0) && (
            <p>{text("twin.ui.night.none")}</p>
          )}
          <Changes of={changed} canOpen />
          {changed.length > 0 && calm > 0 && (
            <p className="muted small">{text("twin.ui.night.calm", { n: calm })}</p>
          )}
          {recast > 0 && (
            <p className="muted small">{text("twin.ui.night.recast", { n: recast })}</p>
          )}
        </>
      )}
      {held.length > 0 && (
        <p className="night-held small">
          {text("twin.ui.night.held", { names: held.map((key) => text(key)).join(", ") })}
        </p>
      )}
    </Card>
  );
}
