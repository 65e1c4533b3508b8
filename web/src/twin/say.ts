import { moment, t } from "../kit/text";
import type { Text } from "../wire/twin";
import { unitOf } from "./units";

/** A sentence that the house sent as key and parameters: units and moments as people write them. */
export function say({ key, params }: Text): string {
  const shown = Object.entries(params).map(([name, value]) => [name, readable(name, value)]);
  return t(key, Object.fromEntries(shown) as Record<string, string | number>);
}

function readable(name: string, value: string | number): string | number {
  if (typeof value === "number") return value;
  if (name === "unit") return unitOf(value);
  return name === "at" ? moment(value, "date") : value;
}
