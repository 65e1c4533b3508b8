import { useSession } from "../../kit/session";
import type { Whose } from "../access";
import { unnamed } from "../choices/names";
import { ownPatient, useRepresented } from "./represented";

/** Whose record a patient's is, for sentences about it; null where it is the reader's own. */
export function useWhose(patient: string): Whose {
  const me = useSession();
  const { people } = useRepresented();
  if (me && ownPatient(me) === patient) return null;
  const person = `Patient/${patient}`;
  const known = people.find((one) => one.patient === patient);
  return { person, name: known?.name || unnamed(person) };
}
