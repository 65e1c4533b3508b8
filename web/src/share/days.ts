import { language } from "../kit/text";

/** The day of a FHIR date, as exactly as it was said, as people here write it. */
export function day(said: string): string {
  const [, year, month, date] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?/.exec(said) ?? [];
  if (!year) return said;
  const at = new Date(Number(year), Number(month ?? 1) - 1, Number(date ?? 1));
  const options: Intl.DateTimeFormatOptions = { year: "numeric" };
  if (month) options.month = "short";
  if (date) options.day = "numeric";
  return new Intl.DateTimeFormat(language.get(), options).format(at);
}

/** How old somebody is who was born on this day; null where nobody knows the day. */
export function ageOf(born: string, now: Date = new Date()): number | null {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)/.exec(born) ?? [];
  if (!year || !month || !date) return null;
  const isBefore =
    now.getMonth() + 1 < Number(month) ||
    (now.getMonth() + 1 === Number(month) && now.getDate() < Number(date));
  return now.getFullYear() - Number(year) - (isBefore ? 1 : 0);
}
