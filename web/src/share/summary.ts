/** What a patient summary says, read from its FHIR document for people's eyes. */

export type Resource = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

export interface Line {
  readonly id: string;
  readonly what: string;
  readonly details: string;
  readonly when: string;
  /** Codes of what is unusual about it, such as "high" or "on-hold"; told in words of ours. */
  readonly marks: readonly string[];
}

export interface Point {
  readonly at: string;
  readonly value: number;
}

/** Values of one kind, newest last. */
export interface Course {
  readonly id: string;
  readonly what: string;
  readonly latest: string;
  readonly when: string;
  readonly range: string;
  readonly points: readonly Point[];
}

export interface Section {
  readonly code: string;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly courses: readonly Course[];
  /** XHTML of the section, to be shown where nothing else can be made of it. */
  readonly narrative: string;
}

export interface Summary {
  readonly name: string;
  readonly born: string;
  readonly sex: string;
  readonly issued: string;
  readonly by: string;
  readonly sections: readonly Section[];
}

/** Sections whose entries are values that are measured again and again. */
const MEASURED = ["30954-2", "8716-3"];

export function isSummary(file: unknown): file is Resource {
  return typeIs(file, "Bundle") && file.type === "document";
}

export function typeIs(file: unknown, type: string): file is Resource {
  return typeof file === "object" && file !== null && (file as Json).resourceType === type;
}

export function readSummary(bundle: Resource): Summary {
  const found = new Map<string, Json>();
  const entries = list(bundle.entry);
  for (const { fullUrl, resource } of entries as { fullUrl?: string; resource?: Json }[]) {
    if (!resource) continue;
    found.set(`${resource.resourceType}/${resource.id}`, resource);
    if (fullUrl) found.set(fullUrl, resource);
  }
  const composition = (entries[0]?.resource ?? {}) as Json;
  const patient = at(found, composition.subject) ?? {};
  const [author] = list(composition.author);
  return {
    name: nameOf(patient),
    born: text(patient.birthDate),
    sex: text(patient.gender),
    issued: text(composition.date),
    by: text(author?.display),
    sections: list(composition.section).map((section) => sectionOf(section, found)),
  };
}

function sectionOf(section: Json, found: ReadonlyMap<string, Json>): Section {
  const code = text(list((section.code as Json | undefined)?.coding)[0]?.code);
  const resources = list(section.entry)
    .map((entry) => at(found, entry))
    .filter((it) => it !== undefined);
  const isMeasured = MEASURED.includes(code);
  const courses = isMeasured ? coursesOf(resources) : [];
  const rest = isMeasured ? resources.filter((it) => partsOf(it).length === 0) : resources;
  return {
    code,
    title: text(section.title),
    lines: rest.map((it) => lineOf(it, found)),
    courses,
    narrative: text((section.text as Json | undefined)?.div),
  };
}

function at(found: ReadonlyMap<string, Json>, reference: unknown): Json | undefined {
  const key = text((reference as Json | undefined)?.reference);
  const known = found.get(key);
  if (known) return known;
  const short = key.split("/").slice(-2).join("/");
  return found.get(short);
}

// One line

function lineOf(resource: Json, found: ReadonlyMap<string, Json>): Line {
  return {
    id: `${resource.resourceType}/${resource.id}`,
    what: whatOf(resource, found),
    details: detailsOf(resource).filter(Boolean).join(" · "),
    when: whenOf(resource),
    marks: marksOf(resource),
  };
}

/** What is worth telling of a status or a risk: that it is the usual one is not. */
const MARKS: readonly string[] = [
  ...["high", "inactive", "resolved", "remission", "recurrence", "relapse", "on-hold"],
  ...["intended", "preliminary", "unconfirmed", "provisional", "differential"],
];

function marksOf(resource: Json): string[] {
  const { criticality, clinicalStatus, verificationStatus, status } = resource;
  const codes = [clinicalStatus, verificationStatus].map((it) =>
    text(list((it as Json | undefined)?.coding)[0]?.code),
  );
  return [text(criticality), ...codes, text(status)].filter((code) => MARKS.includes(code));
}

function whatOf(resource: Json, found: ReadonlyMap<string, Json>): string {
  const thing = resource.medicationReference ?? resource.device;
  const other = at(found, thing);
  const own = resource.code ?? resource.medicationCodeableConcept ?? resource.vaccineCode;
  return (
    conceptOf(own) ||
    conceptOf(other?.code) ||
    conceptOf(other?.type) ||
    text((thing as Json | undefined)?.display) ||
    text(resource.title) ||
    text(resource.description) ||
    list(resource.category).map(conceptOf).filter(Boolean).join(", ") ||
    list(resource.recommendation)
      .flatMap((it) => list(it.vaccineCode).map(conceptOf))
      .join(", ")
  );
}

function detailsOf(resource: Json): string[] {
  const dosage = [...list(resource.dosageInstruction), ...list(resource.dosage)];
  const reactions = list(resource.reaction).flatMap((it) => list(it.manifestation).map(conceptOf));
  return [
    ...dosage.map((it) => text(it.text)),
    reactions.join(", "),
    conceptOf(resource.severity),
    measured(resource),
    text(resource.conclusion),
  ];
}

function conceptOf(concept: unknown): string {
  const { text: said, coding } = (concept ?? {}) as Json;
  if (said) return text(said);
  const codings = list(coding);
  return text(codings.find((it) => it.display)?.display ?? codings[0]?.code);
}

function measured(held: Json): string {
  if (held.valueQuantity) return amountOf(held.valueQuantity);
  if (held.valueCodeableConcept) return conceptOf(held.valueCodeableConcept);
  for (const name of ["valueString", "valueInteger", "valueBoolean", "valueDateTime"])
    if (held[name] !== undefined) return String(held[name]);
  return "";
}

const WRITTEN: Record<string, string> = {
  "mm[Hg]": "mmHg",
  "m[IU]/L": "mIU/L",
  "kg/m2": "kg/m²",
  Cel: "°C",
};

function amountOf(amount: unknown): string {
  const { comparator, value, unit, code } = (amount ?? {}) as Json;
  if (value === undefined) return "";
  const name = text(unit) || text(code);
  return `${text(comparator)}${shown(Number(value))} ${WRITTEN[name] ?? name}`.trim();
}

/** A number as people write it: few digits behind the point, none in large ones. */
function shown(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

const MOMENTS = [
  ...["onsetDateTime", "effectiveDateTime", "performedDateTime", "occurrenceDateTime"],
  ...["timingDateTime", "authoredOn", "dateTime", "date", "recordedDate", "created"],
];
const PERIODS = ["onsetPeriod", "effectivePeriod", "performedPeriod", "timingPeriod", "period"];

function whenOf(resource: Json): string {
  for (const name of MOMENTS) if (resource[name]) return text(resource[name]);
  for (const name of PERIODS) {
    const { start, end } = (resource[name] ?? {}) as Json;
    if (start || end) return text(start ?? end);
  }
  return "";
}

// What is measured again and again

interface Part {
  readonly what: string;
  readonly kind: string;
  readonly amount: Json;
  readonly range: string;
}

/** The amounts in an Observation: its own, or those of its components. */
function partsOf(resource: Json): Part[] {
  return [resource, ...list(resource.component)]
    .filter((it) => (it.valueQuantity as Json | undefined)?.value !== undefined)
    .map((it) => {
      const amount = it.valueQuantity as Json;
      const coding = list((it.code as Json | undefined)?.coding)[0];
      const what = conceptOf(it.code);
      const kind = `${text(coding?.code) || what} ${text(amount.code) || text(amount.unit)}`;
      return { what, kind, amount, range: rangeOf(it) };
    });
}

function rangeOf(held: Json): string {
  const [range] = list(held.referenceRange);
  if (!range) return "";
  const sides = [amountOf(range.low), amountOf(range.high)].filter(Boolean);
  return text(range.text) || sides.join(" – ");
}

function coursesOf(resources: readonly Json[]): Course[] {
  const kinds = new Map<string, { part: Part; when: string }[]>();
  for (const resource of resources) {
    for (const part of partsOf(resource)) {
      const when = whenOf(resource);
      kinds.set(part.kind, [...(kinds.get(part.kind) ?? []), { part, when }]);
    }
  }
  return [...kinds].map(([id, parts]) => {
    const inOrder = parts.toSorted((a, b) => Date.parse(a.when) - Date.parse(b.when));
    const newest = inOrder.at(-1);
    return {
      id,
      what: newest?.part.what ?? "",
      latest: amountOf(newest?.part.amount),
      when: newest?.when ?? "",
      range: newest?.part.range ?? "",
      points: inOrder
        .filter(({ when }) => !Number.isNaN(Date.parse(when)))
        .map(({ part, when }) => ({ at: when, value: Number(part.amount.value) })),
    };
  });
}

// Small things

function nameOf(patient: Json): string {
  const [name] = list(patient.name);
  const parts = [...strings(name?.prefix), ...strings(name?.given), text(name?.family)];
  return text(name?.text) || parts.filter(Boolean).join(" ");
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === "object" && it !== null) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
