/** The house's own sign: an arch and the staff of Asklepios. */
export function Mark({ size = 40 }: { size?: number }) {
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} fill="none" aria-hidden="true">
      <path d="M12 54V30a20 20 0 0 1 40 0v24" className="mark-arch" />
      <path d="M32 56V20" className="mark-staff" />
      <path d="M23 47c0-8 18-6 18-14c0-6-8-8-13-4" className="mark-snake" />
    </svg>
  );
}

const TITLE = /^(dr|prof|mr|mrs|ms)\.?$/i;

/** Up to two letters of a name, or the first sign of one that is all Chinese. */
export function initials(name: string): string {
  const words = name.split(/[\s·]+/).filter((word) => /\p{L}/u.test(word) && !TITLE.test(word));
  const latin = words.filter((word) => !/\p{Script=Han}/u.test(word));
  if (latin.length === 0) return words[0]?.slice(0, 1) ?? "";
  const last = latin.length > 1 ? (latin.at(-1)?.charAt(0) ?? "") : "";
  return `${latin[0]?.charAt(0) ?? ""}${last}`.toUpperCase();
}

/** A quiet stand-in for a face; the name stands beside it. */
export function Avatar({ name, size = 40 }: { name: string; size?: number }) {
  const style = { width: size, height: size, fontSize: size * 0.4 };
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
