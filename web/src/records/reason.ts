import { hasText, useText } from "../kit/text";

/** The reader's words for the house's more common reasons; the others stay as the house said them. */
export function useReason(reason: string): { words: string; isOriginal: boolean } {
  const text = useText();
  const whole = keyOf(reason);
  const parts = hasText(whole.key) ? [whole] : reason.split("; ").map(keyOf);
  if (parts.some(({ key }) => !hasText(key))) return { words: capital(reason), isOriginal: true };
  const words = parts.map(({ key, a, b }) => text(key, { a, b })).join(" ");
  return { words, isOriginal: false };
}

function keyOf(reason: string): { key: string; a: number; b: number } {
  const plain = reason.replace(/ \([^)]*\)/g, ""); // details, such as the field of a message
  const [a = 0, b = 0] = (plain.match(/\d+/g) ?? []).map(Number);
  const kind = plain
    .replace(/\d+/g, "n")
    .toLowerCase()
    .replace(/[^a-z]+/g, "-");
  return { key: `records.refused.${kind.replace(/^-|-$/g, "")}`, a, b };
}

/** "status is missing" is the end of a sentence about an entry; alone it begins one. */
function capital(words: string): string {
  return /^[a-z]+\b(?![.[])/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}
