import { useEffect } from "react";
import { api } from "../../kit/api";
import { type Asked, useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { proveIfWanted } from "../signed/use";
import { consentsChanged, headersOf, type Subject } from "../subject";
import { type Choice, type Said, toSend } from "./model";

function pathOf(who: Subject): string {
  return `/api/records/patients/${who.patient}/choices`;
}

/** Everything that was ever said about her record, newest first. */
export function useChoices(who: Subject): Asked<Said[]> {
  const path = pathOf(who);
  const said = useAsked((stop) => api.get<Said[]>(path, stop, headersOf(who)), [path, who.purpose]);
  const turn = useStore(consentsChanged);
  const { again } = said;
  useEffect(() => {
    if (turn > 0) again();
  }, [turn, again]);
  return said;
}

/** Say it; every list of what is said reads again. */
export async function say(who: Subject, choice: Choice): Promise<string> {
  const { consent } = await api.post<{ consent: string }>(
    pathOf(who),
    toSend(choice),
    headersOf(who),
  );
  consentsChanged.update((n) => n + 1);
  await proveIfWanted(who, consent);
  return consent;
}

/** Take it back: it is over when this answers. */
export async function takeBack(who: Subject, consent: string): Promise<void> {
  await api.delete(`/api/records/consents/${consent}`, headersOf(who));
  consentsChanged.update((n) => n + 1);
  await proveIfWanted(who, consent);
}
