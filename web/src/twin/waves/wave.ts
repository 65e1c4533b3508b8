import type { Observation } from "../observation";

/** A chunk of a waveform as it was measured; NaN where a sample was lost. */
export interface Chunk {
  /** Of what: the code of a lead. */
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  /** When its first sample was taken [ms]. */
  readonly at_ms: number;
  readonly period_ms: number;
  readonly samples: Float32Array;
}

/** The waveform in an observation; null where it has none. https://hl7.org/fhir/R4/datatypes.html#SampledData */
export function waveOf(resource: Observation): Chunk | null {
  const { valueSampledData: sampled, effectiveDateTime } = resource;
  const coding = resource.code?.coding?.[0];
  if (!sampled?.data || !effectiveDateTime || !coding?.code || sampled.dimensions !== 1)
    return null;
  const origin = sampled.origin?.value ?? 0;
  const factor = sampled.factor ?? 1;
  const samples = Float32Array.from(
    sampled.data.split(" "),
    (one) => origin + factor * Number(one),
  );
  return {
    code: coding.code,
    name: coding.display ?? coding.code,
    unit: sampled.origin?.code ?? "",
    at_ms: Date.parse(effectiveDateTime),
    period_ms: sampled.period,
    samples,
  };
}
