import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Place } from "../../src/wire/world";
import { complete } from "./complete";

const FOLDER = resolve(import.meta.dirname, "../../../src/asklepion/world/places");

/** The place files of the house, as they stand in the repository. */
export const placeFiles: readonly Place[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => complete(JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Place));
