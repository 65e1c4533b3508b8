import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/** Keys that the house sends instead of sentences; no file of ours names them. */
const SENT_BY_THE_HOUSE = ["twin.", "world.place.", "world.closed.", "world.sign."];

/** Words that are the same in both languages. */
const SAME =
  /^(EN|FHIR.*|NEWS2|PREVENT|CKD-EPI.*|BMI.*|WebXR|JSON|Fitbit|Google Fit|Nightscout|\W*|[A-Z]{2,5}|\{.*\}.{0,4})$/;

/** Latin words that a Chinese sentence rightly keeps: names, formats, units and scores. */
const KEPT = new Set(
  `Asklepion FHIR DICOM JSON NDJSON zip ZIP NEWS2 PREVENT X CKD-EPI eGFR BMI HDL LDL HbA1c SpO MQTT WebXR VR AR
   WASD V M RFC SHA-256 GB CT Merkle Ed25519 TLS LOINC SNOMED R4 UCUM ICD-10 RxNorm WebGL Synthea PNG USB ID
   N NT-proBNP ASKLEPION HOST SQL CSV C-CDA XML HL7 v2 DTD MB UTF-8 ERC-1271 ADDRESS https
    Chrome Edge Safari Firefox iPhone iPad Open Badges W3C JWT
    I II Apple Health Connect Fitbit Garmin Google Fit Nightscout mHealth IEEE App Bundle export
    takeout google com api v1 entries json count`
    .split(/\s+/)
    .concat(["mg", "dL", "mmol", "L", "mmHg", "kg", "m", "Esc", "Enter", "Ctrl", "CKD", "C"])
    .concat("Venn Abers FiO2 ICD ICD-9 pH PTT SIRS T CHA DS VASc g INR mol".split(" "))
    .concat(["SCORE2", "SCORE2-OP"])
    .concat("PNG JPEG WebP GLB VRM MB".split(" ")) // kinds of files
    .concat(["G1", "G2", "G3a", "G3b", "G4", "G5"]), // of kidney function
);

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
/** Whose words they are: a room's, or those that come with one of its panels ("twin/scores"). */
const rooms = files
  .filter((f) => /\/(text|words)\.en\.json$/.test(f))
  .map((f) => f.replace(/\/[^/]*$/, ""));
const code = files
  .filter((f) => /\.tsx?$/.test(f))
  .map((f) => readFileSync(join(SRC, f), "utf8"))
  .join("\n");

function catalogue(room: string, language: string): Record<string, string> {
  const kind = room.includes("/") ? "words" : "text";
  return JSON.parse(readFileSync(join(SRC, room, `${kind}.${language}.json`), "utf8"));
}

const english = Object.assign({}, ...rooms.map((room) => catalogue(room, "en")));

/** Whole keys in the code, and the fixed beginnings of keys that are put together. */
function keysInCode(): { whole: Set<string>; begun: Set<string> } {
  const room = rooms.filter((one) => !one.includes("/")).join("|");
  const whole = new Set<string>();
  const begun = new Set<string>();
  for (const m of code.matchAll(new RegExp(`["'\`]((?:${room})\\.[\\w.-]*)(\\$\\{)?`, "g"))) {
    const [, key = "", isBegun] = m;
    (isBegun ? begun : whole).add(key);
  }
  return { whole, begun };
}

function placeholders(words: string): string[] {
  return [...words.matchAll(/\{(\w+)/g)].map((m) => m[1] ?? "").sort();
}

function latinWords(words: string): string[] {
  const bare = words.replace(/\{[^}]*\}/g, " ");
  return [...bare.matchAll(/[A-Za-z][A-Za-z0-9-]*/g)].map((m) => m[0]).filter((w) => !KEPT.has(w));
}

describe.each(rooms)("the words of %s", (room) => {
  const en = catalogue(room, "en");
  const zh = catalogue(room, "zh-CN");

  test("are there in both languages, and none is empty", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const words of [...Object.values(en), ...Object.values(zh)])
      expect(words.trim()).not.toBe("");
  });

  test("all begin with the room's own name", () => {
    const own = `${room.split("/")[0]}.`;

    expect(Object.keys(en).filter((key) => !key.startsWith(own))).toEqual([]);
  });

  test("name the same parameters in both languages", () => {
    for (const [key, words] of Object.entries(en)) {
      const ours = [...new Set(placeholders(words))];
      expect([...new Set(placeholders(zh[key] ?? ""))], key).toEqual(ours);
    }
  });

  test("put no parameter into a choice by number, where it would not be filled in", () => {
    const all = [...Object.entries(en), ...Object.entries(zh)];

    expect(all.filter(([, words]) => /\{\w+\|[^}]*\{/.test(words))).toEqual([]);
  });

  test("leave no English in the Chinese", () => {
    const left = Object.entries(zh).filter(
      ([key, words]) => (words === en[key] && !SAME.test(words)) || latinWords(words).length > 0,
    );

    expect(left).toEqual([]);
  });
});

test("no key has words in two catalogues", () => {
  const keys = rooms.flatMap((room) => Object.keys(catalogue(room, "en")));

  expect(keys.filter((key, n) => keys.indexOf(key) !== n)).toEqual([]);
});

describe("keys and code", () => {
  const { whole, begun } = keysInCode();

  test("every key that the code names exists", () => {
    expect([...whole].filter((key) => !(key in english))).toEqual([]);
    const keys = Object.keys(english);
    expect([...begun].filter((start) => !keys.some((key) => key.startsWith(start)))).toEqual([]);
  });

  test("every key is used somewhere", () => {
    const unused = Object.keys(english)
      .filter((key) => !whole.has(key))
      .filter((key) => ![...begun].some((start) => key.startsWith(start)))
      .filter((key) => !SENT_BY_THE_HOUSE.some((start) => key.startsWith(start)));

    expect(unused).toEqual([]);
  });
});
