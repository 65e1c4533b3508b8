import type { BakedBody, Surface } from "../../src/twin/hologram/glb";
import type { Body, Card, Entry, Organ, Vital } from "../../src/wire/twin";

/** A ball with the middle and radius given [m]: enough of an organ for a test. */
export function ball(name: string, [x, y, z]: [number, number, number], radius: number): Surface {
  const points: number[] = [];
  const corners: number[] = [];
  const [rings, sides] = [6, 8];
  for (let i = 0; i <= rings; i += 1) {
    for (let k = 0; k < sides; k += 1) {
      const [a, b] = [(Math.PI * i) / rings, (2 * Math.PI * k) / sides];
      points.push(
        x + radius * Math.sin(a) * Math.sin(b),
        y + radius * Math.cos(a),
        z + radius * Math.sin(a) * Math.cos(b),
      );
      if (i === rings) continue;
      const [here, next] = [i * sides + k, i * sides + ((k + 1) % sides)];
      corners.push(here, here + sides, next + sides, here, next + sides, next);
    }
  }
  return {
    name,
    points: Float32Array.from(points),
    normals: new Int8Array(points.length),
    corners: Uint16Array.from(corners),
  };
}

/** A person of balls: skin around all, heart before lungs, a small thyroid, a stem and a cord. */
export const somebody: BakedBody = {
  height: 1.7,
  bmi: 20,
  surfaces: [
    ball("skin", [0, 0.85, 0], 0.85),
    ball("lungs.right.upper", [-0.09, 1.25, 0], 0.07),
    ball("lungs.left.upper", [0.09, 1.25, 0], 0.07),
    ball("heart.muscle", [0.02, 1.25, 0.06], 0.05),
    ball("heart.coronaries", [0.02, 1.25, 0.1], 0.01),
    ball("thyroid", [0, 1.42, 0.05], 0.012),
    ball("kidneys.left", [0.06, 1.1, -0.1], 0.03),
    ball("kidneys.right", [-0.06, 1.09, -0.1], 0.03),
    ball("skeleton.spine", [0, 1.1, -0.06], 0.4),
  ],
};

export function organ(id: string, change: Partial<Organ> = {}): Organ {
  return { id, name_key: `twin.organ.${id}`, state: "unknown", findings: [], ...change };
}

export const body: Body = {
  patient: "Patient/1",
  sex: "female",
  age: 46,
  height_m: 1.63,
  bmi: 24.1,
  is_whole: true,
  organs: [
    organ("brain"),
    organ("heart", {
      state: "calm",
      findings: [
        {
          kind: "measurement",
          label_key: "twin.input.heart_rate",
          text: "",
          value: 71,
          unit: "/min",
          at: "2026-03-01T12:00:00Z",
          reference: "Observation/hr",
          state: "calm",
          rule: {
            key: "twin.organ.rule.within",
            params: { low: 51, high: 90, unit: "/min" },
          },
          source: {
            citation: "RCP. National Early Warning Score (NEWS) 2.",
            url: "https://x.test",
          },
        },
      ],
    }),
    organ("kidneys", {
      state: "attention",
      findings: [
        {
          kind: "condition",
          label_key: "",
          text: "Chronic kidney disease stage 4",
          value: null,
          unit: "",
          at: "2024-05-01T00:00:00Z",
          reference: "Condition/ckd",
          state: "attention",
          rule: { key: "twin.organ.rule.severe", params: {} },
          source: null,
        },
      ],
    }),
  ],
};

export function vital(key: string, value: number, change: Partial<Vital> = {}): Vital {
  const point = { at: "2026-03-01T12:00:00Z", value, reference: `Observation/${key}` };
  return {
    key,
    label_key: `twin.input.${key}`,
    unit: "/min",
    digits: 0,
    latest: point,
    series: [point],
    state: "calm",
    rule: { key: "twin.organ.rule.within", params: { low: 51, high: 90, unit: "/min" } },
    source: null,
    ...change,
  };
}

export const vitals: readonly Vital[] = [
  vital("heart_rate", 71),
  vital("sbp", 128, { unit: "mm[Hg]", state: "watch" }),
  vital("dbp", 82, { unit: "mm[Hg]" }),
];

export function entry(id: string, change: Partial<Entry> = {}): Entry {
  return {
    id,
    kind: "visit",
    kind_key: "twin.kind.visit",
    at: "2025-06-01T09:00:00Z",
    until: null,
    text: `Visit ${id}`,
    note: "",
    author: "",
    values: [],
    count: 1,
    has_more: false,
    references: [],
    ...change,
  };
}

const frame = {
  title_key: "twin.card.egfr.title",
  about_key: "twin.card.egfr.about",
  horizon: { key: "twin.card.horizon.sample", params: {} },
  source: { citation: "Inker LA, et al. N Engl J Med 2021.", url: "https://doi.test/ckd" },
  limits: [{ key: "twin.limit.egfr.once", params: {} }],
  change_key: "twin.card.change.association",
  parts: [],
  reasons: [],
  would_change: [],
  missing: [],
  band: null,
} as const;

export const computed: Card = {
  ...frame,
  id: "egfr",
  state: "computed",
  value: 77.2,
  unit: "mL/min/{1.73_m2}",
  digits: 0,
  interval: {
    low: 59.4,
    high: 110.3,
    meaning_key: "twin.card.interval.p30",
    params: { share: 85 },
  },
  inputs: [
    {
      key: "creatinine",
      label_key: "twin.input.creatinine",
      value: 0.93,
      value_key: "",
      unit: "mg/dL",
      at: "2026-02-01T08:00:00Z",
      reference: "Observation/creatinine",
      missing: false,
      points: null,
    },
  ],
  would_change: [
    {
      key: "creatinine",
      label_key: "twin.input.creatinine",
      to: 0.8,
      to_key: "",
      unit: "mg/dL",
      value_then: 90,
    },
  ],
  as_of: "2026-02-01T08:00:00Z",
};

export const cannot: Card = {
  ...frame,
  id: "news2",
  title_key: "twin.card.news2.title",
  about_key: "twin.card.news2.about",
  state: "cannot",
  value: null,
  unit: "{score}",
  digits: 0,
  interval: null,
  inputs: [],
  missing: [
    {
      key: "acvpu",
      label_key: "twin.input.acvpu",
      why_key: "twin.input.why.missing",
      low: null,
      high: null,
      unit: "",
    },
  ],
  as_of: null,
};
