import { moment, useText } from "../kit/text";
import type { Completeness } from "../wire/twin";

/** How much of what an organ is judged by is known, as a short bar with words for the ear. */
export function KnownBar({ known }: { known: Completeness }) {
  const text = useText();
  const { asked, fresh, old } = known;
  if (asked === 0) return null;
  return (
    <svg
      className="known-bar"
      viewBox="0 0 36 6"
      role="img"
      aria-label={text("twin.ui.known", { fresh, asked })}
    >
      <rect className="known-none" width="36" height="6" rx="3" />
      <rect className="known-old" width={(36 * (fresh + old)) / asked} height="6" rx="3" />
      <rect className="known-fresh" width={(36 * fresh) / asked} height="6" rx="3" />
    </svg>
  );
}

/** The same in words, with what is missing by name. */
export function KnownLines({ known }: { known: Completeness }) {
  const text = useText();
  const { asked, fresh, old, hidden, newest_at, missing_keys } = known;
  if (asked === 0) return null;
  const names = missing_keys.map((key) => text(key)).join(text("twin.ui.score.and"));
  return (
    <div className="known-lines">
      <p>
        <KnownBar known={known} /> {text("twin.ui.known", { fresh, asked })}
      </p>
      <ul className="muted small">
        {newest_at && <li>{text("twin.ui.known.newest", { at: moment(newest_at, "date") })}</li>}
        {old > 0 && <li>{text("twin.ui.known.old", { n: old })}</li>}
        {hidden > 0 && <li>{text("twin.ui.known.hidden", { n: hidden })}</li>}
        {names && <li>{text("twin.ui.known.missing", { names })}</li>}
      </ul>
    </div>
  );
}
