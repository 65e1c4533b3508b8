import type { Named } from "../choices/names";

/** Somebody near to her, as her record has it. */
export interface Relative extends Named {
  readonly active?: boolean;
  readonly relationship?: readonly { coding?: readonly { code?: string; display?: string }[] }[];
  readonly period?: { readonly end?: string };
}

/** What somebody may be to her. Codes of HL7 v3 RoleCode; none of them gives a right by itself. */
export const RELATIONS = ["SPS", "CHILD", "PRN", "SIB", "FAMMEMB", "FRND", "NBOR"] as const;
export const ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

/** Those who stand in for her by what they are to her, without her saying so. */
const GUARDIANS = ["GUARD", "HPOWATT", "DPOWATT", "POWATT", "SPOWATT"];

export function codesOf({ relationship = [] }: Relative): readonly string[] {
  return relationship.flatMap(({ coding = [] }) => coding.flatMap(({ code }) => code ?? []));
}

export function isGuardian(relative: Relative): boolean {
  return codesOf(relative).some((code) => GUARDIANS.includes(code));
}

export function relativeOf(patient: string, name: string, relation: string): object {
  return {
    resourceType: "RelatedPerson",
    active: true,
    patient: { reference: `Patient/${patient}` },
    name: [{ text: name }],
    relationship: [{ coding: [{ system: ROLE_CODES, code: relation }] }],
  };
}
