import { t } from "../kit/text";
import type { Door, Presence } from "../wire/world";
import { signFor } from "./panels/things";
import type { Words } from "./scene/signs";

/** What the sign over a door says in the language in use. */
export function wordsFor(door: Door, signs: ReadonlyMap<string, Presence>): Words {
  const name = t(door.label_key);
  if (!door.to) return { name, about: t(door.closed_reason_key), isOpen: false };
  const sign = signFor(door.to, signs);
  const about = sign ? t(sign.key, { names: sign.names, n: sign.count }) : "";
  return { name, about, isOpen: true };
}
